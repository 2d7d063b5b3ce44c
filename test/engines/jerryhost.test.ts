// The host that counts what JerryScript allocates: that it counts, and misses nothing. Device code runs in `jerry`.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allocationSuite, flashAllocations, WITH_PROPERTIES } from './allocations.ts';
import { describeEngine } from './describe-engine.ts';
import type { Engine } from './engines.ts';
import { program, runInNode } from './programs.ts';
import { expectOk } from './suite.ts';

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

/** What device programs do over the flash that boards/jerryscript/ gives them, which lies in a file here. */
function flashSuite(engine: Engine): void {
  const device = (file: string) => program(file, { board: 'jerryscript', form: 'array' });
  let folder = '';
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'mote-flash-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('does what a flash port does', async () => {
    const flash = { file: join(folder, 'flash'), pageBytes: 512, pages: 2 };
    const { lines, failure } = await engine.run([await device('test/ports/device/host-flash.device.ts')], {
      flash,
    });
    expect(failure).toBeUndefined();
    expectOk(lines);
  });

  it('is absent where the host gives none, which a program sees', async () => {
    const { lines } = await engine.run([await device('test/ports/device/host-flash.device.ts')]);
    expect(lines).toEqual(['FAIL flash of the host: none, not some', 'end']);
  });

  it('keeps what was programmed beyond the end of the host', async () => {
    const flash = { file: join(folder, 'flash'), pageBytes: 256, pages: 2 };
    const of = (code: string) =>
      engine.run([{ name: 'part', code: `var a = new Uint8Array([1, 2, 3, 4]); ${code}` }], { flash });
    await of('moteFlash.write(252, a, 0, 4)');
    const { lines } = await of('moteFlash.read(251, a, 0, 4); print(a[0], a[1], a[2], a[3])');
    expect(lines).toEqual(['255 1 2 3']);
  });

  it('holds the outbox as flash in RAM does', async () => {
    const flash = { file: join(folder, 'flash'), pageBytes: 256, pages: 3 };
    const scripts = [await device('test/outbox/outbox.device.ts')];
    const { lines, failure } = await engine.run(scripts, { flash });
    expect(failure).toBeUndefined();
    expectOk(lines);
    expect(lines).toEqual(runInNode(scripts));
    expect(readFileSync(flash.file).includes('MOT\x01')).toBe(true);
  });
}

describeEngine('jerryhost', (engine) => {
  allocationSuite(engine);
  describe('flash of the host', () => flashSuite(engine));
  describe('the flash outbox, on flash of the host', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mote-flash-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    const flash = { file: join(folder, 'flash'), pageBytes: 1024, pages: 4 };
    flashAllocations(engine, { flash });
    flashAllocations(engine, { flash }, WITH_PROPERTIES);
  });

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
