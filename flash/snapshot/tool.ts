// jerry-snapshot, JerryScript's own compiler: found, run in a folder of its own, and whatever goes wrong with it named. Its messages
// are those of main-snapshot.c of JerryScript 3.0.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ExitCode, MoteError } from '../errors.ts';

const LIMIT_MS = 60_000;
const GET_IT =
  'build JerryScript 3.0 with --jerry-cmdline-snapshot=ON, and name its bin/jerry-snapshot with --tool or JERRY_SNAPSHOT';

export interface Tool {
  /** Run a command of the tool in a folder, to its end. Rejects with a MoteError. */
  run(folder: string, parameters: readonly string[]): Promise<void>;
}

/** A complaint about the program, with its place in it. */
export class ProgramError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(message);
    this.name = 'ProgramError';
    this.line = line;
    this.column = column;
  }
}

/** @returns the path of the tool. @param option what the command line says. */
export function findTool(option: string | undefined): string {
  const path = option ?? process.env['JERRY_SNAPSHOT'];
  if (path !== undefined && path !== '') return path;
  throw new MoteError('no jerry-snapshot is named', GET_IT, undefined, ExitCode.Environment);
}

interface Failure extends Error {
  readonly code?: number | string;
  readonly signal?: string;
  readonly killed?: boolean;
}

/** @returns what a failure of the tool means. @param said what it printed on stderr. */
function explain(path: string, error: Failure, said: string): Error {
  const fail = (what: string, fix: string) => new MoteError(what, fix, path, ExitCode.Environment);
  if (error.code === 'ENOENT') return fail('there is no such program', GET_IT);
  if (error.code === 'EACCES') return fail('it cannot be run: no permission, or no program', GET_IT);
  if (error.code === 'ENOEXEC') return fail('this machine cannot run it', GET_IT);
  if (error.killed) {
    return fail(`it had no result after ${LIMIT_MS / 1000} s and was ended`, 'try it by hand');
  }
  if (typeof error.signal === 'string') {
    return fail(
      `it crashed (${error.signal})`,
      'take a jerry-snapshot of JerryScript 3.0, built for this machine',
    );
  }
  const reason = /^Snapshot error: (.*)$/m.exec(said)?.[1];
  if (reason === 'null') {
    return fail(
      'the tool ran out of its own heap ("Snapshot error: null")',
      'build it with a larger one (--mem-heap=4096 with --cpointer-32bit=ON), or make the firmware smaller',
    );
  }
  const place = /^(\w+: .*) \[[^\]]*:(\d+):(\d+)\]$/.exec(reason ?? '');
  if (place !== null) return new ProgramError(place[1] as string, Number(place[2]), Number(place[3]));
  const words = reason ?? said.trim().split('\n')[0] ?? '';
  if (/unknown command|Unrecognized|usage/i.test(said)) {
    return fail(
      `it does not know what JerryScript 3.0 does: ${words}`,
      'take the jerry-snapshot of JerryScript 3.0',
    );
  }
  // What is no program the system gives to a shell, which complains in its own words.
  const isOurs = /^(Snapshot )?[Ee]rror: /m.test(said);
  return fail(
    `it ended with ${String(error.code)}: ${words === '' ? 'it said nothing' : words}`,
    reason !== undefined
      ? 'change the firmware'
      : isOurs
        ? 'take the jerry-snapshot of JerryScript 3.0'
        : GET_IT,
  );
}

export function createTool(path: string): Tool {
  return {
    run: (folder, parameters) =>
      new Promise((resolve, reject) => {
        const options = {
          cwd: folder,
          timeout: LIMIT_MS,
          killSignal: 'SIGKILL',
          maxBuffer: 1 << 24,
        } as const;
        execFile(path, [...parameters], options, (error, _stdout, stderr) => {
          if (error === null) resolve();
          else reject(explain(path, error as Failure, stderr));
        });
      }),
  };
}

/** @returns a file that the tool should have written. */
export function readResult(path: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    throw new MoteError(
      'it said that all is well, and wrote nothing',
      'take the jerry-snapshot of JerryScript 3.0',
      path,
      ExitCode.Environment,
    );
  }
}
