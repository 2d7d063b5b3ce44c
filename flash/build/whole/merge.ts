// Puts a function that is called in one place into that place: to an engine a function and a call are more than what they do.
// What makes a part of the program and is called once at start-up (`createClient`) leaves its variables and functions at the
// top: inside of another function each function costs Espruino eight variables, there it costs five.

import type { AnyNode, CallExpression, FunctionDeclaration, Identifier, ReturnStatement } from 'acorn';
import type { Variable } from '../../check/scope.ts';
import type { Source } from '../../check/source.ts';
import { isFunction } from '../../check/tree.ts';
import {
  bodyOf,
  callAt,
  declarationOf,
  isAtRoot,
  isInert,
  isInLoop,
  isPeculiar,
  isRepeatable,
  nodesIn,
  rootOf,
  variableOf,
  writesOf,
} from './facts.ts';
import {
  assign,
  copyOf,
  declare,
  leave,
  nothing,
  name as nameNode,
  replaceIn,
  replaceStatement,
} from './nodes.ts';
import type { Marks } from './program.ts';
import { canComplete, ownReturns, withoutReturns, type Rewritten } from './returns.ts';
import { createNames } from './unique.ts';

interface Merge {
  readonly declaration: FunctionDeclaration;
  readonly call: CallExpression;
  /** The statement that the body goes in front of. */
  readonly statement: AnyNode;
  /** All that is in the function. */
  readonly nodes: readonly AnyNode[];
}

/** @returns whether a name is one of the engine's. */
function isOfEngine(node: AnyNode, source: Source): boolean {
  return node.type === 'Identifier' && variableOf(node, source) === undefined;
}

/** @returns whether `inner` always runs in `outer`, and what runs there before makes no difference. */
function isFirstIn(outer: AnyNode, inner: AnyNode, source: Source): boolean {
  const isInertBefore = (nodes: readonly (AnyNode | null)[]) =>
    nodes.slice(0, nodes.indexOf(inner)).every((node) => !node || isInert(node, source));
  switch (outer.type) {
    case 'VariableDeclarator':
    case 'UnaryExpression':
    case 'ExpressionStatement':
    case 'ReturnStatement':
    case 'Property':
      return true;
    case 'MemberExpression':
      return outer.object === inner;
    case 'VariableDeclaration':
      return outer.declarations[0] === inner;
    case 'IfStatement':
    case 'ConditionalExpression':
      return outer.test === inner;
    case 'AssignmentExpression':
      return outer.operator === '=' && outer.left.type === 'Identifier';
    case 'LogicalExpression':
      return outer.left === inner;
    case 'BinaryExpression':
      return isInertBefore([outer.left, outer.right]);
    case 'CallExpression':
      if (outer.callee === inner || !isInertBefore([...outer.arguments, inner])) return false;
      return isInert(outer.callee, source) || isOfEngine(outer.callee, source);
    case 'ObjectExpression':
      return outer.properties
        .slice(0, outer.properties.indexOf(inner as never))
        .every((p) => p.type === 'Property' && isInert(p.value, source));
    case 'ArrayExpression':
      return isInertBefore(outer.elements);
    default:
      return false;
  }
}

const STATEMENTS = new Set(['ExpressionStatement', 'ReturnStatement', 'IfStatement', 'VariableDeclaration']);

/** @returns the statement in which `call` always runs, and runs first. */
function statementOf(call: CallExpression, source: Source): AnyNode | undefined {
  let inner: AnyNode = call;
  for (let outer = source.parent(inner); outer !== undefined; outer = source.parent(inner)) {
    if (!isFirstIn(outer, inner, source)) return undefined;
    if (STATEMENTS.has(outer.type)) {
      const holder = source.parent(outer);
      const isHead = holder?.type.startsWith('For') && (holder as { body?: AnyNode }).body !== outer;
      return isHead ? undefined : outer;
    }
    inner = outer;
  }
  return undefined;
}

function findMerge(variable: Variable, source: Source, { hot, apart }: Marks): Merge | undefined {
  const [reference, ...more] = variable.references;
  const declaration = declarationOf(variable, source);
  if (declaration === undefined || reference === undefined || more.length > 0) return undefined;
  if (apart.has(declaration)) return undefined;
  const call = callAt(reference, source);
  const statement = call && statementOf(call, source);
  if (call === undefined || statement === undefined) return undefined;
  const nodes = nodesIn(declaration);
  if (nodes.includes(call) || isPeculiar(nodes)) return undefined;
  const { params } = declaration;
  if (call.arguments.slice(params.length).some((argument) => !isInert(argument, source))) return undefined;
  if (!isAtRoot(statement, source)) {
    // Functions would be made each time, and share what they should each have for themselves.
    if (nodes.some((node) => isFunction(node))) return undefined;
    // An engine reads over what it does not run: rare work stays out of the way of what every message does.
    if (hot.has(source.owner(call)) && !hot.has(declaration)) return undefined;
  }
  return { declaration, call, statement, nodes };
}

/** Give the parameters their values. @returns the statements that do it. */
function bind({ declaration, call }: Merge, source: Source): AnyNode[] {
  return declaration.params.flatMap((id, index): AnyNode[] => {
    const parameter = source.scopes.declared.get(id as Identifier) as Variable;
    const argument = call.arguments[index] ?? nothing(call);
    if (writesOf(parameter).length > 0 || !isRepeatable(argument, source)) {
      return [declare(argument, parameter.name, argument)];
    }
    for (const { node } of parameter.references) {
      replaceIn(source.parent(node) as AnyNode, node, copyOf(argument));
    }
    return [];
  });
}

/**
 * A variable of a function is a new one at each call; in a loop it would have what it got before.
 * @returns statements that make those new that can be read before they are written.
 */
function refresh({ declaration, nodes }: Merge, source: Source): AnyNode[] {
  return source.scopes.variables.flatMap((variable): AnyNode[] => {
    const [id] = variable.declarations;
    if (variable.owner !== declaration || variable.kind !== 'var' || id === undefined) return [];
    const declarator = source.parent(id) as AnyNode;
    const statement = source.parent(declarator) as AnyNode;
    const holder = source.parent(statement) as AnyNode;
    const isFirst = variable.references.every(({ node }) => nodes.indexOf(node) >= nodes.indexOf(id));
    if (declarator.type === 'VariableDeclarator' && isFirst) {
      const isInitialised = declarator.init || holder.type === 'ForInStatement';
      // In blocks it is seen only there, or all over the function, as where a loop has its counter.
      const isAround = (isInitialised || !isInLoop(statement, source)) && isOnlyIn(variable, holder, source);
      if (holder === declaration.body || isAround) {
        if (!isInitialised) declarator.init = nothing(declarator) as Identifier;
        return [];
      }
    }
    return [assign(id, variable.name, nothing(id))];
  });
}

function isOnlyIn({ references }: Variable, holder: AnyNode, source: Source): boolean {
  return references.every(({ node }) => {
    for (let at: AnyNode | undefined = node; at !== undefined; at = source.parent(at)) {
      if (at === holder) return true;
    }
    return false;
  });
}

/** @returns the name of the only variable that a statement declares, if `call` is what it gets. */
function declaredBy(statement: AnyNode, call: CallExpression): string | undefined {
  if (statement.type !== 'VariableDeclaration' || statement.declarations.length > 1) return undefined;
  const [declarator] = statement.declarations;
  return declarator?.init === call && declarator.id.type === 'Identifier' ? declarator.id.name : undefined;
}

function asTheyAre(statements: readonly AnyNode[]): Rewritten {
  return { statements: [...statements], finish: () => {} };
}

/** Do one merge. @returns false when that cannot be said, and nothing is changed. */
function apply(merge: Merge, source: Source, newName: (wanted: string) => string): boolean {
  const { declaration, call, statement, nodes } = merge;
  // They are there from the start, also of what goes behind `else` now, or is not reached.
  const { body } = declaration.body;
  const functions = body.filter(({ type }) => type === 'FunctionDeclaration');
  const others = body.filter(({ type }) => type !== 'FunctionDeclaration');
  const returns = ownReturns(declaration.body, nodes, source);
  const holding = new Set<AnyNode>();
  for (const node of returns) {
    for (let at: AnyNode | undefined = node; at !== declaration.body; at = source.parent(at as AnyNode)) {
      holding.add(at as AnyNode);
    }
  }
  const isAlone = statement.type === 'ExpressionStatement' && statement.expression === call;
  const isReturned = statement.type === 'ReturnStatement' && statement.argument === call;
  const [only] = returns;

  let rewritten: Rewritten | undefined;
  /** What stands in the place of the call; undefined: the statement goes. */
  let value: AnyNode | undefined;
  let tail: ReturnStatement | undefined;
  if (isReturned) {
    // Its returns are those of the caller.
    rewritten = asTheyAre(others.every(canComplete) ? [...others, leave(statement)] : others);
  } else if (isAlone) {
    rewritten = withoutReturns(others, null, holding, source);
  } else if (returns.length === 0) {
    rewritten = asTheyAre(others);
    value = nothing(call);
  } else if (returns.length === 1 && only === others.at(-1) && only?.argument) {
    rewritten = asTheyAre(others.slice(0, -1));
    tail = only;
    value = only.argument;
  } else if (!others.every(canComplete)) {
    // Straight to where it goes, if that is a variable of its own.
    const target = declaredBy(statement, call);
    const result = target ?? newName('result');
    rewritten = withoutReturns(others, result, holding, source);
    rewritten?.statements.unshift(declare(call, result, null));
    if (target === undefined) value = nameNode(call, result);
  }
  if (rewritten === undefined) return false;

  const fresh = isInLoop(call, source) ? refresh(merge, source) : [];
  const bound = bind(merge, source);
  rewritten.finish();
  const statements = [...functions, ...fresh, ...bound, ...rewritten.statements];
  const home = bodyOf(source.owner(declaration)) as { body: AnyNode[] };
  home.body.splice(home.body.indexOf(declaration), 1);
  // A parameter in it has been replaced by now.
  if (tail?.argument) value = tail.argument;
  if (value !== undefined) replaceIn(source.parent(call) as AnyNode, call, value);
  if (value !== undefined) statements.push(statement);
  replaceStatement(statement, statements, source);
  return true;
}

/** Merge what can be merged at once. @returns whether there was anything. */
export function mergeCalls(source: Source, marks: Marks): boolean {
  const newName = createNames(source);
  const root = rootOf(source);
  /** Functions and statements that are not what `source` says any more. */
  const touched = new Set<AnyNode>();
  let isChanged = false;
  for (const variable of source.scopes.variables) {
    const merge = findMerge(variable, source, marks);
    if (merge === undefined) continue;
    const caller = source.owner(merge.call);
    const outer = source.owner(merge.declaration);
    const involved = [merge.declaration, merge.statement, caller, outer].filter((node) => node !== root);
    const isStale = [...involved, ...merge.nodes].some((node) => touched.has(node));
    if (isStale || !apply(merge, source, newName)) continue;
    for (const node of [...involved, ...merge.nodes]) touched.add(node);
    isChanged = true;
  }
  return isChanged;
}
