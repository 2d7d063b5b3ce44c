// What the Linux Espruino lacks besides chips: Wi-Fi. Timers and sockets stay its own. ES5 subset.

import { CLOCK_PERIOD_MS } from '../../src/ports/clock.ts';
import type { FaultyChip } from '../chips/faults.ts';
import type { Place } from './place.ts';
import { root } from './root.ts';
import { createWifi } from './wifi.ts';

/** Espruino's clock in whole milliseconds, as the chips know it. */
function now(): number {
  return Math.floor(root.getTime() * 1000) % CLOCK_PERIOD_MS;
}

function later(callback: () => void, ms: number): void {
  root.setTimeout(callback, ms);
}

/** Add what is missing to the engine. @returns where chips can be put; scripts find them in `world.chips`. */
export function prepareEspruino(): Place {
  const air = createWifi(later, () => {});
  const engineRequire = root.require;
  const chips: FaultyChip[] = [];
  root.require = (name) => (name === 'Wifi' ? air.wifi : engineRequire!(name));
  root.world = { wifi: air.settings, chips } as unknown as EngineWorld;
  return { now, later, chips };
}
