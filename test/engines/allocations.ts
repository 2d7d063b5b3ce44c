// The client and the flash outbox allocate nothing in steady state: their array form in an engine that counts, each operation
// by itself.

import { beforeAll, describe, expect, it } from 'vitest';
import {
  allocationProgram,
  CLIENT,
  CLIENT_5,
  FLASH,
  growth,
  OF_A_CLIENT,
  OPERATIONS,
  prelude,
  PROPERTIES,
  readRows,
  TIMED,
  type Program,
  type Row,
} from '../../bench/allocation-runs.ts';
import { LIMIT_MS, type Engine, type RunOptions } from './engines.ts';

const ROUNDS = { warmUp: 1000, few: 1000, many: 10_000 };

async function run(engine: Engine, program: Program, options: RunOptions = {}): Promise<Row[]> {
  const { operations } = program;
  const scripts = [
    { name: 'prelude', code: prelude(operations, ROUNDS) },
    { name: 'allocations', code: await allocationProgram(program, 'array') },
  ];
  const { lines, failure } = await engine.run(scripts, options);
  expect(failure, lines.slice(-8).join('\n')).toBeUndefined();
  return readRows(lines, operations, ROUNDS);
}

const MESSAGES: readonly [string, Program][] = [
  ['', FLASH],
  [' that keep when they were made', TIMED],
];
/** What has a build of its own for it. */
export const WITH_PROPERTIES: typeof MESSAGES = [[' that have properties', PROPERTIES]];

/** The flash outbox of `engine`, which has `allocations()`. @param options the host's flash; without it lies in RAM. */
export function flashAllocations(engine: Engine, options: RunOptions = {}, messages = MESSAGES): void {
  it.each(messages)(
    'allocates as much with 10,000 messages%s as with 1,000',
    async (_what, program) => {
      const rows = await run(engine, program, options);
      const messages = program.operations.filter((operation) => operation !== 'empty');
      const all = messages.map((operation) => [OPERATIONS[operation], growth(rows, operation)]);
      expect(all).toEqual(messages.map((operation) => [OPERATIONS[operation], 0]));
    },
    LIMIT_MS,
  );
}

/** Describe what `engine`, which has `allocations()`, must count. */
export function allocationSuite(engine: Engine): void {
  describe.each([
    ['', CLIENT],
    [' that speaks MQTT 5.0', CLIENT_5],
  ] as const)('10,000 operations of a client%s less 1,000 of them', (_what, program) => {
    let rows: readonly Row[] = [];

    beforeAll(async () => void (rows = await run(engine, program)), LIMIT_MS);

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

  describe('the flash outbox, on flash in RAM', () => flashAllocations(engine));
}
