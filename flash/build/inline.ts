// Puts small functions in the place of their calls: those that are marked `@inline` and consist of one `return`.
// Espruino pays for a call with thousands of instructions, so device code can be layered and yet be fast.
// A call that could not be replaced without changing what happens is an error, not a slow call.

import {
  parse,
  type CallExpression,
  type Comment,
  type Expression,
  type Function,
  type Identifier,
  type Node,
  type Program,
  type Statement,
} from 'acorn';
import { ancestor, full, simple } from 'acorn-walk';
import MagicString from 'magic-string';
import type { Plugin } from 'rollup';
import { MoteError } from '../errors.ts';

interface Inlinable {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly value: Expression;
  /** Positions of each parameter in `value`. */
  readonly uses: ReadonlyMap<string, readonly Identifier[]>;
  /** Names in `value` that belong to the module. */
  readonly free: ReadonlySet<string>;
  readonly start: number;
  readonly end: number;
}

const MARK = /@inline\b/;

/** @returns identifiers in `node` that are read, without names of properties. */
function references(node: Node): Identifier[] {
  const found: Identifier[] = [];
  simple(node, {
    Identifier(identifier) {
      found.push(identifier as Identifier);
    },
  });
  return found;
}

/** Find what is marked. @param comments all comments of `program`. */
function findInlinable(
  statements: readonly Node[],
  code: string,
  comments: readonly Comment[],
): Map<string, Inlinable> {
  const marked = new Map<string, Inlinable>();
  for (const node of statements) {
    const statement = node as Statement;
    if (statement.type !== 'FunctionDeclaration') continue;
    const comment = comments.find(
      ({ end, value }) =>
        MARK.test(value) && end <= statement.start && code.slice(end, statement.start).trim() === '',
    );
    if (comment === undefined) continue;
    const { name } = statement.id;
    const [first, ...more] = statement.body.body;
    if (first?.type !== 'ReturnStatement' || !first.argument || more.length > 0) {
      throw new MoteError(
        `${name} is marked @inline and is more than one return`,
        'write it as one, or take the mark away',
      );
    }
    const parameters = statement.params.map((parameter) => (parameter as Identifier).name);
    const uses = new Map(parameters.map((parameter) => [parameter, [] as Identifier[]]));
    const free = new Set<string>();
    for (const identifier of references(first.argument)) {
      const list = uses.get(identifier.name);
      if (list) list.push(identifier);
      else free.add(identifier.name);
    }
    marked.set(name, {
      name,
      parameters,
      value: first.argument,
      uses,
      free,
      start: comment.start,
      end: statement.end,
    });
  }
  return marked;
}

/** @returns whether it can be read any number of times, at any moment, with the same result. */
function isSimple(node: Node): boolean {
  if (node.type === 'Identifier' || node.type === 'Literal') return true;
  if (node.type === 'UnaryExpression') return isSimple((node as unknown as { argument: Node }).argument);
  const member = node as unknown as { type: string; computed: boolean; object: Node; property: Node };
  return member.type === 'MemberExpression' && !member.computed && isSimple(member.object);
}

/** @returns whether nothing else can be noticed of it but its value. */
function isPure(node: Node): boolean {
  let pure = true;
  full(node, ({ type }) => {
    if (
      /^(CallExpression|NewExpression|AssignmentExpression|UpdateExpression|FunctionExpression)$/.test(type)
    ) {
      pure = false;
    }
  });
  return pure;
}

/** @returns the function that is the bundle. */
function bundleFunction(program: Program): Function {
  const [statement] = program.body;
  const call = statement?.type === 'ExpressionStatement' ? statement.expression : undefined;
  if (call?.type !== 'CallExpression') throw new Error('the bundle is no function that calls itself');
  return call.callee as unknown as Function;
}

/** Names declared by the functions around a call, but for the bundle's own. */
function localNames(ancestors: readonly Node[], bundle: Node): Set<string> {
  const names = new Set<string>();
  for (const node of ancestors) {
    if (node === bundle || !/Function/.test(node.type)) continue;
    for (const parameter of (node as unknown as Function).params) names.add((parameter as Identifier).name);
    simple((node as unknown as Function).body, {
      VariableDeclarator: ({ id }) => void names.add((id as Identifier).name),
      FunctionDeclaration: ({ id }) => void (id && names.add(id.name)),
    });
  }
  return names;
}

/** @returns `code` with the marked functions in the place of their calls. Throws MoteError. */
export function inlineCalls(code: string): MagicString {
  const result = new MagicString(code);
  const comments: Comment[] = [];
  const program = parse(code, { ecmaVersion: 5, onComment: comments });
  const bundle = bundleFunction(program);
  const marked = findInlinable((bundle.body as unknown as Program).body, code, comments);

  /** @returns text of `node` with every marked call in it replaced. */
  function expand(node: Node, ancestors: readonly Node[]): string {
    const calls: CallExpression[] = [];
    simple(node, {
      CallExpression(call) {
        if (call.callee.type === 'Identifier' && marked.has(call.callee.name)) calls.push(call);
      },
    });
    // Only the outermost calls are replaced here, inner ones by recursion.
    const outer = calls.filter(
      (call) => !calls.some((other) => other !== call && other.start <= call.start && call.end <= other.end),
    );
    let text = code.slice(node.start, node.end);
    for (const call of outer.sort((a, b) => b.start - a.start)) {
      text =
        text.slice(0, call.start - node.start) + replace(call, ancestors) + text.slice(call.end - node.start);
    }
    return text;
  }

  function replace(call: CallExpression, ancestors: readonly Node[]): string {
    const target = marked.get((call.callee as Identifier).name) as Inlinable;
    const complain = (why: string): never => {
      throw new MoteError(
        `cannot inline ${target.name}: ${why}`,
        'use simple arguments, each once, or take @inline away',
      );
    };
    const locals = localNames(ancestors, bundle);
    for (const name of target.free) if (locals.has(name)) complain(`${name} means something else at a call`);
    const pieces = target.parameters.map((parameter, i) => {
      const argument = call.arguments[i] as Expression | undefined;
      const uses = target.uses.get(parameter)?.length ?? 0;
      if (argument === undefined) return uses === 0 ? '' : 'undefined';
      if (!isSimple(argument) && uses > 1) complain(`it uses ${parameter} more than once`);
      if (
        !isPure(argument) &&
        (uses === 0 || call.arguments.some((other) => other !== argument && !isSimple(other)))
      ) {
        complain(`the order of its arguments would change`);
      }
      const text = expand(argument, ancestors);
      return argument.type === 'Identifier' || argument.type === 'Literal' ? text : `(${text})`;
    });
    const places = target.parameters
      .flatMap((parameter, i) =>
        (target.uses.get(parameter) ?? []).map((use) => ({ use, text: pieces[i] as string })),
      )
      .sort((a, b) => b.use.start - a.use.start);
    // What it calls itself may be marked too: its text is expanded first, from the innermost on.
    let text = expandValue(target);
    text = substitute(
      target,
      text,
      places.map(({ use, text: piece }) => [use.name, piece]),
    );
    return `(${text})`;
  }

  /** Text of a marked function's value with its parameters as placeholders. */
  const values = new Map<string, string>();
  function expandValue(target: Inlinable): string {
    const known = values.get(target.name);
    if (known !== undefined) return known;
    const text = expand(target.value, []);
    values.set(target.name, text);
    return text;
  }

  function substitute(
    target: Inlinable,
    text: string,
    pieces: readonly (readonly [string, string])[],
  ): string {
    const byName = new Map(pieces);
    const parsed = parse(`(${text})`, { ecmaVersion: 5 });
    const uses = references(parsed).filter(({ name }) => target.parameters.includes(name));
    let out = `(${text})`;
    for (const use of uses.sort((a, b) => b.start - a.start)) {
      out = out.slice(0, use.start) + (byName.get(use.name) ?? 'undefined') + out.slice(use.end);
    }
    return out.slice(1, -1);
  }

  ancestor(program, {
    CallExpression(call, _state, path) {
      if (call.callee.type !== 'Identifier' || !marked.has(call.callee.name)) return;
      const outside = path.slice(0, -1);
      const inMarked = [...marked.values()].some(({ start, end }) => start <= call.start && call.end <= end);
      const inCall = outside.some(
        (node) =>
          node.type === 'CallExpression' &&
          (node as CallExpression).callee.type === 'Identifier' &&
          marked.has(((node as CallExpression).callee as Identifier).name),
      );
      if (!inMarked && !inCall) result.overwrite(call.start, call.end, replace(call, outside));
    },
  });
  for (const { start, end } of marked.values()) result.remove(start, end);
  inlineConstants(bundle, result);
  hoistFunctions(bundle, result);
  return result;
}

/** Put numbers in the place of names that stand for them: a look-up through two scopes costs Espruino more than the literal. */
function inlineConstants(bundle: Function, result: MagicString): void {
  const body = (bundle.body as unknown as Program).body;
  const numbers = new Map<string, string>();
  const declarators = new Map<string, Node>();
  for (const statement of body) {
    if (statement.type !== 'VariableDeclaration') continue;
    for (const declarator of statement.declarations) {
      const { id, init } = declarator;
      if (id.type !== 'Identifier' || init?.type !== 'Literal' || typeof init.value !== 'number') continue;
      numbers.set(id.name, String(init.value));
      declarators.set(id.name, declarator);
    }
  }
  const isWritten = (name: string) => void numbers.delete(name);
  full(bundle, (node) => {
    const written = node as unknown as { left?: Node; argument?: Node };
    if (node.type === 'AssignmentExpression' && written.left?.type === 'Identifier') {
      isWritten((written.left as Identifier).name);
    }
    if (node.type === 'UpdateExpression' && written.argument?.type === 'Identifier') {
      isWritten((written.argument as Identifier).name);
    }
    if (node.type === 'VariableDeclarator' && ![...declarators.values()].includes(node)) {
      isWritten((node as unknown as { id: Identifier }).id.name);
    }
    if (/Function/.test(node.type)) {
      for (const parameter of (node as Function).params) isWritten((parameter as Identifier).name);
    }
  });
  for (const { name, start, end } of references(bundle)) {
    const number = numbers.get(name);
    if (number !== undefined) result.overwrite(start, end, number);
  }
}

/**
 * Put function declarations above the first use of one of them in the same body, where there is such a use: Espruino knows a
 * function from its statement on. Elsewhere the order stays: names that stand first in a scope are found first.
 */
function hoistFunctions(node: Node, result: MagicString): void {
  full(node, (inner) => {
    const body = /Function/.test(inner.type)
      ? ((inner as unknown as Function).body as unknown as Program).body
      : undefined;
    if (body === undefined) return;
    const functions = body.filter(({ type }) => type === 'FunctionDeclaration') as (Node & {
      id: Identifier;
    })[];
    const isEarly = functions.some((declared) =>
      body.some(
        (statement) =>
          statement.start < declared.start &&
          statement.type !== 'FunctionDeclaration' &&
          usesNow(statement, declared.id.name),
      ),
    );
    const [first] = body;
    if (!isEarly || first === undefined) return;
    for (const declared of functions) {
      if (declared !== first) result.move(declared.start, declared.end, first.start);
    }
  });
}

/** @returns whether `statement` mentions `name` outside of functions that it only defines. */
function usesNow(statement: Node, name: string): boolean {
  return references(statement).some((identifier) => identifier.name === name);
}

/** The rollup step. */
export function inlineMarked(): Plugin {
  return {
    name: 'mote-inline',
    renderChunk(code) {
      const result = inlineCalls(code);
      return { code: result.toString(), map: result.generateMap({ hires: true }) };
    },
  };
}
