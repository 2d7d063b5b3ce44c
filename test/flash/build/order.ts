// Espruino hoists nothing: what a bundle defines too late.

import { parse, type AnyNode, type Function as FunctionNode, type BlockStatement, type Program } from 'acorn';
import { ancestor } from 'acorn-walk';

type Scope = FunctionNode | Program;

function scopeOf(ancestors: readonly AnyNode[], node: AnyNode): Scope {
  const outer = ancestors.filter((one) => one !== node && /^(Program|Function)/.test(one.type));
  return outer.at(-1) as Scope;
}

/** @returns functions that do not stand first in their scope, and `var`s that stand behind a use of their name in it. */
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
    FunctionDeclaration(node, _state, ancestors) {
      const scope = scopeOf(ancestors, node);
      const block = scope.body as AnyNode | AnyNode[];
      const body = Array.isArray(block) ? block : (block as BlockStatement).body;
      const others = body.filter((one) => one.type !== 'FunctionDeclaration' && !('directive' in one));
      if (others.some((one) => one.start < node.start)) {
        late.push(`function ${node.id?.name} at ${node.start}`);
      }
    },
  });
  for (const [scope, names] of declared) {
    for (const [name, at] of names) {
      if ((used.get(scope)?.get(name) ?? Infinity) < at) late.push(`var ${name} at ${at}`);
    }
  }
  return late;
}
