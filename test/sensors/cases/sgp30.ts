import { createSgp30Chip } from '../../../sim/chips/sgp30.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createSgp30 } from '../../../src/sensors/sgp30.ts';
import { brownOutCase, busHeldCase, faultCase, saturatedCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

const OPTIONS = { baselineCo2: 0x8e68, baselineTvoc: 0x8f41, temperature: 21540, humidity: 48000 };

export const CASE: DriverCase = {
  file: 'sgp30',
  chip: 'SGP30',
  maker: 'Sensirion',
  datasheet: 'https://sensirion.com/resource/datasheet/sgp30',
  example: 'createSgp30(i2c, { temperature: 21500, humidity: 48000 })',
  create(rig, surroundings) {
    const chip = createSgp30Chip({ surroundings });
    rig.devices.push(chip);
    return { driver: createSgp30(rig.i2c, OPTIONS), chip };
  },
  // The chip gives whole ppm and ppb. Its baseline is the chip's own, and tested by the driver's own test.
  channels: [
    { of: 'co2', min: 400, max: 59999, tolerance: 0 },
    { of: 'tvoc', min: 0, max: 59999, tolerance: 0 },
    null,
    null,
  ],
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.Crc),
    faultCase('stuckHigh', Code.Crc),
    faultCase('badCrc', Code.Crc),
    slowCase(200, Code.Timeout),
    saturatedCase(0, Code.Range),
    saturatedCase(1, Code.Range),
    brownOutCase(Code.Fault),
    busHeldCase(Code.Timeout),
  ],
  badOptions: [
    { address: 0x59 },
    { baselineCo2: 0x8e68 },
    { baselineTvoc: 0x8f41 },
    { baselineCo2: 0, baselineTvoc: 0x8f41 },
    { baselineCo2: 0x8e68, baselineTvoc: 65536 },
    { temperature: 20000 },
    { humidity: 50000 },
    { temperature: -40001, humidity: 50000 },
    { temperature: 20000, humidity: 100001 },
    { temperature: NaN, humidity: 50000 },
  ],
  goodOptions: OPTIONS,
};
