// The emulator of Espruino's Web IDE (Bangle.js 2): the real interpreter as WebAssembly, with no network and no buses of its own.

import type { BoardData } from './board.ts';

export const espruinoEmulator: BoardData = {
  id: 'espruino-emulator',
  name: "Emulator of Espruino's Web IDE",
  engine: 'espruino',
  engineName: 'BANGLEJS2',
  versions: '>=2.29 <3',
  sources: [
    'Espruino boards/EMSCRIPTEN2.py: variables, flash, pins',
    'Espruino targets/emscripten/jshardware.c: pages of 4096 bytes, program unit of 4 bytes, no free area reported, E.reboot throws',
    'Measured: process.memory() and process.env of emu/emulator_banglejs2.js, 2v29.74',
    'Espruino boards/EMSCRIPTEN2.py: boardname, which is what process.env.BOARD says; a real Bangle.js 2 says the same',
  ],
  heap: { vars: 12000, varBytes: 14 },
  pins: { count: 48, analog: [], absent: [], inputOnly: [], strapping: [], taken: [], shared: [] },
  buses: { i2c: 1, spi: 1, serial: 1 },
  console: { device: 'USB', via: 'terminal', baud: 0 },
  flash: {
    base: 0x8000000,
    bytes: 0x800000,
    pageBytes: 4096,
    programUnit: 4,
    ecc: false,
    storage: { address: 0x8000000, bytes: 0x800000 },
    outbox: {
      address: 0x87f0000,
      bytes: 0x10000,
      why: 'the whole flash belongs to Storage, which fills it from the start: the last 64 KB stay free as long as little is stored',
    },
    partitions: [],
    reportedFree: [],
  },
  capabilities: {
    hardware: false,
    wifi: false,
    wifiPowerSave: false,
    ble: false,
    tls: undefined,
    sleep: false,
    watchdog: false,
  },
  usb: [],
  clockStartsAtZero: false,
  bootCode: false,
};
