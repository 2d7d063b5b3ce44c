// Each protection of the outbox is needed: without it, a trial fails.
import { describe, expect, it } from 'vitest';
import { load, mutate, MUTANTS } from './mutants.ts';
import { IS_FULL, told, TIMEOUT_MS } from './settings.ts';
import { tryAll } from './trials.ts';

/** With `npm test` every so many. */
const EVERY = 8;

const caught: string[] = [];
const sample = MUTANTS.filter((_, index) => IS_FULL || index % EVERY === 0);

describe('an outbox', () => {
  it('passes the trials as it is', () => expect(tryAll(undefined, !IS_FULL)).toBeUndefined(), TIMEOUT_MS);

  it.each(MUTANTS)('has the text that is to be changed when $name', (mutant) => {
    expect(mutate(mutant)).not.toBe('');
  });

  it.each(sample)(
    'fails one when $name',
    async (mutant) => {
      const wrong = tryAll(await load(mutant));
      expect(wrong).toBeDefined();
      caught.push(`${mutant.name} – ${wrong!.slice(0, wrong!.indexOf(':'))}`);
    },
    TIMEOUT_MS,
  );

  it('is told apart from all of them', () => {
    told('protections switched off', { mutants: sample.length, caught: caught.length, trials: caught });
    expect(caught).toHaveLength(sample.length);
  });
});
