import { createBme280Chip } from '../../../sim/chips/bme280.ts';
import { createAirOf } from '../../../sim/environment/environment.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createBme280 } from '../../../src/sensors/bme280.ts';
import { brownOutCase, busHeldCase, faultCase, otherChipCase, saturatedCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'bme280',
  chip: 'BME280',
  maker: 'Bosch',
  datasheet: 'https://www.bosch-sensortec.com/media/boschsensortec/downloads/datasheets/bst-bme280-ds002.pdf',
  example: 'createBme280(i2c)',
  create(rig, surroundings, seed) {
    const chip = createBme280Chip({ environment: createAirOf(surroundings), seed });
    rig.devices.push(chip);
    return { driver: createBme280(rig.i2c), chip };
  },
  // The chip's noise without oversampling, 3.5 times its RMS (5 m°C, 70 m%, 3.3 Pa), and half a step of 16 bits; pressure
  // also moves with the noise of the temperature. Below 0.5 % the converter of humidity is near its end.
  channels: [
    { of: 'temperature', min: -39900, max: 84900, tolerance: 30 },
    { of: 'humidity', min: 500, max: 100000, tolerance: 400 },
    { of: 'pressure', min: 30100, max: 109900, tolerance: 25 },
  ],
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.Fault),
    faultCase('stuckHigh', Code.Fault),
    otherChipCase(Code.WrongId),
    slowCase(200, Code.Timeout),
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
    { filter: 1 },
    { filter: 32 },
  ],
  goodOptions: {},
};
