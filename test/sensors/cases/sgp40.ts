import { createSgp40Chip } from '../../../sim/chips/sgp40.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createSgp40 } from '../../../src/sensors/sgp40.ts';
import { brownOutCase, busHeldCase, faultCase, saturatedCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'sgp40',
  chip: 'SGP40',
  maker: 'Sensirion',
  datasheet: 'https://sensirion.com/resource/datasheet/sgp40',
  example: 'createSgp40(i2c, { temperature: 21500, humidity: 48000 })',
  create(rig, surroundings) {
    const chip = createSgp40Chip({ surroundings });
    rig.devices.push(chip);
    return { driver: createSgp40(rig.i2c), chip };
  },
  // The index is no quantity: gas-index.test.ts holds it against Sensirion's. The signal is whole ticks, as the simulated chip makes them.
  channels: [null, { of: 'tvoc', min: 0, max: 15000, tolerance: 0, expected: (truth) => 32000 - 2 * truth }],
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.Crc),
    faultCase('stuckHigh', Code.Crc),
    faultCase('badCrc', Code.Crc),
    slowCase(200, Code.Timeout),
    saturatedCase(1, Code.Range),
    brownOutCase(Code.Timeout),
    busHeldCase(Code.Timeout),
  ],
  badOptions: [
    { address: 0x58 },
    { temperature: 20000 },
    { humidity: 50000 },
    { temperature: -45001, humidity: 50000 },
    { temperature: 20000, humidity: 100001 },
    { temperature: NaN, humidity: 50000 },
  ],
  goodOptions: {},
};
