// Where a place in the output came from. Lines and columns count from 1, as editors do.

import type { TraceMap } from '@jridgewell/trace-mapping';
import { originalPositionFor } from '@jridgewell/trace-mapping';

export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** What the name at this place was in the source, where the map knows. */
  readonly name: string | undefined;
}

/**
 * @param file the name of the output, for places that the map does not know.
 * @returns a function from an offset in `code` to its place in the source.
 */
export function createLocator(
  code: string,
  file: string,
  map: TraceMap | undefined,
): (offset: number) => Place {
  const lineStarts = [0];
  for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) lineStarts.push(at + 1);

  function lineOf(offset: number): number {
    let low = 0;
    let high = lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((lineStarts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  return (offset) => {
    const line = lineOf(offset);
    const column = offset - (lineStarts[line] as number);
    const original = map && originalPositionFor(map, { line: line + 1, column });
    if (!original || original.source === null) {
      return { file, line: line + 1, column: column + 1, name: undefined };
    }
    return {
      file: original.source,
      line: original.line,
      column: original.column + 1,
      name: original.name ?? undefined,
    };
  };
}
