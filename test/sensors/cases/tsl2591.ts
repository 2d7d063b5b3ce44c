import { createTsl2591Chip } from '../../../sim/chips/tsl2591.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createTsl2591 } from '../../../src/sensors/tsl2591.ts';
import { brownOutCase, busHeldCase, faultCase, otherChipCase, saturatedCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'tsl2591',
  chip: 'TSL2591',
  maker: 'ams',
  datasheet: 'https://cdn-shop.adafruit.com/datasheets/TSL25911_Datasheet_EN_v1.pdf',
  example: 'createTsl2591(i2c)',
  create(rig, surroundings) {
    const chip = createTsl2591Chip({ surroundings });
    rig.devices.push(chip);
    return { driver: createTsl2591(rig.i2c), chip };
  },
  // Half a count of the broad channel and half of the infrared one, which counts three halves, at gain 1: 4.08 lx a count. The highest gains are in the driver's own test, relative.
  channels: [{ of: 'illuminance', min: 0, max: 80000000, tolerance: 5000 }],
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.Fault),
    faultCase('stuckHigh', Code.Fault),
    otherChipCase(Code.WrongId),
    slowCase(300, Code.Timeout),
    saturatedCase(0, Code.Overflow),
    brownOutCase(Code.Fault),
    busHeldCase(Code.Timeout),
  ],
  badOptions: [
    { address: 0x39 },
    { gain: 'higher' },
    { integrationMs: 150 },
    { integrationMs: 0 },
    { integrationMs: 700 },
  ],
  goodOptions: {},
};
