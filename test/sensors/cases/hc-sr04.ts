import { createHcSr04Chip } from '../../../sim/chips/hc-sr04.ts';
import { createPulseEcho } from '../../../sim/rig/pins.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createHcSr04 } from '../../../src/sensors/hc-sr04.ts';
import { faultCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';
import { throughLoop } from '../through-loop.ts';

export const CASE: DriverCase = {
  file: 'hc-sr04',
  chip: 'HC-SR04, US-015, JSN-SR04T',
  maker: 'many',
  datasheet: 'https://cdn.sparkfun.com/datasheets/Sensors/Proximity/HCSR04.pdf',
  example: 'createHcSr04(openPulseEcho(4, 5))',
  create(rig, surroundings) {
    const chip = createHcSr04Chip({ surroundings });
    const pins = createPulseEcho(chip, rig);
    const driver = createHcSr04(pins, { temperature: 22 });
    return { driver: throughLoop(driver, pins), chip, transfers: () => pins.pulses };
  },
  // The air has 21.54 degrees, for which the driver takes 22: 0.08 % of the distance; and a millimetre.
  channels: [{ of: 'distance', min: 21, max: 3990, tolerance: 5 }],
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.Absent),
    faultCase('stuckHigh', Code.Absent),
    slowCase(60, Code.Absent),
  ],
  badOptions: [{ temperature: 100 }, { maxDistance: 5000 }, { maxDistance: 0 }],
  goodOptions: { temperature: 22 },
  isOffBus: true,
};
