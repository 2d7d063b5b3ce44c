import { createBh1750Chip } from '../../../sim/chips/bh1750.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createBh1750 } from '../../../src/sensors/bh1750.ts';
import { busHeldCase, faultCase, saturatedCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

export const CASE: DriverCase = {
  file: 'bh1750',
  chip: 'BH1750FVI',
  maker: 'ROHM',
  datasheet: 'https://www.mouser.com/datasheet/2/348/bh1750fvi-e-186247.pdf',
  example: 'createBh1750(i2c)',
  create(rig, surroundings) {
    const chip = createBh1750Chip({ surroundings });
    rig.devices.push(chip);
    return { driver: createBh1750(rig.i2c), chip };
  },
  // Half a count: 1 / 2.4 lx.
  channels: [{ of: 'illuminance', min: 0, max: 54600000, tolerance: 418 }],
  // A brown-out, a slow chip and nothing but zeros look like darkness: see the driver's own test for what is done about the first
  // two. A line that is held low lets no transfer happen on a real bus.
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckHigh', Code.Overflow),
    saturatedCase(0, Code.Overflow),
    busHeldCase(Code.Timeout),
  ],
  badOptions: [{ address: 0x24 }, { resolution: 2 }, { measurementTime: 30 }, { measurementTime: 255 }],
  goodOptions: {},
};
