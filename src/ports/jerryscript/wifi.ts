// The Wi-Fi station of the host. On a host whose network is its own business joining comes about at once.

import { Close } from '../codes.ts';
import type { Wifi, WifiEvents } from '../wifi.ts';

/** Name and password, as long as IEEE 802.11 lets them be. */
const NAME_MAX = 32;
const PASSWORD_MAX = 64;

/** To be called once. */
export function createWifi(): Wifi {
  const bytes = new Uint8Array(NAME_MAX + PASSWORD_MAX);
  let owner: WifiEvents | null = null;
  let isUp = false;

  function onWifi(why: number): void {
    if (owner === null) return;
    isUp = why === Close.None;
    if (isUp) owner.onUp();
    else owner.onDown(why);
  }

  moteHost.onWifi(onWifi);

  /** Copy `text` to `at`, as much as there may be of it. @returns how much that is. */
  function put(text: string, at: number, most: number): number {
    const length = text.length < most ? text.length : most;
    for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
    return length;
  }

  function join(ssid: string, password: string, events: WifiEvents): void {
    owner = events;
    isUp = false;
    const length = put(ssid, 0, NAME_MAX);
    moteHost.join(bytes, length, put(password, length, PASSWORD_MAX));
  }

  function leave(): void {
    owner = null;
    isUp = false;
    moteHost.leave();
  }

  function missing(): Close {
    return Close.WifiTimeout;
  }

  function rssi(): number {
    return isUp ? moteHost.rssi() : 0;
  }

  return { join, leave, missing, rssi };
}
