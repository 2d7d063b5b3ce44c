// What the Linux Espruino lacks: chips on its I2C buses, and Wi-Fi. Timers and sockets stay its own.
// Loaded before the firmware. ES5 subset.

import { CLOCK_PERIOD_MS } from '../../src/ports/clock.ts';
import { root } from './root.ts';
import { connectStation } from './station.ts';
import { createWifi } from './wifi.ts';

/** Espruino's clock in whole milliseconds, as the chips know it. */
function now(): number {
  return Math.floor(root.getTime() * 1000) % CLOCK_PERIOD_MS;
}

const air = createWifi(
  (callback, ms) => root.setTimeout(callback, ms),
  () => {},
);
const engineRequire = root.require;

root.require = (name) => (name === 'Wifi' ? air.wifi : engineRequire!(name));
connectStation(now);
