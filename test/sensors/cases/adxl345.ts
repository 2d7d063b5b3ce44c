import { createAdxl345Chip } from '../../../sim/chips/adxl345.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createAdxl345 } from '../../../src/sensors/adxl345.ts';
import { brownOutCase, busHeldCase, faultCase, otherChipCase, saturatedCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'adxl345',
  chip: 'ADXL345',
  maker: 'Analog Devices',
  datasheet: 'https://www.analog.com/media/en/technical-documentation/data-sheets/adxl345.pdf',
  example: 'createAdxl345(i2c)',
  create(rig, surroundings) {
    const chip = createAdxl345Chip({ surroundings });
    rig.devices.push(chip);
    return { driver: createAdxl345(rig.i2c), chip };
  },
  // Half a step of 38.3 mm/s^2, and half for rounding.
  channels: [
    { of: 'accelerationX', min: -156849, max: 156810, tolerance: 20 },
    { of: 'accelerationY', min: -156849, max: 156810, tolerance: 20 },
    { of: 'accelerationZ', min: -156849, max: 156810, tolerance: 20 },
  ],
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.Fault),
    faultCase('stuckHigh', Code.Fault),
    otherChipCase(Code.WrongId),
    slowCase(200, Code.Timeout),
    saturatedCase(0, Code.Overflow),
    saturatedCase(1, Code.Overflow),
    saturatedCase(2, Code.Overflow),
    brownOutCase(Code.Fault),
    busHeldCase(Code.Timeout),
  ],
  badOptions: [{ address: 0x52 }, { rate: 6.25 }, { rate: 800 }, { rate: 60 }],
  goodOptions: {},
};
