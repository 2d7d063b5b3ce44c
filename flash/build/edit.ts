// Changes to a bundle that keep its source map true: a bundle with the names in it resolved, and edits laid over it.

import { encodedMap, TraceMap, traceSegment, type SourceMapSegment } from '@jridgewell/trace-mapping';
import { parse, type Comment } from 'acorn';
import MagicString from 'magic-string';
import { createLocator, type Place } from '../check/position.ts';
import { resolveNames } from '../check/scope.ts';
import type { Source } from '../check/source.ts';
import { createTree } from '../check/tree.ts';
import type { Code } from './compile.ts';

export interface Draft {
  readonly source: Source;
  readonly comments: readonly Comment[];
  /** The edits. Positions are those of `source.code`. */
  readonly text: MagicString;
  /** @returns where in the source the code at `offset` came from. */
  locate(offset: number): Place;
}

/** Lay the map of an edit over the map of what was edited. */
function composeMaps(edit: MagicString, map: string): string {
  const inner = new TraceMap(map);
  const { mappings } = edit.generateDecodedMap({ hires: 'boundary' });
  const composed = mappings.map((line) =>
    line.flatMap(([column, source, sourceLine, sourceColumn]): SourceMapSegment[] => {
      if (source === undefined) return [];
      const segment = traceSegment(inner, sourceLine as number, sourceColumn as number);
      if (segment === null || segment.length === 1) return [];
      const [, ...origin] = segment;
      return [[column, ...origin] as SourceMapSegment];
    }),
  );
  const { sources, sourcesContent, names } = inner;
  const traced = new TraceMap({
    version: 3,
    file: null,
    names,
    sources,
    sourcesContent: sourcesContent ?? [],
    mappings: composed,
  });
  return JSON.stringify({ ...JSON.parse(map), mappings: encodedMap(traced).mappings });
}

/** Change a bundle. @param change makes its edits. */
export function editCode({ code, map }: Code, change: (draft: Draft) => void): Code {
  const comments: Comment[] = [];
  const tree = createTree(code, parse(code, { ecmaVersion: 5, onComment: comments }));
  const source: Source = { ...tree, scopes: resolveNames(tree), hot: new Set() };
  const text = new MagicString(code);
  const locate = createLocator(code, 'bundle', new TraceMap(map));
  change({ source, comments, text, locate });
  return text.hasChanged() ? { code: text.toString(), map: composeMaps(text, map) } : { code, map };
}
