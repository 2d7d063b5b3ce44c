// The Wi-Fi station: one access point, joined on request.

import type { Close } from './codes.ts';

/** Never called from inside a method of the station. */
export interface WifiEvents {
  /** Joined and has an address; also when the engine comes back by itself after onDown. */
  onUp(): void;
  /** Could not join, or the access point is gone; called once for each time it was up or asked to join. */
  onDown(why: Close): void;
}

export interface Wifi {
  /** Start to join, leaving a former network. The engine may block for seconds. */
  join(ssid: string, password: string, events: WifiEvents): void;
  /** Leave the network or stop joining it. No event follows. */
  leave(): void;
  /** @returns what joining waits for: Close.NoAddress once it is associated, Close.WifiTimeout before. */
  missing(): Close;
  /** Ask a time server, now and again and again, and set the engine's clock; nobody hears of it. Where the engine can. @param server name or address. */
  askTime?(server: string): void;
  /** @returns received signal strength in dBm (negative), 0 while unknown. */
  rssi(): number;
}
