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

/** The way up from a node, kept on the node itself: a bundle is walked a hundred times in a build, and a map of all its nodes is slow. */
const LINK = Symbol('link');

interface Link {
  /** Whose link it is: of a node that was walked before, an older tree has left one. */
  readonly tree: object;
  readonly parent: AnyNode | undefined;
  owner: FunctionNode | Program | undefined;
}

type Linked = AnyNode & { [LINK]?: Link };

/** Nodes of one program belong to the tree that was made of it last. */
export function createTree(code: string, program: Program): Tree {
  const tree = {};
  const nodes: AnyNode[] = [];
  const byType = new Map<string, AnyNode[]>();
  fullAncestor(program, (node: Linked, _state, ancestors) => {
    if (node[LINK]?.tree === tree) return;
    node[LINK] = { tree, parent: ancestors.at(-2) as AnyNode | undefined, owner: undefined };
    nodes.push(node);
    const alike = byType.get(node.type);
    if (alike === undefined) byType.set(node.type, [node]);
    else alike.push(node);
  });

  function linkOf(node: Linked): Link | undefined {
    const link = node[LINK];
    return link?.tree === tree ? link : undefined;
  }

  function parent(node: AnyNode): AnyNode | undefined {
    return linkOf(node)?.parent;
  }

  function owner(node: AnyNode): FunctionNode | Program {
    const link = linkOf(node);
    if (link?.parent === undefined) return program;
    link.owner ??= isFunction(link.parent) && link.parent.id !== node ? link.parent : owner(link.parent);
    return link.owner;
  }

  return { code, program, nodes, byType, parent, owner };
}
