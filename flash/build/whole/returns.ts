// What a function says with `return`, said with assignments, so that its body can stand where it was called.

import type { AnyNode, AssignmentExpression, ReturnStatement } from 'acorn';
import type { Source } from '../../check/source.ts';
import { isFunction } from '../../check/tree.ts';
import { isInert, nodesIn } from './facts.ts';
import { assign, block, nothing, say } from './nodes.ts';

/** @returns the `return` statements of a function's own, given all nodes in it. */
export function ownReturns(body: AnyNode, nodes: readonly AnyNode[], source: Source): ReturnStatement[] {
  return nodes.filter((node) => {
    if (node.type !== 'ReturnStatement') return false;
    for (let at = source.parent(node); at !== undefined && at !== body; at = source.parent(at)) {
      if (isFunction(at)) return false;
    }
    return true;
  }) as ReturnStatement[];
}

/** @returns whether what stands behind `node` may be reached. */
export function canComplete(node: AnyNode): boolean {
  switch (node.type) {
    case 'ReturnStatement':
    case 'ThrowStatement':
      return false;
    case 'BlockStatement':
      return node.body.every(canComplete);
    case 'IfStatement':
      return !node.alternate || canComplete(node.consequent) || canComplete(node.alternate);
    case 'TryStatement':
      if (node.finalizer) return true;
      return canComplete(node.block) || (!!node.handler && canComplete(node.handler.body));
    default:
      return true;
  }
}

function byDeclaring(statement: AnyNode): boolean {
  return [statement, ...nodesIn(statement)].some(({ type }) => type === 'VariableDeclaration');
}

/** Statements that say the same without `return`. */
export interface Rewritten {
  readonly statements: AnyNode[];
  /** Change what is inside of them: up to then nothing is changed. */
  finish(): void;
}

/**
 * Say a list of statements without `return`: what follows one goes behind `else`.
 * @param sink the variable that gets the value; null: nobody wants it.
 * @param holding statements that hold a `return` of this function.
 * @returns undefined where that cannot be said with `if` and `else` alone.
 */
export function withoutReturns(
  list: readonly AnyNode[],
  sink: string | null,
  holding: ReadonlySet<AnyNode>,
  source: Source,
): Rewritten | undefined {
  const changes: (() => void)[] = [];

  function ofReturn(node: ReturnStatement): AnyNode[] {
    const { argument } = node;
    if (sink === null && (!argument || isInert(argument, source))) return [];
    const statement = sink === null ? say(nothing(node)) : assign(node, sink, nothing(node));
    changes.push(() => {
      if (!node.argument) return;
      if (sink === null) statement.expression = node.argument;
      else (statement.expression as AssignmentExpression).right = node.argument;
    });
    return [statement];
  }

  function ofBlock(node: AnyNode): AnyNode | undefined {
    const list = ofList(node.type === 'BlockStatement' ? node.body : [node]);
    return list && block(node, list);
  }

  function ofOne(node: AnyNode): AnyNode[] | undefined {
    if (!holding.has(node)) return [node];
    if (node.type === 'ReturnStatement') return ofReturn(node);
    if (node.type === 'IfStatement') {
      const consequent = ofBlock(node.consequent);
      const alternate = node.alternate ? ofBlock(node.alternate) : null;
      if (consequent === undefined || alternate === undefined) return undefined;
      changes.push(() => Object.assign(node, { consequent, alternate }));
      return [node];
    }
    if (node.type !== 'TryStatement' || node.finalizer || !node.handler) return undefined;
    const { handler } = node;
    const tried = ofBlock(node.block);
    const caught = ofBlock(handler.body);
    if (tried === undefined || caught === undefined) return undefined;
    changes.push(() => {
      Object.assign(node, { block: tried });
      Object.assign(handler, { body: caught });
    });
    return [node];
  }

  function ofList(list: readonly AnyNode[]): AnyNode[] | undefined {
    const at = list.findIndex((node) => holding.has(node));
    const node = list[at];
    if (node === undefined) return [...list];
    const before = list.slice(0, at);
    const rest = list.slice(at + 1);
    // What a feature that is built in stands in.
    if (node.type === 'BlockStatement') return ofList([...before, ...node.body, ...rest]);
    if (rest.length === 0 || !canComplete(node)) {
      // Nothing runs there, but it may declare what is named above.
      if (rest.some((dead) => byDeclaring(dead))) return undefined;
      const one = ofOne(node);
      return one && [...before, ...one];
    }
    if (node.type !== 'IfStatement' || canComplete(node.consequent)) return undefined;
    const consequent = ofBlock(node.consequent);
    const others = ofList(node.alternate ? [node.alternate, ...rest] : rest);
    if (consequent === undefined || others === undefined) return undefined;
    changes.push(() => Object.assign(node, { consequent, alternate: block(node, others) }));
    return [...before, node];
  }

  const statements = ofList(list);
  if (statements === undefined) return undefined;
  return {
    statements,
    finish() {
      for (const change of changes) change();
    },
  };
}
