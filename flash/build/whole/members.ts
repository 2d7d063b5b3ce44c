// Makes variables of the members of an object whose members are all known, and calls of functions of calls of its methods:
// options, ports, what an owner is told by, the client itself. What is left is what is used.

import type { AnyNode, Identifier, MemberExpression, ObjectExpression, Property } from 'acorn';
import type { Variable } from '../../check/scope.ts';
import type { Source } from '../../check/source.ts';
import { isFunction } from '../../check/tree.ts';
import {
  declarationOf,
  isAtRoot,
  isPeculiar,
  isRepeatable,
  nodesIn,
  onlyValueOf,
  rootOf,
  variableOf,
} from './facts.ts';
import { copyOf, declare, name as nameNode, nothing, replaceIn, replaceStatement } from './nodes.ts';
import { createNames } from './unique.ts';

function keyOf({ key }: Property): string {
  return key.type === 'Identifier' ? key.name : String((key as { value: unknown }).value);
}

interface Dissolvable {
  readonly variable: Variable;
  readonly object: ObjectExpression;
  readonly statement: AnyNode;
  readonly uses: readonly MemberExpression[];
}

/** @returns the uses of an object, if all of them are of members by their names. */
function usesOf(variable: Variable, source: Source): MemberExpression[] | undefined {
  const uses: MemberExpression[] = [];
  for (const { node, access } of variable.references) {
    if (access === 'write') continue;
    const use = source.parent(node);
    if (use?.type !== 'MemberExpression' || use.object !== node || use.computed) return undefined;
    const outer = source.parent(use);
    if (outer?.type === 'UnaryExpression' && outer.operator === 'delete') return undefined;
    uses.push(use);
  }
  return uses;
}

/** @returns the names of an object's members, if each of them can be a variable. */
function keysOf({ properties }: ObjectExpression): Set<string> | undefined {
  const keys = new Set<string>();
  for (const property of properties) {
    if (property.type !== 'Property' || property.kind !== 'init') return undefined;
    if (keys.has(keyOf(property)) || isPeculiar(nodesIn(property))) return undefined;
    keys.add(keyOf(property));
  }
  return keys;
}

/** @returns the object that `variable` always is, if nobody sees more of it than members by their names. */
function findObject(variable: Variable, source: Source): Dissolvable | undefined {
  const object = onlyValueOf(variable, source);
  if (variable.owner !== rootOf(source) || object?.type !== 'ObjectExpression') return undefined;
  const declaration = source.parent(source.parent(object) as AnyNode);
  if (declaration?.type !== 'VariableDeclaration' || declaration.declarations.length > 1) return undefined;
  if (!isAtRoot(declaration, source)) return undefined;

  const uses = usesOf(variable, source);
  const keys = keysOf(object);
  if (uses === undefined || keys === undefined) return undefined;
  const isOdd = (use: MemberExpression) => {
    const { name } = use.property as Identifier;
    // What the object's prototype has, or what is set later.
    if (!keys.has(name)) return isWritten(use, source) || isCalled(use, source) || name in Object.prototype;
    return isCalled(use, source) && mayNeedObject(use, object, uses, source);
  };
  return uses.some(isOdd) ? undefined : { variable, object, statement: declaration, uses };
}

/** @returns whether what a call of `use` calls may ask for `this`: then it needs the object. */
function mayNeedObject(
  use: MemberExpression,
  object: ObjectExpression,
  uses: readonly MemberExpression[],
  source: Source,
): boolean {
  const { name } = use.property as Identifier;
  const isSet = uses.some(
    (other) => (other.property as Identifier).name === name && isWritten(other, source),
  );
  const property = object.properties.find((one) => keyOf(one as Property) === name) as Property;
  const value = isSet ? undefined : property.value;
  if (value?.type === 'FunctionExpression') return false;
  const variable = value?.type === 'Identifier' ? variableOf(value, source) : undefined;
  const declaration = variable && (declarationOf(variable, source) ?? onlyValueOf(variable, source));
  // Of others nobody knows what they are, but that there is no such function.
  return declaration !== undefined && isFunction(declaration)
    ? isPeculiar(nodesIn(declaration))
    : source.byType.has('ThisExpression');
}

function isWritten(use: MemberExpression, source: Source): boolean {
  const outer = source.parent(use);
  if (outer?.type === 'UpdateExpression') return true;
  if (outer?.type === 'ForInStatement') return outer.left === use;
  return outer?.type === 'AssignmentExpression' && outer.left === use;
}

function isCalled(use: MemberExpression, source: Source): boolean {
  const outer = source.parent(use);
  return outer?.type === 'CallExpression' && outer.callee === use;
}

function dissolve(
  { variable, object, statement, uses }: Dissolvable,
  source: Source,
  newName: (wanted: string) => string,
): void {
  const statements: AnyNode[] = [];
  const values = new Map<string, AnyNode>();
  for (const property of object.properties) {
    const key = keyOf(property as Property);
    const { value } = property as Property;
    const ofKey = uses.filter((use) => (use.property as Identifier).name === key);
    const isSet = ofKey.some((use) => isWritten(use, source));
    if (!isSet && isRepeatable(value, source)) {
      values.set(key, value);
      continue;
    }
    const id = newName(`${variable.name}_${key}`.replace(/[^\w$]/g, '_'));
    values.set(key, nameNode(value, id));
    if (!isSet && value.type === 'FunctionExpression' && !value.id) {
      statements.push(
        Object.assign(value, { type: 'FunctionDeclaration', id: nameNode(value, id) }) as never,
      );
    } else {
      statements.push(declare(property, id, value));
    }
  }
  for (const use of uses) {
    const value = values.get((use.property as Identifier).name) ?? nothing(use);
    replaceIn(source.parent(use) as AnyNode, use, copyOf(value));
  }
  replaceStatement(statement, statements, source);
}

/** Dissolve the objects that can be. @returns whether there were any. */
export function dissolveObjects(source: Source): boolean {
  const newName = createNames(source);
  let isChanged = false;
  const found = source.scopes.variables.flatMap((variable) => findObject(variable, source) ?? []);
  for (const one of found) {
    // Where one stands in the value of another, that comes with the next round.
    const inner = new Set(nodesIn(one.statement));
    if (found.some((other) => other !== one && other.uses.some((use) => inner.has(use)))) continue;
    dissolve(one, source, newName);
    isChanged = true;
  }
  return isChanged;
}
