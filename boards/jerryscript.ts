// JerryScript embedded in a C program that gives it socket, clock, flash and buses. What the program does not fix is not stated here.

import type { BoardData } from './board.ts';

export const jerryscript: BoardData = {
  id: 'jerryscript',
  name: 'JerryScript in a host program',
  engine: 'jerryscript',
  versions: '>=3.0 <4',
  sources: [
    'JerryScript 3.0 jerry-core/config.h: the heap is a build option of the host program, 512 KB by default',
    'docs/jerryscript.md: what a host program gives, a watchdog with it',
  ],
  pins: { count: 0, analog: [], absent: [], inputOnly: [], strapping: [], taken: [], shared: [] },
  buses: { i2c: 0, spi: 0, serial: 0 },
  console: { device: 'stdout', via: 'terminal', baud: 0 },
  whyNoFlash:
    'its host program decides what flash there is: one that has some hands it over with its geometry, and nothing is known of it here',
  capabilities: {
    hardware: false,
    wifi: false,
    wifiPowerSave: false,
    ble: false,
    tls: undefined,
    sleep: false,
    watchdog: true,
  },
  usb: [],
  clockStartsAtZero: false,
  bootCode: true,
};
