import { createHtu21dChip } from '../../../sim/chips/htu21d.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createHtu21d } from '../../../src/sensors/htu21d.ts';
import { brownOutCase, busHeldCase, faultCase, saturatedCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'htu21d',
  chip: 'HTU21D, Si7021, SHT21',
  maker: 'TE Connectivity, Silicon Labs',
  datasheet: 'https://www.te.com/usa-en/product-CAT-HSC0004.html',
  example: 'createHtu21d(i2c)',
  create(rig, surroundings) {
    const chip = createHtu21dChip({ surroundings });
    rig.devices.push(chip);
    return { driver: createHtu21d(rig.i2c), chip };
  },
  // Half a step of the converter, rounded up: 175.72 °C in 2^14 and 125 % in 2^12 steps.
  channels: [
    { of: 'temperature', min: -39990, max: 124990, tolerance: 6 },
    { of: 'humidity', min: 0, max: 100000, tolerance: 16 },
  ],
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.Fault),
    faultCase('stuckHigh', Code.Fault),
    faultCase('wrongId', Code.Crc),
    faultCase('badCrc', Code.Crc),
    slowCase(100, Code.Timeout),
    saturatedCase(0, Code.Range),
    saturatedCase(1, Code.Range),
    brownOutCase(Code.Timeout),
    busHeldCase(Code.Timeout),
  ],
  badOptions: [{ address: 0x41 }],
  goodOptions: {},
};
