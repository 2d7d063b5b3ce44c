// Rules about what the engine's library has, but with another meaning.

import type { AnyNode, CallExpression, Expression, SpreadElement } from 'acorn';
import { providedNames } from '../guards.ts';
import type { Report, Rule } from '../rule.ts';
import type { Source } from '../source.ts';
import { globalPath, keyName, kindOf, propertyName } from '../values.ts';

type Call = CallExpression & { type: 'CallExpression' };

/** A rule about calls of a method, whatever it is called on. */
function onMethod(
  name: string,
  test: (node: Call, args: readonly (Expression | SpreadElement)[], source: Source) => AnyNode | undefined,
) {
  return {
    CallExpression(node: Call, report: Report, source: Source): void {
      if (propertyName(node.callee) !== name) return;
      const place = test(node, node.arguments, source);
      if (place !== undefined) report(place);
    },
  };
}

function isNothing(node: AnyNode | undefined): boolean {
  if (node === undefined) return true;
  if (node.type === 'Identifier') return node.name === 'undefined';
  if (node.type === 'UnaryExpression') return node.operator === 'void';
  return node.type === 'Literal' && node.raw === 'null';
}

function isCaught(node: AnyNode, source: Source): boolean {
  return node.type === 'Identifier' && source.scopes.references.get(node)?.variable?.kind === 'catch';
}

export const methodRules: readonly Rule[] = [
  {
    id: 'json-reviver',
    title: 'JSON.parse with a reviver',
    reason: 'Espruino does not call it',
    fix: 'change the result afterwards',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'var o = JSON.parse("{\\"a\\":1}", function (k, v) { return k ? 2 : v; });\nok(o.a, 2);',
      good: 'var o = JSON.parse("{\\"a\\":1}");\no.a = 2;\nok(o.a, 2);',
      outcome: 'gives 1, not 2',
    },
    visit: {
      CallExpression(node, report, source) {
        if (globalPath(node.callee, source) === 'JSON.parse' && !isNothing(node.arguments[1])) report(node);
      },
    },
  },
  {
    id: 'json-replacer',
    title: 'JSON.stringify with a replacer',
    reason: 'Espruino does not look at it',
    fix: 'build an object of what is wanted',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'ok(JSON.stringify({ a: 1, b: 2 }, ["a"]), "{\\"a\\":1}");',
      good: 'ok(JSON.stringify({ a: 1 }), "{\\"a\\":1}");',
      outcome: 'gives "{"a":1,"b":2}", not "{"a":1}"',
    },
    visit: {
      CallExpression(node, report, source) {
        if (globalPath(node.callee, source) === 'JSON.stringify' && !isNothing(node.arguments[1])) {
          report(node);
        }
      },
    },
  },
  {
    id: 'split-limit',
    title: 'split with a limit',
    reason: 'Espruino ignores the limit',
    fix: 'split, then slice',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'ok("a,b,c".split(",", 2).length, 2);',
      good: 'ok("a,b,c".split(",").slice(0, 2).length, 2);',
      outcome: 'gives 3, not 2',
    },
    visit: onMethod('split', (node, args) => (isNothing(args[1]) ? undefined : node)),
  },
  {
    id: 'replace-function',
    title: 'replace of a string by a function',
    reason: 'Espruino calls the function for a regular expression only; else it inserts its source',
    fix: 'use a regular expression',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'ok("abc".replace("b", function () { return "x"; }), "axc");',
      good: 'ok("abc".replace(/b/, function () { return "x"; }), "axc");',
      outcome: 'gives "afunction () {return "x";}c", not "axc"',
    },
    visit: onMethod('replace', (node, [pattern, value], source) =>
      pattern && value && kindOf(pattern, source) === 'string' && kindOf(value, source) === 'function'
        ? node
        : undefined,
    ),
  },
  {
    id: 'replace-dollar',
    title: '$ with a meaning in the new text of replace',
    reason: 'Espruino knows $1 to $9 after a regular expression, but not $$, $&, $` and $’',
    fix: 'use a function that returns the text',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'ok("a".replace(/a/, "$$"), "$");',
      good: 'ok("a".replace(/a/, function () { return "$"; }), "$");',
      outcome: 'gives "$$", not "$"',
    },
    visit: onMethod('replace', (_node, [, value]) =>
      value?.type === 'Literal' && typeof value.value === 'string' && /\$[$&`']/.test(value.value)
        ? value
        : undefined,
    ),
  },
  {
    id: 'function-name',
    title: 'name of a function',
    reason: 'functions have no name property in Espruino, and a minifier changes it',
    fix: 'keep the name in a variable',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'function f() { }\nok(f.name, "f");',
      good: 'function f() { }\nvar name = "f";\nok(name, "f");',
      outcome: 'gives undefined, not "f"',
    },
    visit: {
      MemberExpression(node, report, source) {
        if (propertyName(node) !== 'name' || kindOf(node.object, source) !== 'function') return;
        const at = source.parent(node);
        if (at?.type !== 'AssignmentExpression' || at.left !== node) report(node);
      },
    },
  },
  {
    id: 'error-class',
    title: 'class of an error that the engine throws',
    reason: 'most are plain Error objects in Espruino, some are no instance of Error, and none has a name',
    fix: 'test for undefined before, instead of catching',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'var isKnown;\ntry { null.x; } catch (e) { isKnown = e instanceof TypeError; }\nok(isKnown, true);',
      good: 'var isKnown;\ntry { null.x; } catch (e) { isKnown = true; }\nok(isKnown, true);',
      outcome: 'gives false, not true',
    },
    visit: {
      BinaryExpression(node, report, source) {
        if (node.operator !== 'instanceof') return;
        const name = globalPath(node.right, source) ?? '';
        if (/^(Type|Syntax|Reference)?Error$/.test(name) && isCaught(node.left, source)) report(node);
      },
      MemberExpression(node, report, source) {
        if (propertyName(node) === 'name' && isCaught(node.object, source)) report(node);
      },
    },
  },
  {
    id: 'class-name',
    title: 'Object.prototype.toString as a test of kind',
    reason: 'Espruino returns the text of the value, not its class',
    fix: 'use Array.isArray, instanceof or typeof',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'ok(Object.prototype.toString.call([]), "[object Array]");',
      good: 'ok(Array.isArray([]), true);',
      outcome: 'gives "", not "[object Array]"',
    },
    visit: onMethod('call', ({ callee }, _args, source) => {
      if (callee.type !== 'MemberExpression' || propertyName(callee.object) !== 'toString') return undefined;
      const { object } = callee.object as Extract<AnyNode, { type: 'MemberExpression' }>;
      const isObject = object.type === 'ObjectExpression' && object.properties.length === 0;
      return isObject || globalPath(object, source) === 'Object.prototype' ? callee : undefined;
    }),
  },
  {
    id: 'enumerable',
    title: 'property that should not be enumerated',
    reason: 'Espruino ignores enumerable: the property shows in Object.keys, for-in and JSON',
    fix: 'keep the value in a variable',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'var o = {};\nObject.defineProperty(o, "x", { value: 1, enumerable: false });\nok(Object.keys(o).length, 0);',
      good: 'var o = {};\nvar x = 1;\nok(Object.keys(o).length, 0);',
      outcome: 'gives 1, not 0',
    },
    visit: {
      Property(node, report, source) {
        const isFalse = /^(false|!1)$/.test(source.code.slice(node.value.start, node.value.end));
        if (keyName(node.key, node.computed) === 'enumerable' && isFalse) report(node);
      },
    },
  },
  {
    id: 'to-fixed',
    title: 'toFixed',
    reason: 'Espruino rounds values half-way between two others differently: (0.5).toFixed(0) is "0"',
    fix: 'round to an integer first, and write its digits',
    severity: 'warning',
    profile: 'espruino',
    pair: {
      bad: 'ok((0.5).toFixed(0), "1");',
      good: 'ok(String(Math.round(0.5)), "1");',
      outcome: 'gives "0", not "1"',
    },
    visit: onMethod('toFixed', (node, _args, source) =>
      providedNames(source).has('toFixed') ? undefined : node,
    ),
  },
  {
    id: 'arguments-callee',
    title: 'arguments.callee',
    reason: 'it is undefined in Espruino',
    fix: 'give the function a name',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'var f = function (n) { return n ? arguments.callee(n - 1) : 7; };\nok(f(1), 7);',
      good: 'var f = function again(n) { return n ? again(n - 1) : 7; };\nok(f(1), 7);',
      outcome: 'throws Error: Function "callee" not found!',
    },
    visit: {
      MemberExpression: (node, report, source) =>
        void (globalPath(node, source) === 'arguments.callee' && report(node)),
    },
  },
  {
    id: 'arguments-write',
    title: 'write to arguments',
    reason: 'parameters do not change with it in Espruino, and its length cannot be written',
    fix: 'assign to the parameter',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'function f(a) { arguments[0] = 9; return a; }\nok(f(1), 9);',
      good: 'function f(a) { a = 9; return a; }\nok(f(1), 9);',
      outcome: 'gives 1, not 9',
    },
    visit: {
      AssignmentExpression(node, report, source) {
        const { left } = node;
        if (left.type === 'MemberExpression' && globalPath(left.object, source) === 'arguments') report(node);
      },
    },
  },
];
