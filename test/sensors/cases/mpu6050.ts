import { createMpu6050Chip } from '../../../sim/chips/mpu6050.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createMpu6050 } from '../../../src/sensors/mpu6050.ts';
import { brownOutCase, busHeldCase, faultCase, otherChipCase, saturatedCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'mpu6050',
  chip: 'MPU-6050',
  maker: 'InvenSense (TDK)',
  datasheet: 'https://invensense.tdk.com/wp-content/uploads/2015/02/MPU-6000-Datasheet1.pdf',
  example: 'createMpu6050(i2c)',
  create(rig, surroundings) {
    const chip = createMpu6050Chip({ surroundings });
    rig.devices.push(chip);
    return { driver: createMpu6050(rig.i2c), chip };
  },
  // Half a step of 0.6 mm/s^2, 7.6 m°/s and 2.9 m°C, and half for rounding.
  channels: [
    { of: 'accelerationX', min: -19612, max: 19612, tolerance: 1 },
    { of: 'accelerationY', min: -19612, max: 19612, tolerance: 1 },
    { of: 'accelerationZ', min: -19612, max: 19612, tolerance: 1 },
    { of: 'rotationX', min: -250100, max: 250100, tolerance: 4 },
    { of: 'rotationY', min: -250100, max: 250100, tolerance: 4 },
    { of: 'rotationZ', min: -250100, max: 250100, tolerance: 4 },
    { of: 'temperature', min: -39998, max: 84998, tolerance: 2 },
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
    saturatedCase(3, Code.Overflow),
    saturatedCase(5, Code.Overflow),
    saturatedCase(6, Code.Range),
    brownOutCase(Code.Fault),
    busHeldCase(Code.Timeout),
  ],
  badOptions: [
    { address: 0x6a },
    { accelerationRange: 3 },
    { accelerationRange: 32 },
    { rotationRange: 300 },
    { bandwidth: 100 },
  ],
  goodOptions: {},
};
