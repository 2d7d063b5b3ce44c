// Every driver in Duktape, and in a host of ours that counts allocations: samples make none. With `npm test`; other engines are
// in sensors.test.ts.

import { expect, it } from 'vitest';
import { CASES } from '../sensors/cases/index.ts';
import { describeEngine } from './describe-engine.ts';
import { sensorProgram } from './sensor-programs.ts';
import { expectOk, figuresOf, linesOf } from './suite.ts';

const FILES = CASES.map(({ file }) => file);

describeEngine('dukhost', (engine) => {
  it('has right drivers, whatever is wrong', async () => {
    const lines = await linesOf(engine, [await sensorProgram('behaviour', FILES)]);
    expectOk(lines);
    expect(lines.filter((line) => line.startsWith('ok '))).toHaveLength(FILES.length);
  });

  it('has drivers that leave nothing on the heap, and allocate nothing for a sample', async () => {
    const lines = await linesOf(engine, [await sensorProgram('memory', FILES)]);
    expectOk(lines);
    // A few are the engine's own: its call stack, its tables.
    const many = FILES.filter((file) => figuresOf(lines, `allocations-${file}`)[0]! > 5);
    expect(many).toEqual([]);
  });
});
