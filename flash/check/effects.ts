// What evaluating an expression writes, also through the functions that it calls.

import type { AnyNode } from 'acorn';
import { simple } from 'acorn-walk';
import { createCallGraph, outside, usesIn } from './calls.ts';
import type { CallGraph } from './calls.ts';
import type { Source } from './source.ts';
import type { FunctionNode } from './tree.ts';
import { isFunction } from './tree.ts';
import { kindOf, propertyName } from './values.ts';

/** Places that are written, by their keys; true where text is appended to what is there. */
type Writes = Map<string, boolean>;

interface Effects {
  readonly graph: CallGraph;
  /** What the body of a function itself writes. */
  readonly own: ReadonlyMap<FunctionNode, Writes>;
}

/** @returns what stands for a variable or for a member of one, undefined for anything that is not as simple. */
export function placeKey(node: AnyNode, source: Source): string | undefined {
  if (node.type === 'MemberExpression') {
    const object = placeKey(node.object, source);
    const name = propertyName(node);
    return object === undefined || name === undefined ? undefined : `${object}.${name}`;
  }
  if (node.type !== 'Identifier') return undefined;
  const declaration = source.scopes.references.get(node)?.variable?.declarations[0];
  return `${node.name}@${declaration?.start ?? ''}`;
}

/** @returns whether a variable is ever given text, as far as can be seen. */
function holdsText(node: AnyNode, source: Source): boolean {
  const variable = node.type === 'Identifier' ? source.scopes.references.get(node)?.variable : undefined;
  return variable?.references.some(({ value }) => value && kindOf(value, source) === 'string') ?? false;
}

function ownWrites(part: AnyNode, source: Source): Writes {
  const writes: Writes = new Map();

  function write(target: AnyNode, isAppend: boolean): void {
    const key = placeKey(target, source);
    if (key !== undefined) writes.set(key, isAppend || (writes.get(key) ?? false));
  }

  simple(
    part,
    {
      UpdateExpression: (node) => write(node.argument, false),
      AssignmentExpression({ left, operator, right }) {
        const isText = kindOf(right, source) === 'string' || holdsText(left, source);
        write(left, operator === '+=' && isText);
      },
    },
    outside,
  );
  return writes;
}

const cache = new WeakMap<Source, Effects>();

function effectsOf(source: Source): Effects {
  const known = cache.get(source);
  if (known !== undefined) return known;
  const functions = source.nodes.filter(isFunction);
  const calls = new Map(functions.map((node) => [node, usesIn(node.body, source).calls]));
  const effects = {
    graph: createCallGraph((node) => calls.get(node) ?? []),
    own: new Map(functions.map((node) => [node, ownWrites(node.body, source)])),
  };
  cache.set(source, effects);
  return effects;
}

/** @returns what evaluating `part` writes. */
export function writesIn(part: AnyNode, source: Source): Writes {
  const { graph, own } = effectsOf(source);
  const writes = ownWrites(part, source);
  for (const { target } of usesIn(part, source).calls) {
    for (const reached of graph.reach(target, source.program)) {
      for (const [key, isAppend] of own.get(reached) ?? []) {
        writes.set(key, isAppend || (writes.get(key) ?? false));
      }
    }
  }
  return writes;
}
