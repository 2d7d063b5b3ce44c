// Regular expressions in a program, parsed: literals, and constant arguments of RegExp.

import { RegExpParser } from '@eslint-community/regexpp';
import type { AST } from '@eslint-community/regexpp';
import type { AnyNode } from 'acorn';
import type { Source } from './source.ts';
import { globalName } from './values.ts';

export interface Regex {
  /** The literal or the call. */
  readonly node: AnyNode;
  readonly pattern: AST.Pattern;
  readonly flags: string;
}

const parser = new RegExpParser({ ecmaVersion: 2025 });

function parse(node: AnyNode, text: string, flags: string): Regex | undefined {
  try {
    const modes = { unicode: flags.includes('u'), unicodeSets: flags.includes('v') };
    return { node, flags, pattern: parser.parsePattern(text, 0, text.length, modes) };
  } catch {
    // What no engine can read throws everywhere alike.
    return undefined;
  }
}

function text(node: AnyNode | undefined): string | undefined {
  if (node === undefined) return '';
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}

function regexOf(node: AnyNode, source: Source): Regex | undefined {
  if (node.type === 'Literal') return node.regex && parse(node, node.regex.pattern, node.regex.flags);
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return undefined;
  if (globalName(node.callee, source) !== 'RegExp') return undefined;
  const pattern = text(node.arguments[0]);
  const flags = text(node.arguments[1]);
  return pattern === undefined || flags === undefined ? undefined : parse(node, pattern, flags);
}

const cache = new WeakMap<Source, Regex[]>();

/** @returns every regular expression that is written out. */
export function regexesIn(source: Source): readonly Regex[] {
  const found = cache.get(source) ?? source.nodes.flatMap((node) => regexOf(node, source) ?? []);
  cache.set(source, found);
  return found;
}
