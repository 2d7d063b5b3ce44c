import { expect, it } from 'vitest';
import { describeEngine } from './describe-engine.ts';
import { QUIET_WORLD, program } from './programs.ts';
import { THOUSAND_READINGS } from './stories.ts';
import { deviceSuite, figuresOf, wiredExample } from './suite.ts';

const LOOP = `
function sum() { var s = 0; for (var i = 0; i < 10; i++) s += i; return s; }
function literal() { return { a: 1 }; }
function count(f) {
  f();
  var before = allocations();
  for (var i = 0; i < 1000; i++) f();
  return allocations() - before;
}
print(count(sum));
print(count(literal));`;

const HOG = 'var hoard = []; while (true) hoard.push({ a: hoard.length });';

describeEngine('dukhost', (engine) => {
  deviceSuite(engine);

  it('counts no allocation in a loop that makes none, and each of one that does', async () => {
    const { lines, failure } = await engine.run([{ name: 'loop', code: LOOP }]);
    expect(failure).toBeUndefined();
    expect(Number(lines[0])).toBeLessThanOrEqual(3);
    expect(Number(lines[1])).toBeGreaterThanOrEqual(1000);
  });

  it('sees that one reading in two hundred leaves a number behind', async () => {
    const leak = `var leak = [], nth = 0, own = I2C1.readReg;
I2C1.readReg = function (a, r, q) { if (++nth % 200 === 0) leak.push('' + nth); return own(a, r, q); };`;
    const { lines } = await engine.run([
      await program(QUIET_WORLD),
      { name: 'leak', code: leak },
      await wiredExample(),
      THOUSAND_READINGS,
    ]);
    const [before = 0, after = 0] = figuresOf(lines, 'used');
    expect(after).toBeGreaterThan(before);
  });

  it('tells what the heap holds', async () => {
    const code = 'var before = heapUsed(); var kept = new Uint8Array(5000); print(heapUsed() - before);';
    const { lines } = await engine.run([{ name: 'heap', code }]);
    expect(Number(lines[0])).toBeGreaterThanOrEqual(5000);
    expect(Number(lines[0])).toBeLessThan(6000);
  });

  it.each([0x14000, 0x18000, 0x1c000, 0x40000])(
    'says that a heap of %i bytes is used up',
    async (heapBytes) => {
      const { failure } = await engine.run([{ name: 'hog', code: HOG }], { heapBytes });
      expect(failure).toMatch(/^out of memory/);
    },
  );

  it('names file and line of an uncaught error', async () => {
    const { failure } = await engine.run([{ name: 'wrong', code: '\nmissing();' }]);
    expect(failure).toMatch(/ReferenceError: .*missing[^]*wrong\.js:2/);
  });
});
