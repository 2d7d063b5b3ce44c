// The passes over the whole program, by what they make of small bundles.

import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { describe, expect, it } from 'vitest';
import { changeProgram } from '../../../../flash/build/whole/program.ts';
import { joinProgram } from '../../../../flash/build/whole/whole.ts';
import { bundleOf } from '../fixture.ts';
import { joined, outcomeOf, same } from './fixture.ts';

/** A value that no pass can know. */
const UNKNOWN = 'var unknown = say("u") + list.length;\n';

describe('a function that is called once', () => {
  it.each([
    ['as a statement', 'function f() { say(1); say(2); }\nf();', [1, 2]],
    ['with a value that nobody wants', 'function f() { say(1); return 2; }\nf();', [1]],
    ['with an effect in the value that nobody wants', 'function f() { return say(1); }\nf();', [1]],
    ['with an object that nobody wants', 'function f() { return { a: say(1) }; }\nf();', [1]],
    ['with a member that nobody wants', 'function f() { return { a: say(1) }.a; }\nf();', [1]],
    [
      'with a function that nobody wants',
      'function f() { return function () { return say(1); }(); }\nf();',
      [1],
    ],
    ['as a first value', 'function f() { say(1); return say(2); }\nvar x = f(); say(x);', [1, 2, 2]],
    [
      'as the first of two values',
      'function f() { return say(2); }\nvar x = f(), y = say(3); say(x + y);',
      [2, 3, 5],
    ],
    ['as a new value', 'function f() { return say(2); }\nvar x = 0; x = f(); say(x);', [2, 2]],
    ['as an argument', 'function f() { say(1); return 2; }\nsay(f());', [1, 2]],
    [
      'behind an argument without effects',
      'function f() { say(1); return list; }\nfunction g(a, b) { say(a); say(b.length); }\ng(3, f()); g(4, list);',
      [1, 3, 0, 4, 0],
    ],
    ['as a test', 'function f() { say(1); return list; }\nif (f()) say(2); else say(3);', [1, 2]],
    ['as the test of a value', 'function f() { say(1); return list; }\nsay(f() ? 2 : 3);', [1, 2]],
    ['as the left of a condition', 'function f() { say(1); return list; }\nsay(f() && 2);', [1, 2]],
    ['as a side of an operator', 'function f() { say(1); return list; }\nsay(2 + f());', [1, '2']],
    [
      'as a member of an object',
      'function f() { say(1); return list; }\nsay({ a: 2, b: f() });',
      [1, '{"a":2,"b":[]}'],
    ],
    [
      'behind an accessor',
      'function f() { return say(1); }\nsay({ get a() { return 2; }, b: f() });',
      [1, '{"a":2,"b":1}'],
    ],
    ['as an element', 'function f() { say(1); return list; }\nsay([, 2, f()]);', [1, '[null,2,[]]']],
    ['as an object with a member', 'function f() { say(1); return list; }\nsay(f().length);', [1, 0]],
    ['behind an operator', 'function f() { say(1); return list; }\nsay(typeof f());', [1, 'object']],
    ['that gives nothing', 'function f() { say(1); }\nsay(f());', [1, undefined]],
    ['that ends with an empty return', 'function f() { say(1); return; }\nsay(f());', [1, undefined]],
    ['behind `if` without a block', 'function f() { say(1); say(2); }\nif (list) f(); else say(3);', [1, 2]],
    [
      'behind `else if`',
      'function f() { say(1); return list; }\nif (list.length) say(0); else if (f()) say(2);',
      [1, 2],
    ],
    [
      'in a case',
      'function f() { say(1); say(2); }\nswitch (list.length) { case 0: f(); break; default: say(3); }',
      [1, 2],
    ],
    ['in `try`', 'function f() { say(1); throw "no"; }\ntry { f(); } catch (e) { say(e); }', [1, 'no']],
    ['in a loop', 'function f(n) { say(n); }\nfor (var i = 0; i < 2; i++) f(i);', [0, 1]],
    [
      'in a loop without a head',
      'function f(n) { say(n); }\nvar i = 2; do { f(i); } while (i--);',
      [2, 1, 0],
    ],
    ['before its statement', 'say(1);\nf();\nfunction f() { say(2); }', [1, 2]],
    ['with too few arguments', 'function f(a, b) { say(a); say(b); }\nf(say(1));', [1, 1, undefined]],
    ['with too many arguments', 'function f(a) { say(a); }\nf(say(1), 2);', [1, 1]],
    [
      'with arguments in their order',
      'function f(a, b) { say(b); say(a); }\nf(say(1), say(2));',
      [1, 2, 2, 1],
    ],
    ['with a parameter that is written', 'function f(a) { a += 1; say(a); }\nf(3);', [4]],
    [
      'with a parameter that is missing and written',
      'function f(a) { if (a === undefined) a = 1; say(a); }\nf();',
      [1],
    ],
    [
      'with a number that has members',
      'function f(a) { say(a.length); say(-a); say(a.toFixed(1)); say(1 - a); }\nf(-5);',
      [undefined, 5, '-5.0', 6],
    ],
    [
      'with a positive number that has members',
      'function f(a) { say(a.toFixed(1)); say(a.length); say(a["x"]); }\nf(5);',
      ['5.0', undefined, undefined],
    ],
    [
      'with inner functions',
      'function f(n) { function g() { return n; } say(g()); return g; }\nvar g = f(say(1)); say(g());',
      [1, 1, 1],
    ],
    [
      'with inner functions behind its return',
      'function f(n) { if (list.length) return 0; say(g()); return g; function g() { return n; } }\nvar g = f(say(1)); say(g());',
      [1, 1, 1],
    ],
    [
      'that belongs to another one',
      'function outer(n) { function f() { say(n); } if (n) f(); }\nouter(1); outer(0); outer(2);',
      [1, 2],
    ],
  ])('%s', (_what, body, said) => {
    const found = same(body);
    expect(found.said).toEqual(said);
    expect(found.text).not.toMatch(/\bf\b/);
  });

  it.each([
    [
      'where it calls itself',
      'function f(n) { if (n) f(n - 1); say(n); }\nfunction g() { f(1); }\ng(); g();',
    ],
    ['with `this`', 'function f() { return typeof this; }\nsay(f());'],
    ['with `arguments`', 'function f() { return arguments.length; }\nsay(f(1));'],
    ['called twice', 'function f() { say(1); say(2); }\nf(); f();'],
    ['used as a value', 'function f() { say(1); }\nf(); list.push(f);'],
    ['replaced', 'function f() { say(1); }\nf(); f = say(2);'],
    ['behind `&&`', 'function f() { say(1); return 1; }\nsay(list.length && f()); say(2);'],
    ['behind `?`', 'function f() { say(1); return 1; }\nsay(list ? f() : 1);'],
    ['in the head of a loop', 'function f() { say(1); return 1; }\nfor (var i = f(); i < 2; i++) say(i);'],
    ['in the test of a loop', 'function f() { return list.push(say(1)) < 3; }\nwhile (f()) say(0);'],
    ['in the head of `for in`', 'function f() { say(1); return { a: 1 }; }\nfor (var k in f()) say(k);'],
    ['behind an argument with an effect', 'function f() { return say(1); }\nsay(list.concat(say(2), f()));'],
    [
      'behind a value that may change',
      'function f() { n++; return n; }\nvar n = list.length; n++;\nsay(n + f());',
    ],
    ['behind a member with an effect', 'function f() { return say(1); }\nsay({ a: say(2), b: f() });'],
    ['behind another declaration', 'function f() { return say(1); }\nvar x = say(2), y = f(); say(x + y);'],
    ['called for what it gives', 'function f() { say(1); return say; }\nf()(2);'],
    ['as the key of a member', 'function f() { say(1); return "length"; }\nsay(list[f()]);'],
    ['given to a member', 'function f() { return say(1); }\nlist.x = f();'],
    ['added to a variable', 'function f() { return say(1); }\nvar n = 2; n += f(); say(n);'],
    ['given to a method', 'function f() { return say(1); }\nlist.push(f());'],
    [
      'that returns in a loop',
      'function f() { for (var i = 0; i < 3; i++) { if (i) return i; } return 9; }\nsay(f());',
    ],
    ['that may return nothing', 'function f() { if (list.length) return 1; say(2); }\nsay(f());'],
    [
      'that returns before `finally`',
      'function f() { try { return 1; } finally { say(2); } }\nvar x = f(); say(x);',
    ],
    [
      'that may leave in `try`, or not',
      'function f() { try { if (list.length) return 1; say(1); } catch (e) { return 2; } return 3; }\nsay(f());',
    ],
    [
      'that may leave behind `else`, or not',
      'function f() { if (list) say(1); else return 2; say(4); return 3; }\nsay(f());',
    ],
    [
      'with returns in a block of both',
      'function f() { if (list) { if (list.length) return 1; say(2); } say(3); }\nf();',
    ],
    [
      'with returns that are not in an `else`',
      'function f() { if (list) { for (;;) return 1; } else { return 2; } }\nf(); say(3);',
    ],
    [
      'with returns in a loop in `try`',
      'function f() { try { for (;;) return say(1); } catch (e) { return 2; } }\nf();',
    ],
    [
      'with returns in a loop behind others',
      'function f() { if (list.length) return say(1); for (;;) return say(2); }\nf();',
    ],
    [
      'with a variable in code that is not reached',
      'function f() { if (list) { x = 1; return x; } return 2; var x; }\nsay(f());',
    ],
    ['with arguments too many, with effects', 'function f(a) { say(a); }\nf(1, say(2));'],
    [
      'with inner functions, not at the root',
      'function f(n) { return function () { return n; }; }\nfor (var i = 0; i < 2; i++) { var g = f(i); list.push(g); }\nsay(list[0]()); say(list[1]());',
    ],
    ['marked', '/** @apart */\nfunction f() { say(1); }\nf();'],
  ])('stays %s', (_what, body) => {
    expect(same(body).text).toMatch(/\bf\b/);
  });

  it('says early returns with `else`', () => {
    const body = `function f(n) { if (n > 2) return "big"; if (n > 1) { say(n); return "some"; } else if (n < 0) return "less"; say("one"); return "few"; }
    function g(n) { var x = f(n); say(x); }
    g(3); g(2); g(1); g(-1);`;
    const { text, said } = same(body);
    expect(said).toEqual(['big', 2, 'some', 'one', 'few', 'less']);
    expect(text).not.toContain('return');
    expect(text).toContain('else');
    expect(text).not.toContain('result');
  });

  it('says returns in `try`', () => {
    const body = `function f(n) { try { if (n) throw n; return say("a"); } catch (e) { return say(e); } }
    function g(n) { say(f(n) + "!"); }
    g(0); g(1); g("x");`;
    const { text, said } = same(body);
    expect(said).toEqual(['a', 'a!', 1, '1!', 'x', 'x!']);
    expect(text).toContain('result');
    expect(text).not.toContain('return');
  });

  it.each([
    'function f(n) { if (n) { return; } say("a"); }\nfunction g(n) { f(n); say("b"); }\ng(0); g(1);',
    'function f(n) { { if (n) return say(1); } }\nfunction g(n) { f(n); say("b"); }\ng(0); g(1);',
    'function f(n) { try { say(n); if (n) return; } catch (e) { return; } }\nfunction g(n) { f(n); say("b"); }\ng(0); g(1);',
    'function f(n) { if (n) throw "t"; else return 1; }\nfunction g(n) { var x; x = f(n); say(x); }\ng(0); g(1);',
    'function f(n) { try { throw n; } catch (e) { say(e); } if (n) return 1; return 2; }\nfunction g(n) { say(f(n)); }\ng(0); g(1);',
    'function f(n) { try { say(n); } finally { say(2); } if (n) return 1; return 2; }\nfunction g(n) { say(f(n)); }\ng(0); g(1);',
    'function f(n) { if (n) { say(1); return 1; } else { return 2; } }\nfunction g(n) { say(f(n)); }\ng(0); g(1);',
    'function f(n) { return n ? 1 : 2; say(3); }\nfunction g(n) { say(f(n)); }\ng(0); g(1);',
  ])('says the same without `return`: %s', (body) => {
    expect(same(body).text).not.toContain('return');
  });

  it('keeps its returns where its value is returned', () => {
    const body = `function f(n) { for (var i = 0; i < n; i++) { if (i > 1) return i; } }
    function g(n) { say("g"); return f(n); }
    function h(n) { return k(n); }
    function k(n) { if (n) return 1; return 2; }
    say(g(1)); say(g(9)); say(h(1)); say(h(0));`;
    const { text, said } = same(body);
    expect(said).toEqual(['g', undefined, 'g', 2, 1, 2]);
    expect(text).not.toMatch(/\b[fk]\b/);
  });

  it.each([
    [
      'without a value',
      'function f(n) { var x; if (n === 1) x = n; say(x); }\nfor (var i = 0; i < 4; i++) f(i);',
    ],
    [
      'given a value in a block',
      'function f(n) { if (n === 1) { var x = n; say("in"); } say(x); }\nfor (var i = 0; i < 4; i++) f(i);',
    ],
    [
      'of a loop',
      'function f(n) { for (var j = 0; j < 2; j++) { var x; if (j + n === 1) x = n; say(x); } }\nfor (var i = 0; i < 3; i++) f(i);',
    ],
    [
      'of a block',
      'function f(n) { if (n) { var x; if (n === 1) x = n; say(x); } }\nfor (var i = 0; i < 4; i++) f(i);',
    ],
    [
      'of `for in`',
      'function f(n) { for (var k in n) say(k); say(k); }\nfor (var i = 0; i < 2; i++) f(i ? {} : { a: 1 });',
    ],
    [
      'of `for in` alone',
      'function f(n) { for (var k in n) say(k); }\nfor (var i = 0; i < 2; i++) f({ a: 1 });',
    ],
    [
      'written before it is declared',
      'function f(n) { if (n === 1) x = n; var x; say(x); }\nfor (var i = 0; i < 4; i++) f(i);',
    ],
    ['that is a parameter', 'function f(n) { var n; say(n); }\nfor (var i = 0; i < 2; i++) f(i);'],
    [
      'for a result',
      'function f(n) { if (n) return say(1); return 2; }\nfor (var i = 0; i < 2; i++) say(f(i) + 1);',
    ],
  ])('has new variables each time: %s', (_what, body) => {
    expect(same(body).text).not.toMatch(/\bf\b/);
  });

  it('has the place of its only caller, and that one of its', () => {
    const { text } = same(
      'function a(n) { say(n); return n + 1; }\nfunction b(n) { var m = a(n); return m * 2; }\nfunction c(n) { return b(n) + 1; }\nsay(c(list.length));',
    );
    expect(text).not.toContain('function');
  });

  it('leaves functions alone that call only each other', () => {
    const { text } = same(
      'function even(n) { return n === 0 || odd(n - 1); }\nfunction odd(n) { return n !== 0 && even(n - 1); }\nsay(even(4)); say(odd(4));',
    );
    expect(text).toContain('even');
  });

  it('drops functions that nothing but each other calls', () => {
    expect(same('function a() { b(); }\nfunction b() { a(); }\nsay(1);').text).toBe('say(1);');
  });

  it('stays out of what runs for each message', () => {
    const body = (mark: string) => `/** @hot */ function handle(n) { if (n > 5) rare(n); say(n); }
      ${mark} function rare(n) { say("rare"); }
      handle(list.length); handle(9);`;
    expect(same(body('')).text).toContain('rare(');
    expect(same(body('/** @hot */')).text).not.toContain('rare(');
    expect(same(body('/* not hot */')).text).toContain('rare(');
  });
});

describe('names', () => {
  it('keeps variables apart that share one', () => {
    const { said } = same(`function f(x) { var y = x + 1; say(y); return y; }
      function g(x) { var y = f(x * 2); say(x); return y; }
      var x = list.length + 5, y = 1;
      say(g(x)); say(x); say(y);`);
    expect(said).toEqual([11, 5, 11, 5, 1]);
  });

  it('keeps what hides a name of the engine', () => {
    const { said } = same(`function f(list) { say(list); }
      function g(Math) { var say$1 = Math; say(say$1); f(Math + 1); }
      g(3); say(list.length); say(Math.max(1, 2));`);
    expect(said).toEqual([3, 4, 0, 2]);
  });

  it('keeps parameters that hide variables', () => {
    const { said } = same(
      'var n = say(1);\nfunction f(n) { n++; say(n); }\nf(5); say(n); try { throw 3; } catch (n) { say(n); }',
    );
    expect(said).toEqual([1, 6, 1, 3]);
  });
});

describe('objects', () => {
  it('become variables', () => {
    const { text, said } =
      same(`var o = { a: list.length, b: 2, "c": "text", f: function (n) { o.a += n; return o.a; }, 'g-h': 1 };
      say(o.f(2)); say(o.f(o.b)); say(o.c + o.c); say(o.none); say(typeof o.a); say(typeof o.none); o.a++; say(o.a);`);
    expect(said).toEqual([2, 4, 'texttext', undefined, 'number', 'undefined', 5]);
    expect(text).not.toMatch(/\bo\.|\bo\b/);
  });

  it('are nested', () => {
    const { text } = same(
      'var o = { a: { b: { c: list.length } }, d: 1 };\nsay(o.a.b.c); o.a.b.c = 3; say(o.a.b.c + o.d);',
    );
    expect(text).not.toMatch(/\bo\b|\{/);
  });

  it('that name a later one dissolve after it', () => {
    const { text } = same(`var o = { f: function () { return p.n; }, m: list.length };
      var p = { n: list.length };
      say(o.f()); p.n = 2; o.m = 3; say(o.f() + o.m);`);
    expect(text).not.toMatch(/\b[op]\b/);
  });

  it('that name each other dissolve one after the other', () => {
    const { text } = same(`var p = { n: list.length };
      var o = { m: p.n, f: function () { return p.n + o.m; } };
      say(o.f()); p.n = 2; o.m = 3; say(o.f());`);
    expect(text).not.toMatch(/\b[op]\b/);
  });

  it.each([
    [
      'a number',
      'var o = { n: 5, m: -5 };\nsay(o.n.toFixed(1)); say(-o.m); say(o.m.toFixed(1)); say(1-o.m); say(o.n.none);',
    ],
    [
      'a named function',
      'var o = { f: function g(n) { return n ? g(n - 1) + 1 : 0; } };\nsay(o.f(2)); say(o.f(3));',
    ],
    ['a known function', 'function f(n) { say(n); }\nvar o = { f: f };\no.f(1); o.f(2);'],
    ['a known value', 'var f = list.length ? 1 : say;\nvar o = { f: f };\no.f(1); o.f(2);'],
    [
      'a function in a variable',
      'var f = function (n) { say(n); };\nvar o = { f: f };\no.f(1); o.f(2); f(3);',
    ],
    ['a replaced function', 'var o = { f: function (n) { say(n); } };\no.f(1); o.f = say; o.f(2);'],
    ['a function of the engine', 'var o = { f: say };\no.f(1); o.f(2);'],
  ])('with %s dissolve', (_what, body) => {
    expect(same(body).text).not.toMatch(/\bo\b/);
  });

  it.each([
    ['a method that uses `this`', 'var o = { a: 1, f: function () { return this.a; } };\nsay(o.f());'],
    [
      'a function that uses `this`',
      'function f() { return this.a; }\nvar o = { a: say(1), f: f };\nsay(o.f()); say(o.f());',
    ],
    [
      'a function that nobody knows, where some use `this`',
      'function f() { return this.a; }\nvar o = { a: say(1), f: list.length || f };\nsay(o.f());',
    ],
    [
      'a member replaced by what uses `this`',
      'function f() { return this.a; }\nvar o = { a: say(1), f: say };\no.f = f; say(o.f());',
    ],
    ['a computed use', 'var o = { a: 1 };\nsay(o["a"]);'],
    ['a use as a whole', 'var o = { a: 1 };\nsay(o); say(o.a);'],
    ['`delete`', 'var o = { a: 1 };\ndelete o.a; say(o.a);'],
    ['a new member', 'var o = { a: 1 };\no.b = 2; say(o.b);'],
    ['a member of all objects', 'var o = { a: 1 };\nsay(o.hasOwnProperty("a")); say(o.a);'],
    ['a member of all objects that is read', 'var o = { a: 1 };\nsay(typeof o.toString);'],
    ['an accessor', 'var o = { get a() { return 1; } };\nsay(o.a);'],
    ['one name twice', 'var o = { a: say(1), a: 2 };\nsay(o.a);'],
    ['another value', 'var o = { a: 1 };\nsay(o.a); o = { a: 2 }; say(o.a);'],
    ['others in its declaration', 'var o = { a: 1 }, p = 2;\nsay(o.a + p);'],
    ['a condition before it', 'if (list) { var o = { a: 1 }; say(o.a); }'],
    ['many callers', 'function f(n) { var o = { a: n }; say(o.a); }\nf(1); f(2);'],
  ])('stay with %s', (_what, body) => {
    expect(same(body).text).toMatch(/\bo\b/);
  });

  it('see what a loop gives a member', () => {
    const { said } = same('var o = { a: 1 };\nfor (o.a in { x: 1, y: 2 }) say(o.a);\nsay(o.a);');
    expect(said).toEqual(['x', 'y', 'y']);
  });
});

describe('a factory that is called once', () => {
  it('becomes part of the program', () => {
    const { text, said } = same(`function createCounter(options) {
        var count = options.start;
        function add(n) { count += n; options.onChange(count); }
        return { add: add, more: function () { add(options.step); }, get: function () { return count; } };
      }
      function onChange(n) { say("now " + n); }
      var counter = createCounter({ start: list.length, step: 2, onChange: onChange });
      counter.add(1); counter.more(); counter.more(); say(counter.get());`);
    expect(said).toEqual(['now 1', 'now 3', 'now 5', 5]);
    expect(text).not.toMatch(/createCounter|options\.|counter\./);
  });

  it('stays when it is called twice', () => {
    const { text } = same(
      'function make(n) { return { get: function () { return n++; } }; }\nvar a = make(1), b = make(5);\nsay(a.get()); say(a.get()); say(b.get());',
    );
    expect(text).toContain('make(');
  });
});

describe('parameters', () => {
  it.each([
    [
      'are the same number',
      'function f(a, b) { return a + b; }\nsay(f(list.length, 2)); say(f(3, 2));',
      'f(a)',
    ],
    [
      'are the same negative number',
      'function f(a, b) { return a + b; }\nsay(f(list.length, -2)); say(f(3, -2));',
      'f(a)',
    ],
    ['are the same text', 'function f(a, b) { return a + b; }\nsay(f(1, "t")); say(f(3, "t"));', 'f(a)'],
    [
      'are the same variable',
      `${UNKNOWN}function f(a, b) { return a + b; }\nsay(f(unknown, 1)); say(f(unknown, 2));`,
      'f(b)',
    ],
    ['are missing', 'function f(a, b) { return a + String(b); }\nsay(f(1)); say(f(3));', 'f(a)'],
    ['are not read', 'function f(a, b) { return a; }\nsay(f(1, 2)); say(f(3, [4]));', 'f(a)'],
  ])('go when they %s', (_what, body, text) => {
    expect(same(body).text).toContain(`function ${text}`);
  });

  it.each([
    ['are written', 'function f(a) { a++; return a; }\nsay(f(1)); say(f(1));'],
    ['differ', 'function f(a) { return a; }\nsay(f(1)); say(f(2));'],
    ['look alike', 'function f(a) { return a; }\nsay(f(1)); say(f("1"));'],
    ['have other operators', 'function f(a) { return a; }\nsay(f(-1)); say(f(~1));'],
    ['are a name and a number', `${UNKNOWN}function f(a) { return a; }\nsay(f(unknown)); say(f(1));`],
    ['are a number and an object', 'function f(a) { return a; }\nsay(f(1)); say(f([]));'],
    ['are objects', 'function f(a) { return a; }\nsay(f([])); say(f([]));'],
    ['have effects', 'function f(a) { say(0); }\nf(say(1)); f(say(2));'],
    ['are seen by `arguments`', 'function f(a) { return arguments.length; }\nsay(f(1)); say(f(1));'],
    [
      'belong to the caller',
      'function f(a) { return a * 2; }\nfunction g(n) { say(f(n)); say(f(n)); }\ng(1); g(2);',
    ],
    ['are given by somebody unknown', 'function f(a) { return a; }\nsay(f(1)); list.push(f);'],
    [
      'are another one in each turn',
      'function f(a) { return function () { return a; }; }\nfor (var i = 0; i < 2; i++) { var x = i * 2; list.push(f(x)); }\nsay(list[0]()); say(list[1]());',
    ],
  ])('stay when they %s', (_what, body) => {
    expect(same(body).text).toMatch(/function f\(a\)/);
  });
});

describe('names of constants', () => {
  it.each([
    ['a number', 'var n = 5;\nsay(n); say(n.toFixed(1));'],
    ['a negative number', 'var n = -5;\nsay(n); say(-n); say(1 - n);'],
    ['true, false, null', 'var n = true, m = 1;\nvar k = null;\nsay(k); say(n + m);'],
    ['a short text', 'var k = "ab";\nsay(k); say(k);'],
    ['a long text used once', 'var k = "a long text";\nsay(k);'],
    ['another name', `${UNKNOWN}var k = unknown;\nsay(k); say(unknown);`],
    ['names of names', `${UNKNOWN}var m = unknown;\nvar k = m;\nsay(k); say(m); say(typeof k);`],
    ['a function', 'function f(n) { say(n); }\nvar k = f;\nk(1); f(2);'],
  ])('go: %s', (_what, body) => {
    expect(same(body).text).not.toMatch(/\bk\b/);
  });

  it.each([
    ['a long text', 'var k = "a long text";\nsay(k); say(k);'],
    ['a pattern', 'var k = /a/;\nk.x = 1; say(k.x); say(k.test("a"));'],
    ['what changes', 'var n = list.length;\nvar k = n;\nn++; say(k); say(n);'],
    ['what is written', 'var k = 1;\nk++; say(k);'],
    ['a name of the engine', 'var k = list;\nlist = 5; say(k.length);'],
    ['a name in a block', 'if (list) { var k = 1; }\nsay(k);'],
    ['a name of a function', 'function f(n) { var k = n; say(k); say(k); }\nf(1); f(2);'],
    ['two of them', 'var k = 1, l = 2;\nsay(k + l);'],
    ['a caught error', 'try { throw 1; } catch (e) { var k = e; }\nsay(k);'],
  ])('stay: %s', (_what, body) => {
    expect(same(body).text).toMatch(/\bk\b/);
  });
});

describe('numbers', () => {
  it.each([
    ['2 + 3', '5'],
    ['7 - 3', '4'],
    ['7 * 3', '21'],
    ['7 < 3', 'false'],
    ['7 > 3', 'true'],
    ['7 <= 7', 'true'],
    ['7 >= 8', 'false'],
    ['7 === 7', 'true'],
    ['7 !== 7', 'false'],
    ['(2 + 3) * 4', '20'],
    ['1 < 2 ? "y" : "n"', '"y"'],
    ['2 < 1 ? "y" : "n"', '"n"'],
    ['3 << 4', '48'],
    ['1 < 2 && list.length', 'list.length'],
    ['2 < 1 && list.length', 'false'],
    ['1 < 2 || list.length', 'true'],
    ['2 < 1 || list.length', 'list.length'],
    ['(2 < 1 && list.length > 2) ? "y" : "n"', '"n"'],
    ['1 && list.length', '1 && list.length'],
  ])('are worked out: %s', (text, result) => {
    expect(same(`say(${text});`).text.trim()).toBe(`say(${result});`);
  });

  it.each([
    '3 - 7',
    '0.1 + 0.2',
    '9007199254740991 + 1',
    '7 / 2',
    '"1" + 2',
    '1 + "2"',
    'list ? 1 : 2',
    '-1 + 2',
  ])('are left alone: %s', (text) => {
    expect(same(`say(${text});`).text.trim()).toBe(`say(${text});`);
  });

  it.each([
    ['0x10', '16'],
    ['1e3', '1000'],
    ['1000000000000000000000000', '1000000000000000000000000'],
    ['0.25', '0.25'],
  ])('are written as decimals without an exponent: %s', (text, result) => {
    expect(same(`say(${text} + list.length);`).text.trim()).toBe(`say(${result} + list.length);`);
  });

  it('stand in the place of names that always mean them, whatever else has that name', () => {
    const { text, said } = same(
      'var MAX = 0x10;\nvar LOW = -3;\nvar count = 1;\ncount++;\nfunction f(n) { return n < MAX ? n - LOW : MAX.toString(16) + count; }\nfunction g(MAX) { return MAX; }\nfunction h() { var MAX = 7; return MAX; }\nsay(f(1)); say(f(20)); say(LOW.toFixed(1)); say(g(2) + g(3)); say(h()); say(h()); say({ MAX: 1 }.MAX);',
    );
    expect(said).toEqual([4, '102', '-3.0', 5, 7, 7, 1]);
    expect(text).toMatch(/n < 16 \? n - \(?-3\)? : \(?16\)?\s?\.toString\(16\) \+ count/);
  });

  it.each([
    ['what is written later', 'var n = 5;\nfunction f() { n = 6; }\nf();\nsay(n);', [6]],
    ['what is counted', 'var n = 5;\nn--;\nsay(n);', [4]],
    [
      'what is defined at times',
      'var n;\nif (say.length > 9) var m = 3;\nsay(m); say(n);',
      [undefined, undefined],
    ],
    ['a loop', 'for (var i = 0; i < 3; i++) say(i);\nsay(i);', [0, 1, 2, 3]],
    ['inner functions', 'function f() { var k = 2; return function () { return k; }; }\nsay(f()());', [2]],
  ])('leave %s as it is', (_what, body, said) => {
    expect(same(body).said).toEqual(said);
  });

  it('meet in the whole program', () => {
    const { text } = same(
      'var SIZE = 4;\nvar o = { limit: SIZE * 2 };\nfunction f(n, limit) { return n < limit ? n : limit; }\nsay(f(list.length, o.limit)); say(f(9, o.limit + 0));',
    );
    expect(text).toContain('8');
    expect(text).not.toMatch(/SIZE|limit/);
  });

  it('do not make methods of functions', () => {
    const { said } = same(
      'list.f = function () { return this === list; };\nsay((1 ? list.f : 0)()); say((true && list.f)()); say((1 ? list.f : 0) === list.f);',
    );
    expect(said).toEqual([false, false, true]);
  });
});

describe('what nobody uses', () => {
  it('goes', () => {
    const body =
      'function f() { f(); }\nvar a = 1;\nvar b = [1, , { c: function () {} }];\nvar d = !a;\nfunction g(n) { var e = n; function h() { say(0); } say(n); }\ng(1); g(2);';
    expect(same(body).text).not.toMatch(/\b[abdefh]\b/);
  });

  it.each([
    ['an effect', 'var a = say(1);'],
    ['a member that may have one', 'var a = [list.length]; say(1);'],
    ['`delete`', 'list.x = 1; var a = delete list.x; say(list.x);'],
    ['another variable', 'var a = 1, b = 2; say(b);'],
    ['a loop', 'for (var a = 1; list.length < 2; list.push(1)) say(0);'],
    ['a second value', 'var a = 1; a = 2; say(1);'],
    ['no value', 'var a; say(1);'],
    ['two declarations', 'function a() {} function a() {} say(1);'],
  ])('stays with %s', (_what, body) => {
    expect(same(body).text).toMatch(/\ba\b/);
  });
});

describe('the order', () => {
  const FIRST = /^(?:function|var) (\w+)/gm;
  const order = (text: string) => [...text.matchAll(FIRST)].map(([, name]) => name);

  it('is that of use in hot functions', () => {
    const { text, said } = same(`var cold = say("c");
      var warm = say("w");
      var lukewarm = [];
      /** @hot */ function one(n) { return warm + n + cold + lukewarm; }
      function other() { return cold + cold + cold; }
      /** @hot 5 */ function two(n) { return helper(n) + warm + lukewarm; }
      function helper(n) { return n * 2; }
      say(one(1)); say(one(2)); say(two(1)); say(two(2)); say(other()); say(other()); say(helper(1));`);
    expect(said.slice(0, 2)).toEqual(['c', 'w']);
    expect(order(text)).toEqual(['warm', 'lukewarm', 'helper', 'cold', 'one', 'other', 'two']);
    expect(text).toContain('var lukewarm = [];');
    expect(text).toContain('cold = say("c");');
  });

  it.each([
    [
      'made of what comes later',
      'var a = say(1);\nvar o = [a, [-a]];\n/** @hot */ function f() { say(o); say(o); say(a); }\nf(); f();',
    ],
    [
      'made of functions',
      'function g() { return a; }\nvar a = say(1);\nvar o = [g, function () { return a; }];\n/** @hot */ function f() { say(o[0]() + o[1]()); }\nf(); f();',
    ],
    [
      'that is a function',
      'var a = say(1);\nvar o = function (n) { return a + n; };\n/** @hot */ function f() { say(o(1)); }\nf(); f();',
    ],
    [
      'new in each turn',
      '/** @hot */ function f(n) { x.push(n); say(x); }\nfor (var i = 0; i < 2; i++) { var x = []; f(i); f(i); }',
    ],
    ['of a condition', '/** @hot */ function f() { say(x); }\nif (list.length) { var x = [1]; }\nf(); f();'],
    ['of a loop', '/** @hot */ function f() { say(x); }\nfor (var x = 0; x < 2; x++) { f(); f(); }'],
    ['one of two', '/** @hot */ function f() { say(x + y); }\nvar x = say(1), y = say(2);\nf(); f();'],
    ['declared twice', '/** @hot */ function f() { say(x); }\nvar x = say(1); var x = say(2);\nf(); f();'],
    ['that is caught', '/** @hot */ function f() { try { throw 1; } catch (x) { say(x); } }\nf(); f();'],
    ['without a value', '/** @hot */ function f() { say(x); }\nvar x;\nf(); x = say(1); f();'],
    [
      'of a case',
      '/** @hot */ function f() { say(x); }\nswitch (list.length) { case 0: var x = say(1); }\nf(); f();',
    ],
    [
      'that is a number',
      '/** @hot */ function f() { say(n + m); }\nif (list) { var n = 1; var m = n; }\nf(); f();',
    ],
  ])('leaves a variable what it is: %s', (_what, body) => {
    same(body);
  });

  it('has functions above other statements', () => {
    const { text } = same('say(1);\nfunction f(n) { say(n); }\nf(1); f(2);');
    expect(text.indexOf('function f')).toBeLessThan(text.indexOf('say(1)'));
  });
});

describe('a declaration', () => {
  it.each([
    ['a value right behind it', 'var x;\nx = say(1);\nsay(x);', 'var x = say(1);'],
    [
      'a value first in `try`',
      'var x;\ntry { x = say(1); } catch (e) { x = 2; }\nsay(x);',
      'var x = say(1);',
    ],
  ])('gets %s', (_what, body, text) => {
    expect(same(body).text).toContain(text);
  });

  it.each([
    ['another statement', 'var x;\nif (list) x = 1;\nsay(x);'],
    ['a call', 'var x;\nsay(1);\nx = 2; say(x);'],
    ['another operator', 'var x;\nx += 2; say(x);'],
    ['another name', 'var x;\nlist.x = 2; x = 1; say(x);'],
    ['an empty `try`', 'var x;\ntry {} catch (e) {}\nx = 1; say(x);'],
    ['another variable', 'var x, y;\nx = 1; y = 2; say(x + y);'],
    ['nothing', 'function f() { x = 2; say(x); var x; }\nf(); f();'],
    ['a head of a loop', 'for (var x; list.length < 1; list.push(1)) { x = 1; say(x); }'],
  ])('stays before %s', (_what, body) => {
    expect(same(body).text).toMatch(/var x[;,]/);
  });
});

describe('the program', () => {
  it('may have no function around it', () => {
    const text = 'var a = say(1);\nfunction f(n) { say(n + 1); }\nf(a);\n';
    for (const code of [text, 'say(2);', 'say;', '', ';(function () { say(3); });']) {
      const { map } = bundleOf('');
      expect(outcomeOf(joinProgram({ code, map }).code).said).toEqual(outcomeOf(code).said);
    }
  });

  it('keeps a map to where code came from', () => {
    const body =
      'function fail(n) {\n  say(n);\n  throw new Error("here");\n}\nfunction run(n) {\n  fail(n);\n}\nrun(list.length);';
    const { code, map } = joinProgram(bundleOf(body));
    expect(code).not.toContain('fail');
    const trace = new TraceMap(map);
    const lines = code.split('\n');
    const line = lines.findIndex((text) => text.includes('new Error'));
    const column = (lines[line] as string).indexOf('new Error');
    expect(originalPositionFor(trace, { line: line + 1, column })).toMatchObject({
      source: 'firmware.ts',
      line: 4,
    });
    expect(trace.sourcesContent?.[0]).toContain('throw new Error');
  });

  it('may come from sources that nobody has', () => {
    const map = JSON.stringify({ version: 3, names: [], sources: ['a.ts', null], mappings: '' });
    const code = changeProgram({ code: 'say(1);', map }, () => {});
    expect(code.code).toBe('say(1);\n');
    expect(JSON.parse(code.map)).toMatchObject({ sources: ['a.ts'], sourcesContent: [''] });
  });

  it('is joined in one go: nothing is left to do', () => {
    const body = 'function f(n) { say(n); }\nvar o = { a: list.length };\nf(o.a);';
    const once = joined(body);
    expect(joined(once)).toBe(once);
  });
});

describe('what is known to be there, or not', () => {
  it.each([
    ['an option left out', 'if (undefined === undefined) say(1); else say(2);', [1], /^say\(1\);$/],
    ['an option given', 'if (3 !== undefined) say(1);\nsay(2);', [1, 2], /^say\(1\);\n*say\(2\);$/],
    ['a way that is never taken', 'if ("a" === "b") say(1);\nsay(2);', [2], /^say\(2\);$/],
    ['a value', 'say(undefined === false ? 0 : 5);', [5], /^say\(5\);$/],
    [
      'options of something that is made once',
      'function make(options) { function part() { return say(options.part); }\nif (options.part !== undefined) part(); say(2); }\nmake({ other: 1 });',
      [2],
      /^say\(2\);$/,
    ],
  ])('%s', (_what, body, expected, text) => {
    const after = same(body);
    expect(after.said).toEqual(expected);
    expect(after.text.trim()).toMatch(text);
  });

  it('keeps a name that the other way declares', () => {
    const { said } = same(
      'function f() { if (1 === 2) { var x = 1; } x = 3; say(x); }\nf(); f();\nsay(typeof x);',
    );
    expect(said).toEqual([3, 3, 'undefined']);
  });

  it('does not take a variable of that name for nothing', () => {
    const { said } = same(
      'function f(undefined) { if (undefined === 4) say(1); else say(2); }\nf(4); f(list);',
    );
    expect(said).toEqual([1, 2]);
  });
});

it('goes into a block in which a function may end', () => {
  const { text, said } = same(
    'function f(x) { say(1); { if (x === 2) return say(3); say(4); }\nsay(5); }\nf(list.length);',
  );
  expect(said).toEqual([1, 4, 5]);
  expect(text).not.toContain('function');
});

describe('a function in a block in which a function may end', () => {
  it.each([
    [
      'that is used in the block',
      'function f(x) { say(1); { function g() { say("g"); return x; } if (x === 2) return say(g()); say(g() + 1); }\nsay(5); }\nf(list.length); f(2);',
    ],
    [
      'that is used behind it',
      'function f(x) { { if (x === 2) return say(2); function g() { say("g"); return x; } say(g()); }\nsay(g()); }\nf(list.length); f(2);',
    ],
    [
      'that is not there before it',
      'function f(x) { say(typeof g); { if (x === 2) return say(2); function g() { return x; } say(g()); } }\nf(list.length); f(2);',
    ],
    [
      'that has the name of another',
      'function g() { return "outer"; }\nfunction f(x) { { if (x === 2) return say(2); function g() { return "inner"; } say(g()); } }\nf(list.length); say(g()); f(2); say(g());',
    ],
    [
      'in each of two blocks',
      'function f(x) { { if (x === 2) return say(2); function g() { return "a"; } say(g()); } { if (x === 3) return say(3); function g() { return "b"; } say(g()); } }\nf(list.length); f(2); f(3);',
    ],
    [
      'that is called in one place only',
      'function f(x) { say(1); { if (x === 2) return say(3); function g(y) { say("g"); say(y); } g(x); }\nsay(5); }\nf(list.length);',
    ],
  ])('says the same: one %s', (_what, body) => {
    same(body);
  });
});

describe('a way that is always taken, and leaves, in a case', () => {
  it.each([
    [
      'the first',
      'case 0: if (true) return say(1); say(2); say(3); case 1: say(4); break; default: say(5);',
      [1, 'end', 4, 'behind', 'end', 5, 'behind', 'end'],
    ],
    [
      'one that others fall into',
      'case 1: say(4); case 0: if (true) return say(1); say(2); break; default: say(5);',
      [1, 'end', 4, 1, 'end', 5, 'behind', 'end'],
    ],
    [
      'the last',
      'case 1: say(4); break; default: if (true) return say(5); say(6);',
      [5, 'end', 4, 'behind', 'end', 5, 'end'],
    ],
    [
      'one with a declaration behind it',
      'case 0: if (true) return say(x); var x = 2; say(x); break; default: x = 5; say(x);',
      [undefined, 'end', 5, 'behind', 'end', 5, 'behind', 'end'],
    ],
    [
      'one with a function behind it',
      'case 0: if (true) return say(typeof x); say(9); function x() {} default: say(7);',
      ['function', 'end', 7, 'behind', 'end', 7, 'behind', 'end'],
    ],
  ])('leaves what stands in other cases: %s', (_what, cases, expected) => {
    const body = `function f(n) { switch (n) { ${cases} }\nsay("behind"); }
for (var i = 0; i < 3; i++) { f(list.length + i); say("end"); }`;
    const { said, text } = same(body);
    expect(said).toEqual(expected);
    expect(text).not.toMatch(/say\((3|6)\)/);
  });
});
