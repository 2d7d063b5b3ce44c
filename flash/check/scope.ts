// What each name in a program stands for. JavaScript's own scopes, not the engine's: the rules look for places where the
// two differ. `var` and functions belong to their function, `let`, `const` and classes to their block.

import type { AnyNode, Identifier, Program } from 'acorn';
import { dispatch, isFunction } from './tree.ts';
import type { ByType, FunctionNode, Tree } from './tree.ts';

export type VariableKind = 'var' | 'function' | 'parameter' | 'lexical' | 'catch' | 'self';

export interface Variable {
  readonly name: string;
  readonly kind: VariableKind;
  readonly owner: FunctionNode | Program;
  /** Where it is declared: the identifiers. */
  readonly declarations: Identifier[];
  readonly references: Reference[];
}

export type Access = 'read' | 'write' | 'update' | 'typeof';

export interface Reference {
  readonly node: Identifier;
  readonly access: Access;
  /** What is written, where that is one expression. */
  readonly value: AnyNode | undefined;
  /** undefined: nothing in the program declares it. */
  readonly variable: Variable | undefined;
  readonly owner: FunctionNode | Program;
}

export interface Scopes {
  readonly variables: readonly Variable[];
  /** Every use of a name; declarations without a value are none. */
  readonly references: ReadonlyMap<Identifier, Reference>;
  /** Variables by the identifiers that declare them. */
  readonly declared: ReadonlyMap<Identifier, Variable>;
}

/** @returns the identifiers that a pattern binds. */
export function boundNames(pattern: AnyNode): Identifier[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern];
    case 'ObjectPattern':
      return pattern.properties.flatMap((p) => boundNames(p.type === 'Property' ? p.value : p));
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element === null ? [] : boundNames(element)));
    case 'AssignmentPattern':
      return boundNames(pattern.left);
    case 'RestElement':
      return boundNames(pattern.argument);
    default:
      return [];
  }
}

type Names = Map<string, Variable>;

/** What introduces names: the program, a function, a block with `let`, a catch clause. */
function createScopes(tree: Tree) {
  const scopes = new Map<AnyNode, Names>();
  const declared = new Map<Identifier, Variable>();
  const variables: Variable[] = [];

  function declare(at: AnyNode, id: Identifier, kind: VariableKind): void {
    const names: Names = scopes.get(at) ?? new Map();
    scopes.set(at, names);
    let variable = names.get(id.name);
    if (variable === undefined) {
      const owner = isFunction(at) || at.type === 'Program' ? at : tree.owner(at);
      variable = { name: id.name, kind, owner, declarations: [], references: [] };
      names.set(id.name, variable);
      variables.push(variable);
    }
    variable.declarations.push(id);
    declared.set(id, variable);
  }

  function block(node: AnyNode): AnyNode {
    let at = tree.parent(node);
    while (at !== undefined && !BLOCKS.has(at.type)) at = tree.parent(at);
    return at ?? tree.program;
  }

  return { scopes, declared, variables, declare, block };
}

const BLOCKS = new Set<string>([
  'Program',
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'BlockStatement',
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'SwitchStatement',
  'StaticBlock',
]);

/** What can declare a name. */
const DECLARING = new Set<string>([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassDeclaration',
  'ClassExpression',
  'CatchClause',
  'VariableDeclaration',
]);

type Building = ReturnType<typeof createScopes>;

function declareParameters(node: AnyNode, { declare }: Building): void {
  if (!isFunction(node)) return;
  for (const id of node.params.flatMap(boundNames)) declare(node, id, 'parameter');
}

function declareFunction(node: AnyNode, tree: Tree, { declare }: Building): void {
  if (node.type === 'FunctionDeclaration' && node.id) declare(tree.owner(node), node.id, 'function');
}

function declareOthers(node: AnyNode, tree: Tree, { declare, block }: Building): void {
  if (node.type === 'ClassDeclaration' && node.id) {
    declare(block(node), node.id, 'lexical');
  } else if (node.type === 'CatchClause' && node.param) {
    for (const id of boundNames(node.param)) declare(node, id, 'catch');
  } else if (node.type === 'VariableDeclaration') {
    const isVar = node.kind === 'var';
    const at = isVar ? tree.owner(node) : block(node);
    for (const id of node.declarations.flatMap((d) => boundNames(d.id))) {
      declare(at, id, isVar ? 'var' : 'lexical');
    }
  }
}

/** The name of a function or class expression, which only its own body knows, and anything inside may hide. */
function declareSelf(node: AnyNode, { scopes, declare }: Building): void {
  const isNamed = node.type === 'FunctionExpression' || node.type === 'ClassExpression';
  if (isNamed && node.id && !scopes.get(node)?.has(node.id.name)) declare(node, node.id, 'self');
}

interface Use {
  readonly access: Access;
  readonly value?: AnyNode | undefined;
}

const READ: Use = { access: 'read' };

/** How the target of a pattern is used, by what the pattern belongs to; what is not here reads it. */
const USES: ByType<[target: AnyNode, tree: Tree], Use | undefined> = {
  FunctionDeclaration: () => undefined,
  FunctionExpression: () => undefined,
  ArrowFunctionExpression: ({ body }, target) => (body === target ? READ : undefined),
  ClassDeclaration: ({ id }, target) => (id === target ? undefined : READ),
  ClassExpression: ({ id }, target) => (id === target ? undefined : READ),
  CatchClause: () => undefined,
  VariableDeclarator(node, target, tree) {
    if (node.id !== target) return READ;
    if (node.init) return { access: 'write', value: node.init };
    return isLoopTarget(tree.parent(node), tree) ? { access: 'write' } : undefined;
  },
  AssignmentExpression({ left, right, operator }, target) {
    if (left !== target) return READ;
    return operator === '=' ? { access: 'write', value: right } : { access: 'update' };
  },
  UpdateExpression: () => ({ access: 'update' }),
  ForInStatement: ({ left }, target) => ({ access: left === target ? 'write' : 'read' }),
  ForOfStatement: ({ left }, target) => ({ access: left === target ? 'write' : 'read' }),
  UnaryExpression: ({ operator }) => ({ access: operator === 'typeof' ? 'typeof' : 'read' }),
};

/** @returns how an identifier is used, undefined where it only declares. */
function useOf(node: Identifier, tree: Tree): Use | undefined {
  let target: AnyNode = node;
  let at = tree.parent(node);
  while (at !== undefined && isPatternPart(at, target)) {
    target = at;
    at = tree.parent(at);
  }
  if (at === undefined || !Object.hasOwn(USES, at.type)) return READ;
  const use = dispatch(USES, at, target, tree);
  // What a pattern takes apart is not what the variable gets.
  return use && { access: use.access, value: target === node ? use.value : undefined };
}

function isPatternPart(at: AnyNode, inner: AnyNode): boolean {
  if (at.type === 'AssignmentPattern') return at.left === inner;
  // acorn-walk shows no Property of a pattern, so a computed key and a target have the same parent.
  if (at.type === 'ObjectPattern') {
    return at.properties.some((p) => (p.type === 'Property' ? p.value : p) === inner);
  }
  return at.type === 'ArrayPattern' || at.type === 'RestElement';
}

function isLoopTarget(declaration: AnyNode | undefined, tree: Tree): boolean {
  const loop = declaration && tree.parent(declaration);
  return (loop?.type === 'ForInStatement' || loop?.type === 'ForOfStatement') && loop.left === declaration;
}

/** Find the variables of a program and every use of a name. */
export function resolveNames(tree: Tree): Scopes {
  const building = createScopes(tree);
  const { scopes, declared, variables } = building;
  const declaring = tree.nodes.filter(({ type }) => DECLARING.has(type));
  // Where one name is declared twice, the first of these wins.
  for (const node of declaring) declareParameters(node, building);
  for (const node of declaring) declareFunction(node, tree, building);
  for (const node of declaring) declareOthers(node, tree, building);
  for (const node of declaring) declareSelf(node, building);

  /** Without blocks that have names of their own the way up goes from function to function. */
  const isPlain = [...scopes.keys()].every((at) => isFunction(at) || at.type === 'Program');
  function outside(node: AnyNode): AnyNode | undefined {
    if (!isPlain) return tree.parent(node);
    return node.type === 'Program' ? undefined : tree.owner(node);
  }

  function lookUp(id: Identifier): Variable | undefined {
    for (let at: AnyNode | undefined = id; at !== undefined; at = outside(at)) {
      const variable = scopes.get(at)?.get(id.name);
      if (variable !== undefined) return variable;
    }
    return undefined;
  }

  const references = new Map<Identifier, Reference>();
  for (const node of (tree.byType.get('Identifier') ?? []) as readonly Identifier[]) {
    const use = useOf(node, tree);
    if (use === undefined) continue;
    // Each function has its own `arguments`, which nothing declares.
    const variable = lookUp(node);
    const reference = { node, access: use.access, value: use.value, variable, owner: tree.owner(node) };
    references.set(node, reference);
    variable?.references.push(reference);
  }
  return { variables, references, declared };
}
