import { describe, expect, it } from 'vitest';
import { build } from '../../../flash/build/build.ts';
import { ExitCode } from '../../../flash/errors.ts';
import { failure, SAY, writeFirmware } from './fixture.ts';

describe('a wrong option', () => {
  it('names a firmware that is not there', async () => {
    const error = await failure(build({ firmware: '/nowhere/at-all' }));
    expect(error).toMatchObject({ what: 'no such firmware', where: '/nowhere/at-all' });
  });

  it('names a folder without main.ts', async () => {
    const firmware = writeFirmware({ 'other.ts': '' });
    expect(await failure(build({ firmware }))).toMatchObject({
      what: 'no main.ts in this folder',
      where: firmware,
    });
  });

  it('takes no other kind of file', async () => {
    const firmware = `${writeFirmware({ 'main.js': '' })}/main.js`;
    expect((await failure(build({ firmware }))).what).toBe('not a TypeScript program');
  });

  it('lists the known boards', async () => {
    const error = await failure(build({ firmware: writeFirmware({ 'main.ts': '' }), board: 'esp31' }));
    expect(error).toMatchObject({ what: 'unknown board "esp31"', exitCode: ExitCode.Usage });
    expect(error.fix).toMatch(/esp32/);
  });
});

describe('an error in the source', () => {
  async function errorOf(main: string, more: Record<string, string> = {}) {
    const firmware = writeFirmware({ 'main.ts': main, ...more });
    const error = await failure(build({ firmware }));
    return { ...error, where: error.where?.replace(`${firmware}/`, ''), what: error.what };
  }

  it('is TypeScript’s message with its place', async () => {
    expect(await errorOf('let n = 1;\nn = "text";\n')).toMatchObject({
      where: 'main.ts:2:1',
      what: "TS2322: Type 'string' is not assignable to type 'number'.",
      fix: 'correct it',
    });
  });

  it('is the first of several, with their number', async () => {
    const error = await errorOf('let n: number = "a";\nn = "b";\nn = "c";\n');
    expect(error).toMatchObject({ where: 'main.ts:1:5', fix: 'correct it, and 2 more after it' });
  });

  it('is found in an imported module', async () => {
    const error = await errorOf("import { n } from './lib.ts';\nconsole(n);", {
      'lib.ts': 'export const n = missing;',
    });
    expect(error).toMatchObject({ where: 'lib.ts:1:18', what: "TS2304: Cannot find name 'missing'." });
  });

  it.each([
    ['a syntax error', 'let = = 1;', /^TS\d+: /],
    ['a module that is not there', "import './missing.ts';", /^TS2\d+: .*missing/],
    ['a browser’s global', 'document.title = "x";', /^TS2\d+: .*document/],
    ['a Node module', "import 'node:fs';", /^TS2\d+: .*node:fs/],
    ['a builtin after ES5', 'const m = new Map(); m;', /^TS2\d+: .*Map/],
    [
      'a message of several lines',
      'const f: (a: number) => void = (a: string) => { a; };',
      /^TS2322: [^\n]+$/,
    ],
  ])('is one line for %s', async (_name, main, message) => {
    const error = await errorOf(main);
    expect(error.what).toMatch(message);
    expect(error.where).toMatch(/^main\.ts:1:\d+$/);
  });

  it.each([
    ['class B { n = 1; }\nclass A extends B {}\nnew A();', 2, /a class that extends another.*__extends/],
    ['const a = [1];\nconst b = [0, ...a];\nb;', 2, /a spread array or argument.*__spreadArray/],
    ['const a = { x: 1 };\nconst b = { ...a };\nb;', 2, /a spread object.*__assign/],
    ['const { x, ...rest } = { x: 1, y: 2 };\nx; rest;', 1, /a rest element.*__rest/],
  ])('names the construct behind a compiler helper: %s', async (main, line, message) => {
    const error = await errorOf(main);
    expect(error.what).toMatch(message);
    expect(error.where).toMatch(new RegExp(`^main\\.ts:${line}:\\d+$`));
  });

  it('leaves a name alone that only looks like a helper', async () => {
    const main = `${SAY}const o = { __extends(n: number): number { return n; } };\nsay(o.__extends(1));`;
    await build({ firmware: writeFirmware({ 'main.ts': main }) });
  });

  it.each([
    ["say('caf\u00e9');", '1:9', 'é', '\\xC3\\xA9'],
    ['say(`\n  20 \u00b0C`);', '2:6', '°', '\\xC2\\xB0'],
    ["say('a\u00a0b');", '1:7', '\u00a0', '\\xC2\\xA0'],
    ["say('\u{1f321}');", '1:6', '\u{1f321}', '\\xF0\\x9F\\x8C\\xA1'],
  ])('says which bytes to write for the text in %s', async (main, position, character, bytes) => {
    const error = await errorOf(main, { 'say.d.ts': SAY });
    expect(error.where).toBe(`main.ts:${position}`);
    expect(error.what).toContain(`the character ${character} in a text`);
    expect(error.fix).toBe(`write its UTF-8 bytes: ${bytes}`);
  });

  it('takes any character in a comment', async () => {
    await build({ firmware: writeFirmware({ 'main.ts': '// 20 °C\n/* é */' }) });
  });
});

describe('what the engine cannot run', () => {
  it('is refused with the place in the source', async () => {
    const main = `${SAY}const limits = [1, 2];\n\nsay(Object.freeze(limits));\n`;
    const firmware = writeFirmware({ 'main.ts': main });
    const error = await failure(build({ firmware }));
    expect(error.where).toMatch(/main\.ts:4:\d+$/);
    expect(error.what).toMatch(/^[a-z-]+: .*Object\.freeze/);
    expect(error.fix).not.toBe('');
    expect(error.exitCode).toBe(ExitCode.Firmware);
  });
});
