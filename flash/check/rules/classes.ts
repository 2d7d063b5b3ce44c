// Rules about classes and `let` in loops: Espruino parses them, and gets a part of them wrong.

import type { AnyNode, Class } from 'acorn';
import type { Report, Rule, Visitors } from '../rule.ts';
import { boundNames } from '../scope.ts';
import type { Source } from '../source.ts';
import { modern } from './modern.ts';

const ES6_CLASS = 'Espruino supports only a part of classes';

function classes(test: (node: Class) => boolean): Visitors {
  const visit = (node: Class & AnyNode, report: Report): void => {
    if (test(node)) report(node);
  };
  return { ClassDeclaration: visit, ClassExpression: visit };
}

export function isPrivate({ body }: Class): boolean {
  return body.body.some((member) => 'key' in member && member.key.type === 'PrivateIdentifier');
}

export function hasStaticBlock({ body }: Class): boolean {
  return body.body.some((member) => member.type === 'StaticBlock');
}

export type Loop = Extract<AnyNode, { type: 'ForStatement' | 'ForInStatement' | 'ForOfStatement' }>;

/** @returns the declaration of a loop whose variable a function inside of the loop sees. */
export function sharedBinding(node: Loop, source: Source): AnyNode | undefined {
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

export const classRules: readonly Rule[] = [
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
