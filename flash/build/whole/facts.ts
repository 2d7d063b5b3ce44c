// What the passes over a whole bundle have to know before they change it: what runs once, what never changes, what can be
// left out.

import type { AnyNode, FunctionDeclaration, Identifier, Program } from 'acorn';
import { full } from 'acorn-walk';
import type { Reference, Variable } from '../../check/scope.ts';
import type { Source } from '../../check/source.ts';
import { isFunction, type FunctionNode } from '../../check/tree.ts';

/** @returns the function around the whole bundle, which is called at once; the program when there is none. */
export function rootOf({ program }: Source): FunctionNode | Program {
  const [statement] = program.body;
  if (program.body.length !== 1 || statement?.type !== 'ExpressionStatement') return program;
  const call = statement.expression;
  return call.type === 'CallExpression' && call.callee.type === 'FunctionExpression' ? call.callee : program;
}

/** @returns the node that holds the statements of `owner`. */
export function bodyOf(owner: FunctionNode | Program): AnyNode {
  return isFunction(owner) ? owner.body : owner;
}

/** @returns whether a statement runs once, when the bundle starts, before any event. */
export function isAtRoot(statement: AnyNode, source: Source): boolean {
  return source.parent(statement) === bodyOf(rootOf(source));
}

export function variableOf(node: Identifier, { scopes }: Source): Variable | undefined {
  return scopes.references.get(node)?.variable;
}

export function writesOf({ references }: Variable): Reference[] {
  return references.filter(({ access }) => access === 'write' || access === 'update');
}

export function readsOf({ references }: Variable): Reference[] {
  return references.filter(({ access }) => access === 'read' || access === 'typeof');
}

/** @returns what a declarator gives to `variable`, if that is the only value that it ever gets. */
export function onlyValueOf(variable: Variable, source: Source): AnyNode | undefined {
  const [write, ...more] = writesOf(variable);
  if (write?.value === undefined || more.length > 0) return undefined;
  const isDeclared = source.parent(write.node)?.type === 'VariableDeclarator';
  return isDeclared ? write.value : undefined;
}

/** @returns whether a name stands for the same value for as long as anybody asks. */
export function isConstant(node: Identifier, source: Source): boolean {
  const variable = variableOf(node, source);
  if (variable === undefined) return node.name === 'undefined';
  if (variable.kind === 'var') return onlyValueOf(variable, source) !== undefined;
  return (variable.kind === 'function' || variable.kind === 'parameter') && writesOf(variable).length === 0;
}

/** @returns whether it makes no difference when `node` is evaluated, or whether. */
export function isInert(node: AnyNode, source: Source): boolean {
  switch (node.type) {
    case 'Literal':
    case 'FunctionExpression':
      return true;
    case 'Identifier':
      return isConstant(node, source);
    case 'UnaryExpression':
      return node.operator !== 'delete' && isInert(node.argument, source);
    case 'ObjectExpression':
      return node.properties.every((p) => p.type === 'Property' && isInert(p.value, source));
    case 'ArrayExpression':
      return node.elements.every((element) => element === null || isInert(element, source));
    default:
      return false;
  }
}

/** @returns whether `node` may stand in every place of a name that it was given to once. */
export function isRepeatable(node: AnyNode, source: Source): boolean {
  if (node.type === 'Identifier') return isConstant(node, source);
  if (node.type === 'UnaryExpression') return node.argument.type === 'Literal' && node.operator === '-';
  return node.type === 'Literal' && !('regex' in node);
}

/** @returns whether `node` may run more than once while its function does. */
export function isInLoop(node: AnyNode, source: Source): boolean {
  for (let at = source.parent(node); at !== undefined && !isFunction(at); at = source.parent(at)) {
    if (/^(For|ForIn|While|DoWhile)Statement$/.test(at.type)) return true;
  }
  return false;
}

/** @returns whether `node` is in `outer`, at any depth. */
export function isInside(node: AnyNode, outer: AnyNode, source: Source): boolean {
  let at = source.parent(node);
  while (at !== undefined && at !== outer) at = source.parent(at);
  return at !== undefined;
}

/** @returns nodes inside `outer`. */
export function nodesIn(outer: AnyNode): AnyNode[] {
  const nodes: AnyNode[] = [];
  full(outer, (node) => {
    if (node !== outer) nodes.push(node as AnyNode);
  });
  return nodes;
}

/** @returns the function that `variable` stands for, if it is one that is declared in a body and not replaced. */
export function declarationOf(variable: Variable, source: Source): FunctionDeclaration | undefined {
  const [id, ...more] = variable.declarations;
  if (variable.kind !== 'function' || id === undefined || more.length > 0 || writesOf(variable).length > 0) {
    return undefined;
  }
  const node = source.parent(id);
  const isInBody = node?.type === 'FunctionDeclaration' && source.parent(node) === bodyOf(variable.owner);
  return isInBody ? (node as FunctionDeclaration) : undefined;
}

/** @returns the call of which `reference` is the callee. */
export function callAt({ node }: Reference, source: Source) {
  const outer = source.parent(node);
  return outer?.type === 'CallExpression' && outer.callee === node ? outer : undefined;
}

/** @returns whether a function looks at who called it, or with what. */
export function isPeculiar(nodes: readonly AnyNode[]): boolean {
  return nodes.some(
    (node) => node.type === 'ThisExpression' || (node.type === 'Identifier' && node.name === 'arguments'),
  );
}
