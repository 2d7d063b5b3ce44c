// Where a program counts on hoisting: uses of a `var` or function that some path reaches before its statement, also
// through the functions that are called on the way.

import type { AnyNode, Program } from 'acorn';
import { createCallGraph, usesIn } from './calls.ts';
import type { Call } from './calls.ts';
import { walkFlow } from './flow.ts';
import type { Reference, Variable } from './scope.ts';
import type { Source } from './source.ts';
import type { FunctionNode } from './tree.ts';
import { isFunction } from './tree.ts';

export interface EarlyUse {
  readonly reference: Reference;
  readonly variable: Variable;
  /** The call that leads to the use, undefined where the use stands in the same function as the definition. */
  readonly call: AnyNode | undefined;
}

interface Body {
  readonly calls: (Call & { readonly defined: ReadonlySet<Variable> })[];
  /** Uses of variables that belong to functions around this one. */
  readonly outer: Reference[];
}

/** @returns whether a use before the definition differs from what JavaScript says. */
function differs({ access, variable, node }: Reference, isProgram: boolean, source: Source): boolean {
  if (variable === undefined || variable.kind === 'parameter' || variable.kind === 'catch') return false;
  if (variable.kind === 'self') return false;
  if (variable.kind === 'function') return true;
  if (access === 'typeof') return !isProgram && hidesOuter(variable, source);
  if (!isProgram) return true;
  // At the top a write makes the same global that the statement would.
  return access !== 'write' && !variable.references.some((r) => isEarlierWrite(r, node, source));
}

function isEarlierWrite({ access, owner, node }: Reference, use: AnyNode, source: Source): boolean {
  return access === 'write' && owner === source.program && node.start < use.start;
}

/** @returns whether a variable of an outer function has the same name: only then `typeof` sees something else. */
function hidesOuter(variable: Variable, source: Source): boolean {
  return source.scopes.variables.some((other) => {
    if (other.name !== variable.name || other === variable) return false;
    for (let at: AnyNode | undefined = variable.owner; at !== undefined; at = source.parent(at)) {
      if (at === other.owner) return true;
    }
    return false;
  });
}

/** @returns every use that an engine without hoisting gets wrong, once for each place. */
export function findEarlyUses(source: Source): EarlyUse[] {
  const found: EarlyUse[] = [];
  const bodies = new Map<FunctionNode | Program, Body>();

  function readBody(owner: FunctionNode | Program): void {
    const body: Body = { calls: [], outer: [] };
    bodies.set(owner, body);
    walkFlow(owner, source, (part, defined) => {
      const { calls, references } = usesIn(part, source);
      for (const call of calls) body.calls.push({ ...call, defined });
      for (const reference of references) {
        const { variable } = reference;
        if (variable === undefined) continue;
        if (variable.owner !== owner) body.outer.push(reference);
        else if (!defined.has(variable) && differs(reference, owner === source.program, source)) {
          found.push({ reference, variable, call: undefined });
        }
      }
    });
  }

  readBody(source.program);
  for (const node of source.nodes) if (isFunction(node)) readBody(node);

  const graph = createCallGraph((node) => bodies.get(node)?.calls ?? []);

  /** Uses of `owner`'s variables that a call made in `owner` leads to. */
  function usesBehind(owner: FunctionNode | Program, target: FunctionNode): Reference[] {
    const reached = [...graph.reach(target, owner)];
    return reached
      .flatMap((node) => bodies.get(node)?.outer ?? [])
      .filter((reference) => reference.variable?.owner === owner);
  }

  for (const [owner, { calls }] of bodies) {
    for (const { node, target, defined } of calls) {
      const early = usesBehind(owner, target).filter(
        (reference) =>
          !defined.has(reference.variable as Variable) &&
          differs(reference, owner === source.program, source),
      );
      const byVariable = new Map(early.map((reference) => [reference.variable as Variable, reference]));
      for (const [variable, reference] of byVariable) found.push({ reference, variable, call: node });
    }
  }
  return found;
}
