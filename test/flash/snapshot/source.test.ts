// What a snapshot cannot hold, with its place in the source; and numbers that a static one can.

import { parse } from 'acorn';
import fc from 'fast-check';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createTree } from '../../../flash/check/tree.ts';
import { resolveNames } from '../../../flash/check/scope.ts';
import { MoteError } from '../../../flash/errors.ts';
import { findFeatures } from '../../../flash/snapshot/manifest.ts';
import { prepareSource } from '../../../flash/snapshot/source.ts';
import { bundleOf } from '../build/fixture.ts';

/** A bundle that is too long to be mapped in a test. */
const unmapped = (code: string) => ({ code, map: '{"version":3,"sources":[],"names":[],"mappings":""}' });

function refusal(body: string, isStatic: boolean, bundle = bundleOf): MoteError {
  const { code, map } = bundle(body);
  try {
    prepareSource(code, map, isStatic);
  } catch (error) {
    if (error instanceof MoteError) return error;
    throw error;
  }
  return expect.fail('it was taken');
}

/** @returns the program that the tool would get. */
function prepared(body: string, isStatic = true, bundle = bundleOf): string {
  const { code, map } = bundle(body);
  return prepareSource(code, map, isStatic).code;
}

describe('what no snapshot holds', () => {
  it.each([
    ['f`a`;', /a tagged template/, 'firmware.ts:2:1'],
    ['var a = 1;\n  class A {}', /a class/, 'firmware.ts:3:3'],
    ['var A = class {};', /a class/, 'firmware.ts:2:9'],
  ])('%j', (body, what, where) => {
    const error = refusal(body, false);
    expect(error.what).toMatch(what);
    expect(error.where).toBe(where);
  });

  it('is a function whose compiled code has more than 524,280 bytes, but not functions that have it together', () => {
    const lines = (count: number) => `a="${'x'.repeat(count)}";`;
    const error = refusal(`var a,b;\nfunction f(){${lines(530_000)}}`, false, unmapped);
    expect(error.what).toMatch(/one function has 5\d{5} bytes of its own, and a snapshot holds 524280/);
    expect(error.where).toBe('firmware.js:2:1');
    const half = lines(300_000);
    expect(prepared(`var a,b;function f(){${half}}function g(){${half}}`, false, unmapped)).toContain(
      'function g',
    );
  });

  it('is more than jerry-snapshot reads', () => {
    expect(refusal(`var a="${'x'.repeat(1_048_576)}";`, false, unmapped).what).toMatch(
      /reads fewer than 1048576/,
    );
  });
});

describe('what no static snapshot holds', () => {
  it('is a regular expression, which a normal one does', () => {
    const body = 'var a = 1;\nvar b = /x/.test("y");';
    expect(refusal(body, true)).toMatchObject({
      what: 'a static snapshot cannot hold a regular expression',
      where: 'firmware.ts:3:9',
    });
    expect(prepared(body, false)).toContain('/x/');
  });

  it('is a number that no short expression of small integers gives', () => {
    expect(refusal('var a = 0.1234567890123;', true).where).toBe('firmware.ts:2:9');
    expect(refusal('var a = 1e300;', true).what).toMatch(/integers below 2\^27 only, not 1e300/);
  });
});

describe('numbers for a static snapshot', () => {
  it('stay where they are integers below 2^27, and become expressions where not', () => {
    const code = prepared(
      'say(134217727);say(134217728);say(-134217728);say(0.5);say(1000000000);say(4294967295);',
    );
    expect(code).toContain('say(134217727);say((2048*65536));say(-(2048*65536));say((5/10));');
    expect([...code.matchAll(/\d+/g)].every(([number]) => Number(number) < 2 ** 27)).toBe(true);
    const said: number[] = [];
    runInNewContext(code, { say: (value: number) => said.push(value) });
    expect(said).toEqual([134217727, 134217728, -134217728, 0.5, 1000000000, 4294967295]);
  });

  it('have the value that was written, to the last bit', () => {
    const numbers = fc.oneof(
      fc.integer({ min: 2 ** 27, max: 2 ** 43 - 1 }),
      fc
        .tuple(fc.integer({ min: 1, max: 2 ** 27 - 1 }), fc.integer({ min: 1, max: 8 }))
        .map(([n, k]) => n / 10 ** k),
    );
    fc.assert(
      fc.property(numbers, (number) => {
        const said: number[] = [];
        runInNewContext(prepared(`say(${number});`), { say: (value: number) => said.push(value) });
        return said[0] === number;
      }),
      { numRuns: 60 },
    );
  });
});

describe('what the engine must have', () => {
  function features(code: string) {
    const tree = createTree(code, parse(code, { ecmaVersion: 'latest', sourceType: 'script' }));
    return findFeatures({ ...tree, scopes: resolveNames(tree), hot: new Set() });
  }

  it('is found from the globals and members that a program names', () => {
    const code =
      'var a=new Uint8Array(4),t="abc";a.set([1]);t.charCodeAt(0);moteHost.log(Math.floor(1),2);if(typeof moteFlash==="undefined")x.own();';
    expect(features(code)).toEqual({
      globals: ['Math', 'Uint8Array', 'x'],
      members: ['charCodeAt', 'set'],
      options: [
        'JERRY_BUILTIN_MATH',
        'JERRY_BUILTIN_STRING',
        'JERRY_BUILTIN_TYPEDARRAY',
        'JERRY_SNAPSHOT_EXEC',
      ],
      host: ['moteFlash', 'moteHost'],
      parser: false,
    });
  });

  it('is nothing for names of the program itself', () => {
    expect(features('(function(){var Math={floor:1},f=Math.floor;return f})()').options).toEqual([
      'JERRY_SNAPSHOT_EXEC',
    ]);
  });

  it.each([
    ['/a/.test("b")', 'JERRY_BUILTIN_REGEXP'],
    ['new Date()', 'JERRY_BUILTIN_DATE'],
    ['[].push(1)', 'JERRY_BUILTIN_ARRAY'],
    ['JSON.parse("1")', 'JERRY_BUILTIN_JSON'],
    ['(5).toFixed(1)', 'JERRY_BUILTIN_NUMBER'],
    ['throw new TypeError("a")', 'JERRY_BUILTIN_ERRORS'],
  ])('is an option: %s', (code, option) => {
    expect(features(code).options).toContain(option);
  });

  // Every JERRY_BUILTIN_... of jerry-core/config.h of JerryScript 3.0, with programs that need it.
  const OPTIONS: Readonly<Record<string, readonly string[]>> = {
    ANNEXB: [
      '"a".substr(1)',
      'escape("a")',
      'unescape("a")',
      'new Date().getYear()',
      'x.__defineGetter__("a",f)',
    ],
    ARRAY: ['[].push(1)'],
    ATOMICS: ['Atomics.add(a,0,1)'],
    BIGINT: ['BigInt(1)', '1n', 'new BigInt64Array(1)', 'new DataView(b).getBigInt64(0)'],
    BOOLEAN: ['Boolean(1)'],
    CONTAINER: ['new Map()', 'new WeakSet()'],
    DATAVIEW: ['new DataView(b).getInt8(0)'],
    DATE: ['new Date()'],
    ERRORS: ['throw new TypeError("a")'],
    GLOBAL_THIS: ['globalThis.a'],
    JSON: ['JSON.parse("1")'],
    MATH: ['Math.floor(1)'],
    NUMBER: ['(5).toFixed(1)'],
    PROXY: ['new Proxy({},{})'],
    // Is for programs in C that make further realms: scripts have no name for them.
    REALMS: [],
    REFLECT: ['Reflect.has({},"a")'],
    REGEXP: ['/a/.test("b")', '"a".replace("a","b")', '"a".match("a")', '"a".search("a")', 'r.compile("a")'],
    SHAREDARRAYBUFFER: ['new SharedArrayBuffer(1)'],
    STRING: ['"a".charAt(0)'],
    TYPEDARRAY: ['new Uint8Array(1)'],
    WEAKREF: ['new WeakRef({})'],
  };
  it.each(
    Object.entries(OPTIONS).flatMap(([option, programs]) => programs.map((code) => [option, code] as const)),
  )('is JERRY_BUILTIN_%s: %s', (option, code) => {
    expect(features(code).options).toContain(`JERRY_BUILTIN_${option}`);
  });

  it('is the parser where code is made of text', () => {
    expect(features('eval("1")').parser).toBe(true);
    expect(features('new Function("return 1")()').parser).toBe(true);
  });
});
