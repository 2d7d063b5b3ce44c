// ESP32 with a WROVER module: the same chip and the same Espruino build, with two pins fewer, which hold its PSRAM.

import type { BoardData } from './board.ts';
import { esp32 } from './esp32.ts';

export const esp32Wrover: BoardData = {
  ...esp32,
  id: 'esp32-wrover',
  name: 'ESP32-WROVER (Espruino)',
  sources: [
    'As esp32, and:',
    'ESP32-WROVER datasheet, "Pin description": GPIO16 and GPIO17 are the PSRAM; modules without PSRAM in them have them free',
    "Espruino boards/ESP32.py: its build does not use the PSRAM, so variables, heap and name are esp32's",
    'Not measured: what the PSRAM draws in deep sleep comes on top',
  ],
  pins: {
    ...esp32.pins,
    taken: [...esp32.pins.taken, { pins: [16, 17], by: 'the PSRAM in the module' }],
  },
};
