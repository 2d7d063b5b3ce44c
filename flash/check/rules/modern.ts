// Rules about what came after ES5. A bundle is ES5 for every engine; what Espruino cannot even parse has a rule of its own.

import type { AnyNode, Class } from 'acorn';
import { parse } from 'acorn';
import type { Report, Rule, Visitors } from '../rule.ts';
import { boundNames } from '../scope.ts';
import type { Source } from '../source.ts';
import { dispatch, isFunction } from '../tree.ts';
import { codePointEscape } from './text.ts';

const ES6_CLASS = 'Espruino supports only a part of classes';

type Words = Pick<Rule, 'id' | 'title' | 'reason' | 'fix' | 'pair'>;

function modern(words: Words, visit: Visitors): Rule {
  return { ...words, severity: 'error', profile: 'both', visit };
}

/** Visit functions of every kind. */
function functions(test: (node: AnyNode & { async: boolean; generator: boolean }) => boolean): Visitors {
  const visit = (node: AnyNode, report: Report): void => {
    if (isFunction(node) && test(node)) report(node);
  };
  return { FunctionDeclaration: visit, FunctionExpression: visit, ArrowFunctionExpression: visit };
}

function classes(test: (node: Class) => boolean): Visitors {
  const visit = (node: Class & AnyNode, report: Report): void => {
    if (test(node)) report(node);
  };
  return { ClassDeclaration: visit, ClassExpression: visit };
}

function isPrivate({ body }: Class): boolean {
  return body.body.some((member) => 'key' in member && member.key.type === 'PrivateIdentifier');
}

function hasStaticBlock({ body }: Class): boolean {
  return body.body.some((member) => member.type === 'StaticBlock');
}

const OUTER_PATTERN = (node: AnyNode, report: Report, source: Source): void => {
  const at = source.parent(node)?.type ?? '';
  if (!/Pattern$|^RestElement$/.test(at)) report(node);
};

const COMPUTED = (node: AnyNode, report: Report): void => {
  if ('computed' in node && node.computed) report(node);
};

type Loop = Extract<AnyNode, { type: 'ForStatement' | 'ForInStatement' | 'ForOfStatement' }>;

/** @returns the declaration of a loop whose variable a function inside of the loop sees. */
function sharedBinding(node: Loop, source: Source): AnyNode | undefined {
  const declaration = node.type === 'ForStatement' ? node.init : node.left;
  if (declaration?.type !== 'VariableDeclaration' || declaration.kind === 'var') return undefined;
  const owner = source.owner(node);
  const ids = declaration.declarations.flatMap(({ id }) => boundNames(id));
  const isCaptured = ids.some((id) =>
    source.scopes.declared.get(id)?.references.some((reference) => reference.owner !== owner),
  );
  return isCaptured ? declaration : undefined;
}

const LOOP = (node: Loop, report: Report, source: Source): void => {
  const declaration = sharedBinding(node, source);
  if (declaration !== undefined) report(declaration);
};

export const modernRules: readonly Rule[] = [
  modern(
    {
      id: 'exponent',
      title: '** operator',
      reason: 'Espruino cannot parse it',
      fix: 'use Math.pow',
      pair: {
        bad: 'ok(2 ** 3, 8);',
        good: 'ok(Math.pow(2, 3), 8);',
        outcome: "throws SyntaxError: Got '*' expected EOF",
      },
    },
    {
      BinaryExpression: (node, report) => void (node.operator === '**' && report(node)),
      AssignmentExpression: (node, report) => void (node.operator === '**=' && report(node)),
    },
  ),
  modern(
    {
      id: 'default-parameter',
      title: 'default of a parameter',
      reason: 'Espruino cannot parse it',
      fix: 'test the parameter for undefined',
      pair: {
        bad: 'function f(a = 1) { return a; }\nok(f(), 1);',
        good: 'function f(a) { return a === undefined ? 1 : a; }\nok(f(), 1);',
        outcome: "throws SyntaxError: Got '=' expected ','",
      },
    },
    {
      AssignmentPattern(node, report, source) {
        const at = source.parent(node);
        if (at !== undefined && isFunction(at)) report(node);
      },
    },
  ),
  modern(
    {
      id: 'rest-parameter',
      title: 'rest parameter',
      reason: 'Espruino cannot parse it',
      fix: 'use arguments, or pass an array',
      pair: {
        bad: 'function f(...all) { return all.length; }\nok(f(1, 2), 2);',
        good: 'function f() { return arguments.length; }\nok(f(1, 2), 2);',
        outcome: "throws SyntaxError: Got '.' expected ID",
      },
    },
    {
      RestElement(node, report, source) {
        const at = source.parent(node);
        if (at !== undefined && isFunction(at)) report(node);
      },
    },
  ),
  modern(
    {
      id: 'spread',
      title: 'spread',
      reason: 'Espruino cannot parse it',
      fix: 'use concat, apply or Object.assign',
      pair: {
        bad: 'ok([...[1, 2]].length, 2);',
        good: 'ok([].concat([1, 2]).length, 2);',
        outcome: "throws SyntaxError: Got '.' expected EOF",
      },
    },
    { SpreadElement: (node, report) => report(node) },
  ),
  modern(
    {
      id: 'destructuring',
      title: 'destructuring',
      reason: 'Espruino cannot parse it',
      fix: 'read each field by its name',
      pair: {
        bad: 'var { a } = { a: 1 };\nok(a, 1);',
        good: 'var o = { a: 1 };\nvar a = o.a;\nok(a, 1);',
        outcome: 'throws ReferenceError: "a" is not defined',
      },
    },
    { ObjectPattern: OUTER_PATTERN, ArrayPattern: OUTER_PATTERN },
  ),
  modern(
    {
      id: 'computed-key',
      title: 'computed key',
      reason: 'Espruino cannot parse it',
      fix: 'assign the property after the object is made',
      pair: {
        bad: 'var k = "a";\nok({ [k]: 1 }.a, 1);',
        good: 'var k = "a";\nvar o = {};\no[k] = 1;\nok(o.a, 1);',
        outcome: "throws SyntaxError: Got '[' expected ID",
      },
    },
    { Property: COMPUTED, MethodDefinition: COMPUTED, PropertyDefinition: COMPUTED },
  ),
  modern(
    {
      id: 'optional-chain',
      title: 'optional chaining',
      reason: 'Espruino cannot parse it',
      fix: 'test with &&',
      pair: {
        bad: 'var o = { a: 1 };\nok(o?.a, 1);',
        good: 'var o = { a: 1 };\nok(o && o.a, 1);',
        outcome: "throws SyntaxError: Got '.' expected EOF",
      },
    },
    { ChainExpression: (node, report) => report(node) },
  ),
  modern(
    {
      id: 'logical-assignment',
      title: '||=, &&= or ??=',
      reason: 'Espruino cannot parse it',
      fix: 'write the condition and the assignment out',
      pair: {
        bad: 'var a = 0;\na ||= 3;\nok(a, 3);',
        good: 'var a = 0;\na = a || 3;\nok(a, 3);',
        outcome: "throws SyntaxError: Got '=' expected EOF",
      },
    },
    {
      AssignmentExpression(node, report) {
        if (['||=', '&&=', '??='].includes(node.operator)) report(node);
      },
    },
  ),
  modern(
    {
      id: 'tagged-template',
      title: 'tagged template',
      reason: 'Espruino cannot parse it',
      fix: 'call the function with its parts',
      pair: {
        bad: 'function tag(parts) { return parts[0]; }\nok(tag`a`, "a");',
        good: 'function tag(parts) { return parts[0]; }\nok(tag(["a"]), "a");',
        outcome: "throws SyntaxError: Got String:'a' expected ','",
      },
    },
    { TaggedTemplateExpression: (node, report) => report(node) },
  ),
  modern(
    {
      id: 'async',
      title: 'async function',
      reason: 'Espruino takes async for a variable',
      fix: 'use callbacks, or the timer port',
      pair: {
        bad: 'async function f() { return 1; }\nok(typeof f, "function");',
        good: 'function f(then) { then(1); }\nok(typeof f, "function");',
        outcome: 'throws ReferenceError: "async" is not defined',
      },
    },
    functions((node) => node.async),
  ),
  modern(
    {
      id: 'generator',
      title: 'generator',
      reason: 'Espruino cannot parse it',
      fix: 'keep the state in variables of a function that returns the next value',
      pair: {
        bad: 'function* f() { yield 1; }\nok(f().next().value, 1);',
        good: 'function f() { return { next: function () { return 1; } }; }\nok(f().next(), 1);',
        outcome: "throws SyntaxError: Got '*' expected ID",
      },
    },
    functions((node) => node.generator && !node.async),
  ),
  modern(
    {
      id: 'class-extends',
      title: 'class that extends another',
      reason: `${ES6_CLASS}: static methods are not inherited, and built-in classes cannot be extended`,
      fix: 'use functions that close over their state, or set the prototype',
      pair: {
        bad: 'function A() { }\nA.make = function () { return 1; };\nclass B extends A { }\nok(B.make(), 1);',
        good: 'function A() { }\nA.make = function () { return 1; };\nfunction B() { }\nB.make = A.make;\nok(B.make(), 1);',
        outcome: 'throws Error: Function "make" not found!',
      },
    },
    classes((node) => !!node.superClass),
  ),
  modern(
    {
      id: 'class-private',
      title: 'private member of a class',
      reason: `${ES6_CLASS}: # is a syntax error`,
      fix: 'use a variable that the functions close over',
      pair: {
        bad: 'class A { #n = 1; get() { return this.#n; } }\nok(new A().get(), 1);',
        good: 'function A() { var n = 1; this.get = function () { return n; }; }\nok(new A().get(), 1);',
        outcome: "throws SyntaxError: Got '#' expected '}'",
      },
    },
    classes((node) => !node.superClass && isPrivate(node)),
  ),
  modern(
    {
      id: 'class-static-block',
      title: 'static block of a class',
      reason: `${ES6_CLASS}: a static block is a syntax error`,
      fix: 'run the statements after the class',
      pair: {
        bad: 'class A { static { A.n = 1; } }\nok(A.n, 1);',
        good: 'function A() { }\nA.n = 1;\nok(A.n, 1);',
        outcome: "throws SyntaxError: Got '{' expected ID",
      },
    },
    classes((node) => !node.superClass && !isPrivate(node) && hasStaticBlock(node)),
  ),
  modern(
    {
      id: 'new-target',
      title: 'new.target',
      reason: 'Espruino cannot parse it',
      fix: 'use this instanceof F',
      pair: {
        bad: 'function F() { this.isNew = new.target === F; }\nok(new F().isNew, true);',
        good: 'function F() { this.isNew = this instanceof F; }\nok(new F().isNew, true);',
        outcome: "throws SyntaxError: Got '.' expected EOF",
      },
    },
    { MetaProperty: (node, report) => report(node) },
  ),
  modern(
    {
      id: 'bigint',
      title: 'BigInt literal',
      reason: 'Espruino cannot parse it',
      fix: 'use two integers',
      pair: {
        bad: 'ok(typeof 10n, "bigint");',
        good: 'ok(typeof 10, "number");',
        outcome: "throws SyntaxError: Got ID:n expected ','",
      },
    },
    { Literal: (node, report) => void (node.bigint && report(node)) },
  ),
  modern(
    {
      id: 'loop-closure',
      title: 'let of a loop that a function in the loop keeps',
      reason: 'all rounds share one variable in Espruino: every function sees the last value',
      fix: 'make the function in a function that takes the value as its parameter',
      pair: {
        bad: 'var f = [];\nfor (let i = 0; i < 3; i++) { f.push(function () { return i; }); }\nok(f[0](), 0);',
        good: 'var f = [];\nfunction keep(i) { f.push(function () { return i; }); }\nfor (var i = 0; i < 3; i++) { keep(i); }\nok(f[0](), 0);',
        outcome: 'gives 3, not 0',
      },
    },
    { ForStatement: LOOP, ForInStatement: LOOP, ForOfStatement: LOOP },
  ),
];

const RUNS = 'Espruino runs it, but a bundle is ES5';

function say(what: string) {
  return (node: AnyNode, report: Report): void => report(node, { message: `${what}: ${RUNS}` });
}

function plainClass(node: Class & AnyNode, report: Report): void {
  if (!node.superClass && !isPrivate(node) && !hasStaticBlock(node)) say('class')(node, report);
}

/** @returns whether one of the rules above names something in the program. */
function isNamed(source: Source): boolean {
  let named = false;
  const report = (): void => void (named = true);
  for (const { visit } of [...modernRules, codePointEscape, { visit: es5Visitors }]) {
    for (const node of source.nodes) if (visit) dispatch(visit, node, report, source);
  }
  return named;
}

const es5Visitors: Visitors = {
  ArrowFunctionExpression: (node, report) => void (!node.async && say('arrow function')(node, report)),
  VariableDeclaration(node, report, source) {
    const loop = source.parent(node);
    const isShared =
      loop !== undefined &&
      'body' in loop &&
      /^For/.test(loop.type) &&
      sharedBinding(loop as Loop, source) === node;
    if (node.kind !== 'var' && !isShared) say(node.kind)(node, report);
  },
  ClassDeclaration: plainClass,
  ClassExpression: plainClass,
  TemplateLiteral(node, report, source) {
    if (source.parent(node)?.type !== 'TaggedTemplateExpression') say('template string')(node, report);
  },
  ForOfStatement: (node, report) => void (!node.await && say('for-of')(node, report)),
  Property(node, report) {
    if (node.computed) return;
    if (node.method) say('method of an object')(node, report);
    else if (node.shorthand) say('shorthand property')(node, report);
  },
  LogicalExpression: (node, report) => void (node.operator === '??' && say('??')(node, report)),
  CatchClause: (node, report) => void (!node.param && say('catch without a name')(node, report)),
};

export const es5Rule: Rule = {
  id: 'not-es5',
  title: 'not ES5',
  reason:
    'a bundle has to run in every engine, and ES5 is what all of them run; Espruino runs some of the rest',
  fix: 'build it with target ES5',
  severity: 'error',
  profile: 'both',
  pair: {
    bad: 'var f = () => 1;\nok(f(), 1);',
    good: 'var f = function () { return 1; };\nok(f(), 1);',
    outcome: 'throws SyntaxError: empty expression not allowed (line 7)',
  },
  visit: es5Visitors,
  check(source, report) {
    try {
      parse(source.code, { ecmaVersion: 5, sourceType: 'script' });
    } catch (error) {
      // What no rule names is still not ES5.
      if (error instanceof SyntaxError && 'pos' in error && !isNamed(source)) report(error.pos as number);
    }
  },
};
