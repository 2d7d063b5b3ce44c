// The pass that puts marked functions in the place of their calls, on bundles as rollup writes them: one function that is
// called at once.

import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { describe, expect, it } from 'vitest';
import { arrangeCode } from '../../../flash/build/arrange.ts';
import { bundleOnly } from '../../../flash/build/build.ts';
import { inlineMarked } from '../../../flash/build/inline.ts';
import { MoteError } from '../../../flash/errors.ts';
import { definedTooLate } from './order.ts';
import { bundleOf, failure, runBundle, writeFirmware } from './fixture.ts';

const inline = (body: string) => inlineMarked(bundleOf(body)).code;
const inlineAll = (body: string) => arrangeCode(inlineMarked(bundleOf(body)));

/** What the bundle says before and after; they have to say the same. */
function same(body: string): unknown[] {
  const { code, map } = bundleOf(body);
  const before = runBundle(code);
  const after = runBundle(arrangeCode(inlineMarked({ code, map })).code);
  expect(after).toEqual(before);
  expect(before.said).not.toEqual([]);
  return after.said;
}

function refusal(body: string): MoteError {
  try {
    inline(body);
  } catch (error) {
    expect(error).toBeInstanceOf(MoteError);
    return error as MoteError;
  }
  throw new Error(`not refused: ${body}`);
}

const TWICE = '/** Doubles. @inline */\nfunction twice(n) { return n + n; }\n';
const JOIN = '/** @inline */\nfunction join(head, tail) { return head + tail; }\n';

describe('a marked function', () => {
  it('stands in the place of its calls, and nowhere else', () => {
    const code = inline(`${TWICE}say(twice(2));\nvar n = 5;\nsay(1 - twice(n));`);
    expect(code).not.toContain('twice');
    expect(code).not.toContain('@inline');
    expect(code).toContain('say(((2) + (2)));');
    expect(code).toContain('say(1 - (n + n));');
  });

  it.each([
    [
      'keeps arguments together',
      `${JOIN}say(join(1, 2) * 3); say(join(1 ? 2 : 3, 4)); var n = 2; say(n - join(-n, n));`,
      [9, 6, 2],
    ],
    [
      'may call another one',
      `/** @inline */ function half(n) { return n / 2; }\n/** @inline */ function quarter(n) { return half(half(n)); }\nsay(quarter(48));`,
      [12],
    ],
    [
      'may stand behind its calls',
      `say(later(3));\n/** @inline */\nfunction later(n) { return n * n; }`,
      [9],
    ],
    [
      'may be given calls of itself',
      `${JOIN}say(join(join('a', 'b'), join('c', join('d', 'e'))));`,
      ['abcde'],
    ],
    [
      'may belong to an inner function',
      `function make(n) {\n/** @inline */\nfunction add(m) { return n + m; }\nreturn function () { say(add(2)); };\n}\nmake(1)(); make(5)();`,
      [3, 7],
    ],
    ['takes missing arguments for undefined', `${JOIN}say(join('a'));`, ['aundefined']],
    ['may have arguments too many', `${TWICE}say(twice(1, 2));`, [2]],
    [
      'may leave parameters unused',
      `/** @inline */ function second(a, b) { return b; }\nvar o = { p: 1 };\nsay(second(o.p, 2));`,
      [2],
    ],
    [
      'may be called from a method of its name',
      `${JOIN}var o = { join: function (n) { return join(n, 1); } };\nsay(o.join(4));`,
      [5],
    ],
    [
      'may be a statement of its own',
      `var n = 0;\nfunction next() { n++; return n; }\n/** @inline */ function same(m) { return m; }\nsame(next());\nsay(n);`,
      [1],
    ],
    ['keeps a text with a name in it', `${TWICE}say('twice(n)'); say(twice('n'));`, ['twice(n)', 'nn']],
  ])('%s', (_what, body, said) => {
    expect(same(body)).toEqual(said);
    expect(inline(body)).not.toContain('@inline');
  });

  it('is told from another one of its name', () => {
    const body = `${JOIN}function link() {
      function join() { say('local'); }
      join();
    }
    function relay(join) { join('given'); }
    link();
    relay(say);
    say(join('a', 'b'));`;
    expect(same(body)).toEqual(['local', 'given', 'ab']);
  });

  it.each([
    [
      'two statements',
      '/** @inline */\nfunction two(n) { n += 1; return n; }\nsay(two(1));',
      'two is marked @inline and is not one return of a value',
    ],
    [
      'no value',
      '/** @inline */\nfunction none() { return; }\nsay(none());',
      'none is marked @inline and is not one return of a value',
    ],
    [
      'a function inside',
      '/** @inline */\nfunction make(n) { return function () { return n; }; }\nsay(make(1)());',
      'make is marked @inline and makes a function',
    ],
    [
      'this',
      '/** @inline */\nfunction self() { return this; }\nsay(typeof self());',
      'self is marked @inline and uses this',
    ],
    [
      'arguments',
      '/** @inline */\nfunction count() { return arguments.length; }\nsay(count(1));',
      'count is marked @inline and uses arguments',
    ],
    [
      'a parameter that is written',
      '/** @inline */\nfunction up(n) { return n++; }\nsay(up(1));',
      'up is marked @inline and writes to n',
    ],
    [
      'a parameter that is called',
      '/** @inline */\nfunction run(f) { return f(); }\nsay(run(Date.now));',
      'run is marked @inline and calls f',
    ],
    [
      'a call of itself',
      '/** @inline */\nfunction down(n) { return n > 0 ? down(n - 1) : 0; }\nsay(down(3));',
      'down is marked @inline and calls itself',
    ],
    [
      'a ring',
      '/** @inline */\nfunction a(n) { return b(n); }\n/** @inline */\nfunction b(n) { return a(n); }\nsay(a(1));',
      'a is marked @inline and calls itself',
    ],
    ['a use as a value', `${TWICE}say([1].map(twice));`, 'twice is marked @inline and is used as a value'],
  ])('with %s is refused', (_what, body, what) => {
    const error = refusal(body);
    expect(error.what).toBe(what);
    expect(error.fix).toMatch(/take @inline away/);
    expect(error.where).toMatch(/^firmware\.ts:\d+:\d+$/);
  });
});

describe('a call', () => {
  const COUNT = 'var n = 0;\nfunction next() { n++; return n; }\n';
  const SWAP = '/** @inline */\nfunction swap(a, b) { return b + "," + a; }\n';

  it.each([
    ['twice what costs', `${TWICE}var m = 1;\nsay(twice(m + 1));`, 'twice: it uses n more than once'],
    ['twice what has an effect', `${COUNT}${TWICE}say(twice(next()));`, 'twice: it uses n more than once'],
    [
      'never what has an effect',
      `${COUNT}/** @inline */ function one(a) { return 1; }\nsay(one(next()));`,
      'one: the effect of an argument would be lost',
    ],
    [
      'never an argument too many',
      `${COUNT}/** @inline */ function same(a) { return a; }\nsay(same(1, next()));`,
      'same: the effect of an argument would be lost',
    ],
    [
      'sometimes what has an effect',
      `${COUNT}/** @inline */ function or(a, b) { return a || b; }\nsay(or(1, next()));`,
      'or: it does not use b each time',
    ],
    [
      'sometimes, behind a question',
      `${COUNT}/** @inline */ function pick(a, b) { return a ? b : 0; }\nsay(pick(0, n++));`,
      'pick: it does not use b each time',
    ],
    [
      'two effects in another order',
      `${COUNT}${SWAP}say(swap(next(), next()));`,
      'swap: the order of evaluation would change',
    ],
    [
      'an effect before what it changes',
      `${COUNT}${SWAP}say(swap(n, next()));`,
      'swap: the order of evaluation would change',
    ],
    [
      'an effect after what its function reads',
      `${COUNT}/** @inline */ function more(a) { return n + a; }\nsay(more(next()));`,
      'more: the order of evaluation would change',
    ],
    [
      'what its function changes',
      `${COUNT}/** @inline */ function late(a) { return next() + a; }\nsay(late(n));`,
      'late: what a stands for may have changed before it is used',
    ],
    [
      'what a method of ours may change',
      `var o = { n: 1, slice: function () { o.n = 5; return 1; } };\n/** @inline */ function late(a) { return o.slice() + a; }\nsay(late(o.n));`,
      'late: what a stands for may have changed before it is used',
    ],
  ])('that would evaluate %s is refused', (_what, body, what) => {
    const error = refusal(body);
    expect(error.what).toBe(`cannot inline ${what}`);
    // The call, which stands on the last line.
    expect(error.where).toMatch(new RegExp(`^firmware\\.ts:${body.split('\n').length + 1}:`));
  });

  it.each([
    ['effects in their order', `${COUNT}${JOIN}say(join(next() + 'a', next() + 'b'));`, ['1a2b']],
    [
      'an effect beside what never changes',
      `${COUNT}${SWAP}function f(x) { return swap(x, next()); }\nsay(f('x'));`,
      ['1,x'],
    ],
    [
      'what is read before its function changes it',
      `${COUNT}/** @inline */ function early(a) { return a + next(); }\nsay(early(n));`,
      [1],
    ],
    ['reads in another order', `${SWAP}var a = 1;\na = 2;\nvar o = { p: 3 };\nsay(swap(a, o.p));`, ['3,2']],
    [
      'what a method of text leaves alone',
      `var s = 'abc';\ns = 'xyz';\n/** @inline */ function cut(t, i) { return t.substr(1) + i; }\nvar i = 1;\ni = 2;\nsay(cut(s, i));`,
      ['yz2'],
    ],
    [
      'an assignment of its own result',
      `/** @inline */ function after(i) { return i === 3 ? 1 : i + 1; }\nvar at = 2;\nat = after(at);\nat = after(at);\nsay(at);`,
      [1],
    ],
  ])('that evaluates %s is replaced', (_what, body, said) => {
    expect(same(body)).toEqual(said);
    expect(inline(body)).not.toContain('@inline');
  });

  it.each([
    [
      'a parameter',
      'var size = 3;\n/** @inline */\nfunction grow(n) { return n + size; }\nfunction f(size) { return grow(size); }\nsay(f(1));',
      'size',
    ],
    [
      'a variable further out',
      'var size = 3;\n/** @inline */\nfunction grow(n) { return n + size; }\nfunction f() {\nvar size = 1;\nreturn function () { return grow(2); };\n}\nsay(f()());',
      'size',
    ],
    [
      'a function',
      'function size() { return 3; }\n/** @inline */\nfunction grow(n) { return n + size(); }\nfunction f() {\nfunction size() { return 1; }\nreturn grow(1);\n}\nsay(f());',
      'size',
    ],
    [
      'what hides a global',
      '/** @inline */\nfunction half(n) { return Math.floor(n / 2); }\nfunction f(Math) { return half(Math); }\nsay(f(3));',
      'Math',
    ],
  ])('where %s hides what its function means is refused', (_what, body, name) => {
    expect(refusal(body).what).toMatch(new RegExp(`^cannot inline \\w+: ${name} means something else here$`));
  });

  it('whose result is called is refused: a method would get another this', () => {
    const body =
      '/** @inline */\nfunction get(o) { return o.run; }\nvar o = { run: function () { return this === o; } };\nsay(get(o)());';
    expect(refusal(body).what).toBe('cannot inline get: what it returns is called or deleted');
  });
});

describe('arranging', () => {
  it('puts functions above their first use, also through others', () => {
    const body =
      'var a = 1;\nfirst();\nfunction first() { say(second()); }\nvar b = 2;\nfunction second() { return a; }';
    expect(definedTooLate(bundleOf(body).code)).not.toEqual([]);
    const { code } = inlineAll(body);
    expect(code.indexOf('function second')).toBeLessThan(code.indexOf('var a'));
    expect(code.indexOf('function first')).toBeLessThan(code.indexOf('var a'));
    expect(runBundle(code).said).toEqual([1]);
  });

  it('leaves the order where nothing is used early: a name that stands first is found first', () => {
    const body =
      'function make() {\nvar room = 3;\nvar events = { on: function () { return later(); } };\nfunction later() { return room; }\nreturn events;\n}\nsay(make().on());';
    expect(inlineAll(body).code).toBe(bundleOf(body).code);
    expect(same(body)).toEqual([3]);
  });
});

describe('source map', () => {
  const body = `${TWICE}var STEP = 4;
function first() {
  return 'untouched' + twice(STEP);
}
say(early());
function early() { return 'moved'; }
say(twice('text') + first());
say('behind');`;
  const before = bundleOf(body).code.split('\n');

  it.each(["'untouched'", "'moved'", "'behind'", 'first()'])(
    'leads from %s to where it came from',
    (token) => {
      const { code, map } = inlineAll(body);
      const at = code.lastIndexOf(token);
      const above = code.slice(0, at).split('\n');
      const position = { line: above.length, column: above.at(-1)!.length };
      const origin = originalPositionFor(new TraceMap(map), position);
      expect(origin.source).toBe('firmware.ts');
      expect(before[origin.line! - 1]!.slice(origin.column!)).toMatch(
        new RegExp(`^${token.replace(/[()]/g, '\\$&')}`),
      );
    },
  );

  it('leads from what replaced a call to the call', () => {
    const { code, map } = inlineAll(body);
    const at = code.indexOf("('text')");
    const above = code.slice(0, at).split('\n');
    const origin = originalPositionFor(new TraceMap(map), {
      line: above.length,
      column: above.at(-1)!.length,
    });
    expect(before[origin.line! - 1]!.slice(origin.column!)).toMatch(/^twice\('text'\)/);
  });

  it('carries what the first map carried', () => {
    const { sources, sourcesContent } = JSON.parse(inlineAll(body).map) as Record<string, unknown>;
    expect(sources).toEqual(['firmware.ts']);
    expect(sourcesContent).toEqual([bundleOf(body).code]);
  });
});

describe('in a firmware', () => {
  const BYTES = `/** @returns the first of \`bytes\`. @inline */
export function firstOf(bytes: string): number {
  return bytes.charCodeAt(0);
}
`;

  it('a marked function of another module is gone from the bundle, minified or not', async () => {
    const firmware = writeFirmware({
      'bytes.ts': BYTES,
      'main.ts': `import { firstOf } from './bytes.ts';\ndeclare function say(value: unknown): void;\nsay(firstOf('A'));\n`,
    });
    for (const minify of [true, false]) {
      const { code } = await bundleOnly({ firmware, minify });
      expect(code).not.toContain('function firstOf');
      expect(code).toMatch(/"A"\)?\.charCodeAt\(0\)/);
      expect(runBundle(code).said).toEqual([65]);
    }
  });

  it('a call that cannot be replaced is named by its place in the source', async () => {
    const firmware = writeFirmware({
      'bytes.ts': `/** @inline */\nexport function twice(n: number): number {\n  return n + n;\n}\n`,
      'main.ts': `import { twice } from './bytes.ts';\ndeclare function say(value: unknown): number;\n\nsay(twice(say(1)));\n`,
    });
    const error = await failure(bundleOnly({ firmware }));
    expect(error.what).toBe('cannot inline twice: it uses n more than once');
    expect(error.where).toBe(`${firmware}/main.ts:4:5`);
  });
});
