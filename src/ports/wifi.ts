// The Wi-Fi station: one access point, joined on request.

export interface WifiEvents {
  /** Joined and has an address. */
  onUp(): void;
  /** Could not join, or the access point is gone; called once for each time it was up or asked to join. */
  onDown(): void;
}

export interface Wifi {
  /** Start to join, leaving a former network. The engine may block for seconds. */
  join(ssid: string, password: string, events: WifiEvents): void;
  leave(): void;
  /** @returns received signal strength in dBm (negative), 0 while unknown. */
  rssi(): number;
}
