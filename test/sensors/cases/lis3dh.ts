import { createLis3dhChip } from '../../../sim/chips/lis3dh.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createLis3dh } from '../../../src/sensors/lis3dh.ts';
import { brownOutCase, busHeldCase, faultCase, otherChipCase, saturatedCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'lis3dh',
  chip: 'LIS3DH',
  maker: 'STMicroelectronics',
  datasheet: 'https://www.st.com/resource/en/datasheet/lis3dh.pdf',
  example: 'createLis3dh(i2c)',
  create(rig, surroundings) {
    const chip = createLis3dhChip({ surroundings });
    rig.devices.push(chip);
    return { driver: createLis3dh(rig.i2c), chip };
  },
  // Half a step of 9.8 mm/s^2, and half for rounding.
  channels: [
    { of: 'accelerationX', min: -20063, max: 20063, tolerance: 5.5 },
    { of: 'accelerationY', min: -20063, max: 20063, tolerance: 5.5 },
    { of: 'accelerationZ', min: -20063, max: 20063, tolerance: 5.5 },
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
  badOptions: [{ address: 0x1a }, { range: 1 }, { range: 32 }, { rate: 0 }, { rate: 1600 }],
  goodOptions: {},
};
