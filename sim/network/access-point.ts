// A simulated Wi-Fi access point: what boards join before they reach the network.

export interface AccessPoint {
  /** Name that must be asked for; undefined: any. */
  ssid: string | undefined;
  /** Password that must be given; undefined: any. */
  password: string | undefined;
  /** dBm. */
  rssi: number;
  /** From the request to the association, milliseconds. */
  joinMs: number;
  /** From the association to an address. */
  addressMs: number;
  /** false: its DHCP server does not answer those who join now. */
  givesAddresses: boolean;
  isUp(): boolean;
  /** Take it off the air, or put it back. */
  setUp(up: boolean): void;
  /** Be told of each change. @returns a function that ends this. */
  watch(onChange: (up: boolean) => void): () => void;
}

export function createAccessPoint(): AccessPoint {
  const watchers = new Set<(up: boolean) => void>();
  let up = true;
  return {
    ssid: undefined,
    password: undefined,
    rssi: -55,
    joinMs: 200,
    addressMs: 300,
    givesAddresses: true,
    isUp: () => up,
    setUp(next) {
      if (next === up) return;
      up = next;
      for (const onChange of [...watchers]) onChange(up);
    },
    watch(onChange) {
      watchers.add(onChange);
      return () => void watchers.delete(onChange);
    },
  };
}
