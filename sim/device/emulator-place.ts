// What Espruino's emulator lacks besides chips: network and Wi-Fi. Timers, memory and flash stay its own. ES5 subset.

import { CLOCK_PERIOD_MS } from '../../src/ports/clock.ts';
import type { FaultyChip } from '../chips/faults.ts';
import { createBridgeNet } from './bridge-net.ts';
import type { Place } from './place.ts';
import { root } from './root.ts';
import { createWifi } from './wifi.ts';

function now(): number {
  return Math.floor(root.getTime() * 1000) % CLOCK_PERIOD_MS;
}

function later(callback: () => void, ms: number): void {
  root.setTimeout(callback, ms);
}

/** Add what is missing to the engine. @returns where chips can be put; scripts find them in `world.chips`, and the access point in `world.wifi`. */
export function prepareEmulator(): Place {
  const net = createBridgeNet();
  const air = createWifi(later, () => {});
  const engineRequire = root.require;
  const chips: FaultyChip[] = [];
  root.require = (name) => {
    if (name === 'net') return net;
    if (name === 'Wifi') return air.wifi;
    return engineRequire!(name);
  };
  root.world = { chips, wifi: air.settings } as unknown as EngineWorld;
  return { now, later, chips };
}
