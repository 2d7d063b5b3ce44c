// Values written in JSON or JavaScript, as Storage and packets hold them: read without running anything.

import { parseExpressionAt } from 'acorn';
import type { Expression } from 'acorn';

function valueOf(node: Expression): unknown {
  if (node.type === 'Literal') return node.value;
  if (node.type === 'ArrayExpression') {
    return node.elements.map((item) =>
      item === null || item.type === 'SpreadElement' ? undefined : valueOf(item),
    );
  }
  if (node.type === 'UnaryExpression' && node.operator === '-') return -Number(valueOf(node.argument));
  if (node.type !== 'ObjectExpression') throw new SyntaxError(`${node.type} is no literal`);
  const fields: Record<string, unknown> = {};
  for (const property of node.properties) {
    if (property.type !== 'Property') throw new SyntaxError('no literal');
    const { key } = property;
    fields[key.type === 'Identifier' ? key.name : String(valueOf(key as Expression))] = valueOf(
      property.value as Expression,
    );
  }
  return fields;
}

/** @returns the value that a text stands for. @throws SyntaxError */
export function readLiteral(text: string): unknown {
  return valueOf(parseExpressionAt(text, 0, { ecmaVersion: 'latest' }));
}

/** @returns the fields of an object, undefined when the text is none. */
export function readFields(text: string): Record<string, unknown> | undefined {
  try {
    const value = readLiteral(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
