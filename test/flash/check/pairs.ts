// How the pairs of the rules are run, in Node and in real engines, and how what came out is written down.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import type { Rule } from '../../../flash/check/rule.ts';
import { rules } from '../../../flash/check/rules/index.ts';

/** What a pair ends with: a verdict in one line. In the part of ES5 that every engine gets right. */
const PRELUDE = `
function say(value) { return typeof value === "string" ? "\\"" + value.split("\\n").join("\\\\n") + "\\"" : "" + value; }
function ok(actual, expected) {
  if (actual === expected) { print("@@passes"); }
  else { print("@@gives " + say(actual) + ", not " + say(expected)); }
}
`;

export const PASSES = 'passes';
const VERDICT = /@@(.*)/;

/** A program that hangs is waited for this long; an engine may run under an emulator. */
const LIMIT_MS = 10_000;

export interface Recording {
  /** Version of the engine, as far as it tells. */
  engine: string;
  pairs: Record<string, { bad: string; good: string }>;
  /** What the tables call missing, and is. */
  absent?: string[];
  /** What expressions are that no rule sees. */
  unseen?: Record<string, string>;
}

export function recordingPath(name: string): string {
  return fileURLToPath(new URL(`./recorded/${name}.json`, import.meta.url));
}

export function readRecording(name: string): Recording {
  return JSON.parse(readFileSync(recordingPath(name), 'utf8')) as Recording;
}

/** @returns the engine on which the pair of a rule shows its difference. */
export function provingEngine({ id, profile }: Rule): 'espruino' | 'duk' | 'jerryscript' {
  // What Espruino can run but ES5 forbids shows in an engine that has ES5 and little more.
  if (id === 'not-es5') return 'duk';
  return profile === 'jerryscript' ? 'jerryscript' : 'espruino';
}

export function rulesProvedBy(engine: string): Rule[] {
  return rules.filter((rule) => provingEngine(rule) === engine);
}

/** @returns what a program printed and died of, in one line. */
function outcome(output: string, isKilled: boolean): string {
  const lines = output.split(/\r?\n/);
  const verdicts = lines.flatMap((line) => VERDICT.exec(line)?.[1] ?? []);
  const failed = verdicts.find((verdict) => verdict !== PASSES);
  if (failed !== undefined) return failed;
  if (isKilled) return 'never ends';
  if (/OUT OF MEMORY|LOW_MEMORY|Memory.*exhausted/i.test(output)) return 'runs out of memory';
  const thrown = lines.flatMap((line) => /(?:Uncaught |^)((?:\w*Error\b|\d).*)/.exec(line)?.[1] ?? [])[0];
  if (thrown !== undefined) return `throws ${thrown.trim()}`;
  return verdicts.length > 0 ? PASSES : 'says nothing';
}

/** Run a program in Node, in a context that has the language and nothing else. */
export function runInNode(code: string): string {
  const lines: string[] = [];
  const context = createContext({ print: (line: string) => void lines.push(line) });
  try {
    runInContext(PRELUDE + code, context, { timeout: LIMIT_MS });
  } catch (error) {
    lines.push(`Uncaught ${String(error)}`);
  }
  return outcome(lines.join('\n'), false);
}

/** Run a program in an engine, in a directory of its own. @returns everything it printed. */
export function execute(binary: string, code: string): Promise<{ output: string; isKilled: boolean }> {
  const directory = mkdtempSync(join(tmpdir(), 'mote-pair-'));
  writeFileSync(join(directory, 'pair.js'), code);
  return new Promise((resolve) => {
    const child = execFile(
      binary,
      ['pair.js'],
      { cwd: directory, timeout: LIMIT_MS, killSignal: 'SIGKILL', encoding: 'latin1' },
      (error, stdout, stderr) => {
        rmSync(directory, { recursive: true, force: true });
        resolve({ output: `${stdout}\n${stderr}`, isKilled: error?.killed === true });
      },
    );
    child.stdin?.end();
  });
}

/** Run a program that ends with \`ok\` in an engine. */
export async function runInEngine(binary: string, code: string): Promise<string> {
  const { output, isKilled } = await execute(binary, PRELUDE + code);
  return outcome(output, isKilled);
}
