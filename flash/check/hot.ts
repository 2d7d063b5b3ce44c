// Which functions run for every reading or packet. A comment does not survive the minifier, so the caller names them: by
// the name in the source, or by the path of the file. Functions that prepare something run once and say so by their name.

import type { AnyNode } from 'acorn';
import type { Place } from './position.ts';
import type { FunctionNode, Tree } from './tree.ts';
import { isFunction } from './tree.ts';
import { keyName } from './values.ts';

/** As in the linter's rules for device code. */
const START_UP = /^(create|prepare|start|open|build)/;

/** @returns the node that carries a function's name: its own, or that of the variable or property it is given to. */
function nameNode(node: FunctionNode, tree: Tree): AnyNode | undefined {
  if (node.id) return node.id;
  const at = tree.parent(node);
  if (at?.type === 'VariableDeclarator') return at.id;
  if (at?.type === 'AssignmentExpression') {
    return at.left.type === 'MemberExpression' ? at.left.property : at.left;
  }
  return at?.type === 'Property' || at?.type === 'MethodDefinition' ? at.key : undefined;
}

/** @returns whether a function is called where it stands, and so is a part of what is around it. */
function isCalledInPlace(node: FunctionNode, tree: Tree): boolean {
  const at = tree.parent(node);
  if (at?.type !== 'CallExpression') return false;
  return at.callee === node;
}

/**
 * @param marks names of functions and beginnings of paths; a mark with a slash or dot is a path.
 * @param locate tells the source of an offset.
 */
export function findHot(
  tree: Tree,
  marks: readonly string[],
  locate: (offset: number) => Place,
): ReadonlySet<AnyNode> {
  const hot = new Set<AnyNode>();
  if (marks.length === 0) return hot;
  const names = new Set(marks.filter((mark) => !/[./]/.test(mark)));
  const paths = marks.filter((mark) => /[./]/.test(mark));

  for (const node of tree.nodes) {
    if (!isFunction(node) || isCalledInPlace(node, tree)) continue;
    const id = nameNode(node, tree);
    const place = locate((id ?? node).start);
    const name = place.name ?? (id && keyName(id, false)) ?? '';
    if (names.has(name) || (!START_UP.test(name) && paths.some((path) => place.file.startsWith(path)))) {
      hot.add(node);
    }
  }
  return hot;
}
