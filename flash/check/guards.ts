// Whether a program tests for something before it uses it, or brings it along: then its absence is no fault.

import type { AnyNode } from 'acorn';
import type { Source } from './source.ts';
import { keyName, propertyName } from './values.ts';

/** What a node names: `.flat` for a member, `Map` for a name. Members of any object count as one. */
function mention(node: AnyNode): string | undefined {
  if (node.type === 'Identifier') return node.name;
  const name = propertyName(node);
  return name === undefined ? undefined : `.${name}`;
}

function mentions(test: AnyNode, wanted: string, source: Source): boolean {
  return source.nodes.some(
    (node) =>
      node.start >= test.start &&
      node.end <= test.end &&
      (mention(node) === wanted ||
        // "flat" in x
        (node.type === 'Literal' && `.${String(node.value)}` === wanted)),
  );
}

/** @returns whether a node is looked at only to learn whether it is there. */
function isAsked(node: AnyNode, source: Source): boolean {
  const at = source.parent(node);
  switch (at?.type) {
    case 'UnaryExpression':
      return at.operator === 'typeof' || at.operator === '!';
    case 'IfStatement':
    case 'ConditionalExpression':
      return at.test === node;
    case 'LogicalExpression':
      return at.left === node || isAsked(at, source);
    case 'BinaryExpression':
      return /^[!=]=/.test(at.operator);
    default:
      return false;
  }
}

/** @returns what decides whether a part of a statement or expression is evaluated. */
function testBefore(node: AnyNode, part: AnyNode): AnyNode | undefined {
  if (node.type === 'IfStatement' || node.type === 'ConditionalExpression') {
    return node.test === part ? undefined : node.test;
  }
  return node.type === 'LogicalExpression' && node.right === part ? node.left : undefined;
}

/** @returns whether the way to a node leads through a test for what it names. */
function isGuarded(node: AnyNode, wanted: string, source: Source): boolean {
  let inner = node;
  for (let at = source.parent(node); at !== undefined; inner = at, at = source.parent(at)) {
    const test = testBefore(at, inner);
    if (test !== undefined && mentions(test, wanted, source)) return true;
  }
  return false;
}

/** @returns whether the use of something that may be missing is prepared for that. */
export function isPreparedFor(node: AnyNode, source: Source): boolean {
  const wanted = mention(node);
  return wanted !== undefined && (isAsked(node, source) || isGuarded(node, wanted, source));
}

const provided = new WeakMap<Source, ReadonlySet<string>>();

/** @returns the names of properties that the program itself gives to something. */
export function providedNames(source: Source): ReadonlySet<string> {
  const known = provided.get(source);
  if (known !== undefined) return known;
  const names = new Set<string>();
  for (const node of source.nodes) {
    if (node.type === 'AssignmentExpression') names.add(propertyName(node.left) ?? '');
    else if (
      node.type === 'Property' ||
      node.type === 'MethodDefinition' ||
      node.type === 'PropertyDefinition'
    ) {
      names.add(keyName(node.key, node.computed) ?? '');
    }
  }
  provided.set(source, names);
  return names;
}
