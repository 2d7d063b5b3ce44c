// Objects written in JSON or JavaScript, as packets carry them: read without running anything.

import { parseExpressionAt } from 'acorn';
import type { Expression } from 'acorn';

function valueOf(node: Expression): unknown {
  if (node.type === 'Literal') return node.value;
  if (node.type === 'ArrayExpression') {
    return node.elements.map((item) => (item === null || item.type === 'SpreadElement' ? undefined : valueOf(item)));
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

/** @returns the fields of an object, undefined when the text is none. */
export function readFields(text: string): Record<string, unknown> | undefined {
  try {
    const node = parseExpressionAt(text, 0, { ecmaVersion: 'latest' });
    return node.type === 'ObjectExpression' ? (valueOf(node) as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
