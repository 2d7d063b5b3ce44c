// A simulated Wi-Fi access point: what boards join before they reach the network.

/** What a station is doing, as its radio shows it. */
export type StationState = 'joining' | 'joined' | 'off';

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
  /** A station has its address: it has joined. */
  admit(): void;
  /** Be told of each station that has joined, before its program hears of it. @returns a function that ends this. */
  watchJoins(onJoin: () => void): () => void;
  /** For stations: one does something else now. @param why in the words of its engine, '' where it has none. */
  tell(state: StationState, why: string): void;
  /** Be told of that. @returns a function that ends this. */
  watchStations(onChange: (state: StationState, why: string) => void): () => void;
}

export function createAccessPoint(): AccessPoint {
  const watchers = new Set<(up: boolean) => void>();
  const joinWatchers = new Set<() => void>();
  const stationWatchers = new Set<(state: StationState, why: string) => void>();
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
    admit() {
      for (const onJoin of [...joinWatchers]) onJoin();
    },
    watchJoins(onJoin) {
      joinWatchers.add(onJoin);
      return () => void joinWatchers.delete(onJoin);
    },
    tell(state, why) {
      for (const onChange of [...stationWatchers]) onChange(state, why);
    },
    watchStations(onChange) {
      stationWatchers.add(onChange);
      return () => void stationWatchers.delete(onChange);
    },
  };
}
