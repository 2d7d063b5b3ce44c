// Small pieces of a tree, and how to put them into it.

import type { AnyNode, BlockStatement, ExpressionStatement, Identifier, Statement } from 'acorn';
import type { Source } from '../../check/source.ts';

/** @returns a node that stands for code that came from where `from` did. */
function node(from: AnyNode, fields: Record<string, unknown>): AnyNode {
  return { start: from.start, end: from.end, loc: from.loc, ...fields } as unknown as AnyNode;
}

export function name(from: AnyNode, text: string): Identifier {
  return node(from, { type: 'Identifier', name: text }) as Identifier;
}

/** @returns `undefined`, as it is written. */
export function nothing(from: AnyNode): AnyNode {
  return name(from, 'undefined');
}

export function declare(from: AnyNode, text: string, init: AnyNode | null): AnyNode {
  const declarator = node(from, { type: 'VariableDeclarator', id: name(from, text), init });
  return node(from, { type: 'VariableDeclaration', kind: 'var', declarations: [declarator] });
}

export function assign(from: AnyNode, text: string, right: AnyNode): ExpressionStatement {
  const left = name(from, text);
  return say(node(from, { type: 'AssignmentExpression', operator: '=', left, right }));
}

/** @returns an expression as a statement. */
export function say(expression: AnyNode): ExpressionStatement {
  return node(expression, { type: 'ExpressionStatement', expression }) as ExpressionStatement;
}

export function leave(from: AnyNode): AnyNode {
  return node(from, { type: 'ReturnStatement', argument: null });
}

export function block(from: AnyNode, body: readonly AnyNode[]): BlockStatement {
  return node(from, { type: 'BlockStatement', body: [...body] }) as BlockStatement;
}

/** @returns the same code once more. */
export function copyOf<T extends AnyNode>(original: T): T {
  return structuredClone(original);
}

/** Put `next` in the place of a part of `holder`. @returns false when it is not there any more. */
export function replaceIn(holder: AnyNode, part: AnyNode, next: AnyNode): boolean {
  const fields = holder as unknown as Record<string, unknown>;
  for (const [key, value] of Object.entries(fields)) {
    if (value === part) {
      fields[key] = next;
      return true;
    }
    if (Array.isArray(value) && value.includes(part)) {
      value[value.indexOf(part)] = next;
      return true;
    }
  }
  return false;
}

/** @returns the list that a statement stands in; undefined when it stands alone behind `if` or `for`. */
export function listOf(statement: AnyNode, source: Source): Statement[] | undefined {
  const holder = source.parent(statement);
  if (holder?.type === 'BlockStatement' || holder?.type === 'Program') return holder.body as Statement[];
  return holder?.type === 'SwitchCase' ? holder.consequent : undefined;
}

/** Put statements in the place of one. */
export function replaceStatement(statement: AnyNode, next: readonly AnyNode[], source: Source): void {
  const list = listOf(statement, source);
  if (list === undefined) {
    replaceIn(source.parent(statement) as AnyNode, statement, block(statement, next));
    return;
  }
  const index = list.indexOf(statement as Statement);
  if (index < 0) throw new Error(`a ${statement.type} is not where it was`);
  list.splice(index, 1, ...(next as Statement[]));
}
