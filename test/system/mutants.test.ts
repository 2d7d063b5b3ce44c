// The oracles can fail: each of these firmwares is noticed.
import { describe, expect, it } from 'vitest';
import { MUTANTS, mutate, tryMutant } from './mutants.ts';

describe('a wrong firmware', () => {
  it.each(MUTANTS)('has the text that is to be changed when $name', (mutant) => {
    expect(mutate(mutant)).not.toBe('');
  });

  it(
    'is none when nothing is changed',
    async () => expect(await tryMutant(undefined, 5)).toBeUndefined(),
    120_000,
  );

  it.each(MUTANTS)(
    'is noticed when $name',
    async (mutant) => {
      const wrong = await tryMutant(mutant);
      console.log(`${mutant.name} – ${wrong ?? 'not noticed'}`);
      expect(wrong).toBeDefined();
    },
    60_000,
  );
});
