// What Espruino wants of a bundle and JavaScript does not care about: functions above their first use.

import type { AnyNode, BlockStatement } from 'acorn';
import { findEarlyUses } from '../check/order.ts';
import { isFunction } from '../check/tree.ts';
import type { Code } from './compile.ts';
import { editCode, type Draft } from './edit.ts';

function bodyOf(node: AnyNode): readonly AnyNode[] {
  if (node.type === 'Program') return node.body;
  return isFunction(node) ? (node.body as BlockStatement).body : [];
}

/**
 * Put the functions of a body above all else in it, where one of them is used before its statement: Espruino knows a function
 * from its statement on. Elsewhere the order stays: names that stand first in a scope are found first.
 */
function raiseFunctions({ source, text }: Draft): void {
  const owners = new Set<AnyNode>();
  for (const { variable } of findEarlyUses(source)) {
    if (variable.kind === 'function') owners.add(variable.owner);
  }
  for (const owner of owners) {
    const body = bodyOf(owner);
    const [first] = body;
    for (const statement of body) {
      if (statement.type !== 'FunctionDeclaration' || statement === first) continue;
      text.move(statement.start, statement.end, (first as AnyNode).start);
    }
  }
}

/** Put functions where Espruino wants them. */
export function arrangeCode(code: Code): Code {
  return editCode(code, raiseFunctions);
}
