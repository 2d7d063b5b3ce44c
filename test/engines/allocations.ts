// The client allocates nothing in steady state: its array form in an engine that counts, each operation by itself.

import { beforeAll, describe, expect, it } from 'vitest';
import { ALL, allocationProgram, growth, OF_A_CLIENT, OPERATIONS } from '../../bench/allocation-runs.ts';
import { prelude, readRows, type Row } from '../../bench/allocation-runs.ts';
import { LIMIT_MS, type Engine } from './engines.ts';

const ROUNDS = { warmUp: 1000, few: 1000, many: 10_000 };

/** Describe what `engine`, which has `allocations()`, must count. */
export function allocationSuite(engine: Engine): void {
  describe('10,000 operations of a client less 1,000 of them', () => {
    let rows: readonly Row[] = [];

    beforeAll(async () => {
      const scripts = [
        { name: 'prelude', code: prelude(ALL, ROUNDS) },
        { name: 'allocations', code: await allocationProgram('array') },
      ];
      const { lines, failure } = await engine.run(scripts);
      expect(failure, lines.slice(-8).join('\n')).toBeUndefined();
      rows = readRows(lines, ALL, ROUNDS);
    }, LIMIT_MS);

    it.each(OF_A_CLIENT.map((operation) => [OPERATIONS[operation], operation] as const))(
      'allocate as much as an empty call: %s',
      (_what, operation) => {
        expect(growth(rows, operation)).toBe(0);
      },
    );

    it('would show one object in a hundred of them', () => {
      expect(growth(rows, 'sometimes')).toBeGreaterThanOrEqual(90);
      expect(growth(rows, 'array')).toBeGreaterThanOrEqual(9000);
    });
  });
}
