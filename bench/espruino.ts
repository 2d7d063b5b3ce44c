// What a script costs on a real Espruino: instructions under valgrind, and variables in the memory layout of a board.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ExitCode, MoteError } from '../flash/errors.ts';

export interface Engines {
  /** A binary that valgrind can run. */
  readonly valgrind: string;
  /** A binary with a board's memory layout; may be a script that runs an emulator. */
  readonly memory: string;
}

const LIMIT_MS = 300_000;

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

/** Run `files` in a folder of their own; the engine runs main.js. @returns all that was printed. */
function run(
  [program, ...parameters]: readonly [string, ...string[]],
  files: Readonly<Record<string, string>>,
): string {
  const cwd = mkdtempSync(join(tmpdir(), 'mote-bench-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text, 'latin1');
    const { stdout, stderr, error } = spawnSync(program, [...parameters, 'main.js'], {
      cwd,
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
      maxBuffer: 1 << 26,
      encoding: 'latin1',
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

/** @returns instructions of one run of `script`, which has to quit, and what it printed behind `@@`. */
export function countInstructions(engines: Engines, script: string): { instructions: number; marks: string } {
  const valgrind: [string, ...string[]] = [
    'valgrind',
    '--tool=cachegrind',
    '--cache-sim=no',
    '--cachegrind-out-file=/dev/null',
  ];
  const output = run([...valgrind, engines.valgrind], { 'main.js': script });
  const match = /I\s+refs:\s+([\d,]+)/.exec(output);
  if (!match) throw new Error(`valgrind counted nothing: ${output.slice(-500)}`);
  return { instructions: Number((match[1] as string).replaceAll(',', '')), marks: readMarks(output) };
}

/** @returns variables in use after `code` ran out of flash storage, as on a board; `globals` run before it. */
export function countVariables(engines: Engines, globals: string, code: string): number {
  const loader = `${globals}
var storage=require("Storage");
storage.write(".bootcde",require("fs").readFileSync("program.js")+"\\n");
var before=process.memory().usage;
eval(storage.read(".bootcde"));
print("@@used "+(process.memory().usage-before));
quit();`;
  const marks = readMarks(run([engines.memory], { 'main.js': loader, 'program.js': code }));
  return Number((/used (-?\d+)/.exec(marks) as RegExpExecArray)[1]);
}

/** @returns the engine's version. */
export function engineVersion(engines: Engines): string {
  return readMarks(run([engines.memory], { 'main.js': 'print("@@"+process.version);quit();' }));
}
