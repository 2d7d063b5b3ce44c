// A suite for one engine: it runs where the engine is found, is skipped by name where it is absent,
// and fails there when MOTE_REQUIRE_ENGINES (names, comma-separated) asks for it.

import { describe, expect, it } from 'vitest';
import { LIMIT_MS, engineNamed } from './engines.ts';
import type { Engine } from './engines.ts';
import { SUITE_PREFIX } from './suite-name.ts';

const required = (process.env['MOTE_REQUIRE_ENGINES'] ?? '').split(',').filter((name) => name !== '');
// A misspelt name would require nothing.
required.forEach(engineNamed);

/** Something besides the engine that a suite needs. */
export interface Need {
  readonly name: string;
  /** What a person has to do so that it is found. */
  readonly enable: string;
  readonly isThere: boolean;
}

/** Describe what holds in the engine called `name`, where `need` is there too. */
export function describeEngine(name: string, body: (engine: Engine) => void, need?: Need): void {
  const engine = engineNamed(name);
  const title = `${SUITE_PREFIX}${name}${need === undefined ? '' : ` with ${need.name}`}`;
  const missing = [
    ...(engine.find() === undefined ? [engine.enable] : []),
    ...(need === undefined || need.isThere ? [] : [need.enable]),
  ].join('; ');
  if (missing === '') {
    describe(title, { timeout: LIMIT_MS + 100_000 }, () => body(engine));
  } else if (required.includes(name)) {
    describe(title, () => {
      it('is installed, as MOTE_REQUIRE_ENGINES asks', () => {
        expect.fail(`absent: ${missing}`);
      });
    });
  } else {
    describe.skip(`${title}: ${missing}`, () => {
      it('is absent', () => {});
    });
  }
}
