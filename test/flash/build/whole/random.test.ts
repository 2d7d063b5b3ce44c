// Random programs say the same, before and after. `RUNS=5000` for more of them than there is time for each time.

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrangeCode } from '../../../../flash/build/arrange.ts';
import { CHOSEN, minifyCode } from '../../../../flash/build/minify.ts';
import { joinProgram } from '../../../../flash/build/whole/whole.ts';
import { bundleOf } from '../fixture.ts';
import { outcomeOf } from './fixture.ts';
import { chooseFrom, createProgram } from './generator.ts';

const RUNS = Number(process.env['RUNS'] ?? 60);
const SEED = Number(process.env['SEED'] ?? 20_251);

// Without bias: small numbers alone would make the simplest program again and again.
const programs = fc
  .noBias(fc.array(fc.nat(9_999), { minLength: 100, maxLength: 400, size: 'max' }))
  .map((tape) => createProgram(chooseFrom(tape)));

describe('random programs', () => {
  it('have what the passes look for', () => {
    const counts = { functions: 0, parameters: 0, objects: 0, constants: 0, hidden: 0, numbers: 0 };
    for (const body of fc.sample(programs, { seed: SEED, numRuns: 60 })) {
      const after = joinProgram(bundleOf(body)).code;
      const isGone = (name: string) => body.includes(name) && !new RegExp(`\\b${name}\\b`).test(after);
      for (const [, name, given] of body.matchAll(/function (\w+)\(([^)]*)\)/g)) {
        const now = new RegExp(`function ${name}\\(([^)]*)\\)`).exec(after)?.[1];
        if (now === undefined) counts.functions++;
        else if (now.split(',').length < (given as string).split(',').length) counts.parameters++;
      }
      const names = [...body.matchAll(/var (\w+)/g)].map(([, name]) => name as string);
      counts.objects += names.filter((name) => /^(?:client|options)/.test(name) && isGone(name)).length;
      counts.constants += names.filter((name) => name.startsWith('value') && isGone(name)).length;
      const sums = (text: string) => text.match(/\b\d [-+*<] \d/g)?.length ?? 0;
      counts.numbers += Math.max(0, sums(body) - sums(after));
      counts.hidden += /\w\$\d/.test(after) ? 1 : 0;
    }
    for (const [what, count] of Object.entries(counts)) expect(count, what).toBeGreaterThan(5);
  });

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
