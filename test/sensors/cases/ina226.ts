import { createIna226Chip } from '../../../sim/chips/ina226.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createIna226 } from '../../../src/sensors/ina226.ts';
import { brownOutCase, busHeldCase, faultCase, otherChipCase, saturatedCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'ina226',
  chip: 'INA226',
  maker: 'Texas Instruments',
  datasheet: 'https://www.ti.com/lit/ds/symlink/ina226.pdf',
  example: 'createIna226(i2c)',
  create(rig, surroundings) {
    const chip = createIna226Chip({ surroundings });
    rig.devices.push(chip);
    return { driver: createIna226(rig.i2c), chip };
  },
  // Half a step of the converters, rounded up: 1.25 mV, and 2.5 uV at 0.1 ohms. Power has its own test.
  channels: [
    { of: 'voltage', min: 0, max: 35998, tolerance: 1 },
    { of: 'current', min: -819100, max: 819100, tolerance: 13 },
    null,
  ],
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.Fault),
    faultCase('stuckHigh', Code.Fault),
    otherChipCase(Code.WrongId),
    slowCase(60, Code.Timeout),
    saturatedCase(0, Code.Overflow),
    saturatedCase(1, Code.Overflow),
    brownOutCase(Code.Fault),
    busHeldCase(Code.Timeout),
  ],
  badOptions: [{ address: 0x3f }, { shunt: -1 }, { conversionUs: 1000 }, { samples: 2 }],
  goodOptions: {},
};
