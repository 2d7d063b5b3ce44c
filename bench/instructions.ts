// How many instructions a program takes: counted by valgrind, or by what INSTRUCTION_COUNTER names; the count is the same each time.

import { spawnSync } from 'node:child_process';
import type { Command } from './host.ts';

/** @returns what is put in front of a program to count it. */
export function instructionCounter(): Command {
  const given = process.env['INSTRUCTION_COUNTER'];
  if (given !== undefined && given !== '') return given.split(/\s+/) as unknown as Command;
  return ['valgrind', '--tool=cachegrind', '--cache-sim=no', '--cachegrind-out-file=/dev/null'];
}

/** @returns instructions that a counter said it counted. Throws when it counted none. */
export function readInstructions(stderr: string): number {
  const match = /I\s+refs:\s+([\d,]+)/.exec(stderr);
  if (match === null) throw new Error(`nothing was counted: ${stderr.slice(-500)}`);
  return Number((match[1] as string).replaceAll(',', ''));
}

/** @returns instructions of a whole run, which has to end with 0. */
export function countInstructions(program: string, parameters: readonly string[]): number {
  const [counter, ...first] = instructionCounter();
  const { status, stderr } = spawnSync(counter, [...first, program, ...parameters], { encoding: 'latin1' });
  if (status !== 0) throw new Error(`${program} ended with ${String(status)}: ${stderr.slice(-500)}`);
  return readInstructions(stderr);
}
