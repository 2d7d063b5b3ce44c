// Espruino built for Linux with the ESP32's memory layout: the real engine that tests run, with dummies for pins and buses.

import type { BoardData } from './board.ts';

export const espruinoLinux: BoardData = {
  id: 'espruino-linux',
  name: 'Espruino on Linux',
  engine: 'espruino',
  engineName: 'LINUX',
  versions: '>=2.29 <3',
  sources: [
    'Espruino boards/LINUX.py: pins, buses, console, saved_code of 256 pages of 1024 bytes',
    'Espruino targets/linux/jshardware.c: fake flash at 0x10000000, dummies for pins and buses',
    'Measured: process.memory() of a 32-bit build with 16383 variables',
    'Measured: an example firmware comes through a TLS handshake with 4200 variables of 14 bytes free, not with 3800',
    'Espruino src/jswrap_process.c, scripts/build_platform_config.py: process.env.BOARD is the name of the file in boards/',
  ],
  heap: { vars: 16383, varBytes: 14 },
  pins: { count: 33, analog: [], absent: [], inputOnly: [], strapping: [], taken: [], shared: [] },
  buses: { i2c: 3, spi: 3, serial: 6 },
  console: { device: 'USB', via: 'terminal', baud: 0 },
  flash: {
    base: 0x10000000,
    bytes: 0x40000,
    pageBytes: 1024,
    programUnit: 4,
    ecc: false,
    storage: { address: 0x10000000, bytes: 0x40000 },
    outbox: {
      address: 0x10030000,
      bytes: 0x10000,
      why: 'the whole flash belongs to Storage, which fills it from the start: the last 64 KB stay free as long as little is stored',
    },
    partitions: [],
    reportedFree: [{ address: 0x10000000, bytes: 0x40000 }],
  },
  capabilities: {
    hardware: false,
    wifi: false,
    wifiPowerSave: false,
    ble: false,
    tls: { bytes: 61440, blockBytes: 0 },
    sleep: false,
    watchdog: false,
  },
  usb: [],
  clockStartsAtZero: false,
  bootCode: false,
};
