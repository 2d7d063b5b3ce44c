// A parsed program with the ways up: acorn's nodes know their children only.

import type {
  AnyNode,
  ArrowFunctionExpression,
  FunctionDeclaration,
  FunctionExpression,
  Program,
} from 'acorn';
import { fullAncestor } from 'acorn-walk';

export type FunctionNode = FunctionDeclaration | FunctionExpression | ArrowFunctionExpression;

/** Functions by the type of the node that they are for. */
export type ByType<Rest extends unknown[], Result> = {
  readonly [T in AnyNode['type']]?: (node: Extract<AnyNode, { type: T }>, ...rest: Rest) => Result;
};

/** Call the function of a table that is for a node. @returns undefined where there is none. */
export function dispatch<Rest extends unknown[], Result>(
  table: ByType<Rest, Result>,
  node: AnyNode,
  ...rest: Rest
): Result | undefined {
  const handle = table[node.type] as ((node: AnyNode, ...rest: Rest) => Result) | undefined;
  return handle?.(node, ...rest);
}

export interface Tree {
  readonly code: string;
  readonly program: Program;
  /** Every node once, inner before outer. */
  readonly nodes: readonly AnyNode[];
  /** The same nodes by their types. */
  readonly byType: ReadonlyMap<string, readonly AnyNode[]>;
  parent(node: AnyNode): AnyNode | undefined;
  /** The function around a node, or the program. A function is around its parameters, not around its name. */
  owner(node: AnyNode): FunctionNode | Program;
}

export function isFunction(node: AnyNode): node is FunctionNode {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  );
}

export function createTree(code: string, program: Program): Tree {
  const nodes: AnyNode[] = [];
  const byType = new Map<string, AnyNode[]>();
  const parents = new Map<AnyNode, AnyNode | undefined>();
  fullAncestor(program, (node, _state, ancestors) => {
    if (parents.has(node)) return;
    parents.set(node, ancestors.at(-2));
    nodes.push(node);
    const alike = byType.get(node.type);
    if (alike === undefined) byType.set(node.type, [node]);
    else alike.push(node);
  });

  function parent(node: AnyNode): AnyNode | undefined {
    return parents.get(node);
  }

  function owner(node: AnyNode): FunctionNode | Program {
    let inner = node;
    for (let at = parent(node); at !== undefined; at = parent(at)) {
      if (isFunction(at) && at.id !== inner) return at;
      inner = at;
    }
    return program;
  }

  return { code, program, nodes, byType, parent, owner };
}
