// The Wi-Fi station on Espruino's "Wifi". It tells of one thing up to twice, by event and by callback, and after a lost
// access point it may come back by itself: the owner hears of each change once.

import { Close } from '../codes.ts';
import type { Wifi, WifiEvents } from '../wifi.ts';

const enum Phase {
  Idle,
  Joining,
  Up,
}

/** Numbers of the ESP32's wifi_err_reason_t for what a person can mend; Espruino gives them as text. */
const enum Reason {
  FourWayTimeout = '15',
  HandshakeTimeout = '204',
  AuthExpire = '2',
  NoAccessPoint = '201',
  AuthFail = '202',
}

/** @returns what a reason comes to. */
function closeOf(reason: string | undefined): Close {
  if (reason === Reason.NoAccessPoint) return Close.NoAccessPoint;
  const isPassword =
    reason === Reason.AuthFail ||
    reason === Reason.FourWayTimeout ||
    reason === Reason.HandshakeTimeout ||
    reason === Reason.AuthExpire;
  return isPassword ? Close.WifiPassword : Close.WifiLost;
}

/** @returns the engine's module, or null on an engine that has no Wi-Fi. */
function openStation(): EspruinoWifi | null {
  try {
    return require('Wifi');
  } catch {
    return null;
  }
}

export function createWifi(): Wifi {
  const station = openStation();
  let owner: WifiEvents | null = null;
  let phase = Phase.Idle;
  let isAssociated = false;
  /** What the last 'disconnected' said. */
  let why = Close.WifiLost;

  function rise(): void {
    if (owner === null || phase === Phase.Up) return;
    phase = Phase.Up;
    owner.onUp();
  }

  function fall(): void {
    if (owner === null || phase === Phase.Idle) return;
    phase = Phase.Idle;
    owner.onDown(why);
  }

  function onAssociated(): void {
    isAssociated = true;
  }

  function onDisconnected(details?: EspruinoWifiLoss): void {
    isAssociated = false;
    why = closeOf(details === undefined ? undefined : details.reason);
    fall();
  }

  function onJoined(error: string | null): void {
    if (error) fall();
    else rise();
  }

  function join(ssid: string, password: string, events: WifiEvents): void {
    owner = events;
    phase = Phase.Joining;
    isAssociated = false;
    why = Close.WifiLost;
    if (station === null) setTimeout(fall, 0);
    else station.connect(ssid, { password }, onJoined);
  }

  function leave(): void {
    owner = null;
    phase = Phase.Idle;
    if (station !== null) station.disconnect();
  }

  function missing(): Close {
    return isAssociated ? Close.NoAddress : Close.WifiTimeout;
  }

  /** The engine sets a time zone with it, which only texts of a Date go by. */
  function askTime(server: string): void {
    if (station !== null && station.setSNTP !== undefined) station.setSNTP(server, 'UTC0');
  }

  function resolve(host: string, onAddress: (address: string) => void): void {
    if (station === null || !station.getHostByName) return;
    station.getHostByName(host, function (address) {
      if (address) onAddress(address);
    });
  }

  function rssi(): number {
    const level = station === null ? undefined : station.getStatus().rssi;
    return level === undefined ? 0 : level;
  }

  if (station !== null) {
    station.on('connected', rise);
    station.on('associated', onAssociated);
    station.on('disconnected', onDisconnected);
  }
  return { join, leave, missing, askTime, resolve, rssi };
}
