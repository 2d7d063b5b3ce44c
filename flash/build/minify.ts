// The terser step. Its options were chosen by what they cost on a real Espruino, not by size alone: docs/minifier.md,
// which `npm run bench:minifier` writes.

import { decodedMap, encodedMap, TraceMap } from '@jridgewell/trace-mapping';
import { tokenizer, tokTypes } from 'acorn';
import { minify as terser, type MinifyOptions } from 'terser';
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

/** Write integers as 20000 where terser wrote 2e4: Espruino makes a double of any number with an exponent. */
export function writeIntegersOut({ code, map }: Code): Code {
  const lines = code.split('\n');
  const decoded = decodedMap(new TraceMap(map));
  const tokens = [...tokenizer(code, { ecmaVersion: 5, locations: true })];
  // From the end, so that the columns in front stay true.
  for (const token of tokens.reverse()) {
    const raw = code.slice(token.start, token.end);
    const plain = String(Number(raw));
    if (token.type !== tokTypes.num || !token.loc || !/^[\d.]+e\d/i.test(raw) || !/^\d+$/.test(plain)) {
      continue;
    }
    const { line, column } = token.loc.start;
    const text = lines[line - 1] as string;
    lines[line - 1] = text.slice(0, column) + plain + text.slice(column + raw.length);
    for (const segment of decoded.mappings[line - 1] ?? []) {
      if (segment[0] > column) segment[0] += plain.length - raw.length;
    }
  }
  const encoded = encodedMap(new TraceMap(decoded as never));
  return { code: lines.join('\n'), map: JSON.stringify({ ...JSON.parse(map), mappings: encoded.mappings }) };
}

/** Minify a bundle. */
export async function minifyCode({ code, map }: Code, options: MinifyOptions): Promise<Code> {
  const result = await terser({ 'firmware.js': code }, { ...options, ecma: 5, sourceMap: { content: map } });
  return writeIntegersOut({ code: result.code as string, map: result.map as string });
}
