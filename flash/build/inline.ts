// Puts small functions in the place of their calls: those that are marked `@inline` and consist of one `return`.
// Espruino pays for a call with thousands of instructions, so device code can be layered and yet be fast.
// A call that cannot be replaced without changing what happens is an error, not a slow call.

import type { AnyNode, CallExpression, Expression, FunctionDeclaration, Identifier } from 'acorn';
import { full, fullAncestor } from 'acorn-walk';
import type { Variable } from '../check/scope.ts';
import type { Source } from '../check/source.ts';
import { isFunction } from '../check/tree.ts';
import { propertyName } from '../check/values.ts';
import { MoteError } from '../errors.ts';
import type { Code } from './compile.ts';
import { editCode, type Draft } from './edit.ts';
import { isConstant, variableOf } from './whole/facts.ts';

const MARK = /@inline\b/;

/** Built-in functions that change nothing and read nothing that changes. */
const HARMLESS = new Set(
  'charAt charCodeAt fromCharCode indexOf lastIndexOf startsWith endsWith slice substr substring test'.split(
    ' ',
  ),
);

/** A step in the evaluation of a marked function's value, in the order in which an engine takes them. */
interface Step {
  readonly node: AnyNode;
  /** A use of a parameter: which one. */
  readonly parameter: number | undefined;
  /** It may be left out, behind && and the like. */
  readonly isMaybe: boolean;
}

interface Inlinable {
  readonly name: string;
  readonly variable: Variable;
  readonly declaration: FunctionDeclaration;
  /** Where its comment begins. */
  readonly start: number;
  readonly value: Expression;
  readonly steps: readonly Step[];
}

/** What the passes over one bundle know of it. */
interface Bundle extends Draft {
  refuse(what: string, at: AnyNode): never;
  /** @returns whether evaluating `node` may change something, its parts left out. */
  hasEffect(node: AnyNode): boolean;
}

function readBundle(draft: Draft): Bundle {
  const { source } = draft;
  /** Names of the firmware's own properties: a method of that name may do anything. */
  const own = new Set<string | undefined>();
  for (const node of source.nodes) {
    if (node.type === 'Property' && node.key.type === 'Identifier') own.add(node.key.name);
    if (node.type === 'AssignmentExpression') own.add(propertyName(node.left));
  }

  function isHarmless(callee: AnyNode): boolean {
    if (callee.type === 'MemberExpression') {
      const name = propertyName(callee);
      return name !== undefined && HARMLESS.has(name) && !own.has(name);
    }
    // `var chr = String.fromCharCode`
    const variable = callee.type === 'Identifier' ? variableOf(callee, source) : undefined;
    const writes = variable?.references.filter(({ access }) => access !== 'read') ?? [];
    const value = writes.length === 1 ? writes[0]?.value : undefined;
    return variable?.kind === 'var' && value?.type === 'MemberExpression' && isHarmless(value);
  }

  return {
    ...draft,
    refuse(what, at) {
      const { file, line, column } = draft.locate(at.start);
      throw new MoteError(
        what,
        'use simple arguments, each once and in order, or take @inline away',
        `${file}:${line}:${column}`,
      );
    },
    hasEffect(node) {
      if (node.type === 'CallExpression') return !isHarmless(node.callee);
      if (node.type === 'UnaryExpression') return node.operator === 'delete';
      return /^(New|Assignment|Update)Expression$/.test(node.type);
    },
  };
}

/** @returns the steps of evaluating `value`, inner before outer. */
function stepsOf(value: Expression, parameters: readonly Variable[], source: Source): Step[] {
  const steps: Step[] = [];
  fullAncestor(value, (node, _state, ancestors) => {
    const isMaybe = ancestors.some((outer, i) => {
      const inner = ancestors[i + 1];
      if (outer.type === 'ConditionalExpression') return inner !== undefined && inner !== outer.test;
      return outer.type === 'LogicalExpression' && inner === outer.right;
    });
    const variable = node.type === 'Identifier' ? variableOf(node, source) : undefined;
    const index = variable === undefined ? -1 : parameters.indexOf(variable);
    steps.push({ node, parameter: index < 0 ? undefined : index, isMaybe });
  });
  return steps;
}

function readInlinable(declaration: FunctionDeclaration, start: number, bundle: Bundle): Inlinable {
  const { source, refuse } = bundle;
  const variable = source.scopes.declared.get(declaration.id) as Variable;
  const { name } = variable;
  const [only, ...more] = declaration.body.body;
  if (only?.type !== 'ReturnStatement' || !only.argument || more.length > 0) {
    return refuse(`${name} is marked @inline and is not one return of a value`, declaration);
  }
  const value = only.argument;
  const parameters = declaration.params.map((id) => source.scopes.declared.get(id as Identifier) as Variable);
  full(value, (node) => {
    const { type } = node;
    if (isFunction(node as AnyNode)) refuse(`${name} is marked @inline and makes a function`, declaration);
    if (type === 'ThisExpression') refuse(`${name} is marked @inline and uses this`, declaration);
    if (type === 'Identifier' && (node as Identifier).name === 'arguments') {
      refuse(`${name} is marked @inline and uses arguments`, declaration);
    }
  });
  for (const parameter of parameters) {
    for (const { access, node } of parameter.references) {
      const outer = source.parent(node);
      if (access === 'write' || access === 'update') {
        refuse(`${name} is marked @inline and writes to ${parameter.name}`, node);
      }
      if (outer?.type === 'CallExpression' && outer.callee === node) {
        refuse(`${name} is marked @inline and calls ${parameter.name}`, node);
      }
    }
  }
  const steps = stepsOf(value, parameters, source);
  return { name, variable, declaration, start, value, steps };
}

function findInlinable(bundle: Bundle): Map<Variable, Inlinable> {
  const { source, comments } = bundle;
  const marked = new Map<Variable, Inlinable>();
  const marks = comments.filter(({ value }) => MARK.test(value));
  for (const node of source.byType.get('FunctionDeclaration') ?? []) {
    const mark = marks.find(
      ({ end }) => end <= node.start && source.code.slice(end, node.start).trim() === '',
    );
    if (mark === undefined) continue;
    const inlinable = readInlinable(node as FunctionDeclaration, mark.start, bundle);
    marked.set(inlinable.variable, inlinable);
  }
  return marked;
}

/** @returns whether it is worth as much twice as once. */
function isSimple(node: AnyNode): boolean {
  if (node.type === 'Identifier') return true;
  if (node.type === 'Literal') return !('regex' in node);
  if (node.type === 'UnaryExpression') return node.operator !== 'delete' && isSimple(node.argument);
  return node.type === 'MemberExpression' && !node.computed && isSimple(node.object);
}

/** @returns whether it has the same value whenever it is read while its function runs. */
function isFixed(node: AnyNode, source: Source): boolean {
  if (node.type === 'UnaryExpression') return node.operator !== 'delete' && isFixed(node.argument, source);
  return node.type === 'Identifier' ? isConstant(node, source) : node.type === 'Literal';
}

function contains(outer: AnyNode, inner: AnyNode): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** Refuse a call where a name in the function's value would stand for something else than in the function. */
function checkNames(target: Inlinable, call: CallExpression, bundle: Bundle): void {
  const { source, refuse } = bundle;
  for (const { node, parameter } of target.steps) {
    if (node.type !== 'Identifier' || parameter !== undefined) continue;
    const meant = variableOf(node, source);
    const hiding = source.scopes.variables.some(
      (other) =>
        other.name === node.name &&
        other !== meant &&
        contains(other.owner, call) &&
        (meant === undefined || contains(meant.owner, other.owner)),
    );
    if (hiding) refuse(`cannot inline ${target.name}: ${node.name} means something else here`, call);
  }
}

/** Refuse a call whose arguments would be evaluated more than once, not at all, or in another order. */
function checkOrder(target: Inlinable, call: CallExpression, bundle: Bundle): void {
  const { source, hasEffect } = bundle;
  const { name, steps } = target;
  const complain = (what: string) => bundle.refuse(`cannot inline ${name}: ${what}`, call);

  const effects = call.arguments.map((argument) => {
    let found = false;
    full(argument, (node) => void (found ||= hasEffect(node as AnyNode)));
    return found;
  });
  const fixed = call.arguments.map((argument) => isFixed(argument, source));
  /** A step of the value's own that may change or see a change. */
  const isEvent = ({ node, parameter }: Step): boolean => {
    if (parameter !== undefined) return false;
    if (node.type === 'Identifier') return !isFixed(node, source);
    if (node.type !== 'MemberExpression') return hasEffect(node);
    const outer = source.parent(node);
    return !(outer?.type === 'CallExpression' && outer.callee === node && !hasEffect(outer));
  };

  call.arguments.forEach((argument, index) => {
    const places = steps.flatMap(({ parameter }, at) => (parameter === index ? [at] : []));
    const parameter = (target.declaration.params[index] as Identifier | undefined)?.name;
    if (places.length > 1 && !isSimple(argument)) complain(`it uses ${parameter} more than once`);
    if (effects[index]) {
      const [place] = places;
      if (place === undefined) return complain('the effect of an argument would be lost');
      if (steps[place]?.isMaybe) complain(`it does not use ${parameter} each time`);
      const isMoved = steps.some((step, at) => {
        if (step.parameter === undefined) return at < place && isEvent(step);
        if (step.parameter === index || fixed[step.parameter]) return false;
        return step.parameter < index ? at > place : at < place;
      });
      if (isMoved) complain('the order of evaluation would change');
    } else if (!fixed[index]) {
      const last = places.at(-1) ?? -1;
      if (steps.slice(0, last).some(({ node }) => hasEffect(node))) {
        complain(`what ${parameter} stands for may have changed before it is used`);
      }
    }
  });
}

/** @returns what stands in the place of `call`. */
function expand(target: Inlinable, call: CallExpression, { source }: Bundle): string {
  const { value, steps } = target;
  let text = '';
  let at = value.start;
  for (const { node, parameter } of steps) {
    if (parameter === undefined) continue;
    const argument = call.arguments[parameter];
    const piece = argument === undefined ? 'undefined' : source.code.slice(argument.start, argument.end);
    const isWord = argument === undefined || argument.type === 'Identifier';
    text += source.code.slice(at, node.start) + (isWord ? piece : `(${piece})`);
    at = node.end;
  }
  return `(${text}${source.code.slice(at, value.end)})`;
}

/** Replace one call. */
function replace(target: Inlinable, call: CallExpression, bundle: Bundle): void {
  const outer = bundle.source.parent(call);
  const isCallee = outer?.type === 'CallExpression' && outer.callee === call;
  if (isCallee || (outer?.type === 'UnaryExpression' && outer.operator === 'delete')) {
    bundle.refuse(`cannot inline ${target.name}: what it returns is called or deleted`, call);
  }
  checkNames(target, call, bundle);
  checkOrder(target, call, bundle);
  bundle.text.overwrite(call.start, call.end, expand(target, call, bundle));
}

/**
 * Replace the calls that hold no other, of functions that call no other, and drop functions that nothing calls any more.
 * What is around them comes with the next pass. @returns false when nothing is marked.
 */
function inlineOnce(draft: Draft): boolean {
  const bundle = readBundle(draft);
  const { source, refuse, text } = bundle;
  const marked = findInlinable(bundle);
  const [first] = marked.values();
  if (first === undefined) return false;

  const calls: [CallExpression, Inlinable][] = [];
  for (const target of marked.values()) {
    for (const { node } of target.variable.references) {
      const call = source.parent(node);
      if (call?.type !== 'CallExpression' || call.callee !== node) {
        return refuse(`${target.name} is marked @inline and is used as a value`, node);
      }
      calls.push([call, target]);
    }
  }
  const holdsOther = (outer: AnyNode) => calls.some(([call]) => call !== outer && contains(outer, call));

  let progress = false;
  for (const [call, target] of calls) {
    if (holdsOther(call) || holdsOther(target.value) || calls.some(([c]) => c === target.value)) continue;
    replace(target, call, bundle);
    progress = true;
  }
  for (const { variable, start, declaration } of marked.values()) {
    if (variable.references.length > 0) continue;
    text.remove(start, declaration.end);
    progress = true;
  }
  if (!progress) refuse(`${first.name} is marked @inline and calls itself`, first.declaration);
  return true;
}

/** Put marked functions in the place of their calls. Throws MoteError. */
export function inlineMarked(code: Code): Code {
  let result = code;
  let isMarked = true;
  while (isMarked) result = editCode(result, (draft) => void (isMarked = inlineOnce(draft)));
  return result;
}
