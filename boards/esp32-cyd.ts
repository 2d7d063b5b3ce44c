// "Cheap Yellow Display": an ESP32-2432S028 with a screen, a touch panel and a card slot on nearly all of its pins, and its own
// Espruino build.

import type { BoardData } from './board.ts';
import { esp32 } from './esp32.ts';
import { CH340 } from './usb.ts';

export const esp32Cyd: BoardData = {
  ...esp32,
  id: 'esp32-cyd',
  name: 'ESP32 Cheap Yellow Display (Espruino)',
  engineName: 'ESP32_CYD',
  sources: [
    'As esp32, and:',
    'Espruino boards/ESP32_CYD.py: what is wired to which pin, binary_name, no NEOPIXEL',
    'Pins of the ESP32-2432S028, as its community keeps them (PINS.md): free on connectors are 22, 27 and the input 35; the CH340 on board',
    'Espruino make/targets/ESP32.make: the archive names the image espruino_esp32.bin on every ESP32',
    'Not measured: the screen and its light come on top of the currents',
    'Espruino src/jswrap_process.c, scripts/build_platform_config.py: process.env.BOARD is the name of the file in boards/',
  ],
  pins: {
    ...esp32.pins,
    shared: [
      ...esp32.pins.shared,
      { pins: [2, 12, 13, 14, 15, 21], by: 'the display' },
      { pins: [25, 32, 33, 36, 39], by: 'the touch panel' },
      { pins: [5, 18, 19, 23], by: 'the card slot' },
      { pins: [4, 16, 17], by: 'the three-coloured lamp' },
      { pins: [26], by: 'the loudspeaker' },
      { pins: [34], by: 'the light sensor' },
      { pins: [0], by: 'the button' },
    ],
  },
  // Its connector CN1.
  i2cPins: { data: 22, clock: 27 },
  firmware: { ...esp32.firmware!, archive: 'espruino_%v_esp32_cyd.tgz' },
  usb: [CH340],
};
