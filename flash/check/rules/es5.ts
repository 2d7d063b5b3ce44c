// The rule that a bundle is ES5, for what Espruino could run and for what nobody thought of.

import type { AnyNode, Class } from 'acorn';
import { parse } from 'acorn';
import type { Report, Rule, Visitors } from '../rule.ts';
import type { Source } from '../source.ts';
import { dispatch } from '../tree.ts';
import { classRules, hasStaticBlock, isPrivate, sharedBinding } from './classes.ts';
import type { Loop } from './classes.ts';
import { modernRules } from './modern.ts';
import { codePointEscape } from './text.ts';

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
  for (const { visit } of [...modernRules, ...classRules, codePointEscape, { visit: es5Visitors }]) {
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
