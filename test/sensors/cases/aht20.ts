import { createAht20Chip } from '../../../sim/chips/aht20.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createAht20 } from '../../../src/sensors/aht20.ts';
import { brownOutCase, busHeldCase, faultCase, saturatedCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'aht20',
  chip: 'AHT20, AHT10, AHT21, AHT25, DHT20',
  maker: 'Aosong',
  datasheet: 'https://www.aosong.com/en/products-32.html',
  example: 'createAht20(i2c)',
  create(rig, surroundings) {
    const chip = createAht20Chip({ surroundings });
    rig.devices.push(chip);
    return { driver: createAht20(rig.i2c), chip };
  },
  // A step of the converter is 0.0002 °C and 0.0001 %: what is left is rounding.
  channels: [
    { of: 'temperature', min: -40000, max: 120000, tolerance: 1 },
    { of: 'humidity', min: 1, max: 100000, tolerance: 1 },
  ],
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.Fault),
    faultCase('stuckHigh', Code.Fault),
    faultCase('badCrc', Code.Crc),
    slowCase(300, Code.Timeout),
    saturatedCase(0, Code.Range),
    saturatedCase(1, Code.Range),
    brownOutCase(Code.Fault),
    busHeldCase(Code.Timeout),
  ],
  badOptions: [{ address: 0x39 }, { address: 0x40, type: 'aht10' }, { type: 'aht30' }],
  goodOptions: {},
};
