import { createSht3xChip } from '../../../sim/chips/sht3x.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createSht3x } from '../../../src/sensors/sht3x.ts';
import { brownOutCase, busHeldCase, faultCase, saturatedCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'sht3x',
  chip: 'SHT30, SHT31, SHT35, SHT85',
  maker: 'Sensirion',
  datasheet: 'https://sensirion.com/resource/datasheet/sht3x_dis',
  example: 'createSht3x(i2c)',
  create(rig, surroundings) {
    const chip = createSht3xChip({ surroundings });
    rig.devices.push(chip);
    return { driver: createSht3x(rig.i2c), chip };
  },
  // Half a step of the converter, rounded up: 175 °C and 100 % in 65535 steps.
  channels: [
    { of: 'temperature', min: -39998, max: 124998, tolerance: 2 },
    { of: 'humidity', min: 2, max: 100000, tolerance: 1 },
  ],
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.Crc),
    faultCase('stuckHigh', Code.Crc),
    faultCase('badCrc', Code.Crc),
    slowCase(60, Code.Timeout),
    saturatedCase(0, Code.Range),
    saturatedCase(1, Code.Range),
    brownOutCase(Code.Timeout),
    busHeldCase(Code.Timeout),
  ],
  badOptions: [{ address: 0x46 }, { address: 0x43 }, { precision: 'highest' }],
  goodOptions: {},
};
