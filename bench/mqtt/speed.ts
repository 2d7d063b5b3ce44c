// Instructions of one round of work, net of the same loop around an empty socket: the difference between many rounds and few.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { countInstructions, runFiles, type Engines } from '../espruino.ts';
import type { SpeedRow } from './rows.ts';
import { packetSize, speedScript, type Rounds, type Subject } from './script.ts';

/** Counts hardly differ from run to run, so that a few hundred rounds are enough. */
const FEW = 100;
const MANY = 400;
const CHECKED: Rounds = { rounds: 40, isChecked: true };

interface Printed {
  readonly sent: number;
  readonly bytes: number;
  readonly good: number;
  readonly bad: number;
}

export interface Measured {
  /** Thousand instructions a round (a packet, where a round has several), net. */
  readonly net: number;
  /** Why the client is not right; its figure is not worth anything then. */
  readonly wrong?: string;
}

/** Counts a script, or knows the count from before. */
export type Count = (script: string) => { instructions: number; marks: string };

/** Counts each script once: the empty loop of a row is the same for all. */
export function countWith(engines: Engines): Count {
  const known = new Map<string, ReturnType<Count>>();
  return (script) => {
    const result = known.get(script) ?? countInstructions(engines, script);
    known.set(script, result);
    return result;
  };
}

/** Counts are the same for the same script and engine, so those who tune need not wait for the peers again. */
export function countWithMemory(engines: Engines, file: string): Count {
  let known: Record<string, ReturnType<Count>> = {};
  try {
    known = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // The first run.
  }
  const { mtimeMs, size } = statSync(engines.valgrind);
  const engine = `${engines.valgrind} ${mtimeMs} ${size} ${process.env['INSTRUCTION_COUNTER'] ?? ''}`;
  return (script) => {
    const key = createHash('sha256').update(engine).update(script).digest('hex').slice(0, 20);
    const before = known[key];
    if (before !== undefined) return before;
    const result = countInstructions(engines, script);
    known[key] = result;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(known));
    return result;
  };
}

/** What a right client prints after `rounds` rounds, in a checked run with the packet that comes byte by byte. */
function expected(row: SpeedRow, { rounds, isChecked }: Rounds): Printed {
  if (row.kind === 'receive') {
    const good = rounds * row.packets + (isChecked ? 1 : 0);
    const acknowledged = row.qos > 0 ? good : 0;
    return { sent: acknowledged, bytes: 4 * acknowledged, good, bad: 0 };
  }
  return { sent: rounds, bytes: row.payloadBytes(rounds) + rounds * packetSize(row), good: 0, bad: 0 };
}

function complaint(row: SpeedRow, rounds: Rounds, marks: string): string | undefined {
  const should = JSON.stringify(expected(row, rounds));
  return marks === should ? undefined : `${marks || 'nothing'} instead of ${should}`;
}

/** Let the client do `row`, with every byte compared. @returns what is wrong. */
export function checkRow(engines: Engines, subject: Subject, row: SpeedRow): string | undefined {
  try {
    const marks = runFiles(engines, { 'main.js': speedScript(subject, row, CHECKED) });
    return complaint(row, CHECKED, marks);
  } catch (error) {
    return (error as Error).message;
  }
}

function perRound(count: Count, subject: Subject | undefined, row: SpeedRow): Measured {
  const counts = [FEW, MANY].map((rounds) => {
    const { instructions, marks } = count(speedScript(subject, row, { rounds, isChecked: false }));
    const wrong = subject === undefined ? undefined : complaint(row, { rounds, isChecked: false }, marks);
    return { instructions, wrong };
  }) as [{ instructions: number; wrong?: string }, { instructions: number; wrong?: string }];
  const rounds = (MANY - FEW) * row.packets;
  const net = (counts[1].instructions - counts[0].instructions) / rounds / 1000;
  const wrong = counts[1].wrong ?? counts[0].wrong;
  return wrong === undefined ? { net } : { net, wrong };
}

/** @returns thousand instructions of a round of `row`, net; undefined when the client has nothing like it. */
export function measureRow(
  engines: Engines,
  count: Count,
  subject: Subject,
  row: SpeedRow,
): Measured | undefined {
  if (row.work[subject.name] === undefined) return undefined;
  const wrong = checkRow(engines, subject, row);
  try {
    const gross = perRound(count, subject, row);
    const net = gross.net - perRound(count, undefined, row).net;
    const why = wrong ?? gross.wrong;
    return why === undefined ? { net } : { net, wrong: why };
  } catch (error) {
    return { net: 0, wrong: (error as Error).message };
  }
}
