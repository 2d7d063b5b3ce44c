import { createBme680Chip } from '../../../sim/chips/bme680.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createBme680 } from '../../../src/sensors/bme680.ts';
import { brownOutCase, busHeldCase, faultCase, otherChipCase, saturatedCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'bme680',
  chip: 'BME680, BME688',
  maker: 'Bosch',
  datasheet: 'https://www.bosch-sensortec.com/media/boschsensortec/downloads/datasheets/bst-bme680-ds001.pdf',
  example: 'createBme680(i2c)',
  create(rig, surroundings) {
    const chip = createBme680Chip({ surroundings });
    rig.devices.push(chip);
    return { driver: createBme680(rig.i2c), chip };
  },
  // Half a step of 16 bits: 2.5 m°C and 1.5 Pa, and the temperature that pressure and humidity are compensated with; of
  // humidity, 4 m% and its bend; of the gas converter, at worst 0.06 %.
  channels: [
    { of: 'temperature', min: -39990, max: 84990, tolerance: 4 },
    { of: 'humidity', min: 100, max: 99900, tolerance: 15 },
    { of: 'pressure', min: 30010, max: 109990, tolerance: 5 },
    { of: 'gasResistance', min: 300, max: 400000, tolerance: 260 },
  ],
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.Fault),
    faultCase('stuckHigh', Code.Fault),
    otherChipCase(Code.WrongId),
    slowCase(300, Code.Timeout),
    saturatedCase(0, Code.Range),
    saturatedCase(1, Code.Range),
    saturatedCase(2, Code.Range),
    brownOutCase(Code.Fault),
    busHeldCase(Code.Timeout),
  ],
  badOptions: [
    { address: 0x78 },
    { temperatureOversampling: 3 },
    { humidityOversampling: 32 },
    { pressureOversampling: 0 },
    { filter: 2 },
    { filter: 255 },
    { heaterTemperature: 199 },
    { heaterTemperature: 401 },
    { heaterMs: 0 },
    { heaterMs: 4033 },
  ],
  goodOptions: {},
};
