// Rules about what the engine's library has not.

import type { AnyNode } from 'acorn';
import {
  CONSTRUCTORS,
  MISSING_GLOBALS,
  MISSING_METHODS,
  MISSING_STATICS,
  ON_EVERY_PROTOTYPE,
} from '../builtins.ts';
import { isPreparedFor, providedNames } from '../guards.ts';
import type { Rule } from '../rule.ts';
import type { Source } from '../source.ts';
import { globalPath, keyName, kindOf, propertyName } from '../values.ts';

/** Methods that are missing from every kind of value that has them elsewhere. */
const MISSING_EVERYWHERE = new Map(
  'codePointAt copyWithin findLast findLastIndex flat flatMap lastIndexOf localeCompare matchAll normalize propertyIsEnumerable reduceRight toExponential toPrecision toReversed toSorted toSpliced trimEnd trimStart'
    .split(' ')
    .flatMap((name) => {
      const fix = Object.values(MISSING_METHODS).find((methods) => name in methods)?.[name];
      // Strings have lastIndexOf.
      return fix === undefined || name === 'lastIndexOf' ? [] : [[name, fix] as const];
    }),
);

/** @returns the method's fix if values of that kind, or of every kind, do not have it. */
function missingMethod(object: AnyNode, name: string, source: Source): string | undefined {
  const kind = kindOf(object, source);
  if (kind !== undefined && Object.hasOwn(MISSING_METHODS, kind)) {
    const methods = MISSING_METHODS[kind as keyof typeof MISSING_METHODS];
    return Object.hasOwn(methods, name) ? methods[name] : undefined;
  }
  return MISSING_EVERYWHERE.get(name);
}

function isLength(target: AnyNode, source: Source): boolean {
  if (target.type !== 'MemberExpression' || propertyName(target) !== 'length') return false;
  const kind = kindOf(target.object, source);
  if (kind !== undefined) return kind === 'array';
  // Objects of the program may have a length of their own.
  const isOwn = source.nodes.some(
    (node) => node.type === 'Property' && keyName(node.key, node.computed) === 'length',
  );
  return !isOwn && target.object.type !== 'ThisExpression';
}

export const builtinRules: readonly Rule[] = [
  {
    id: 'missing-global',
    title: 'global that Espruino has not',
    reason: 'the name is unknown: reading it throws',
    fix: 'do without it, or test for it with typeof',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'var m = new Map();\nok(typeof m, "object");',
      good: 'var m = {};\nok(typeof m, "object");',
      outcome: 'throws ReferenceError: "Map" is not defined',
    },
    visit: {
      Identifier(node, report, source) {
        const reference = source.scopes.references.get(node);
        if (!reference || reference.variable || reference.access !== 'read') return;
        const { name } = node;
        const fix = Object.hasOwn(MISSING_GLOBALS, name) ? MISSING_GLOBALS[name] : undefined;
        if (fix === undefined || isPreparedFor(node, source)) return;
        report(node, { message: `Espruino has no ${name}`, fix });
      },
    },
  },
  {
    id: 'missing-static',
    title: 'function or constant of a built-in object that Espruino has not',
    reason: 'it is undefined: calling it throws',
    fix: 'write it out, or test for it',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'ok(Math.trunc(1.5), 1);',
      good: 'ok(1.5 | 0, 1);',
      outcome: 'throws Error: Function "trunc" not found!',
    },
    visit: {
      MemberExpression(node, report, source) {
        const path = globalPath(node, source) ?? '';
        const fix = Object.hasOwn(MISSING_STATICS, path) ? MISSING_STATICS[path] : undefined;
        if (fix === undefined || providedNames(source).has(propertyName(node) ?? '')) return;
        if (!isPreparedFor(node, source)) report(node, { message: `Espruino has no ${path}`, fix });
      },
    },
  },
  {
    id: 'missing-method',
    title: 'method that Espruino has not',
    reason: 'it is undefined: calling it throws',
    fix: 'use a loop, or test for it',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'ok([1, 2, 1].lastIndexOf(1), 2);',
      good: 'ok("121".lastIndexOf("1"), 2);',
      outcome: 'throws Error: Function "lastIndexOf" not found!',
    },
    visit: {
      MemberExpression(node, report, source) {
        const name = propertyName(node);
        if (name === undefined || providedNames(source).has(name)) return;
        const fix = missingMethod(node.object, name, source);
        if (fix !== undefined && !isPreparedFor(node, source)) {
          report(node, { message: `Espruino has no ${name} here`, fix });
        }
      },
    },
  },
  {
    id: 'prototype-lookup',
    title: 'method taken from a built-in prototype',
    reason: 'prototypes of built-in classes do not show their methods in Espruino: only values do',
    fix: 'take it from a value: [].slice, "".trim',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'ok(Array.prototype.slice.call([1, 2], 1)[0], 2);',
      good: 'ok([].slice.call([1, 2], 1)[0], 2);',
      outcome: "throws Error: Can't read property 'call' of undefined",
    },
    visit: {
      MemberExpression(node, report, source) {
        const [, name, method] = /^(\w+)\.prototype\.(\w+)$/.exec(globalPath(node, source) ?? '') ?? [];
        if (name === undefined || method === undefined) return;
        if (!CONSTRUCTORS.has(name) || ON_EVERY_PROTOTYPE.has(method)) return;
        if (providedNames(source).has(method) || isPreparedFor(node, source)) return;
        report(node, { message: `${name}.prototype.${method} is undefined` });
      },
    },
  },
  {
    id: 'create-properties',
    title: 'Object.create with two arguments',
    reason: 'Espruino throws',
    fix: 'assign the properties afterwards',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'var o = Object.create({ a: 1 }, { b: { value: 2 } });\nok(o.b, 2);',
      good: 'var o = Object.create({ a: 1 });\no.b = 2;\nok(o.b, 2);',
      outcome: 'throws Error: propertiesObject is not supported yet',
    },
    visit: {
      CallExpression(node, report, source) {
        if (globalPath(node.callee, source) === 'Object.create' && node.arguments.length > 1) report(node);
      },
    },
  },
  {
    id: 'array-length',
    title: 'assignment to the length of an array',
    reason: 'Espruino throws: length cannot be written',
    fix: 'use splice, or make a new array',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'var a = [1, 2];\na.length = 1;\nok(a.length, 1);',
      good: 'var a = [1, 2];\na.splice(1);\nok(a.length, 1);',
      outcome: 'throws TypeError: Assignment to a constant',
    },
    visit: {
      AssignmentExpression(node, report, source) {
        if (isLength(node.left, source)) report(node);
      },
      UpdateExpression(node, report, source) {
        if (isLength(node.argument, source)) report(node);
      },
    },
  },
  {
    id: 'typed-array-copy',
    title: 'slice or filter of a typed array',
    reason: 'the result is a plain array in Espruino: larger, and its elements are not cut to their width',
    fix: 'use new Uint8Array(array.subarray(from, to)) or a loop',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'var a = new Uint8Array([1, 2]).slice(1);\na[0] = 300;\nok(a[0], 44);',
      good: 'var a = new Uint8Array(new Uint8Array([1, 2]).subarray(1));\na[0] = 300;\nok(a[0], 44);',
      outcome: 'gives 300, not 44',
    },
    visit: {
      CallExpression(node, report, source) {
        const name = propertyName(node.callee);
        if (name !== 'slice' && name !== 'filter') return;
        const { callee } = node;
        if (callee.type === 'MemberExpression' && kindOf(callee.object, source) === 'typed') report(node);
      },
    },
  },
];
