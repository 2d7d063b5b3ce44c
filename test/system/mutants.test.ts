// The oracles can fail: each of these firmwares is noticed.
import { describe, expect, it } from 'vitest';
import { MUTANTS, mutate, tryMutant } from './mutants.ts';
import { HAS_TIME } from './settings.ts';

/** Each takes a build. */
const TIMEOUT_MS = 300_000;
const TRIED = MUTANTS.filter((_, index) => HAS_TIME || index % 3 === 0);

describe('a wrong firmware', () => {
  it.each(MUTANTS)('has the text that is to be changed when $name', (mutant) => {
    expect(mutate(mutant)).not.toBe('');
  });

  it(
    'is none when nothing is changed',
    async () => expect(await tryMutant(undefined, 5)).toBeUndefined(),
    TIMEOUT_MS,
  );

  it.each(TRIED)(
    'is noticed when $name',
    async (mutant) => {
      const wrong = await tryMutant(mutant);
      console.log(`${mutant.name} – ${wrong ?? 'not noticed'}`);
      expect(wrong).toBeDefined();
    },
    TIMEOUT_MS,
  );
});
