// ESP32 with 4 MB of flash and the Espruino build "ESP32".

import type { BoardData } from './board.ts';

export const esp32: BoardData = {
  id: 'esp32',
  name: 'ESP32 (Espruino)',
  engine: 'espruino',
  versions: '>=2.29 <3',
  sources: [
    'Espruino boards/ESP32.py: variables, pins, buses, saved_code',
    'Espruino src/jsutils.h: bytes of a variable at 16383 variables',
    'Espruino targets/esp32/jshardware.c: jshFlashGetFree, jshFlashGetPage, program unit of 4 bytes',
    'Espruino boards/ESP32.py: ESP_HEAP_SIZE, the bytes of the heap that are left free for TLS, 40000; not measured',
    'mbedTLS ssl_internal.h: a record buffer is MBEDTLS_SSL_MAX_CONTENT_LEN, 16384 in ESP-IDF, and what is around it',
    'Espruino targets/esp32/partitions_espruino.csv: what lies where in the flash',
    'ESP32 series datasheet, "Current consumption by power modes": two cores at 240 MHz with the modem asleep 30 to 68 mA, of which the middle; deep sleep with RTC timer and RTC memory 10 uA',
    'ESP32 series datasheet, "RF power-consumption specifications": receiving 95 to 100 mA, sending 180 to 240 mA; of which 120 mA is one part sending to six parts receiving',
    'Not measured: 500 ms from wake to program, of which most is the boot loader reading the engine from flash',
  ],
  heap: { vars: 16383, varBytes: 14 },
  pins: { count: 40, analog: [32, 33, 34, 35, 36, 37, 38, 39] },
  buses: { i2c: 2, spi: 2, serial: 3 },
  flash: {
    base: 0,
    bytes: 0x400000,
    pageBytes: 4096,
    programUnit: 4,
    ecc: false,
    storage: { address: 0x320000, bytes: 0xe0000 },
    outbox: {
      address: 0x310000,
      bytes: 0x10000,
      why: 'the only area that no partition table of Espruino uses: of the three that Flash.getFree() reports, 0xE000 holds Wi-Fi settings and 0x360000 lies inside Storage',
    },
    reportedFree: [
      { address: 0xe000, bytes: 0x2000 },
      { address: 0x310000, bytes: 0x10000 },
      { address: 0x360000, bytes: 0xa0000 },
    ],
  },
  capabilities: {
    hardware: true,
    wifi: true,
    tls: { bytes: 40000, blockBytes: 17 * 1024 },
    sleep: true,
    watchdog: true,
  },
  currents: { bootMs: 500, activeMa: 50, radioMa: 120, sleepUa: 10 },
  clockStartsAtZero: true,
  bootCode: true,
};
