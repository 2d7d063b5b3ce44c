// Random programs say the same, before and after. `RUNS=5000` for more of them than there is time for each time.

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrangeCode } from '../../../../flash/build/arrange.ts';
import { CHOSEN, minifyCode } from '../../../../flash/build/minify.ts';
import { joinProgram } from '../../../../flash/build/whole/whole.ts';
import { bundleOf, outcomeOf } from './fixture.ts';
import { chooseFrom, createProgram } from './generator.ts';

const RUNS = Number(process.env['RUNS'] ?? 120);
const SEED = Number(process.env['SEED'] ?? 20_251);

const programs = fc
  .array(fc.nat(9_999), { minLength: 20, maxLength: 400, size: 'max' })
  .map((tape) => createProgram(chooseFrom(tape)));

describe('random programs', () => {
  it(
    'say and throw the same as one program, arranged and minified',
    async () => {
      await fc.assert(
        fc.asyncProperty(programs, async (body) => {
          const bundle = bundleOf(body);
          const before = outcomeOf(bundle.code);
          const joined = joinProgram(bundle);
          expect(outcomeOf(joined.code), joined.code).toEqual(before);
          const arranged = arrangeCode(joined);
          expect(outcomeOf(arranged.code), arranged.code).toEqual(before);
          const minified = await minifyCode(arranged, CHOSEN);
          expect(outcomeOf(minified.code), minified.code).toEqual(before);
        }),
        { seed: SEED, numRuns: RUNS },
      );
    },
    20_000 + RUNS * 200,
  );
});
