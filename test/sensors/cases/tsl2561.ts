import { createTsl2561Chip } from '../../../sim/chips/tsl2561.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createTsl2561 } from '../../../src/sensors/tsl2561.ts';
import { brownOutCase, busHeldCase, faultCase, otherChipCase, saturatedCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'tsl2561',
  chip: 'TSL2561',
  maker: 'ams',
  datasheet: 'https://cdn-shop.adafruit.com/datasheets/TSL2561.pdf',
  example: 'createTsl2561(i2c)',
  create(rig, surroundings) {
    const chip = createTsl2561Chip({ surroundings });
    rig.devices.push(chip);
    return { driver: createTsl2561(rig.i2c), chip };
  },
  // Half a count of both channels at the least sensitivity, where a sample may end that begins there: 468 counts at gain 16 and
  // 402 ms, 0.02 lx each. More in the driver's own test, relative.
  channels: [{ of: 'illuminance', min: 0, max: 40000000, tolerance: 12000 }],
  // A chip whose clock is slower than the slowest cannot be told from one in the light of before.
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.Fault),
    faultCase('stuckHigh', Code.Fault),
    otherChipCase(Code.WrongId),
    saturatedCase(0, Code.Overflow),
    brownOutCase(Code.Fault),
    busHeldCase(Code.Timeout),
  ],
  badOptions: [{ address: 0x28 }, { gain: 2 }, { integrationMs: 100 }, { integrationMs: 13 }],
  goodOptions: {},
};
