// Positions that Espruino prints, on their way to the source. The texts were printed by Espruino 2v29.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, type BuildResult } from '../../../flash/build/build.ts';
import { createTracer, type Place } from '../../../flash/monitor/trace.ts';
import { writeFirmware } from '../build/fixture.ts';

const MAIN = `interface Deep {
  readonly value: { readonly more: number } | undefined;
}

const places: Deep[] = [{ value: { more: 1 } }, { value: undefined }];
let at = 0;

function dig(place: Deep): number {
  const { value } = place;
  return value!.more + 1;
}

function tick(): void {
  setTimeout(tick, 200);
  print('dug', dig(places[at]!));
  at++;
}

tick();
setTimeout(function () {
  throw new Error('on purpose');
}, 700);
`;

let built: BuildResult;
beforeAll(async () => {
  const folder = writeFirmware({ 'main.ts': MAIN });
  built = await build({ firmware: folder });
  expect(readFileSync(join(folder, 'main.ts'), 'utf8')).toBe(MAIN);
});

/** @returns what a tracer says of lines, without what it says nothing of. */
function trace(text: string, code: string | undefined = built.code): (Place | 'foreign')[] {
  const tracer = createTracer(built.map, code);
  return text.split('\n').flatMap((line) => tracer.line(line) ?? []);
}

/** What Espruino prints of an error at `needle`, for code in a file whose columns are `shift` greater. */
function printed(needle: string, { file = '.bootcde', shift = 0, name = '' } = {}): string {
  const at = built.code.indexOf(needle);
  expect(at).toBeGreaterThanOrEqual(0);
  const from = Math.max(0, at - 30);
  const piece = built.code.slice(from, from + 60);
  const position = `${file}:1:${at + 1 + shift}`;
  return [
    'Uncaught Error: something',
    `    at ${name === '' ? position : `${name} (${position})`}`,
    `${from > 0 ? '...' : ''}${piece}${piece.length === 60 ? '...' : ''}`,
    `${' '.repeat(at - from + (from > 0 ? 3 : 0))}^`,
  ].join('\n');
}

const THROW = 'new Error("on purpose")';
const expected = { line: 21, text: "throw new Error('on purpose');" };

describe('a position in Storage', () => {
  it('is a line of source', () => {
    expect(trace(printed(THROW))).toMatchObject([expected]);
    expect(trace(printed(THROW, { name: 't' }))).toMatchObject([expected]);
  });

  it('is found where Espruino counts lines short, and prints the text of a function for its name', () => {
    const [head, , piece, caret] = printed(THROW).split('\n');
    const at = built.code.indexOf(THROW) + 1;
    const text = `    at function () {var r,n=0;function u(r){t&&(t= (.bootcde:0:${at})`;
    expect(trace([head, text, piece, caret].join('\n'))).toMatchObject([expected]);
    expect(trace([head, `    at boot code (.bootcde:0:${at})`, piece, caret].join('\n'))).toMatchObject([
      expected,
    ]);
  });

  it('of a property that cannot be read is where that is read', () => {
    // The name of the property is a short one by now.
    const [, dot] = /\[\w+\]\.\w+(\.\w+)\+1/.exec(built.code)!;
    const [place] = trace(printed(`${dot}+1`)) as Place[];
    expect(place).toMatchObject({ line: 10, text: 'return value!.more + 1;' });
    expect(place!.file).toMatch(/main\.ts$/);
  });

  it('is found behind what stands in front of the program, and again where its text alone would not do', () => {
    const tracer = createTracer(built.map, built.code);
    const say = (text: string) => text.split('\n').flatMap((line) => tracer.line(line) ?? []);
    expect(say(printed(THROW, { file: 'slot.a', shift: 40 }))).toMatchObject([expected]);
    const at = built.code.indexOf(THROW) + 1;
    expect(say(`    at slot.a:1:${at + 40}\nnew Er\n^`)).toMatchObject([expected]);
  });

  it('of other code names no line', () => {
    expect(trace('    at .bootcde:1:20\nsome other code();\n     ^')).toEqual(['foreign']);
    expect(trace('    at .bootcde:9:999\n\n^')).toEqual(['foreign']);
  });

  it('is believed where there is a map alone', () => {
    expect(trace(printed(THROW), '')).toEqual(['foreign']);
    const tracer = createTracer(built.map, undefined);
    const places = printed(THROW)
      .split('\n')
      .flatMap((line) => tracer.line(line) ?? []);
    expect(places).toMatchObject([expected]);
  });
});

describe('a position in RAM', () => {
  it('is found by its text, where that stands in one place', () => {
    const text = `    at inner (:1:7)\nthrow new Error("on purpose")\n      ^`;
    expect(trace(text)).toMatchObject([expected]);
    expect(trace('    at :1:2\n=1\n ^')).toEqual([]);
  });
});

describe('lines that are no position', () => {
  it('name no line, and end the one before', () => {
    expect(trace('look at that\n   ^\nat 12:30:15\nx\n^')).toEqual([]);
    const [head, at, piece, caret] = printed(THROW).split('\n');
    expect(trace([head, at, piece, 'something else', caret].join('\n'))).toEqual([]);
    expect(trace([at, at, piece, caret].join('\n'))).toMatchObject([expected]);
  });
});
