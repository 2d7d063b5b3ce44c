// Rules about the order of definitions: the engine hoists neither functions nor `var`.

import type { EarlyUse } from '../order.ts';
import { findEarlyUses } from '../order.ts';
import type { Report, Rule } from '../rule.ts';
import type { Source } from '../source.ts';

const cache = new WeakMap<Source, EarlyUse[]>();

function earlyUses(source: Source): EarlyUse[] {
  const found = cache.get(source) ?? findEarlyUses(source);
  cache.set(source, found);
  return found;
}

function isWrite({ variable, reference }: EarlyUse): boolean {
  return variable.kind !== 'function' && reference.access === 'write';
}

function isRead({ variable, reference }: EarlyUse): boolean {
  return variable.kind !== 'function' && reference.access !== 'write';
}

/** A check that reports the early uses of one kind. */
function reportUses(wanted: (use: EarlyUse) => boolean, action: string) {
  return (source: Source, report: Report): void => {
    for (const use of earlyUses(source).filter(wanted)) {
      const { name } = use.variable;
      const message =
        use.call === undefined
          ? `${name} is ${action} before the statement that defines it has run`
          : `this call leads to where ${name} is ${action}, before the statement that defines it has run`;
      report(use.call ?? use.reference.node, { message });
    }
  };
}

export const orderRules: readonly Rule[] = [
  {
    id: 'function-before-definition',
    title: 'function used before its definition',
    reason: 'Espruino hoists no functions: a function exists from its statement on, at every level',
    fix: 'move the function above the first use, and above the first call that leads there',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'function first() { return second(); }\nok(first(), 1);\nfunction second() { return 1; }',
      good: 'function second() { return 1; }\nfunction first() { return second(); }\nok(first(), 1);',
      outcome: 'throws ReferenceError: "second" is not defined',
    },
    check: reportUses(({ variable }) => variable.kind === 'function', 'used'),
  },
  {
    id: 'function-redefined',
    title: 'function statement for a name that has a value already',
    reason: 'in Espruino the statement takes effect when it is reached, in JavaScript before all others',
    fix: 'give one of the two another name',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'function f() { return 1; }\nvar seen = f();\nfunction f() { return 2; }\nok(seen, 2);',
      good: 'function f() { return 1; }\nfunction g() { return 2; }\nvar seen = g();\nok(seen, 2);',
      outcome: 'gives 1, not 2',
    },
    check({ scopes, parent }, report) {
      for (const { kind, name, declarations, references, owner } of scopes.variables) {
        if (kind !== 'function' && kind !== 'parameter') continue;
        const statements = declarations.filter((id) => {
          const at = parent(id);
          return at?.type === 'FunctionDeclaration' && at.id === id;
        });
        const given = [
          ...declarations.filter((id) => kind === 'parameter' || statements.includes(id)),
          ...references.filter((r) => r.access === 'write' && r.owner === owner).map((r) => r.node),
        ];
        const late = statements.find((id) => given.some((other) => other.start < id.start));
        if (late !== undefined) {
          report(late, { message: `function ${name} has a value before its statement` });
        }
      }
    },
  },
  {
    id: 'read-before-var',
    title: 'variable read before its var',
    reason: 'Espruino hoists no var: before the statement the name is unknown, or means a variable outside',
    fix: 'declare it at the top of the function, on every path',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'var x = 5;\nfunction f() { var seen = x; var x = 1; return seen; }\nok(f(), undefined);',
      good: 'var x = 5;\nfunction f() { var x; var seen = x; x = 1; return seen; }\nok(f(), undefined);',
      outcome: 'gives 5, not undefined',
    },
    check: reportUses(isRead, 'read'),
  },
  {
    id: 'write-before-var',
    title: 'variable written before its var',
    reason: 'Espruino hoists no var: the write makes a global, or overwrites a variable outside',
    fix: 'declare it at the top of the function, on every path',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'function f(first) { if (first) { var leak = 1; } leak = 2; }\nf(false);\nok(typeof leak, "undefined");',
      good: 'function f(first) { var leak; if (first) { leak = 1; } leak = 2; }\nf(false);\nok(typeof leak, "undefined");',
      outcome: 'gives "number", not "undefined"',
    },
    check: reportUses(isWrite, 'written'),
  },
  {
    id: 'undeclared-write',
    title: 'write to a name that nothing declares',
    reason: 'it makes a global that lives for ever; strict mode, which would throw, is ignored',
    fix: 'declare it with var',
    severity: 'error',
    profile: 'espruino',
    pair: {
      bad: 'function f() { "use strict"; leak = 1; }\ntry { f(); } catch (e) {}\nok(typeof leak, "undefined");',
      good: 'function f() { "use strict"; var leak = 1; }\ntry { f(); } catch (e) {}\nok(typeof leak, "undefined");',
      outcome: 'gives "number", not "undefined"',
    },
    check(source, report) {
      for (const { variable, access, node } of source.scopes.references.values()) {
        const isWritten = access === 'write' || access === 'update';
        if (variable !== undefined || !isWritten || node.name === 'arguments') continue;
        report(node, { message: `nothing declares ${node.name}, so this write makes a global` });
      }
    },
  },
];
