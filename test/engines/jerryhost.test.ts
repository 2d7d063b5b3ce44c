// The host that counts what JerryScript allocates: that it counts, and misses nothing. Device code runs in `jerry`.

import { expect, it } from 'vitest';
import { allocationSuite } from './allocations.ts';
import { describeEngine } from './describe-engine.ts';

/** What is known of the engine: a fraction is a block of 8 bytes, an object with a property two of 8 and 16. */
const LOOPS = `
function nothing() {}
function sum() { var s = 0; for (var i = 0; i < 10; i++) s += i; return s; }
function fraction() { return 3 / 2; }
function freedAtOnce() { return (3 / 2) | 0; }
function literal() { return { a: 1 }; }
function grown() { var list = []; for (var i = 0; i < 100; i++) list.push(i); }
function count(f, times) {
  f();
  var before = allocations(), bytes = allocatedBytes();
  for (var i = 0; i < times; i++) f();
  before = allocations() - before;
  bytes = allocatedBytes() - bytes;
  print(before, bytes);
}
count(nothing, 10000); count(sum, 10000); count(fraction, 10000); count(freedAtOnce, 10000); count(literal, 10000); count(grown, 10);`;

describeEngine('jerryhost', (engine) => {
  allocationSuite(engine);

  it('counts no allocation in a loop that makes none, and each of one that does', async () => {
    const { lines, failure } = await engine.run([{ name: 'loops', code: LOOPS }]);
    expect(failure).toBeUndefined();
    const [nothing, sum, fraction, freedAtOnce, literal, grown] = lines.map((line) =>
      line.split(' ').map(Number),
    );
    expect([nothing, sum]).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect([fraction, freedAtOnce]).toEqual([
      [10000, 80000],
      [10000, 80000],
    ]);
    expect(literal).toEqual([20000, 240000]);
    // An array grows in steps of eight elements, each a new size of its block.
    expect(grown?.[0]).toBeGreaterThanOrEqual(10 * (1 + 100 / 8));
  });

  it('tells what the heap holds', async () => {
    const code =
      'var before = heapUsed(); var kept = new Uint8Array(5000); kept[0] = 1; print(heapUsed() - before);';
    const { lines } = await engine.run([{ name: 'heap', code }]);
    expect(Number(lines[0])).toBeGreaterThanOrEqual(5000);
    expect(Number(lines[0])).toBeLessThan(5200);
  });

  it('names file and line of an uncaught error', async () => {
    const { failure } = await engine.run([
      { name: 'wrong', code: 'function f() {\n  return missing();\n}\nf();' },
    ]);
    expect(failure).toMatch(/ReferenceError: .*missing[^]*wrong\.js:2/);
  });
});
