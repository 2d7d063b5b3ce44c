// The sweep with properties tells each way to lose, tear or mix them up, and ages, from the outbox as it is.
import { expect, it } from 'vitest';
import { load, V5_MUTANTS } from './mutants.ts';
import { IS_FULL, told, TIMEOUT_MS } from './settings.ts';
import { tryProperties } from './trials.ts';

const caught: string[] = [];

// With `npm test` power.v5.test.ts says that.
it.runIf(IS_FULL)('passes as it is', () => expect(tryProperties(undefined)).toBeUndefined(), TIMEOUT_MS);

it.each(V5_MUTANTS)(
  'sees that $name',
  async (mutant) => {
    const wrong = tryProperties(await load(mutant, V5_MUTANTS));
    expect(wrong).toBeDefined();
    const [what] = /properties|age|found/.exec(wrong!) ?? ['more'];
    caught.push(`${mutant.name} – ${what}`);
  },
  TIMEOUT_MS,
);

it('is told apart from all of them', () => {
  const mutants = V5_MUTANTS.length;
  told('protections of properties switched off', { mutants, caught: caught.length, trials: caught });
  expect(caught).toHaveLength(mutants);
});
