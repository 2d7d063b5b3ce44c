// The oracles can fail: each of these firmwares is noticed, by the one that is meant.
import { describe, expect, it } from 'vitest';
import { MUTANTS, mutate, tryMutant } from './mutants.ts';
import { HAS_TIME } from './settings.ts';

/** Each takes a build. */
const TIMEOUT_MS = 300_000;
const TRIED = MUTANTS.filter(({ isQuick }) => HAS_TIME || isQuick);

describe('a wrong firmware', () => {
  it.each(MUTANTS)('has the text that is to be changed when $name', (mutant) => {
    expect(mutate(mutant)).not.toBe('');
  });

  it.runIf(HAS_TIME)(
    'is none when nothing is changed',
    async () => expect(await tryMutant(undefined)).toBeUndefined(),
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
