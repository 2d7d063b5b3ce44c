// What the console says of an exception: the engine's words in place of V8's, and where it happened, with the source under
// it and a mark. Positions are those of the engine as far as the source tells.

import { parse } from 'acorn';
import type { AnyNode, ArrowFunctionExpression, FunctionDeclaration, FunctionExpression } from 'acorn';
import { textOf } from '../board/text.ts';
import { indexOf, placeOf } from './places.ts';

/** Text that was run, by the name V8 knows it by. */
export interface Source {
  readonly text: string;
  /** File of Storage; undefined: typed. */
  readonly file: string | undefined;
  /** What frames outside of functions are called. */
  readonly title: string | undefined;
}

const WIDTH = 60;
/** Before the mark, on a longer line. */
const LEAD = 30;

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^ReferenceError: (\S+) is not defined$/, 'ReferenceError: "$1" is not defined'],
  [
    /^TypeError: Cannot (?:read|set) properties of (\w+) \((?:reading|setting) '(.*)'\)$/,
    "Error: Can't read property '$2' of $1",
  ],
  [/^TypeError: (?:.*\.)?([A-Za-z_$][\w$]*) is not a function$/, 'Error: Function "$1" not found!'],
  [/^TypeError: Assignment to constant variable\.$/, 'TypeError: Assignment to a constant'],
];

/** @returns the first line. */
function wordsOf(error: unknown): string {
  const text = textOf(error);
  for (const [pattern, words] of WORDS) if (pattern.test(text)) return text.replace(pattern, words);
  return text;
}

interface Frame {
  readonly name: string;
  readonly source: Source;
  readonly index: number;
}

function framesOf(stack: string, sources: ReadonlyMap<string, Source>): Frame[] {
  const frames: Frame[] = [];
  for (const line of stack.split('\n')) {
    const match = /^\s+at (?:(?:new )?(.*?) \()?([^()]+):(\d+):(\d+)\)?$/.exec(line);
    const source = match === null ? undefined : sources.get(match[2]!);
    if (match === null || source === undefined) continue;
    const name = /^(?:[\w$.]*\.)?([\w$]+)(?: \[as .*\])?$/.exec(match[1] ?? '')?.[1] ?? '';
    const index = indexOf(source.text, { line: Number(match[3]), column: Number(match[4]) });
    frames.push({ name: name === 'eval' ? '' : name, source, index });
  }
  return frames;
}

/** @returns the nodes around a position, outermost first. */
function pathTo(node: AnyNode, index: number, path: AnyNode[] = []): AnyNode[] {
  path.push(node);
  for (const child of Object.values(node).flat() as unknown[]) {
    const inner = child as AnyNode | null;
    if (typeof inner?.type !== 'string') continue;
    if (inner.start <= index && index < inner.end) return pathTo(inner, index, path);
  }
  return path;
}

const isFunction = (
  node: AnyNode,
): node is FunctionDeclaration | FunctionExpression | ArrowFunctionExpression =>
  /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);

/** What an exception is about decides where the engine's parser is when it is raised. */
type Kind = 'name' | 'property' | 'function' | 'call';

const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/is not defined$/, 'name'],
  [/^Error: Can't read property/, 'property'],
  [/^Error: Function ".*" not found!$/, 'function'],
];

/** @returns the place of the call or `new` that V8 names `index`: its closing bracket. */
function endOfCall(path: readonly AnyNode[], index: number): number {
  const call = path.findLast(
    (node) =>
      (node.type === 'NewExpression' && node.start === index) ||
      (node.type === 'CallExpression' &&
        (node.callee.type === 'MemberExpression' ? node.callee.property.start : node.callee.start) === index),
  );
  return call === undefined ? index : call.end - 1;
}

/** @returns where the engine's parser is when V8 names `index`. */
function engineIndex(text: string, path: readonly AnyNode[], index: number, kind: Kind): number {
  // A `return` in front of a name is what V8 names.
  if (kind === 'name' && text.startsWith('return', index))
    index = text.slice(index).search(/(?<=^return\s+)\S/) + index;
  if (kind === 'call') return endOfCall(path, index);
  if (kind === 'function') return index;
  const found = path.findLast(
    (node) => node.type === 'MemberExpression' || node.type === 'AssignmentExpression',
  );
  const member = found?.type === 'AssignmentExpression' ? found.left : found;
  if (member?.type !== 'MemberExpression' || member.computed) return index;
  if (kind === 'name') return member.object.start === index ? text.indexOf('.', member.object.end) : index;
  return text.lastIndexOf('.', member.property.start);
}

/** The engine keeps of a function what is in its braces, without a `return` that comes first. */
function bodyStart(text: string, path: readonly AnyNode[]): number {
  const within = path.findLast(isFunction);
  if (within === undefined) return 0;
  const { start } = within.body;
  if (within.body.type !== 'BlockStatement') return start;
  const rest = text.slice(start + 1);
  return start + 1 + /^\s*(?:return\b\s*)?/.exec(rest)![0].length;
}

/** A line of source with a mark under the place. */
function marked(text: string, start: number, index: number): string {
  const lineStart = Math.max(start, text.lastIndexOf('\n', index - 1) + 1);
  const lineEnd = text.indexOf('\n', index);
  let line = text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd);
  let column = index - lineStart;
  let lead = '';
  if (line.length > WIDTH && column > LEAD) {
    line = line.slice(column - LEAD);
    column = LEAD;
    lead = '...';
  }
  const cut = line.length >= WIDTH ? `${line.slice(0, WIDTH)}...` : line;
  return `${lead}${cut}\n${' '.repeat(Math.max(0, lead.length + column))}^\n`;
}

/** @param isCalled by a frame of the program, which gives it its name; otherwise by the engine. */
function tell({ name, source, index }: Frame, kind: Kind, isCalled: boolean): string {
  const { text, file } = source;
  let path: AnyNode[] = [];
  try {
    path = pathTo(parse(text, { ecmaVersion: 'latest' }), index);
  } catch {
    // What does not parse has no nodes.
  }
  const at = path.length === 0 ? index : engineIndex(text, path, index, kind);
  const isInside = path.some(isFunction);
  const functionEnd = path.findLast(isFunction)?.body.end;
  const start = bodyStart(text, path);
  const shown = functionEnd === undefined ? text : text.slice(0, functionEnd - 1).trimEnd();
  const { line, column } = file === undefined ? placeOf(text.slice(start), at - start) : placeOf(text, at);
  const place = `${file ?? ''}:${line}:${column}`;
  const title = isInside ? (isCalled ? name : '') : source.title;
  return `    at ${title === undefined || title === '' ? place : `${title} (${place})`}\n${marked(shown, start, at)}`;
}

/** @param stackOf the stack as V8 writes it. @returns what the console says, lines ended. */
export function complaint(error: unknown, sources: ReadonlyMap<string, Source>): string {
  const words = wordsOf(error);
  const stack =
    typeof error === 'object' && error !== null ? (error as { stack?: unknown }).stack : undefined;
  if (typeof stack !== 'string') return `Uncaught ${words}\n`;
  const kind = KINDS.find(([pattern]) => pattern.test(words))?.[1] ?? 'call';
  const frames = framesOf(stack, sources);
  return `Uncaught ${words}\n${frames.map((frame, i) => tell(frame, i === 0 ? kind : 'call', i < frames.length - 1)).join('')}`;
}
