// Puts a function that is called in one place into that place: to an engine a function and a call are more than what they do.
// What makes a part of the program and is called once at start-up (`createClient`) leaves its variables and functions at the
// top: inside of another function each function costs Espruino eight variables, there it costs five.

import type { AnyNode, CallExpression, FunctionDeclaration, Identifier } from 'acorn';
import type { Variable } from '../../check/scope.ts';
import type { Source } from '../../check/source.ts';
import { dispatch, isFunction, type ByType } from '../../check/tree.ts';
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

type IsFirst = ByType<[inner: AnyNode, source: Source], boolean>;

function areInertBefore(nodes: readonly (AnyNode | null)[], inner: AnyNode, source: Source): boolean {
  return nodes.slice(0, nodes.indexOf(inner)).every((node) => !node || isInert(node, source));
}

/** Whether a part always runs, and what runs before makes no difference. Never so for types that are not here. */
const IS_FIRST: IsFirst = {
  VariableDeclarator: () => true,
  UnaryExpression: () => true,
  ExpressionStatement: () => true,
  ReturnStatement: () => true,
  Property: () => true,
  MemberExpression: ({ object }, inner) => object === inner,
  VariableDeclaration: ({ declarations }, inner) => declarations[0] === inner,
  IfStatement: ({ test }, inner) => test === inner,
  ConditionalExpression: ({ test }, inner) => test === inner,
  AssignmentExpression: ({ operator, left }) => operator === '=' && left.type === 'Identifier',
  LogicalExpression: ({ left }, inner) => left === inner,
  BinaryExpression: ({ left, right }, inner, source) => areInertBefore([left, right], inner, source),
  CallExpression({ callee, arguments: given }, inner, source) {
    if (callee === inner || !areInertBefore(given, inner, source)) return false;
    return isInert(callee, source) || isOfEngine(callee, source);
  },
  ObjectExpression({ properties }, inner, source) {
    const values = properties.map((one) => (one === inner || one.type !== 'Property' ? one : one.value));
    return areInertBefore(values, inner, source);
  },
  ArrayExpression: ({ elements }, inner, source) => areInertBefore(elements, inner, source),
};

const STATEMENTS = new Set(['ExpressionStatement', 'ReturnStatement', 'IfStatement', 'VariableDeclaration']);

/** @returns the statement in which `call` always runs, and runs first. */
function statementOf(call: CallExpression, source: Source): AnyNode | undefined {
  let inner: AnyNode = call;
  for (let outer = source.parent(inner); outer !== undefined; outer = source.parent(inner)) {
    if (!dispatch(IS_FIRST, outer, inner, source)) return undefined;
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

/** @returns statements with functions above returns: what follows those goes behind `else`, or is not reached. */
function functionsFirst(body: readonly AnyNode[], returns: readonly AnyNode[]): readonly AnyNode[] {
  if (returns.length === 0) return body;
  const isDeclared = ({ type }: AnyNode) => type === 'FunctionDeclaration';
  return [...body.filter(isDeclared), ...body.filter((node) => !isDeclared(node))];
}

/** @returns the nodes between `body` and its returns, and those. */
function holdersOf(body: AnyNode, returns: readonly AnyNode[], source: Source): Set<AnyNode> {
  const holders = new Set<AnyNode>();
  for (const node of returns) {
    for (let at = node; at !== body; at = source.parent(at) as AnyNode) holders.add(at);
  }
  return holders;
}

interface Placed {
  readonly rewritten: Rewritten | undefined;
  /** @returns what stands in the place of the call; undefined: the statement goes. */
  readonly value?: () => AnyNode;
}

/** Say a function's body in the place of its call. */
function place(
  { declaration, call, statement, nodes }: Merge,
  source: Source,
  newName: (wanted: string) => string,
): Placed {
  const { body } = declaration.body;
  const returns = ownReturns(declaration.body, nodes, source);
  const [only] = returns;
  const without = (sink: string | null) =>
    withoutReturns(functionsFirst(body, returns), sink, holdersOf(declaration.body, returns, source), source);
  if (statement.type === 'ReturnStatement' && statement.argument === call) {
    // Its returns are those of the caller.
    return { rewritten: asTheyAre(body.every(canComplete) ? [...body, leave(statement)] : body) };
  }
  if (statement.type === 'ExpressionStatement' && statement.expression === call) {
    return { rewritten: without(null) };
  }
  if (returns.length === 0) return { rewritten: asTheyAre(body), value: () => nothing(call) };
  if (returns.length === 1 && only === body.at(-1) && only?.argument) {
    // Asked for when parameters in it have been replaced.
    return { rewritten: asTheyAre(body.slice(0, -1)), value: () => only.argument as AnyNode };
  }
  if (body.every(canComplete)) return { rewritten: undefined };
  // Straight to where it goes, if that is a variable of its own.
  const target = declaredBy(statement, call);
  const result = target ?? newName('result');
  const rewritten = without(result);
  rewritten?.statements.unshift(declare(call, result, null));
  return target === undefined ? { rewritten, value: () => nameNode(call, result) } : { rewritten };
}

/** Do one merge. @returns false when that cannot be said, and nothing is changed. */
function apply(merge: Merge, source: Source, newName: (wanted: string) => string): boolean {
  const { declaration, call, statement } = merge;
  const { rewritten, value } = place(merge, source, newName);
  if (rewritten === undefined) return false;
  const fresh = isInLoop(call, source) ? refresh(merge, source) : [];
  const bound = bind(merge, source);
  rewritten.finish();
  const statements = [...fresh, ...bound, ...rewritten.statements];
  const home = bodyOf(source.owner(declaration)) as { body: AnyNode[] };
  home.body.splice(home.body.indexOf(declaration), 1);
  if (value !== undefined) {
    replaceIn(source.parent(call) as AnyNode, call, value());
    statements.push(statement);
  }
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
