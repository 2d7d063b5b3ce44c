import { createBmp280Chip } from '../../../sim/chips/bme280.ts';
import { createAirOf } from '../../../sim/environment/environment.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createBmp280 } from '../../../src/sensors/bmp280.ts';
import { brownOutCase, busHeldCase, faultCase, otherChipCase, slowCase } from '../case.ts';
import type { DriverCase, FaultCase } from '../case.ts';

/** The chip's bits are those of the BME280: pressure is the third. */
function endCase(name: string, bit: number): FaultCase {
  return {
    name: name + ' at its end',
    code: Code.Range,
    make: (pair) => void (pair.chip.faults.saturated = bit),
    undo: (pair) => void (pair.chip.faults.saturated = 0),
  };
}

export const CASE: DriverCase = {
  file: 'bmp280',
  chip: 'BMP280',
  maker: 'Bosch',
  datasheet: 'https://www.bosch-sensortec.com/media/boschsensortec/downloads/datasheets/bst-bmp280-ds001.pdf',
  example: 'createBmp280(i2c)',
  create(rig, surroundings, seed) {
    const chip = createBmp280Chip({ environment: createAirOf(surroundings), seed });
    rig.devices.push(chip);
    return { driver: createBmp280(rig.i2c), chip };
  },
  // As the BME280: 3.5 times the RMS of its noise, and half a step of 16 bits.
  channels: [
    { of: 'temperature', min: -39900, max: 84900, tolerance: 30 },
    { of: 'pressure', min: 30100, max: 109900, tolerance: 25 },
  ],
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.Fault),
    faultCase('stuckHigh', Code.Fault),
    otherChipCase(Code.WrongId),
    slowCase(200, Code.Timeout),
    endCase('temperature', 1),
    endCase('pressure', 4),
    brownOutCase(Code.Fault),
    busHeldCase(Code.Timeout),
  ],
  badOptions: [
    { address: 0x75 },
    { temperatureOversampling: 32 },
    { pressureOversampling: 0 },
    { filter: 1 },
    { filter: 3 },
  ],
  goodOptions: {},
};
