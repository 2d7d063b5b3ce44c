import { createScd30Chip } from '../../../sim/chips/scd30.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createScd30 } from '../../../src/sensors/scd30.ts';
import { brownOutCase, busHeldCase, faultCase, saturatedCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

/** The quiet room's. */
const OPTIONS = { ambientPressure: 98800 };

export const CASE: DriverCase = {
  file: 'scd30',
  chip: 'SCD30',
  maker: 'Sensirion',
  datasheet: 'https://sensirion.com/resource/datasheet/scd30',
  example: 'createScd30(i2c, { altitude: 520 })',
  create(rig, surroundings) {
    const chip = createScd30Chip({ surroundings });
    rig.devices.push(chip);
    return { driver: createScd30(rig.i2c, OPTIONS), chip };
  },
  // CO2: rounding to 1 ppm, and the pressure is told to 1 hPa, which is 0.04 % here. The others: rounding to a thousandth.
  channels: [
    { of: 'co2', min: 400, max: 5000, tolerance: 3 },
    { of: 'temperature', min: -40000, max: 70000, tolerance: 1 },
    { of: 'humidity', min: 1, max: 100000, tolerance: 1 },
  ],
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.Crc),
    faultCase('stuckHigh', Code.Crc),
    faultCase('badCrc', Code.Crc),
    slowCase(60000, Code.Timeout),
    saturatedCase(0, Code.Range),
    saturatedCase(1, Code.Range),
    saturatedCase(2, Code.Range),
    brownOutCase(Code.Timeout),
    busHeldCase(Code.Timeout),
  ],
  badOptions: [
    { address: 0x62 },
    { interval: 1 },
    { interval: 31 },
    { altitude: -1 },
    { altitude: 3001 },
    { ambientPressure: 1013 },
    { ambientPressure: 140001 },
    { ambientPressure: 101300, altitude: 0 },
    { temperatureOffset: -1 },
    { temperatureOffset: 20001 },
    { temperatureOffset: NaN },
  ],
  goodOptions: OPTIONS,
};
