// The real engines that device code runs in, as data: how each is found, what enables it, and how it runs scripts.
// Time limits and the reading of output are here and nowhere else.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileDukhost, findJerryhost } from '../../bench/host.ts';
import { inPath, isExecutable } from '../../bench/programs.ts';
import { runEspruino } from '../../sim/engine/espruino.ts';

export interface Script {
  /** File name without extension, for stack traces. */
  name: string;
  /** ES5, ASCII. */
  code: string;
}

export interface Run {
  /** What the scripts printed, line by line. */
  lines: string[];
  /** Why the engine did not come to the end of the last script, or what it complained of on the way. */
  failure: string | undefined;
}

export interface Engine {
  readonly name: string;
  /** What a person has to do so that it is found. */
  readonly enable: string;
  /** What `heapUsed()` of the scripts counts, where an engine can tell. */
  readonly heapUnit: 'bytes' | 'blocks' | undefined;
  /** @returns the path of the engine, undefined when it is absent. */
  find(): string | undefined;
  /** Run scripts in order in one global scope, each to its end. Nothing runs afterwards: no timer, no socket. */
  run(scripts: Script[], options?: RunOptions): Promise<Run>;
}

export interface RunOptions {
  /** Most bytes of heap; only the Duktape host can cap it. */
  heapBytes?: number;
  /** Flash in a file; only the JerryScript host gives any. */
  flash?: { file: string; pageBytes: number; pages: number };
}

/** An engine may run under an emulator; what takes longer than this hangs. */
export const LIMIT_MS = 800_000;

/** The engine that a variable names. A variable that names nothing executable is a mistake, not an absence. */
function fromVariable(variable: string): string | undefined {
  const path = process.env[variable];
  if (path === undefined || path === '') return undefined;
  if (!isExecutable(path)) throw new Error(`${variable}=${path} is not executable`);
  return path;
}

/** Write scripts to a directory of their own, for as long as `use` runs. */
async function withFiles<T>(
  scripts: Script[],
  use: (files: string[], directory: string) => Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'mote-engine-'));
  try {
    const files = scripts.map((script) => join(directory, `${script.name}.js`));
    scripts.forEach((script, index) => writeFileSync(files[index] ?? '', script.code));
    return await use(files, directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Run a program to its end. */
function execute(program: string, parameters: string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(
      program,
      parameters,
      { timeout: LIMIT_MS, killSignal: 'SIGKILL', maxBuffer: 1 << 26, encoding: 'latin1' },
      (error, stdout, stderr) => {
        const lines = stdout.split('\n');
        if (lines.at(-1) === '') lines.pop();
        const why =
          error === null ? undefined : error.killed ? `still ran after ${LIMIT_MS} ms` : stderr.trim();
        resolve({ lines, failure: why === '' ? `exit code ${error?.code}` : why });
      },
    );
  });
}

async function snapshots(tool: string, files: string[]): Promise<{ parameters: string[]; failure?: string }> {
  const parameters: string[] = [];
  for (const file of files) {
    const { failure } = await execute(tool, ['generate', '-o', `${file}.snapshot`, file]);
    if (failure !== undefined) return { parameters, failure: `${file}: ${failure}` };
    parameters.push('--exec-snapshot', `${file}.snapshot`);
  }
  return { parameters };
}

/** Printed behind the last script: an Espruino goes on for ever, so it has to be told that all is done. */
const END = '@@end';

async function runInEspruino(binary: string, scripts: Script[]): Promise<Run> {
  const lines: string[] = [];
  let done = () => {};
  const finished = new Promise<'end'>((resolve) => (done = () => resolve('end')));
  const engine = await runEspruino({
    binary,
    prelude: scripts.map((script) => script.code),
    bundle: `print("${END}");`,
    onLine: (line) => (line === END ? done() : lines.push(line)),
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => (timer = setTimeout(resolve, LIMIT_MS, 'late')));
  const how = await Promise.race([finished, late, engine.exited]);
  clearTimeout(timer);
  const { failures } = await engine.close();
  if (how === 'late') return { lines, failure: `still ran after ${LIMIT_MS} ms` };
  return { lines, failure: how === 'end' && failures.length === 0 ? undefined : lines.slice(-8).join('\n') };
}

interface EngineParts extends Omit<Engine, 'run'> {
  start(path: string, scripts: Script[], options: RunOptions): Promise<Run>;
}

/** Look an engine up once, and refuse to run one that is absent. */
function engine({ find, start, ...data }: EngineParts): Engine {
  let found: { path: string | undefined } | undefined;
  const lookUp = () => (found ??= { path: find() }).path;
  return {
    ...data,
    find: lookUp,
    async run(scripts, options = {}) {
      const path = lookUp();
      if (path === undefined) throw new Error(`${data.name} is absent: ${data.enable}`);
      return start(path, scripts, options);
    },
  };
}

const espruino = (name: string, variable: string, what: string) =>
  engine({
    name,
    enable: `set ${variable} to a Linux Espruino, ${what}`,
    heapUnit: 'blocks',
    find: () => fromVariable(variable),
    start: runInEspruino,
  });

export const ENGINES: readonly Engine[] = [
  engine({
    name: 'duk',
    enable: 'install the Debian package duktape',
    heapUnit: undefined,
    find: () => inPath('duk'),
    start: (path, scripts) => withFiles(scripts, (files) => execute(path, files)),
  }),
  engine({
    name: 'dukhost',
    enable: 'install the Debian packages duktape-dev, gcc and libc6-dev',
    heapUnit: 'bytes',
    find: compileDukhost,
    start: (path, scripts, { heapBytes = 0 }) =>
      withFiles(scripts, (files) => execute(path, [String(heapBytes), ...files])),
  }),
  engine({
    name: 'jerry',
    enable: 'set JERRY to the JerryScript command-line tool',
    heapUnit: undefined,
    find: () => fromVariable('JERRY'),
    start: (path, scripts) => withFiles(scripts, (files) => execute(path, files)),
  }),
  engine({
    name: 'jerry-snapshot',
    enable: 'set JERRY to the JerryScript command-line tool and JERRY_SNAPSHOT to its snapshot tool',
    heapUnit: undefined,
    find: () => (fromVariable('JERRY_SNAPSHOT') === undefined ? undefined : fromVariable('JERRY')),
    start: (path, scripts) =>
      withFiles(scripts, async (files) => {
        const { parameters, failure } = await snapshots(fromVariable('JERRY_SNAPSHOT') ?? '', files);
        return failure === undefined ? execute(path, parameters) : { lines: [], failure };
      }),
  }),
  engine({
    name: 'jerryhost',
    enable: 'set JERRY_DIR to include and lib of a JerryScript 3.0; a 32-bit one may need QEMU_I386 as well',
    heapUnit: 'bytes',
    find: () => findJerryhost()?.at(-1),
    start: (_path, scripts, { flash }) =>
      withFiles(scripts, (files) => {
        const [program = '', ...parameters] = findJerryhost() ?? [];
        if (flash !== undefined) {
          parameters.push('--flash', flash.file, String(flash.pageBytes), String(flash.pages));
        }
        return execute(program, [...parameters, ...files]);
      }),
  }),
  espruino('espruino', 'ESPRUINO', 'a 32-bit release with 16383 variables and no Unicode'),
  espruino('espruino-mcu', 'ESPRUINO_MCU', 'a 32-bit release with 5100 variables, optimised for size'),
  espruino('espruino-assert', 'ESPRUINO_ASSERT', 'in its default configuration'),
];

/** @returns the engine called `name`. */
export function engineNamed(name: string): Engine {
  const found = ENGINES.find((candidate) => candidate.name === name);
  if (found === undefined) {
    throw new Error(`no engine ${name}; there are ${ENGINES.map((e) => e.name).join(', ')}`);
  }
  return found;
}
