import { createVeml7700Chip } from '../../../sim/chips/veml7700.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createVeml7700 } from '../../../src/sensors/veml7700.ts';
import { brownOutCase, busHeldCase, faultCase, saturatedCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'veml7700',
  chip: 'VEML7700, VEML6030',
  maker: 'Vishay',
  datasheet: 'https://www.vishay.com/docs/84286/veml7700.pdf',
  example: 'createVeml7700(i2c)',
  create(rig, surroundings) {
    const chip = createVeml7700Chip({ surroundings });
    rig.devices.push(chip);
    return { driver: createVeml7700(rig.i2c), chip };
  },
  // Half a count of the least sensitivity, where a sample may end that begins there: 1.08 lx, and the slope of the polynomial at
  // 2000 lx. The whole range is in the driver's own test, relative.
  channels: [{ of: 'illuminance', min: 0, max: 2000000, tolerance: 1400 }],
  // A chip that is slower than twice its time cannot be told from darkness.
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.Fault),
    faultCase('stuckHigh', Code.Fault),
    saturatedCase(0, Code.Overflow),
    brownOutCase(Code.Fault),
    busHeldCase(Code.Timeout),
  ],
  badOptions: [
    { address: 0x11 },
    { gain: 4 },
    { gain: 0.5 },
    { integrationMs: 150 },
    { integrationMs: 1600 },
  ],
  goodOptions: {},
};
