// Espruino hoists nothing: what a bundle defines too late.

import { parse, type AnyNode, type Function as FunctionNode, type Program } from 'acorn';
import { ancestor, base, simple } from 'acorn-walk';

type Scope = FunctionNode | Program;

function scopeOf(ancestors: readonly AnyNode[], node: AnyNode): Scope {
  const outer = ancestors.filter((one) => one !== node && /^(Program|Function)/.test(one.type));
  return outer.at(-1) as Scope;
}

/** Names in `node`. @param visitors acorn-walk's, which may leave parts out. */
function namesIn(node: AnyNode, visitors = base): string[] {
  const names: string[] = [];
  simple(node, { Identifier: ({ name }) => void names.push(name) }, visitors);
  return names;
}

/** @returns functions in the body of `scope` that an earlier statement names, or a function that it names, and so on. */
function lateFunctions(scope: FunctionNode): string[] {
  if (scope.body.type !== 'BlockStatement') return [];
  const { body } = scope.body;
  const functions = body.filter((one) => one.type === 'FunctionDeclaration');
  const reached = new Set<string>();
  function reach(name: string): void {
    if (reached.has(name)) return;
    reached.add(name);
    const target = functions.find(({ id }) => id?.name === name);
    if (target) namesIn(target.body).forEach(reach);
  }
  const late: string[] = [];
  for (const one of body) {
    if (one.type !== 'FunctionDeclaration') namesIn(one, { ...base, Function: () => {} }).forEach(reach);
    else if (reached.has(one.id.name)) late.push(`function ${one.id.name} at ${one.start}`);
  }
  return late;
}

/** @returns functions and `var`s of functions that stand behind a use of their name. */
export function definedTooLate(code: string): string[] {
  const tree = parse(code, { ecmaVersion: 5 });
  const declared = new Map<Scope, Map<string, number>>();
  const used = new Map<Scope, Map<string, number>>();
  const late: string[] = [];
  const first = (where: typeof used, scope: Scope, name: string, at: number) => {
    const names = where.get(scope) ?? new Map<string, number>();
    where.set(scope, names.set(name, Math.min(names.get(name) ?? Infinity, at)));
  };
  ancestor(tree, {
    VariableDeclarator(node, _state, ancestors) {
      if (node.id.type === 'Identifier') {
        first(declared, scopeOf(ancestors, node), node.id.name, node.id.start);
      }
    },
    Identifier(node, _state, ancestors) {
      first(used, scopeOf(ancestors, node), node.name, node.start);
    },
    Pattern(node, _state, ancestors) {
      const owner = ancestors.at(-2);
      const isOwnName = owner?.type === 'FunctionDeclaration' && owner.id === node;
      if (node.type === 'Identifier' && !isOwnName) {
        first(used, scopeOf(ancestors, node), node.name, node.start);
      }
    },
    Function(node) {
      late.push(...lateFunctions(node));
    },
  });
  for (const [scope, names] of declared) {
    for (const [name, at] of names) {
      if ((used.get(scope)?.get(name) ?? Infinity) < at) late.push(`var ${name} at ${at}`);
    }
  }
  return late;
}
