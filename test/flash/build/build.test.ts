import { parse } from 'acorn';
import { full } from 'acorn-walk';
import { describe, expect, it } from 'vitest';
import { build } from '../../../flash/build/build.ts';
import { runBundle, SAY, writeFirmware } from './fixture.ts';
import { definedTooLate } from './order.ts';

const PROGRAM = {
  'main.ts': `${SAY}
import { Mode } from './mode.ts';
import { describeRecord, type Record } from './record.ts';
import { createCounter } from './counter';
import { after } from 'mote-sdk/ports/clock';

function start(): void {
  const record: Record = { description: 'first', quantity: 20 * 1000, mode: Mode.Second };
  report(describeRecord(record));
  const counter = createCounter(record.quantity);
  counter.increment();
  report(counter.current());
  report(after(5, 10));
}

function report(value: string | number): void {
  say(value);
}

start();
`,
  'mode.ts': 'export const enum Mode { First = 1, Second = 2 }\n',
  'record.ts': `import type { Mode } from './mode.ts';
export interface Record { description: string; quantity: number; mode: Mode }
export function describeRecord(record: Record): string {
  return shorten(record.description) + ' ' + record.quantity + ' ' + record.mode;
}
function shorten(text: string): string { return text.substr(0, 3); }
export function neverUsed(): string { return 'text that nobody uses'; }
`,
  'counter.ts': `export interface Counter { increment(): void; current(): number }
export function createCounter(initial: number): Counter {
  const increment = () => { bump(1); };
  let count = initial;
  function bump(step: number): void { count += step; }
  function current(): number { return count; }
  return { increment, current };
}
`,
};
const SAID = ['fir 20000 2', 20001, 15];

/** Every name and property name in a program. */
function names(code: string): string[] {
  const found = new Set<string>();
  full(parse(code, { ecmaVersion: 5 }), (node) => {
    if (node.type === 'Identifier') found.add(node.name);
    if (node.type === 'MemberExpression' && node.property.type === 'Identifier') {
      found.add(node.property.name);
    }
    if (node.type === 'Property' && node.key.type === 'Identifier') found.add(node.key.name);
  });
  return [...found];
}

describe('build', () => {
  it('makes one ES5 function that does what the source says and leaves nothing behind', async () => {
    const { code } = await build({ firmware: writeFirmware(PROGRAM) });
    const tree = parse(code, { ecmaVersion: 5 });
    expect(tree.body).toHaveLength(1);
    expect(tree.body[0]?.type).toBe('ExpressionStatement');
    expect(code).not.toMatch(/use strict|[^ -~]/);
    expect(runBundle(code)).toEqual({ said: SAID, leaked: [] });
  });

  it('takes a single file as well', async () => {
    const { code } = await build({ firmware: `${writeFirmware(PROGRAM)}/main.ts` });
    expect(runBundle(code).said).toEqual(SAID);
  });

  it('does the same without minifying, with names to read', async () => {
    const { code } = await build({ firmware: writeFirmware(PROGRAM), minify: false });
    expect(runBundle(code)).toEqual({ said: SAID, leaked: [] });
    expect(code).toMatch(/ {4}report\(count\);\n/);
    expect(definedTooLate(code)).toEqual([]);
  });

  it('shortens all names to four characters, but for those of the engine', async () => {
    const { code } = await build({ firmware: writeFirmware(PROGRAM) });
    expect(names(code).filter((name) => name.length > 4)).toEqual(['substr']);
  });

  it('inlines constants of enums and drops what nothing uses', async () => {
    const { code } = await build({ firmware: writeFirmware(PROGRAM), minify: false });
    expect(code).not.toMatch(/Mode|Second|neverUsed|nobody/);
  });

  it('writes integers without an exponent, which would make doubles of them', async () => {
    const firmware = writeFirmware({
      'main.ts': `${SAY}say(3000); say(7 * 1000000); say(0.001); say(1e21); say('1e3' + 5e3);`,
    });
    const { code } = await build({ firmware });
    expect(code).toMatch(/\b3000\b/);
    expect(code).toMatch(/\b7000000\b/);
    expect(runBundle(code).said).toEqual([3000, 7000000, 0.001, 1e21, '1e35000']);
  });

  it('is the same from build to build', async () => {
    const firmware = writeFirmware(PROGRAM);
    const [one, two] = [await build({ firmware }), await build({ firmware })];
    expect(two.code).toBe(one.code);
    expect(two.map).toBe(one.map);
  });

  it('accounts for every byte', async () => {
    const { code, bytes, gzipBytes, sizes, files } = await build({ firmware: writeFirmware(PROGRAM) });
    expect(bytes).toBe(code.length);
    expect(gzipBytes).toBeGreaterThan(20);
    expect(sizes.reduce((sum, row) => sum + row.bytes, 0)).toBe(bytes);
    expect(sizes.map((row) => row.bytes)).toEqual(sizes.map((row) => row.bytes).sort((a, b) => b - a));
    expect(sizes.map((row) => row.module.replace(/.*\//, ''))).toContain('counter.ts');
    expect(files.map((file) => file.replace(/.*\//, '')).sort()).toEqual(
      ['clock.ts', 'counter.ts', 'main.ts', 'mode.ts', 'record.ts'].sort(),
    );
  });

  it('says what it is doing', async () => {
    const steps: string[] = [];
    await build({ firmware: writeFirmware(PROGRAM), onProgress: (step) => steps.push(step) });
    expect(steps).toEqual([
      'checking types',
      'joining modules',
      'shortening',
      'checking for ESP32 (Espruino)',
    ]);
  });

  it('imports types of a declaration file beside the firmware', async () => {
    const firmware = writeFirmware({
      'main.ts': 'sensorHub.openChannel("x");',
      'hub.d.ts': 'declare const sensorHub: { openChannel(name: string): void };',
    });
    const { code } = await build({ firmware });
    expect(code).toContain('sensorHub.openChannel("x")');
  });
});

describe('order of definitions', () => {
  it('is right where the source calls what stands below', async () => {
    const { code } = await build({ firmware: writeFirmware(PROGRAM) });
    expect(definedTooLate(code)).toEqual([]);
  });

  it('is right where the minifier inlines functions with variables', async () => {
    // With its own settings terser makes `return r=n,r.length>0&&...;var r` of this, which overwrites an outer r on Espruino.
    const main = `declare function say(value: unknown): void;
declare function get(): string;
function isName(text: string): boolean { return text.length > 0 && text.indexOf('+') < 0 && isShort(text); }
function isShort(text: string): boolean { return text.indexOf('#') < 0 || text.charCodeAt(0) > 5; }
function createNames(name: string) {
  function topic(text: string) { return isName(text) ? prepare(text) : null; }
  function prepare(text: string) { return [text]; }
  return { topic, prepare, name };
}
const names = createNames(get());
say(names.topic('ab'));
say(names.topic('a+'));
say(isShort(get()));
`;
    const { code } = await build({ firmware: writeFirmware({ 'main.ts': main }) });
    expect(definedTooLate(code)).toEqual([]);
    expect(runBundle(`function get() { return 'n'; }${code}`).said).toEqual([['ab'], null, true]);
  });

  it.each(['examples/weather-station', 'bench/device/publish.ts'])('is right in %s', async (firmware) => {
    const { code } = await build({ firmware });
    expect(definedTooLate(code)).toEqual([]);
  });

  it.each([
    ['function f(){function a(){return b()}a();function b(){}}', ['function b at 41']],
    ['function a(n){return r=n,r.length;var r}', ['var r at 38']],
    ['function a(){var x=b;function b(){}}', ['function b at 21']],
    ['function a(){var x=function(){b()};function b(){}}', []],
    ['function f(){var x=1;return x}f()', []],
  ])('is seen by these tests: %s', (code, late) => {
    expect(definedTooLate(code)).toEqual(late);
  });
});
