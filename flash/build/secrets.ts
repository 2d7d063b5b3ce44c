// What nobody may be shown: the texts that secrets.json, the environment and --set give, and the content of each `file:` setting. Its
// bytes stand in the bundle, and so in what an engine shows of a program; the hider takes them out of a line.

import { existsSync } from 'node:fs';
import { fileContent, isFile } from './credentials.ts';
import { fromEnvironment, type Environment } from './environment.ts';
import { isObject } from './json.ts';
import { readObject, readSettings, secretsFile, settingsFile, toBytes, type Settings } from './settings.ts';

/** So many characters of a secret in a row are hidden wherever they stand. */
const RUN = 8;
/** Shorter texts could be anything: they are hidden where they stand as a word. */
const WORD_MAX = 5;
/** So few at the edge of an excerpt could be anything. */
const EDGE_MIN = 2;
/** What an engine puts where it cuts a line. */
const CUT = '...';

/** @returns the texts in a value. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** @returns what nobody may be shown, as text and as the bytes that a board holds. @param overrides of one build or run. */
export function readSecrets(
  folder: string,
  overrides: Settings = {},
  env: Environment = process.env,
): string[] {
  if (!existsSync(settingsFile(folder))) return [];
  const file = secretsFile(folder);
  const layers = [
    existsSync(file) ? readObject(file, true) : {},
    fromEnvironment(readObject(settingsFile(folder)), env),
    overrides,
  ];
  const given = textsIn(layers).filter((text) => !isFile(text));
  const contents = textsIn(readSettings(folder, overrides, env))
    .filter(isFile)
    .map((text) => fileContent(text, folder));
  const all = [
    ...given.flatMap((text) => [text, toBytes(text)]),
    ...contents.flatMap((bytes) => [bytes, toText(bytes)]),
  ];
  return [...new Set(all)].filter((text) => text !== '');
}

/** @returns bytes, one character each, as a person reads them. */
function toText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** @returns settings as they are on the board, in a person's characters: with the content of files in their place. */
export function withFiles<T>(value: T, folder: string): T {
  const inFull = (one: unknown): unknown => {
    if (typeof one === 'string') return isFile(one) ? toText(fileContent(one, folder)) : one;
    if (Array.isArray(one)) return one.map(inFull);
    if (!isObject(one)) return one;
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, inFull(inner)]));
  };
  return inFull(value) as T;
}

/** A line, and where each of its characters is written. */
interface Reading {
  readonly text: string;
  /** Start of each character in the line, and the end of the last. */
  readonly starts: readonly number[];
}

const NAMED: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  v: '\v',
  f: '\f',
};

function asWritten(line: string): Reading {
  return { text: line, starts: Array.from({ length: line.length + 1 }, (_, index) => index) };
}

/** @returns the line as an engine reads it where it is part of a program. */
function asProgram(line: string): Reading {
  const starts: number[] = [];
  let text = '';
  const piece = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|([0-7]{1,3})|([^xu0-7]))|[^]/gi;
  for (const { 0: all, 1: byte, 2: unit, 3: octal, 4: other, index } of line.matchAll(piece)) {
    starts.push(index);
    const hex = byte ?? unit;
    if (hex !== undefined) text += String.fromCharCode(parseInt(hex, 16));
    else if (octal !== undefined) text += String.fromCharCode(parseInt(octal, 8));
    else text += other === undefined ? all : (NAMED[other] ?? other);
  }
  return { text, starts: [...starts, line.length] };
}

const isLetter = (character: string | undefined) =>
  character !== undefined && /[\p{L}\p{N}]/u.test(character);

/** @returns a function that gives a line with nothing of a secret in it that could be told for one. */
export function createHider(secrets: readonly string[]): (line: string) => string {
  /** Runs of the secrets by their length. */
  const runs = new Map<number, Set<string>>();
  for (const secret of secrets) {
    const length = Math.min(RUN, secret.length);
    const all = runs.get(length) ?? new Set();
    for (let at = 0; at + length <= secret.length; at++) all.add(secret.slice(at, at + length));
    runs.set(length, all);
  }

  function isHidden(text: string, at: number, length: number): boolean {
    if (length > WORD_MAX) return true;
    return !isLetter(text[at - 1]) && !isLetter(text[at + length]);
  }

  /** Tell `mark` where something of a secret stands. */
  function find(text: string, mark: (from: number, to: number) => void): void {
    for (const [length, all] of runs) {
      for (let at = 0; at + length <= text.length; at++) {
        if (all.has(text.slice(at, at + length)) && isHidden(text, at, length)) mark(at, at + length);
      }
    }
    findEdges(text, mark);
  }

  /** An excerpt may begin or end in the middle of a secret. */
  function findEdges(text: string, mark: (from: number, to: number) => void): void {
    const from = text.startsWith(CUT) ? CUT.length : -1;
    const to = text.endsWith(CUT) ? text.length - CUT.length : -1;
    for (const secret of secrets) {
      for (let length = EDGE_MIN; length < Math.min(RUN, secret.length); length++) {
        const isWhole = from >= 0 && from + length <= text.length;
        if (isWhole && secret.endsWith(text.slice(from, from + length))) mark(from, from + length);
        if (to - length >= 0 && secret.startsWith(text.slice(to - length, to))) mark(to - length, to);
      }
    }
  }

  return (line) => {
    const hidden = new Uint8Array(line.length);
    for (const { text, starts } of [asWritten(line), asProgram(line)]) {
      find(text, (from, to) => hidden.fill(1, starts[from], starts[to]));
    }
    let shown = '';
    for (let at = 0; at < line.length; at++) {
      if (hidden[at] === 0) shown += line[at];
      else if (at === 0 || hidden[at - 1] === 0) shown += '***';
    }
    return shown;
  };
}
