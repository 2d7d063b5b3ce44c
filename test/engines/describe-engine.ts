// A suite for one engine: it runs where the engine is found, is skipped by name where it is absent,
// and fails there when MOTE_REQUIRE_ENGINES (names, comma-separated) asks for it.

import { describe, expect, it } from 'vitest';
import { LIMIT_MS, engineNamed } from './engines.ts';
import type { Engine } from './engines.ts';
import { SUITE_PREFIX } from './suite-name.ts';

const required = (process.env['MOTE_REQUIRE_ENGINES'] ?? '').split(',').filter((name) => name !== '');
// A misspelt name would require nothing.
required.forEach(engineNamed);

/** Describe what holds in the engine called `name`. */
export function describeEngine(name: string, body: (engine: Engine) => void): void {
  const engine = engineNamed(name);
  if (engine.find() !== undefined) {
    describe(`${SUITE_PREFIX}${name}`, { timeout: LIMIT_MS + 100_000 }, () => body(engine));
  } else if (required.includes(name)) {
    describe(`${SUITE_PREFIX}${name}`, () => {
      it('is installed, as MOTE_REQUIRE_ENGINES asks', () => {
        expect.fail(`absent: ${engine.enable}`);
      });
    });
  } else {
    describe.skip(`${SUITE_PREFIX}${name}: ${engine.enable}`, () => {
      it('is absent', () => {});
    });
  }
}
