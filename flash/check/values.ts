// What can be known of a value without running the program: constants, kinds, the one function a name stands for.
// undefined always means: not known.

import type { AnyNode, MemberExpression } from 'acorn';
import type { Variable } from './scope.ts';
import type { Source } from './source.ts';
import { dispatch, isFunction } from './tree.ts';
import type { ByType, FunctionNode } from './tree.ts';

export type Kind = 'string' | 'number' | 'array' | 'typed' | 'function' | 'object' | 'regexp';

const TYPED = /^(Uint8|Int8|Uint8Clamped|Uint16|Int16|Uint32|Int32|Float32|Float64)Array$/;

/** Methods whose result is a string, whatever they are called on. */
const STRING_METHODS = new Set(
  'charAt fromCharCode join padEnd padStart repeat substr substring toFixed toLowerCase toString toUpperCase trim'.split(
    ' ',
  ),
);

/** @returns the property that a member expression names: `b` of a.b and a['b'], `-1` of a[-1]. */
export function propertyName(node: AnyNode): string | undefined {
  if (node.type !== 'MemberExpression') return undefined;
  const { property } = node;
  if (!node.computed) return property.type === 'Identifier' ? property.name : undefined;
  if (property.type === 'Literal' && typeof property.value === 'string') return property.value;
  const number = constant(property);
  return number === undefined ? undefined : String(number);
}

/** @returns the name that a literal key of an object gives. */
export function keyName(key: AnyNode, computed: boolean): string | undefined {
  if (key.type === 'Literal') return String(key.value);
  return key.type === 'Identifier' && !computed ? key.name : undefined;
}

/** @returns the name of an identifier that nothing in the program declares. */
export function globalName(node: AnyNode, source: Source): string | undefined {
  if (node.type !== 'Identifier') return undefined;
  const reference = source.scopes.references.get(node);
  return reference !== undefined && reference.variable === undefined ? node.name : undefined;
}

/** @returns `Math.imul` for a member of a global, `Map` for a global. */
export function globalPath(node: AnyNode, source: Source): string | undefined {
  if (node.type !== 'MemberExpression') return globalName(node, source);
  const object = globalPath(node.object, source);
  const property = propertyName(node);
  return object === undefined || property === undefined ? undefined : `${object}.${property}`;
}

export function variableOf(node: AnyNode, source: Source): Variable | undefined {
  return node.type === 'Identifier' ? source.scopes.references.get(node)?.variable : undefined;
}

const OPERATIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >> b,
  '>>>': (a, b) => a >>> b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
};

/** @returns the value of an expression of numbers only. */
export function constant(node: AnyNode): number | undefined {
  if (node.type === 'Literal') return typeof node.value === 'number' ? node.value : undefined;
  if (node.type === 'UnaryExpression') {
    const value = constant(node.argument);
    if (value === undefined) return undefined;
    return { '-': -value, '+': value, '~': ~value }[node.operator as string];
  }
  if (node.type !== 'BinaryExpression') return undefined;
  const left = constant(node.left);
  const right = constant(node.right);
  return left === undefined || right === undefined ? undefined : OPERATIONS[node.operator]?.(left, right);
}

/** @returns the values that are ever given to a variable, undefined when some are unknown. */
function valuesOf(variable: Variable): AnyNode[] | undefined {
  if (variable.kind !== 'var' && variable.kind !== 'lexical') return undefined;
  const values: AnyNode[] = [];
  for (const { access, value } of variable.references) {
    if (access === 'write' && value === undefined) return undefined;
    if (value !== undefined) values.push(value);
  }
  return values;
}

function callKind(callee: AnyNode, source: Source): Kind | undefined {
  const name = globalName(callee, source);
  if (name === 'String') return 'string';
  if (name === 'Number' || name === 'parseInt') return 'number';
  const method = propertyName(callee);
  if (method === undefined) return undefined;
  if (STRING_METHODS.has(method)) return 'string';
  if (method === 'split') return 'array';
  return method === 'subarray' ? 'typed' : undefined;
}

function sameKind(nodes: readonly AnyNode[], source: Source, seen: Set<Variable>): Kind | undefined {
  const kinds = new Set(nodes.map((node) => kindOf(node, source, seen)));
  return kinds.size === 1 ? [...kinds][0] : undefined;
}

function variableKind(variable: Variable, source: Source, seen: Set<Variable>): Kind | undefined {
  if (variable.kind === 'function') {
    return variable.references.some((r) => r.access === 'write') ? undefined : 'function';
  }
  if (seen.has(variable)) return undefined;
  const kind = sameKind(valuesOf(variable) ?? [], source, new Set(seen).add(variable));
  const isUpdated = variable.references.some((reference) => reference.access === 'update');
  // `+=` keeps a string a string; any other update makes a number, or nobody knows what.
  return isUpdated && kind !== 'string' ? undefined : kind;
}

const KINDS: ByType<[source: Source, seen: Set<Variable>], Kind | undefined> = {
  Literal({ regex, value }) {
    if (regex) return 'regexp';
    return typeof value === 'string' || typeof value === 'number' ? (typeof value as Kind) : undefined;
  },
  TemplateLiteral: () => 'string',
  ArrayExpression: () => 'array',
  ObjectExpression: () => 'object',
  FunctionExpression: () => 'function',
  ArrowFunctionExpression: () => 'function',
  Identifier(node, source, seen) {
    const variable = variableOf(node, source);
    return variable && variableKind(variable, source, seen);
  },
  UnaryExpression: ({ operator }) => (operator === 'typeof' ? 'string' : undefined),
  BinaryExpression({ operator, left, right }, source, seen) {
    if (operator !== '+') return undefined;
    return [left, right].some((side) => kindOf(side, source, seen) === 'string') ? 'string' : undefined;
  },
  ConditionalExpression: ({ consequent, alternate }, source, seen) =>
    sameKind([consequent, alternate], source, seen),
  NewExpression({ callee }, source) {
    const name = globalName(callee, source) ?? '';
    if (TYPED.test(name)) return 'typed';
    return name === 'Array' ? 'array' : undefined;
  },
  CallExpression: ({ callee }, source) => callKind(callee, source),
};

/** @returns what an expression always is. */
export function kindOf(node: AnyNode, source: Source, seen: Set<Variable> = new Set()): Kind | undefined {
  return dispatch(KINDS, node, source, seen);
}

/** @returns the value of property `key` of an object that is written out. */
function property(object: AnyNode, key: string): AnyNode | undefined {
  if (object.type !== 'ObjectExpression') return undefined;
  for (const entry of object.properties) {
    if (entry.type === 'Property' && entry.kind === 'init' && keyName(entry.key, entry.computed) === key) {
      return entry.value;
    }
  }
  return undefined;
}

/** @returns the nodes that define a variable: function declarations, and expressions that it is given. */
function definitions(variable: Variable, source: Source): AnyNode[] {
  const declared = variable.declarations.flatMap((id) => {
    const at = source.parent(id);
    return at !== undefined && isFunction(at) && at.id === id ? [at] : [];
  });
  return [...declared, ...variable.references.flatMap(({ value }) => value ?? [])];
}

/** @returns the only value that a variable ever has, if the program writes it out. */
export function onlyValue(variable: Variable, source: Source): AnyNode | undefined {
  if (!['var', 'lexical', 'function', 'self'].includes(variable.kind)) return undefined;
  const all = definitions(variable, source);
  const others = variable.references.some(
    ({ access, value }) => access === 'update' || (access === 'write' && value === undefined),
  );
  return all.length === 1 && !others ? all[0] : undefined;
}

/**
 * @returns the functions that may run when `callee` is called: the only one its name stands for, or those that the code
 * before the call gives to it.
 */
export function functionsOf(callee: AnyNode, source: Source): FunctionNode[] {
  if (isFunction(callee)) return [callee];
  if (callee.type === 'SequenceExpression') return functionsOf(callee.expressions.at(-1) as AnyNode, source);
  if (callee.type === 'MemberExpression') return methodOf(callee, source);
  const variable = variableOf(callee, source);
  if (variable === undefined) return [];
  const only = onlyValue(variable, source);
  if (only !== undefined) return isFunction(only) ? [only] : [];
  const owner = source.owner(callee);
  return definitions(variable, source)
    .filter(isFunction)
    .filter((node) => node.start < callee.start && source.owner(node) === owner);
}

function methodOf(callee: MemberExpression, source: Source): FunctionNode[] {
  const name = propertyName(callee);
  if (name === undefined) return [];
  if (name === 'call' || name === 'apply') return functionsOf(callee.object, source);
  const variable = variableOf(callee.object, source);
  const object = variable && onlyValue(variable, source);
  const value = object && property(object, name);
  return value === undefined || value.type === 'MemberExpression' ? [] : functionsOf(value, source);
}
