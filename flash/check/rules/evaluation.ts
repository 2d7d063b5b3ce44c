// Rules about expressions that the engine evaluates in another order or with another meaning.

import type { AnyNode } from 'acorn';
import { placeKey, writesIn } from '../effects.ts';
import type { Rule } from '../rule.ts';
import type { Source } from '../source.ts';
import { isFunction } from '../tree.ts';
import { constant, kindOf } from '../values.ts';

/** Names of TypeScript's helpers. */
const HELPER =
  /^__(extends|assign|rest|spread|spreadArrays?|read|values|awaiter|generator|await|asyncGenerator|asyncDelegator|asyncValues|makeTemplateObject|decorate|esDecorate|runInitializers|param|metadata|classPrivateField(Get|Set|In)|propKey|setFunctionName|exportStar|createBinding|importStar|importDefault|addDisposableResource|disposeResources)$/;

function isStrict(node: AnyNode, source: Source): boolean {
  for (let at: AnyNode | undefined = node; at !== undefined; at = source.parent(at)) {
    const body = at.type === 'Program' ? at : isFunction(at) ? at.body : undefined;
    const [first] = body?.type === 'BlockStatement' || body?.type === 'Program' ? body.body : [];
    if (first?.type === 'ExpressionStatement' && first.directive === 'use strict') return true;
  }
  return false;
}

/** @returns whether a program looks at a value to see if it is there. */
function isTested(node: AnyNode, source: Source): boolean {
  const at = source.parent(node);
  switch (at?.type) {
    case 'UnaryExpression':
      return at.operator === '!' || at.operator === 'typeof';
    case 'IfStatement':
    case 'ConditionalExpression':
      return at.test === node;
    case 'LogicalExpression':
      return at.left === node;
    case 'BinaryExpression':
      return /^[!=]=/.test(at.operator);
    default:
      return false;
  }
}

export const evaluationRules: readonly Rule[] = [
  {
    id: 'compound-assignment',
    title: 'assignment like += whose right side changes what is on the left',
    reason: 'Espruino reads the left side after it has evaluated the right side',
    fix: 'evaluate the right side into a variable first, and add that to the value wanted',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'var n = 1;\nfunction next() { n = 10; return 1; }\nn += next();\nok(n, 2);',
      good: 'var n = 1;\nfunction next() { n = 10; return 1; }\nvar before = n;\nn = before + next();\nok(n, 2);',
      outcome: 'gives 11, not 2',
    },
    visit: {
      AssignmentExpression(node, report, source) {
        if (node.operator === '=' || /^(\|\||&&|\?\?)=$/.test(node.operator)) return;
        const key = placeKey(node.left, source);
        if (key !== undefined && writesIn(node.right, source).has(key)) report(node);
      },
    },
  },
  {
    id: 'append-while-joining',
    title: 'text that the right side of + appends to',
    reason: 'Espruino appends in place, and the left side of + is that very text',
    fix: 'evaluate the right side into a variable first, or copy the left side with + ""',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'var s = "a";\nfunction next() { s += "b"; return "c"; }\nvar r = s + next();\nok(r, "ac");',
      good: 'var s = "a";\nfunction next() { s += "b"; return "c"; }\nvar r = s + "" + next();\nok(r, "ac");',
      outcome: 'gives "abc", not "ac"',
    },
    visit: {
      BinaryExpression(node, report, source) {
        if (node.operator !== '+') return;
        const left = node.left.type === 'AssignmentExpression' ? node.left.left : node.left;
        const key = placeKey(left, source);
        if (key !== undefined && writesIn(node.right, source).get(key) === true) report(node);
      },
    },
  },
  {
    id: 'negative-index',
    title: 'index of a string or typed array that is no index',
    reason: 'Espruino throws where JavaScript gives undefined',
    fix: 'use charAt, or test the index',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'var s = "abc";\nok(s[-1], undefined);',
      good: 'var s = "abc";\nok(s.charAt(-1), "");',
      outcome: 'throws Error: Field or method "-1" does not already exist, and can\'t create it on String',
    },
    visit: {
      MemberExpression(node, report, source) {
        const index = node.computed ? constant(node.property) : undefined;
        if (index === undefined || (index >= 0 && Number.isInteger(index))) return;
        const kind = kindOf(node.object, source);
        if (kind === 'string' || kind === 'typed') report(node);
      },
    },
  },
  {
    id: 'strict-this',
    title: 'this that counts on strict mode',
    reason: 'Espruino ignores "use strict": this of a plain call is the global object, never undefined',
    fix: 'pass the object as a parameter',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'function isCalledPlainly() { "use strict"; return this === undefined; }\nok(isCalledPlainly(), true);',
      good: 'function isCalledPlainly(self) { return self === undefined; }\nok(isCalledPlainly(), true);',
      outcome: 'gives false, not true',
    },
    visit: {
      ThisExpression(node, report, source) {
        const owner = source.owner(node);
        if (isFunction(owner) && isStrict(node, source) && isTested(node, source)) report(node);
      },
    },
  },
  {
    id: 'compiler-helper',
    title: 'helper of the compiler',
    reason: 'bundles carry none; those for classes and spread need what Espruino has not',
    fix: 'write the construct behind it out: functions instead of classes, loops instead of spread',
    severity: 'error',
    profile: 'both',
    pair: {
      bad: 'function A() { }\nfunction B() { }\n__extends(B, A);\nok(new B() instanceof A, true);',
      good: 'function A() { }\nfunction B() { }\nB.prototype = Object.create(A.prototype);\nok(new B() instanceof A, true);',
      outcome: 'throws ReferenceError: "__extends" is not defined',
    },
    visit: {
      Identifier(node, report, source) {
        const isName = source.scopes.references.has(node) || source.scopes.declared.has(node);
        if (isName && HELPER.test(node.name)) report(node, { message: `helper ${node.name}` });
      },
    },
  },
];
