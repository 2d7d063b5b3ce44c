// A parsed program with the ways up: acorn's nodes know their children only.

import type {
  AnyNode,
  ArrowFunctionExpression,
  FunctionDeclaration,
  FunctionExpression,
  Program,
} from 'acorn';
import { base } from 'acorn-walk';

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
  tree: object;
  parent: AnyNode | undefined;
  owner: FunctionNode | Program;
}

type Linked = AnyNode & { [LINK]?: Link };

/** Tells of the children of a node, in the order of the source. */
type Walk = (
  node: AnyNode,
  parent: AnyNode,
  tell: (child: AnyNode, parent: AnyNode, part?: string) => void,
) => void;

/** What acorn-walk does by type of node. Its own walks keep the whole way up at each node, which nobody needs who has links. */
const WALKS = base as unknown as Readonly<Record<string, Walk>>;

/** Nodes of one program belong to the tree that was made of it last. */
export function createTree(code: string, program: Program): Tree {
  const tree = {};
  const nodes: AnyNode[] = [];
  const byType = new Map<string, AnyNode[]>();

  function link(node: Linked, parent: AnyNode | undefined, owner: FunctionNode | Program): void {
    const known = node[LINK];
    if (known === undefined) node[LINK] = { tree, parent, owner };
    else {
      known.tree = tree;
      known.parent = parent;
      known.owner = owner;
    }
  }

  function visit(node: AnyNode): void {
    const walk = WALKS[node.type];
    if (walk === undefined) throw new Error(`a ${node.type} is no node that is known`);
    walk(node, node, visitChild);
    nodes.push(node);
    const alike = byType.get(node.type);
    if (alike === undefined) byType.set(node.type, [node]);
    else alike.push(node);
  }

  function visitChild(node: Linked, parent: Linked, part?: string): void {
    // Functions and classes name a walk that they have in common.
    if (node === parent) return (WALKS[part as string] as Walk)(node, node, visitChild);
    if (node[LINK]?.tree === tree) return;
    const owner = isFunction(parent) && parent.id !== node ? parent : (parent[LINK] as Link).owner;
    link(node, parent, owner);
    visit(node);
  }

  link(program, undefined, program);
  visit(program);

  function linkOf(node: Linked): Link | undefined {
    const link = node[LINK];
    return link?.tree === tree ? link : undefined;
  }

  function parent(node: AnyNode): AnyNode | undefined {
    return linkOf(node)?.parent;
  }

  function owner(node: AnyNode): FunctionNode | Program {
    return linkOf(node)?.owner ?? program;
  }

  return { code, program, nodes, byType, parent, owner };
}
