// What a snapshot cannot hold, found before the tool is asked, with the place in the source; and numbers written so that a static
// snapshot can hold them. flash/check has refused all that is beyond ES5 by then.

import { TraceMap } from '@jridgewell/trace-mapping';
import { parse, type AnyNode, type Literal } from 'acorn';
import MagicString from 'magic-string';
import { createLocator, type Place } from '../check/position.ts';
import { createTree, isFunction, type Tree } from '../check/tree.ts';
import { MoteError } from '../errors.ts';

/** Compiled code of one function: 16 bits of units of 8 bytes. Code takes about the bytes of its source. */
const FUNCTION_MAX = 0xffff * 8;
/** From here on an integer is a number on the heap. */
const INTEGER_MAX = 0x7ffffff;
/** The tool reads no longer file (JERRY_BUFFER_SIZE). */
const PROGRAM_MAX = 1048576;

const CANNOT: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  TaggedTemplateExpression: ['a tagged template', 'call the function with ordinary arguments'],
  ClassDeclaration: ['a class', 'use functions that close over their state'],
  ClassExpression: ['a class', 'use functions that close over their state'],
};

export interface SnapshotSource {
  /** The program as the tool gets it. */
  readonly code: string;
  readonly tree: Tree;
  locate(offset: number): Place;
}

const where = ({ file, line, column }: Place) => `${file}:${line}:${column}`;

/** @returns bytes of a function's own code: without the functions in it. */
function ownBytes(node: AnyNode, tree: Tree): number {
  const inner = tree.nodes.filter(
    (other) => other !== node && isFunction(other) && tree.owner(other) === node,
  );
  return inner.reduce((left, other) => left - (other.end - other.start), node.end - node.start);
}

/**
 * @returns an expression whose value is `value`, of integers below 2^27 only; undefined when there is none that is short.
 * A quotient of two integers is rounded once, to the number that its decimals mean.
 */
function asExpression(value: number): string | undefined {
  if (Number.isInteger(value)) {
    const high = Math.floor(value / 65536);
    const low = value - high * 65536;
    if (high > INTEGER_MAX) return undefined;
    return low === 0 ? `(${high}*65536)` : `(${high}*65536+${low})`;
  }
  for (let power = 10; power <= 1e8; power *= 10) {
    const whole = Math.round(value * power);
    if (whole <= INTEGER_MAX && whole / power === value) return `(${whole}/${power})`;
  }
  return undefined;
}

function isPlainNumber(value: number): boolean {
  return Number.isInteger(value) && value <= INTEGER_MAX;
}

/**
 * Hold a bundle against what snapshots can have. Throws MoteError with the place of the first that they cannot.
 * @param map of the bundle, as JSON.
 */
export function prepareSource(code: string, map: string, isStatic: boolean): SnapshotSource {
  const locate = createLocator(code, 'firmware.js', new TraceMap(map));
  const tree = createTree(code, parse(code, { ecmaVersion: 'latest', sourceType: 'script' }));
  const fail = (node: AnyNode, what: string, fix: string) =>
    new MoteError(what, fix, where(locate(node.start)));
  if (code.length >= PROGRAM_MAX) {
    throw new MoteError(
      `the bundle has ${code.length} bytes, and jerry-snapshot reads fewer than ${PROGRAM_MAX}`,
      'leave features out (--feature name=off), or split the firmware',
    );
  }
  const text = new MagicString(code);

  function refuseNumber(node: Literal, value: number): void {
    const expression = asExpression(value);
    if (expression === undefined) {
      throw fail(
        node,
        `a static snapshot holds integers below 2^27 only, not ${node.raw ?? value}`,
        'compute it from smaller ones, or make a normal snapshot',
      );
    }
    text.overwrite(node.start, node.end, expression);
  }

  for (const node of [...tree.nodes].sort((a, b) => a.start - b.start)) {
    const cannot = CANNOT[node.type];
    if (cannot !== undefined) throw fail(node, `a snapshot cannot hold ${cannot[0]}`, cannot[1]);
    if ((isFunction(node) || node === tree.program) && node.end - node.start > FUNCTION_MAX) {
      const bytes = ownBytes(node, tree);
      if (bytes > FUNCTION_MAX) {
        throw fail(
          node,
          `one function has ${bytes} bytes of its own, and a snapshot holds ${FUNCTION_MAX} of compiled code`,
          'split it',
        );
      }
    }
    if (!isStatic || node.type !== 'Literal') continue;
    if (node.regex) {
      throw fail(
        node,
        'a static snapshot cannot hold a regular expression',
        'compare characters, or make a normal snapshot',
      );
    }
    if (typeof node.value === 'number' && !isPlainNumber(node.value)) refuseNumber(node, node.value);
  }
  return { code: text.toString(), tree, locate };
}
