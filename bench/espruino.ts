// What a script costs on a real Espruino: instructions, counted by valgrind or by what INSTRUCTION_COUNTER names, and
// variables in the memory layout of a board.

import { execFile, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ExitCode, MoteError } from '../flash/errors.ts';

export interface Engines {
  /** A binary that valgrind can run. */
  readonly valgrind: string;
  /** A binary with a board's memory layout; may be a script that runs an emulator. */
  readonly memory: string;
}

const LIMIT_MS = 120_000;

/** Engines from ESPRUINO_VALGRIND and ESPRUINO_MCU; either stands in for the other. */
export function findEngines(): Engines {
  const { ESPRUINO_VALGRIND, ESPRUINO_MCU } = process.env;
  const valgrind = ESPRUINO_VALGRIND ?? ESPRUINO_MCU;
  const memory = ESPRUINO_MCU ?? ESPRUINO_VALGRIND;
  if (valgrind === undefined || memory === undefined) {
    const fix = 'set ESPRUINO_MCU to a Linux Espruino, and ESPRUINO_VALGRIND to one that valgrind can run';
    throw new MoteError('no Espruino to measure on', fix, undefined, ExitCode.Environment);
  }
  return { valgrind, memory };
}

/** Files of a run, by name; the engine runs main.js. */
type Files = Readonly<Record<string, string>>;

const PROCESS = {
  timeout: LIMIT_MS,
  killSignal: 'SIGKILL',
  maxBuffer: 1 << 26,
  encoding: 'latin1',
} as const;

function createFolder(files: Files): string {
  const cwd = mkdtempSync(join(tmpdir(), 'mote-bench-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text, 'latin1');
  return cwd;
}

/** Run `files` in a folder of their own. @returns all that was printed. */
function run([program, ...parameters]: readonly [string, ...string[]], files: Files): string {
  const cwd = createFolder(files);
  try {
    const { stdout, stderr, error } = spawnSync(program, [...parameters, 'main.js'], {
      ...PROCESS,
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (error) throw error;
    return stdout + stderr;
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

/** @returns what the script printed behind `@@`, joined by spaces. Throws when the engine complains. */
function readMarks(output: string): string {
  if (/Uncaught|ASSERT|Execution Interrupted|OUT OF MEMORY|ERROR/.test(output)) {
    throw new Error(
      output
        .split('\n')
        .filter((line) => /Uncaught|ERROR|at /.test(line))
        .join(' '),
    );
  }
  return [...output.matchAll(/@@(.*)/g)].map((match) => (match[1] as string).trim()).join(' ');
}

/** The program that counts, and its parameters; the engine and its script come behind. */
function counter(): [string, ...string[]] {
  const given = process.env['INSTRUCTION_COUNTER'];
  if (given === undefined || given === '') {
    return ['valgrind', '--tool=cachegrind', '--cache-sim=no', '--cachegrind-out-file=/dev/null'];
  }
  return given.split(/\s+/) as [string, ...string[]];
}

/** @returns instructions of one run of `script`, which has to quit, and what it printed behind `@@`. */
export function countInstructions(engines: Engines, script: string): { instructions: number; marks: string } {
  const command = counter();
  const output = run([...command, engines.valgrind], { 'main.js': script });
  const match = /I\s+refs:\s+([\d,]+)/.exec(output);
  if (!match) throw new Error(`${command[0]} counted nothing: ${output.slice(-500)}`);
  return { instructions: Number((match[1] as string).replaceAll(',', '')), marks: readMarks(output) };
}

/** How to run an engine here: a 32-bit program may need an emulator. */
function runnable(path: string): [string, ...string[]] {
  const emulator = process.env['QEMU_I386'];
  if (emulator === undefined || emulator === '') return [path];
  const file = openSync(path, 'r');
  const head = Buffer.alloc(5);
  readSync(file, head, 0, 5, 0);
  closeSync(file);
  return head.toString('latin1') === '\x7fELF\x01' ? [emulator, path] : [path];
}

/** @returns what a run of main.js printed behind `@@`. */
export function runFiles(engines: Engines, files: Files): string {
  return readMarks(run(runnable(engines.memory), files));
}

/** The same without holding up the event loop: for scripts that talk to us. */
export async function runFilesBeside(engines: Engines, files: Files): Promise<string> {
  const cwd = createFolder(files);
  const [program, ...parameters] = runnable(engines.memory);
  try {
    const output = await new Promise<string>((resolve, reject) => {
      const child = execFile(
        program,
        [...parameters, 'main.js'],
        { ...PROCESS, cwd },
        (error, stdout, stderr) => (error === null ? resolve(stdout + stderr) : reject(error)),
      );
      // Espruino takes what comes in here for a program.
      child.stdin?.end();
    });
    return readMarks(output);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

/**
 * @returns variables in use after `code` ran out of flash storage, as on a board, or out of memory; `globals` run before it.
 */
export function countVariables(
  engines: Engines,
  globals: string,
  code: string,
  from: 'flash' | 'ram' = 'flash',
): number {
  const source = 'require("fs").readFileSync("program.js")';
  const load =
    from === 'flash'
      ? ['storage.write(".bootcde",SOURCE+"\\n");', 'eval(storage.read(".bootcde"));']
      : ['', 'eval(SOURCE);'];
  const [store = '', evaluate = ''] = load.map((text) => text.replace('SOURCE', source));
  const loader = `${globals}
var storage=require("Storage");
${store}
var before=process.memory().usage;
${evaluate}
print("@@used "+(process.memory().usage-before));
quit();`;
  const marks = runFiles(engines, { 'main.js': loader, 'program.js': code });
  return Number((/used (-?\d+)/.exec(marks) as RegExpExecArray)[1]);
}

/** @returns the engine's version. */
export function engineVersion(engines: Engines): string {
  return runFiles(engines, { 'main.js': 'print("@@"+process.version);quit();' });
}
