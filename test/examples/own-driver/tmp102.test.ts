import { expect, it } from 'vitest';
import { createTmp102 } from '../../../examples/own-driver/tmp102.ts';
import { Code } from '../../../src/ports/codes.ts';
import { brownOutCase, busHeldCase, faultCase, saturatedCase, slowCase } from '../../sensors/case.ts';
import type { DriverCase } from '../../sensors/case.ts';
import { checkCase } from '../../sensors/check-case.ts';
import { createTmp102Chip } from './tmp102-chip.ts';

const CASE: DriverCase = {
  file: 'tmp102',
  chip: 'TMP102',
  maker: 'Texas Instruments',
  datasheet: 'https://www.ti.com/lit/ds/symlink/tmp102.pdf',
  example: 'createTmp102(i2c)',
  create(rig, surroundings) {
    const chip = createTmp102Chip(surroundings);
    rig.devices.push(chip);
    return { driver: createTmp102(rig.i2c), chip };
  },
  // Half of its step of 62.5 millidegrees.
  channels: [{ of: 'temperature', min: -39990, max: 124990, tolerance: 32 }],
  faults: [
    faultCase('absent', Code.Absent),
    faultCase('stuckLow', Code.WrongId),
    faultCase('stuckHigh', Code.WrongId),
    faultCase('wrongId', Code.WrongId),
    slowCase(80, Code.Timeout),
    saturatedCase(0, Code.Range),
    brownOutCase(Code.Fault),
    busHeldCase(Code.Timeout),
  ],
  badOptions: [{ address: 0x40 }],
  goodOptions: {},
};

it('gives true values, the right code for each fault, and never a wrong value', () => {
  expect(checkCase(CASE).failures).toEqual([]);
});
