import { createScd4xChip } from '../../../sim/chips/scd4x.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createScd4x } from '../../../src/sensors/scd4x.ts';
import { brownOutCase, busHeldCase, faultCase, saturatedCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

/** The quiet room's. */
const OPTIONS = { ambientPressure: 98800 };

export const CASE: DriverCase = {
  file: 'scd4x',
  chip: 'SCD40, SCD41, SCD43',
  maker: 'Sensirion',
  datasheet: 'https://sensirion.com/resource/datasheet/scd4x',
  example: 'createScd4x(i2c, { altitude: 520 })',
  create(rig, surroundings) {
    const chip = createScd4xChip({ surroundings });
    rig.devices.push(chip);
    return { driver: createScd4x(rig.i2c, OPTIONS), chip };
  },
  // CO2: a step of 1 ppm, and the pressure is told to 1 hPa, which is 0.04 % here. Half a step of the converter, rounded up: 175 °C
  // and 100 % in 65535 steps; the offset of 4 °C has such a step too.
  channels: [
    { of: 'co2', min: 400, max: 5000, tolerance: 3 },
    { of: 'temperature', min: -9990, max: 59990, tolerance: 4 },
    { of: 'humidity', min: 2, max: 100000, tolerance: 1 },
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
    { address: 0x61 },
    { mode: 'sometimes' },
    { altitude: -1 },
    { altitude: 3001 },
    { ambientPressure: 1013 },
    { ambientPressure: 120001 },
    { ambientPressure: 101300, altitude: 0 },
    { temperatureOffset: -1 },
    { temperatureOffset: 20001 },
    { temperatureOffset: NaN },
  ],
  goodOptions: OPTIONS,
};
