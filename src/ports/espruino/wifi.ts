// The Wi-Fi station on Espruino's "Wifi". It tells of one thing up to twice, by event and by callback, and after a lost
// access point it may come back by itself: the owner hears of each change once.

import type { Wifi, WifiEvents } from '../wifi.ts';

const enum Phase {
  Idle,
  Joining,
  Up,
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

  function rise(): void {
    if (owner === null || phase === Phase.Up) return;
    phase = Phase.Up;
    owner.onUp();
  }

  function fall(): void {
    if (owner === null || phase === Phase.Idle) return;
    phase = Phase.Idle;
    owner.onDown();
  }

  function onJoined(error: string | null): void {
    if (error) fall();
    else rise();
  }

  function join(ssid: string, password: string, events: WifiEvents): void {
    owner = events;
    phase = Phase.Joining;
    if (station === null) setTimeout(fall, 0);
    else station.connect(ssid, { password }, onJoined);
  }

  function leave(): void {
    owner = null;
    phase = Phase.Idle;
    if (station !== null) station.disconnect();
  }

  function rssi(): number {
    const level = station === null ? undefined : station.getStatus().rssi;
    return level === undefined ? 0 : level;
  }

  if (station !== null) {
    station.on('connected', rise);
    station.on('disconnected', fall);
  }
  return { join, leave, rssi };
}
