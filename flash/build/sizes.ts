// Whose bytes a bundle holds, by its source map.

import { decodedMappings, TraceMap } from '@jridgewell/trace-mapping';

/** One line of the size table. */
export interface SizeRow {
  /** The module's file, or WRAPPER for what belongs to none. */
  module: string;
  bytes: number;
}

export const WRAPPER = '(wrapper)';

/** @returns bytes per module, largest first; together they are the whole of `code`, which must be ASCII. */
export function moduleSizes(code: string, map: string): SizeRow[] {
  const trace = new TraceMap(map);
  const lines = decodedMappings(trace);
  const bytes = new Map<string, number>();
  const add = (module: string, count: number) => bytes.set(module, (bytes.get(module) ?? 0) + count);
  let owner = WRAPPER;
  code.split('\n').forEach((text, line, all) => {
    let from = 0;
    for (const segment of lines[line] ?? []) {
      add(owner, segment[0] - from);
      from = segment[0];
      owner = segment.length === 1 ? WRAPPER : (trace.sources[segment[1]] ?? WRAPPER);
    }
    add(owner, text.length - from + (line < all.length - 1 ? 1 : 0));
  });
  return [...bytes]
    .filter(([, count]) => count > 0)
    .map(([module, count]) => ({ module, bytes: count }))
    .sort((a, b) => b.bytes - a.bytes || (a.module < b.module ? -1 : 1));
}
