import { createCcs811Chip } from '../../../sim/chips/ccs811.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createCcs811 } from '../../../src/sensors/ccs811.ts';
import { brownOutCase, busHeldCase, faultCase, otherChipCase, saturatedCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'ccs811',
  chip: 'CCS811',
  maker: 'ScioSense',
  datasheet:
    'https://www.sciosense.com/wp-content/uploads/documents/SC-001232-DS-2-CCS811B-Datasheet-Revision-2.pdf',
  example: 'createCcs811(i2c)',
  create(rig, surroundings) {
    const chip = createCcs811Chip({ surroundings });
    rig.devices.push(chip);
    return { driver: createCcs811(rig.i2c), chip };
  },
  // The chip's numbers are sent as they are; the last of each stands for all beyond.
  channels: [
    { of: 'co2', min: 400, max: 29205, tolerance: 0 },
    { of: 'tvoc', min: 0, max: 32767, tolerance: 0 },
  ],
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.Fault),
    faultCase('stuckHigh', Code.Fault),
    otherChipCase(Code.WrongId),
    slowCase(5000, Code.Timeout),
    saturatedCase(0, Code.Range),
    saturatedCase(1, Code.Range),
    // The chip is silent for 20 ms then.
    brownOutCase(Code.Absent),
    busHeldCase(Code.Timeout),
  ],
  badOptions: [
    { address: 0x5c },
    { interval: 2 },
    { temperature: -26 },
    { temperature: 101 },
    { humidity: -1 },
    { humidity: 101 },
  ],
  goodOptions: {},
};
