// What the check finds and what it leaves alone, beyond the pair of each rule; where it says that it is; bad input.

import { describe, expect, it } from 'vitest';
import { checkBundle, formatFinding } from '../../../flash/check/check.ts';
import { MoteError } from '../../../flash/errors.ts';
import { compileFirmware } from './compile.ts';

/** @returns the rules that a program breaks on Espruino, with the lines. */
function found(code: string): string[] {
  return checkBundle(code, { file: 'a.js', profile: 'espruino' }).map(({ rule, line }) => `${line} ${rule}`);
}

describe('order of definitions', () => {
  it.each([
    ['through two calls', 'f();\nfunction g() { h(); }\nfunction f() { g(); }\nfunction h() {}', 1],
    ['through a method', 'var o = { m: function () { return late(); } };\no.m();\nfunction late() {}', 2],
    [
      'through a callback that runs at once',
      'function f() { late(); }\n[1].forEach(f);\nfunction late() {}',
      2,
    ],
    ['through call and apply', 'function f() { late(); }\nf.call(null);\nfunction late() {}', 2],
    ['through new', 'function F() { late(); }\nnew F();\nfunction late() {}', 2],
    ['in a function called at once', '(function () {\n  late();\n  function late() {}\n})();', 2],
    ['by its name alone', 'var o = { late: late };\nfunction late() {}', 1],
    ['by typeof', 'if (typeof late === "function") {}\nfunction late() {}', 1],
  ])('sees a function used too early %s', (_how, code, line) => {
    expect(found(code)).toEqual([`${line} function-before-definition`]);
  });

  it.each([
    ['one branch', 'function f(c) { if (c) { var x = 1; }\n return x; }'],
    ['a loop that may not run', 'function f(c) { while (c) { var x = 1; }\n return x; }'],
    ['another case', 'function f(c) { switch (c) { case 1: var x = 1; break; case 2:\n return x; } }'],
    ['a try block', 'function f(g) { try { g(); var x = 1; } catch (e) {\n return x; } }'],
    [
      'a second declaration of a try block',
      'function f(g) { try { var y = g(), x = 1; } catch (e) {\n return x; } }',
    ],
    [
      'a second statement of a try block',
      'function f(g) { try { var y = g(); var x = 1; } catch (e) {}\n return x; }',
    ],
    ['the rest of a loop', 'function f(c) { for (;;) { if (c) break; var x = 1; }\n return x; }'],
    ['a later round', 'function f(c) { for (;;) { if (c)\n return x; var x = 1; } }'],
  ])('sees a var that only %s defines', (_where, code) => {
    expect(found(code)).toEqual(['2 read-before-var']);
  });

  it.each([
    [
      'both branches',
      'function f(c) { if (c) { var x = 1; } else { x = 2; }\n return x; }',
      ['1 write-before-var', '2 read-before-var'],
    ],
    [
      'a function that is called first',
      'function f() { function g() { x = 1; }\n g(); var x; return x; }',
      ['2 write-before-var'],
    ],
  ])('sees writes that come before the var: %s', (_where, code, expected) => {
    expect(found(code)).toEqual(expected);
  });

  it.each([
    'function f(c) { var x; if (c) { x = 1; } return x; }',
    'function f(c) { if (c) { var x = 1; } else { var x = 2; } return x; }',
    'function f(c) { if (c) return 0; var x = 1; return x; }',
    'function f(c) { for (;;) { var x = 1; if (c) break; } return x; }',
    'function f(g) { try { var x = g(); } finally { g(); } return x; }',
    // The engine makes the variable before it works out its value: the first statement has begun, whatever fails.
    'function f(g) { try { var x = g(); } catch (e) {} return x; }',
    'function f(c) { do { var x = c(); } while (x); return x; }',
    'function f(o) { for (var k in o) {} return k; }',
    'function f(c) { switch (c) { case 1: var x = 1; break; default: var x = 2; } return x; }',
    'function f(a) { var a = a || 1; return a; }',
    'function f() { try { throw 1; } catch (e) { return e; } }',
    'var f = function again(n) { return n ? again(n - 1) : 0; }; f(1);',
    // What is kept for later is not called now.
    'setTimeout(function () { late(); }, 10); function late() {}',
    'var o = make({ onEvent: function () { return o; } }); function make(events) { return events; }'.replace(
      /^(.*); (function make.*)$/,
      '$2 $1',
    ),
    'function f() { return g(); } function g() { return x; } var x = 1; f();',
    'x = 1; print(x); var x;',
  ])('lets pass: %s', (code) => {
    expect(found(code).filter((line) => !line.endsWith('undeclared-write'))).toEqual([]);
  });
});

describe('what may be missing', () => {
  it.each([
    'var ok = typeof Map;',
    'var m = typeof Map !== "undefined" ? new Map() : {};',
    'if (typeof Map === "function") { print(new Map()); }',
    'var m = typeof Map == "undefined" || new Map();',
    'var f = Math.imul || function (a, b) { return a * b; };',
    'if (!Math.trunc) { Math.trunc = function (x) { return x | 0; }; } print(Math.trunc(1.5));',
    'var n = Math.imul ? Math.imul(1, 2) : 2;',
    'Array.prototype.flat = function () { return this; }; print([1].flat());',
    'var has = "flat" in [] && [].flat();',
    'var o = { flat: function () { return 1; } }; print(o.flat());',
    'var Map = function () {}; print(new Map());',
    'function f(Symbol) { return Symbol; }',
    'print(Object.prototype.hasOwnProperty.call({}, "a"));',
    'print("a".lastIndexOf("b"), "x".slice(1), [1].slice(0));',
  ])('lets pass: %s', (code) => {
    expect(found(code)).toEqual([]);
  });

  it.each([
    ['var m = new Map();', 'missing-global'],
    ['if (typeof Set === "function") { print(new Map()); }', 'missing-global'],
    ['print(Math["imul"](1, 2));', 'missing-static'],
    ['print("abc".codePointAt(0));', 'missing-method'],
    ['function f(x) { return x.localeCompare("a"); }', 'missing-method'],
    ['var a = new Uint8Array(4); print(a.copyWithin(0, 1));', 'missing-method'],
    ['print(Uint8Array.prototype.set);', 'prototype-lookup'],
  ])('refuses: %s', (code, rule) => {
    expect(found(code)).toEqual([`1 ${rule}`]);
  });
});

describe('other places that a pair does not show', () => {
  it.each([
    ['n += n = 3;', 'compound-assignment'],
    [
      'var i = 0, a = [1]; var o = { f: function () { i = 5; return 1; } }; i -= o.f();',
      'compound-assignment',
    ],
    ['var o = { n: 1 }; function f() { o.n = 2; return 1; } o.n += f();', 'compound-assignment'],
    ['var s = "a"; print(s + (s += "b"));', 'append-while-joining'],
    ['switch (n) { case 1: if (n) break; do n--; while (n); n = 2; }', 'do-loop-in-switch'],
    [
      'for (;;) { switch (n) { case 1: continue; case 2: do { n--; } while (n); } break; }',
      'do-loop-in-switch',
    ],
    ['function f(a) { for (;;) { try { a(); } finally { break; } } }', 'finally-jump'],
    ['var f = new Uint8Array(2)[-1];', 'negative-index'],
    ['function f(of) { return of; }', 'reserved-name'],
    ['function f() { "use strict"; return this || 1; }', 'strict-this'],
    ['var r = new RegExp("a{2}");', 'regex-count'],
    ['var r = RegExp("a", "m");', 'regex-flag'],
    ['var __assign = n;', 'compiler-helper'],
    ['var a = [1]; a.length--;', 'array-length'],
    ['var f = async () => 1;', 'async'],
    ['var o = { async m() { return 1; } };', 'async'],
    ['var n2 = 1_000;', 'not-es5'],
    ['for (const k of [1]) { print(function () { return k; }); }', 'loop-closure'],
  ])('refuses: %s', (code, rule) => {
    const rules = found(`var n = 1;\n${code}`).filter((line) => line !== '2 not-es5' || rule === 'not-es5');
    expect(new Set(rules)).toEqual(new Set([`2 ${rule}`]));
  });

  it.each([
    'var n = 1; n += n + 1;',
    'var n = 1; function f() { return 2; } n += f();',
    'var s = "a"; s += s + "b"; s = s + s;',
    'var o = { a: 1, b: 2 }; function f() { o.b = 3; return 1; } o.a += f();',
    'function f(c) { switch (c) { case 1: while (c) c--; break; case 2: for (;;) break; } }',
    'function f(c) { switch (c) { case 1: break; case 2: { do { c--; } while (c); } } }',
    'function f(c) { do { c--; } while (c); return c; }',
    'function f() { return; }',
    'function f() { return }',
    'function f() { return /* nothing */ }',
    'function f(a) { try { a(); } finally { for (;;) { break; } } }',
    'var a = [1][-1];',
    'var s = "\\u00e9\\xff\\x00\\\\u20ac";',
    '// 20 °C\nvar t = 20; /* ä */',
    'var o = { of: 1, let: 2, default: 3 }; print(o.of, o.let, o.default);',
    'print(JSON.stringify({}, null, 0), JSON.parse("1"), "a b".split(" "));',
    'print(/^[a-z]*=[0-9]+$/i.test("a=1"), /a|b/g, "a".replace(/(a)/, "$1"));',
    'var b = "x".replace(/a\\$&/, "b");',
    'function f() { return this.n; }',
    'function F() { this.length = 0; }',
    'var o = { x: 1 }; for (var k in o) { print(o[k]); } delete o.x;',
    '"use strict"; var n = 1;',
  ])('lets pass: %s', (code) => {
    expect(found(code)).toEqual([]);
  });
});

describe('a whole firmware', () => {
  it('has no finding for either engine, whatever the minifier made of it', async () => {
    for (const minify of [true, false]) {
      const { code, map } = await compileFirmware('firmware.device.ts', minify);
      for (const profile of ['espruino', 'jerryscript'] as const) {
        expect(checkBundle(code, { file: 'out.js', map, profile })).toEqual([]);
      }
    }
  });

  it('has findings at the lines of its source', async () => {
    const { code, map, source } = await compileFirmware('broken.device.ts', true);
    const findings = checkBundle(code, { file: 'out.js', map, profile: 'espruino' });
    const expected = source.split('\n').flatMap((text, index) => {
      const rule = /\/\/ (\S+)$/.exec(text)?.[1];
      return rule === undefined ? [] : [`src/broken.device.ts:${index + 1} ${rule}`];
    });
    expect(findings.map(({ file, line, rule }) => `${file}:${line} ${rule}`)).toEqual(expected);
    // The column is that of the construct, not of the line.
    const imul = findings.find(({ rule }) => rule === 'missing-static');
    const line = source.split('\n')[(imul?.line ?? 0) - 1] ?? '';
    expect(imul?.column).toBe(line.indexOf('Math.imul') + 1);
  });
});

describe('functions marked hot', () => {
  const code = `function createThing() { var o = { n: 0 }; function step() { return [o.n]; } return step; }
var table = { publish: function () { return { a: 1 }; } };
function cold() { return [1]; }`;
  const lines = (hot?: string[]) =>
    checkBundle(code, { file: 'src/a.js', profile: 'jerryscript', ...(hot && { hot }) }).map(
      ({ line, rule, severity }) => `${line} ${rule} ${severity}`,
    );

  it('are none by default', () => {
    expect(lines()).toEqual([]);
  });

  it('are known by their own name, or that of the property', () => {
    expect(lines(['step'])).toEqual(['1 hot-literal warning']);
    expect(lines(['publish'])).toEqual(['2 hot-literal warning']);
  });

  it('are all of a file whose path begins so, but for those that prepare', () => {
    expect(lines(['src/'])).toEqual([
      '1 hot-literal warning',
      '2 hot-literal warning',
      '3 hot-literal warning',
    ]);
    expect(lines(['lib/'])).toEqual([]);
  });

  it('are known by their names in the source, after the minifier', async () => {
    const { code, map } = await compileFirmware('firmware.device.ts', true);
    const check = (hot: string[]) => checkBundle(code, { file: 'out.js', map, profile: 'jerryscript', hot });
    expect(code).not.toContain('onTimer');
    expect(check(['onTimer'])).toEqual([]);
    expect(check(['describeReading']).map(({ rule }) => rule)).toContain('hot-literal');
    expect(check(['src/']).every(({ file }) => file === 'src/firmware.device.ts')).toBe(true);
    expect(check(['src/']).length).toBeGreaterThan(0);
  });
});

describe('bad input', () => {
  const failure = (code: string, map?: string): MoteError => {
    try {
      checkBundle(code, { file: 'bad.js', profile: 'espruino', ...(map !== undefined && { map }) });
    } catch (error) {
      if (error instanceof MoteError) return error;
      throw error;
    }
    return expect.fail('it was accepted');
  };

  it('is told with its place', () => {
    expect(failure('var a = 1;\nvar = 2;').where).toBe('bad.js:2:5');
    expect(failure('import a from "a";').message).toMatch(/^bad\.js:1:1: syntax error/);
  });

  it('is told with its place in the source, where the map knows it', () => {
    const map = JSON.stringify({ version: 3, sources: ['src/x.ts'], names: [], mappings: 'AACA' });
    expect(failure('var = 2;', map).where).toBe('src/x.ts:2:1');
  });

  it('may be a source map that is none', () => {
    expect(failure('var a = 1;', 'no map').message).toMatch(/source map/);
    expect(failure('var a = 1;', '{"version":3}').message).toMatch(/source map/);
  });

  it('may be nested more deeply than anything can follow', () => {
    expect(failure(`var a = ${'('.repeat(100_000)}1${')'.repeat(100_000)};`).message).toMatch(/deep/);
    expect(failure(`var a = ${'-'.repeat(1)}${'!'.repeat(100_000)}1;`).message).toMatch(/deep/);
  });

  it('is empty', () => {
    expect(found('')).toEqual([]);
  });
});

it('says a finding in one line', () => {
  const [finding] = checkBundle('\n  debugger;', { file: 'a.js', profile: 'espruino' });
  expect(finding && formatFinding(finding)).toBe('a.js:2:3 error debugger: debugger statement (delete it)');
});
