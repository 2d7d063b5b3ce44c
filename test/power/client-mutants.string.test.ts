// Each protection of the client is needed: without it, a trial fails.
import { describe, expect, it } from 'vitest';
import { CLIENT_MUTANTS, loadClient, mutateClient, tryClient } from './client-mutants.ts';
import { told, TIMEOUT_MS } from './settings.ts';

const caught: string[] = [];

describe('a client over power cuts', () => {
  it.each([false, true])(
    'passes as it is, with messages from the broker %s',
    (isInbound) => expect(tryClient(undefined, isInbound)).toBeUndefined(),
    TIMEOUT_MS,
  );

  it.each(CLIENT_MUTANTS)('has the text that is to be changed when $name', (mutant) => {
    expect(mutateClient(mutant)).not.toBe('');
  });

  it.each(CLIENT_MUTANTS)(
    'fails when $name',
    async (mutant) => {
      const wrong = tryClient(await loadClient(mutant), mutant.isInbound === true);
      expect(wrong).toBeDefined();
      caught.push(`${mutant.name} – ${wrong}`);
    },
    TIMEOUT_MS,
  );

  it('is told apart from all of them', () => {
    told('protections of the client switched off', {
      mutants: CLIENT_MUTANTS.length,
      caught: caught.length,
      trials: caught,
    });
    expect(caught).toHaveLength(CLIENT_MUTANTS.length);
  });
});
