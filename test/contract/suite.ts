// The port contract suite: one ES5 program, put together from the files of suite/ in the order of their names, that prints
// what an engine does. Its output is the transcript.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Ports } from './peer.ts';

/** Paths from the root of the repository, where tests and scripts run. */
const SUITE = 'test/contract/suite';
export const TRANSCRIPT = 'test/contract/espruino.transcript';

/** Facts, and what the engine itself says about errors. */
const TOLD = /^(@@|Uncaught |ERROR:)/;

function suiteText(): string {
  const files = readdirSync(SUITE).sort();
  return files.map((file) => readFileSync(`${SUITE}/${file}`, 'utf8')).join('\n');
}

/** @returns the program for a peer on these ports. */
export function suiteProgram(ports: Ports): string {
  return `var PORT=${JSON.stringify(ports)};\n${suiteText()}`;
}

/** @returns what identifies the suite, whatever the ports. */
export function suiteHash(): string {
  return createHash('sha256').update(suiteText()).digest('hex');
}

/**
 * Keep of a console what belongs to the transcript: facts, what print shows between the raw marks, and what the engine
 * itself says about errors. Stack traces are another matter on every engine.
 */
export function transcriptLines(consoleLines: readonly string[]): string[] {
  const kept: string[] = [];
  let raw = false;
  for (const line of consoleLines) {
    if (line.startsWith('@@raw')) raw = true;
    if (raw || TOLD.test(line)) kept.push(line);
    if (line.startsWith('@@cooked')) raw = false;
  }
  return kept;
}

export interface Transcript {
  readonly engine: string;
  readonly suite: string;
  readonly lines: readonly string[];
}

export function formatTranscript({ engine, suite, lines }: Transcript): string {
  return [`# engine ${engine}`, `# suite ${suite}`, ...lines, ''].join('\n');
}

/** @throws Error when the text is no transcript. */
export function parseTranscript(text: string): Transcript {
  const [engine = '', suite = '', ...lines] = text.trimEnd().split('\n');
  if (!engine.startsWith('# engine ') || !suite.startsWith('# suite ')) {
    throw new Error(`${TRANSCRIPT} has no header: record it with npm run transcript`);
  }
  return { engine: engine.slice(9), suite: suite.slice(8), lines };
}

/** The name of the fact that a line tells, or the line itself. */
export function factName(line: string): string {
  return /^@@(\S+)/.exec(line)?.[1] ?? line;
}
