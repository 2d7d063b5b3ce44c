// Rules about statements and names of ES5 that the engine parses or runs otherwise.

import type { AnyNode } from 'acorn';
import type { Rule } from '../rule.ts';
import { boundNames } from '../scope.ts';
import type { Source } from '../source.ts';
import { isFunction } from '../tree.ts';
import { variableOf } from '../values.ts';

/** Words of Espruino's lexer that ES5 leaves free. */
export const RESERVED_NAMES: readonly string[] = ['let', 'of', 'static', 'undefined'];

type SwitchStatement = Extract<AnyNode, { type: 'SwitchStatement' }>;

/** @returns the offset of the next character of code from `at`, comments and space passed over. */
function nextCode(code: string, at: number): number {
  const gap = /(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)*/y;
  gap.lastIndex = at;
  gap.exec(code);
  return gap.lastIndex;
}

/** @returns whether a return without value and semicolon is the last word of its function, and not a statement of its body. */
function isReturnAtEnd(node: AnyNode, source: Source): boolean {
  const { code } = source;
  const owner = node.type === 'ReturnStatement' && !node.argument ? source.owner(node) : undefined;
  if (owner === undefined || !isFunction(owner) || source.parent(node) === owner.body) return false;
  return code[node.end - 1] !== ';' && nextCode(code, node.end) === owner.end - 1;
}

/** @returns the jumps of a statement that leave a loop or switch around it, inner functions and braces included. */
function jumpsIn(node: AnyNode, source: Source): AnyNode[] {
  return source.nodes.filter(
    (jump) =>
      (jump.type === 'BreakStatement' || jump.type === 'ContinueStatement') &&
      jump.start >= node.start &&
      jump.end <= node.end &&
      isOutward(jump, node, source),
  );
}

function isOutward(jump: AnyNode, from: AnyNode, source: Source): boolean {
  for (let at = source.parent(jump); at !== undefined && at !== from; at = source.parent(at)) {
    if (isFunction(at) || /^(For|While|DoWhile)/.test(at.type)) return false;
    if (at.type === 'SwitchStatement' && jump.type === 'BreakStatement') return false;
  }
  return true;
}

/** @returns do loops that the engine parses statement by statement while it skips the rest of a switch. */
function skippedLoops(node: SwitchStatement, source: Source): AnyNode[] {
  const jumps = jumpsIn(node, source);
  return source.nodes.filter((loop) => {
    if (loop.type !== 'DoWhileStatement' || !jumps.some((jump) => jump.end <= loop.start)) return false;
    let at = source.parent(loop);
    // Braces are skipped as a whole.
    while (at?.type === 'IfStatement' || at?.type === 'SwitchCase' || at?.type === 'LabeledStatement') {
      at = source.parent(at);
    }
    return at === node;
  });
}

export const statementRules: readonly Rule[] = [
  {
    id: 'label',
    title: 'label',
    reason: 'Espruino has no labels: it evaluates the name of the label as an expression',
    fix: 'move the loops into a function and return from it',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'var i = 0;\nouter: for (; i < 3; i++) { for (;;) { break outer; } }\nok(i, 0);',
      good: 'var i = 0;\nfunction run() { for (; i < 3; i++) { for (;;) { return; } } }\nrun();\nok(i, 0);',
      outcome: 'throws ReferenceError: "outer" is not defined',
    },
    visit: {
      LabeledStatement: (node, report) => report(node, { message: `label ${node.label.name}` }),
    },
  },
  {
    id: 'case-after-default',
    title: 'case after default',
    reason: 'Espruino runs the default branch before it has seen the case, then stops with a syntax error',
    fix: 'put default last',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'var seen = "";\nswitch (2) { default: seen = "default"; break; case 2: seen = "two"; }\nok(seen, "two");',
      good: 'var seen = "";\nswitch (2) { case 2: seen = "two"; break; default: seen = "default"; }\nok(seen, "two");',
      outcome: 'throws SyntaxError: CASE after DEFAULT unsupported',
    },
    visit: {
      SwitchStatement(node, report) {
        const at = node.cases.findIndex((branch) => branch.test === null);
        const after = at < 0 ? undefined : node.cases[at + 1];
        if (after !== undefined) report(after);
      },
    },
  },
  {
    id: 'do-loop-in-switch',
    title: 'do loop in a switch that was left before it',
    reason: 'skipping the loop makes Espruino forget the break or continue: it runs what follows the loop',
    fix: 'use while or for',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'var seen = "";\nswitch (1) { case 1: seen = "one"; break; case 2: do { } while (false); seen = "two"; }\nok(seen, "one");',
      good: 'var seen = "";\nswitch (1) { case 1: seen = "one"; break; case 2: while (false) { } seen = "two"; }\nok(seen, "one");',
      outcome: 'gives "two", not "one"',
    },
    visit: {
      SwitchStatement(node, report, source) {
        for (const loop of skippedLoops(node, source)) report(loop);
      },
    },
  },
  {
    id: 'return-newline',
    title: 'return that only a line end terminates',
    reason: 'Espruino goes on to the next line and returns its value',
    fix: 'end it with a semicolon',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'function f() { return\n5; }\nok(f(), undefined);',
      good: 'function f() { return;\n5; }\nok(f(), undefined);',
      outcome: 'gives 5, not undefined',
    },
    visit: {
      ReturnStatement(node, report, { code }) {
        if (node.argument || code[node.end - 1] === ';') return;
        const next = code[nextCode(code, node.end)];
        if (next !== ';' && next !== '}' && next !== undefined) report(node);
      },
    },
  },
  {
    id: 'return-at-end',
    title: 'return that only the end of the function terminates, inside another statement',
    reason: 'Espruino looks for a value behind it and finds the end of the input',
    fix: 'end it with a semicolon',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'function f(x) { if (x) return }\nok(f(1), undefined);',
      good: 'function f(x) { if (x) return; }\nok(f(1), undefined);',
      outcome: 'throws SyntaxError: Unexpected end of Input',
    },
    visit: {
      ReturnStatement(node, report, source) {
        if (isReturnAtEnd(node, source)) report(node);
      },
    },
  },
  {
    id: 'increment-newline',
    title: '++ or -- on a line after what it could belong to',
    reason: 'Espruino joins it to the value on the line before, JavaScript to the one behind it',
    fix: 'end the line before with a semicolon',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'var i = 1, j = 1;\ni\n++j;\nok(i, 1);',
      good: 'var i = 1, j = 1;\ni;\n++j;\nok(i, 1);',
      outcome: 'gives 2, not 1',
    },
    visit: {
      ExpressionStatement(node, report, { code }) {
        const next = nextCode(code, node.end);
        if (code[node.end - 1] !== ';' && /^(\+\+|--)/.test(code.slice(next, next + 2))) report(next);
      },
    },
  },
  {
    id: 'finally-jump',
    title: 'break, continue or return that leaves a finally block',
    reason: 'Espruino keeps the exception or return that was on its way, or never ends',
    fix: 'put the jump behind the try statement',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'function f() { try { throw 1; } finally { return 2; } }\nok(f(), 2);',
      good: 'function f() { try { throw 1; } catch (e) { } return 2; }\nok(f(), 2);',
      outcome: 'throws 1',
    },
    visit: {
      TryStatement({ finalizer }, report, source) {
        if (!finalizer) return;
        const owner = source.owner(finalizer);
        const returns = source.nodes.filter(
          (node) =>
            node.type === 'ReturnStatement' &&
            node.start >= finalizer.start &&
            node.end <= finalizer.end &&
            source.owner(node) === owner,
        );
        for (const jump of [...returns, ...jumpsIn(finalizer, source)]) report(jump);
      },
    },
  },
  {
    id: 'with',
    title: 'with statement',
    reason: 'Espruino has none',
    fix: 'name the object each time',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'var o = { a: 1 };\nwith (o) { ok(a, 1); }',
      good: 'var o = { a: 1 };\nok(o.a, 1);',
      outcome: 'throws ReferenceError: "with" is not defined',
    },
    visit: { WithStatement: (node, report) => report(node) },
  },
  {
    id: 'debugger',
    title: 'debugger statement',
    reason: 'Espruino stops in its debugger and waits for a person',
    fix: 'delete it',
    severity: 'error',
    profile: 'espruino',
    pair: { bad: 'debugger;\nok(1, 1);', good: 'ok(1, 1);', outcome: 'never ends' },
    visit: { DebuggerStatement: (node, report) => report(node) },
  },
  {
    id: 'reserved-name',
    title: 'name that is a word of the engine’s language',
    reason: 'let, of, static and undefined cannot be names in Espruino',
    fix: 'choose another name',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'var of = 1;\nok(of, 1);',
      good: 'var from = 1;\nok(from, 1);',
      outcome: 'throws SyntaxError: Got of expected EOF',
    },
    check({ scopes }, report) {
      for (const [id] of scopes.declared) {
        if (RESERVED_NAMES.includes(id.name)) report(id, { message: `${id.name} cannot be a name` });
      }
    },
  },
  {
    id: 'duplicate-parameter',
    title: 'two parameters of one name',
    reason: 'the name means the first one in Espruino, the last one elsewhere',
    fix: 'give each its own name',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'function f(a, a) { return a; }\nok(f(1, 2), 2);',
      good: 'function f(a, b) { return b; }\nok(f(1, 2), 2);',
      outcome: 'gives 1, not 2',
    },
    check({ nodes }, report) {
      for (const { params } of nodes.filter(isFunction)) {
        const names = params.flatMap(boundNames);
        const again = names.find((id, index) => names.findIndex(({ name }) => name === id.name) < index);
        if (again !== undefined) report(again);
      }
    },
  },
  {
    id: 'delete-in-for-in',
    title: 'delete of a property of the object that for-in goes through',
    reason: 'Espruino misses the property after each one that is deleted',
    fix: 'go through Object.keys(o)',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'var o = { a: 1, b: 2 };\nfor (var k in o) { delete o[k]; }\nok(Object.keys(o).length, 0);',
      good: 'var o = { a: 1, b: 2 };\nObject.keys(o).forEach(function (k) { delete o[k]; });\nok(Object.keys(o).length, 0);',
      outcome: 'gives 1, not 0',
    },
    visit: {
      UnaryExpression(node, report, source) {
        if (node.operator !== 'delete' || node.argument.type !== 'MemberExpression') return;
        const object = variableOf(node.argument.object, source);
        for (
          let at = source.parent(node);
          object && at !== undefined && !isFunction(at);
          at = source.parent(at)
        ) {
          if (at.type === 'ForInStatement' && variableOf(at.right, source) === object) return report(node);
        }
      },
    },
  },
];
