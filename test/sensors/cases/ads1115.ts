import { createAds1115Chip } from '../../../sim/chips/ads1115.ts';
import type { Source } from '../../../sim/environment/surroundings.ts';
import { Code } from '../../../src/ports/codes.ts';
import { createAds1115 } from '../../../src/sensors/ads1115.ts';
import type { Ads1115Options } from '../../../src/sensors/ads1115.ts';
import { brownOutCase, busHeldCase, faultCase, saturatedCase, slowCase } from '../case.ts';
import type { DriverCase } from '../case.ts';

const OPTIONS: Ads1115Options = { inputs: [{ pins: 'a0' }, { pins: 'a1', range: 256 }, { pins: 'a0-a3' }] };

/** Half of a step of 125 uV, rounded up. */
const TOLERANCE = 63;

export const CASE: DriverCase = {
  file: 'ads1115',
  chip: 'ADS1115, ADS1015',
  maker: 'Texas Instruments',
  datasheet: 'https://www.ti.com/lit/ds/symlink/ads1115.pdf',
  example: "createAds1115(i2c, { inputs: [{ pins: 'a0' }, { pins: 'a1', range: 1024 }] })",
  create(rig, { analog, moisture }) {
    const a0: Source = (time) => analog(time) * 1000;
    const a1: Source = (time) => moisture(time);
    const a2: Source = () => 999999;
    const a3: Source = () => 1650000;
    const chip = createAds1115Chip({ pins: [a0, a1, a2, a3] });
    rig.devices.push(chip);
    return { driver: createAds1115(rig.i2c, OPTIONS), chip };
  },
  channels: [
    { of: 'analog', min: 0, max: 3300, tolerance: TOLERANCE, expected: (truth) => truth * 1000 },
    // Half of a step of 7.8 uV.
    { of: 'moisture', min: 0, max: 100000, tolerance: 4 },
    { of: 'analog', min: 0, max: 3300, tolerance: TOLERANCE, expected: (truth) => truth * 1000 - 1650000 },
  ],
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.Fault),
    faultCase('stuckHigh', Code.Fault),
    slowCase(300, Code.Timeout),
    saturatedCase(0, Code.Overflow),
    brownOutCase(Code.Fault),
    busHeldCase(Code.Timeout),
  ],
  badOptions: [
    {},
    { inputs: [] },
    { inputs: [{ pins: 'a0' }, { pins: 'a1' }, { pins: 'a4' }] },
    { inputs: [{ pins: 'a0' }, { pins: 'a1' }, { pins: 'a2', range: 3300 }] },
    { inputs: [{ pins: 'a0' }, { pins: 'a1' }, { pins: 'a2', range: 8192 }] },
    { inputs: OPTIONS.inputs, rate: 100 },
    { inputs: OPTIONS.inputs, rate: 860, is12Bit: true },
    { inputs: OPTIONS.inputs, address: 0x4c },
    { inputs: OPTIONS.inputs, address: 0x47 },
  ],
  goodOptions: OPTIONS,
};
