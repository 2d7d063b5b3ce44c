import { createIna219Chip } from '../../../sim/chips/ina219.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createIna219 } from '../../../src/sensors/ina219.ts';
import { brownOutCase, busHeldCase, faultCase, otherChipCase, saturatedCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'ina219',
  chip: 'INA219',
  maker: 'Texas Instruments',
  datasheet: 'https://www.ti.com/lit/ds/symlink/ina219.pdf',
  example: 'createIna219(i2c)',
  create(rig, surroundings) {
    const chip = createIna219Chip({ surroundings });
    rig.devices.push(chip);
    return { driver: createIna219(rig.i2c), chip };
  },
  // Half a step of the converters: 4 mV, and 10 uV at 0.1 ohms. Power has its own test.
  channels: [
    { of: 'voltage', min: 0, max: 25998, tolerance: 2 },
    { of: 'current', min: -3199900, max: 3199900, tolerance: 50 },
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
  badOptions: [
    { address: 0x50 },
    { shunt: 0 },
    { shuntRange: 100 },
    { voltageRange: 26 },
    { samples: 3 },
    { samples: 256 },
  ],
  goodOptions: {},
};
