// Which function calls which, as far as names tell, and what the functions that a call reaches do to outer variables.
// Only what runs at once counts: a callback that an engine keeps for later is no call.

import type { AnyNode, Program } from 'acorn';
import { base, simple } from 'acorn-walk';
import type { Reference } from './scope.ts';
import type { Source } from './source.ts';
import type { FunctionNode } from './tree.ts';
import { functionsOf, propertyName } from './values.ts';

/** Methods that call the function they are given before they return. */
const SYNCHRONOUS = new Set('every filter find findIndex forEach map reduce replace some sort'.split(' '));

/** For acorn-walk: an expression or statement without the functions in it. */
export const outside = { ...base, Function: () => {} };

export interface Call {
  readonly node: AnyNode;
  readonly target: FunctionNode;
}

/** @returns the calls and the names in a part of a program, those of inner functions left out. */
export function usesIn(part: AnyNode, source: Source): { calls: Call[]; references: Reference[] } {
  const calls: Call[] = [];
  const references: Reference[] = [];

  function reference(node: AnyNode): void {
    const found = node.type === 'Identifier' ? source.scopes.references.get(node) : undefined;
    if (found !== undefined) references.push(found);
  }

  function call(node: AnyNode, callee: AnyNode): void {
    for (const target of functionsOf(callee, source)) calls.push({ node, target });
  }

  simple(
    part,
    {
      Identifier: reference,
      // acorn-walk's name for an identifier that is written; its types do not know it.
      ...({ VariablePattern: reference } as object),
      NewExpression: (node) => call(node, node.callee),
      CallExpression(node) {
        call(node, node.callee);
        if (!SYNCHRONOUS.has(propertyName(node.callee) ?? '')) return;
        for (const argument of node.arguments) call(node, argument);
      },
    },
    outside,
  );
  return { calls, references };
}

/** Calls of one function or of the program, by what they reach. */
export interface CallGraph {
  /** @returns `from` and every function that it runs, but for `except`: a new run of that has its own variables. */
  reach(from: FunctionNode, except: FunctionNode | Program): ReadonlySet<FunctionNode>;
}

/** @param callsOf tells the calls in a function's body. */
export function createCallGraph(callsOf: (node: FunctionNode) => readonly Call[]): CallGraph {
  return {
    reach(from, except) {
      const reached = new Set<FunctionNode>();
      const open = [from];
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        if (next === except || reached.has(next)) continue;
        reached.add(next);
        for (const { target } of callsOf(next)) open.push(target);
      }
      return reached;
    },
  };
}
