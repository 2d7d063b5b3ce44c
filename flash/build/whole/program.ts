// A bundle as a tree that passes change in place: read once, printed once, with its source map kept true.

import { GenMapping, maybeAddMapping, setSourceContent, toEncodedMap } from '@jridgewell/gen-mapping';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { parse, type AnyNode, type Comment, type Program } from 'acorn';
import { GENERATOR, generate, type Generator, type State } from 'astring';
import { resolveNames } from '../../check/scope.ts';
import type { Source } from '../../check/source.ts';
import { createTree, type Tree } from '../../check/tree.ts';
import type { Code } from '../compile.ts';

/** What comments say of functions. */
export interface Marks {
  /** `@hot`: runs for every message. `@hot 3`: its names come before those of functions with less. */
  readonly hot: ReadonlyMap<AnyNode, number>;
  /** `@apart`: stays by itself, since those who call it mostly do not. */
  readonly apart: ReadonlyMap<AnyNode, number>;
}

export interface Unit {
  readonly program: Program;
  readonly marks: Marks;
}

/** @returns the bundle's tree with its names resolved, as it is now. */
export function analyse({ program, marks }: Unit): Source {
  const tree = createTree('', program);
  return { ...tree, scopes: resolveNames(tree), hot: new Set(marks.hot.keys()) };
}

function marked(
  code: string,
  { byType }: Tree,
  comments: readonly Comment[],
  mark: string,
): Map<AnyNode, number> {
  const pattern = new RegExp(`@${mark}\\b *(\\d*)`);
  const found = comments.flatMap(({ value, end }) => {
    const match = pattern.exec(value);
    return match === null ? [] : [{ end, weight: Number(match[1]) || 1 }];
  });
  const weights = new Map<AnyNode, number>();
  for (const node of byType.get('FunctionDeclaration') ?? []) {
    const at = found.find(({ end }) => end <= node.start && code.slice(end, node.start).trim() === '');
    if (at !== undefined) weights.set(node, at.weight);
  }
  return weights;
}

interface Mapping {
  readonly original: { readonly line: number; readonly column: number };
  readonly generated: { readonly line: number; readonly column: number };
}

type Writer = (this: Generator, node: AnyNode, state: State) => void;

/** Writes as astring does, which maps names and literals only: errors come from `throw`, `new` and calls, too. */
const MAPPING = Object.fromEntries(
  Object.entries(GENERATOR as unknown as Readonly<Record<string, Writer>>).map(([type, write]) => [
    type,
    function (this: Generator, node: AnyNode, state: State) {
      state.write('', node as never);
      write.call(this, node, state);
    },
  ]),
) as unknown as Generator;

function print(program: Program, map: string): Code {
  const inner = new TraceMap(map);
  const outer = new GenMapping();
  const code = generate(program, {
    generator: MAPPING,
    sourceMap: {
      addMapping({ original, generated }: Mapping): void {
        const origin = originalPositionFor(inner, original);
        if (origin.source === null) return;
        maybeAddMapping(outer, { generated, original: origin, source: origin.source });
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
  const tree = createTree(code, program);
  const marks: Marks = {
    hot: marked(code, tree, comments, 'hot'),
    apart: marked(code, tree, comments, 'apart'),
  };
  change({ program, marks });
  return print(program, map);
}
