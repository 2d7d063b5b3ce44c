import { createSht4xChip } from '../../../sim/chips/sht4x.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createSht4x } from '../../../src/sensors/sht4x.ts';
import { brownOutCase, busHeldCase, faultCase, saturatedCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'sht4x',
  chip: 'SHT40, SHT41, SHT43, SHT45',
  maker: 'Sensirion',
  datasheet: 'https://sensirion.com/resource/datasheet/sht4x',
  example: 'createSht4x(i2c)',
  create(rig, surroundings) {
    const chip = createSht4xChip({ surroundings });
    rig.devices.push(chip);
    return { driver: createSht4x(rig.i2c), chip };
  },
  // Half a step of the converter, rounded up: 175 °C and 125 % in 65535 steps.
  channels: [
    { of: 'temperature', min: -39998, max: 124998, tolerance: 2 },
    { of: 'humidity', min: 2, max: 99998, tolerance: 2 },
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
  badOptions: [{ address: 0x40 }, { precision: 'highest' }],
  goodOptions: {},
};
