// The terser step. Its options were chosen by what they cost on a real Espruino, not by size alone: docs/minifier.md,
// which `npm run bench:minifier` writes.

import { decodedMap, encodedMap, TraceMap } from '@jridgewell/trace-mapping';
import { parse, tokenizer, tokTypes, type Identifier, type SourceLocation } from 'acorn';
import { full } from 'acorn-walk';
import { minify as terser, type MinifyOptions } from 'terser';
import { RESERVED_NAMES } from '../check/rules/statements.ts';
import type { Code } from './compile.ts';

/** Settings that the engines' nature demands, whatever else is chosen. */
const FORMAT = {
  ecma: 5,
  // One byte a character, on every engine.
  ascii_only: true,
  // 1000 becomes 1e3 otherwise, which Espruino keeps as a double.
  keep_numbers: true,
  inline_script: false,
  comments: false,
} as const;

/** A readable bundle: inline.ts has already put functions above their use. */
export const READABLE: MinifyOptions = {
  compress: false,
  mangle: false,
  format: { ...FORMAT, beautify: true },
};

/** Measured in docs/minifier.md. */
export const CHOSEN: MinifyOptions = {
  compress: {
    ecma: 5,
    passes: 2,
    pure_getters: true,
    // Moves a function into its only caller, where Espruino parses it at every call.
    reduce_funcs: false,
    // More than 1 puts the `var` of an inlined function's variables behind their use: Espruino overwrites outer ones then.
    inline: 1,
  },
  mangle: true,
  format: FORMAT,
};

/** @returns `options` with property names shortened, but for those of `reserved`. */
export function withShortProperties(options: MinifyOptions, reserved: readonly string[]): MinifyOptions {
  return {
    ...options,
    mangle: { properties: { builtins: true, keep_quoted: 'strict', reserved: [...reserved] } },
  };
}

/** A text in the place of a token. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly loc: SourceLocation;
  readonly text: string;
}

/** Integers as 20000 where terser wrote 2e4: Espruino makes a double of any number with an exponent. */
function plainIntegers(code: string): Edit[] {
  const edits: Edit[] = [];
  for (const { type, start, end, loc } of tokenizer(code, { ecmaVersion: 5, locations: true })) {
    const raw = code.slice(start, end);
    const text = String(Number(raw));
    if (type !== tokTypes.num || !loc || !/^[\d.]+e\d/i.test(raw) || !/^\d+$/.test(text)) continue;
    edits.push({ start, end, loc, text });
  }
  return edits;
}

/**
 * Other names for variables whose names are words of Espruino: terser comes to `of` where there are very many variables, and
 * what it is told to avoid it does not rename in the source either.
 */
function allowedNames(code: string): Edit[] {
  const edits: Edit[] = [];
  full(parse(code, { ecmaVersion: 5, locations: true }), (node) => {
    const { name, start, end, loc } = node as Identifier;
    // Of a property name it shows nothing.
    if (node.type !== 'Identifier' || !loc || !RESERVED_NAMES.includes(name) || name === 'undefined') return;
    let text = `${name}$`;
    while (code.includes(text)) text += '$';
    edits.push({ start, end, loc, text });
  });
  return edits;
}

/** A semicolon behind a return that ends its function inside another statement: without one Espruino looks for a value. */
function endedReturns(code: string): Edit[] {
  const edits: Edit[] = [];
  const ends = new Set<number>();
  const program = parse(code, { ecmaVersion: 5, locations: true });
  full(program, (node) => {
    if (/^Function/.test(node.type)) ends.add(node.end - 1);
  });
  full(program, ({ type, start, end, loc }) => {
    if (type !== 'ReturnStatement' || !loc || !ends.has(end)) return;
    const text = code.slice(start, end);
    if (text === 'return') edits.push({ start, end, loc, text: 'return;' });
  });
  return edits;
}

/** Change a program, and its map with it. */
function applyEdits({ code, map }: Code, edits: Edit[]): Code {
  const lines = code.split('\n');
  const decoded = decodedMap(new TraceMap(map));
  // From the end, so that the columns in front stay true.
  for (const { start, end, loc, text } of edits.sort((a, b) => b.start - a.start)) {
    const { line, column } = loc.start;
    const before = lines[line - 1] as string;
    const length = end - start;
    lines[line - 1] = before.slice(0, column) + text + before.slice(column + length);
    for (const segment of decoded.mappings[line - 1] ?? []) {
      if (segment[0] > column) segment[0] += text.length - length;
    }
  }
  const encoded = encodedMap(new TraceMap(decoded as never));
  return { code: lines.join('\n'), map: JSON.stringify({ ...JSON.parse(map), mappings: encoded.mappings }) };
}

/** Minify a bundle. */
export async function minifyCode(source: Code, options: MinifyOptions): Promise<Code> {
  const sourceMap = { content: source.map };
  const result = await terser({ 'firmware.js': source.code }, { ...options, ecma: 5, sourceMap });
  const code = result.code as string;
  const edits = [...plainIntegers(code), ...allowedNames(code), ...endedReturns(code)];
  return applyEdits({ code, map: result.map as string }, edits);
}
