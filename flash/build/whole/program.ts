// A bundle as a tree that passes change in place: read once, printed once, with its source map kept true.

import { addMapping, GenMapping, setSourceContent, toEncodedMap } from '@jridgewell/gen-mapping';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { parse, type AnyNode, type Comment, type Program } from 'acorn';
import { generate } from 'astring';
import { resolveNames } from '../../check/scope.ts';
import type { Source } from '../../check/source.ts';
import { createTree } from '../../check/tree.ts';
import type { Code } from '../compile.ts';

const HOT = /@hot\b/;

export interface Unit {
  readonly program: Program;
  /** Functions that run for every message: marked `@hot`. */
  readonly hot: ReadonlySet<AnyNode>;
}

/** @returns the bundle's tree with its names resolved, as it is now. */
export function analyse({ program, hot }: Unit): Source {
  const tree = createTree('', program);
  return { ...tree, scopes: resolveNames(tree), hot };
}

function markedFunctions(code: string, program: Program, comments: readonly Comment[]): Set<AnyNode> {
  const marks = comments.filter(({ value }) => HOT.test(value));
  const { byType } = createTree(code, program);
  const functions = byType.get('FunctionDeclaration') ?? [];
  return new Set(
    functions.filter((node) =>
      marks.some(({ end }) => end <= node.start && code.slice(end, node.start).trim() === ''),
    ),
  );
}

interface Mapping {
  readonly original: { readonly line: number; readonly column: number };
  readonly generated: { readonly line: number; readonly column: number };
}

function print(program: Program, map: string): Code {
  const inner = new TraceMap(map);
  const outer = new GenMapping();
  const code = generate(program, {
    sourceMap: {
      addMapping({ original, generated }: Mapping): void {
        const origin = originalPositionFor(inner, original);
        if (origin.source === null) return;
        addMapping(outer, { generated, original: origin, source: origin.source });
      },
    },
  } as never);
  inner.sources.forEach((source, index) => {
    if (source !== null) setSourceContent(outer, source, inner.sourcesContent?.[index] ?? '');
  });
  return { code, map: JSON.stringify(toEncodedMap(outer)) };
}

/** Change a bundle. @param change changes the tree. */
export function changeProgram({ code, map }: Code, change: (unit: Unit) => void): Code {
  const comments: Comment[] = [];
  const program = parse(code, { ecmaVersion: 5, locations: true, onComment: comments });
  const hot = markedFunctions(code, program, comments);
  change({ program, hot });
  return print(program, map);
}
