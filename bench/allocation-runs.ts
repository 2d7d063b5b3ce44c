// Steady state: what every operation of a client and of the flash outbox allocates, in engines whose allocations can be
// counted. Builds the device programs bench/device/allocations*.ts in a form of bytes, and checks that they did what was asked.

import { join } from 'node:path';
import { build } from '../flash/build/build.ts';
import type { Form } from '../flash/build/compile.ts';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';

/** Operations of the device programs, and what they are to a reader. */
export const OPERATIONS = {
  empty: 'an empty call',
  sometimes: 'for comparison: an object in one call of a hundred',
  array: 'for comparison: an array of 64 bytes in each call',
  publish0: 'publish, QoS 0',
  publishFields: 'the same through begin, two texts, two numbers, end',
  publish1: 'publish, QoS 1, and take its PUBACK',
  publish2: 'publish, QoS 2, and take its PUBREC and PUBCOMP',
  receive0: 'receive, QoS 0',
  receiveInTurn: 'receive two topics in turn, one through a wildcard',
  receiveCut: 'receive, QoS 0, cut in two',
  receive1: 'receive, QoS 1, and send its PUBACK',
  receive2: 'receive, QoS 2, and send its PUBREC and PUBCOMP',
  ping: 'ping, and take its PINGRESP',
  flash1: 'flash outbox: append, peek, acknowledge',
  flashEight: 'the same with eight in flight, some of QoS 2 with PUBREC',
  flashUp: 'flash outbox with a clock that does not know the time, time in the payload',
  flashTime: 'flash outbox with a clock that does',
  flashTimeIn: 'the same with the time in the payload',
  flashAge: 'the same with the age of the oldest message',
  flashProperties: 'the same with properties of MQTT 5.0 and the age of the message',
  flashPropertiesRam: 'the same, and in the outbox without flash',
} as const;
export type Operation = keyof typeof OPERATIONS;
const ALL = Object.keys(OPERATIONS) as Operation[];
/** Those of a client. */
export const OF_A_CLIENT = ALL.filter((operation) => !/^(empty|sometimes|array|flash.*)$/.test(operation));

/** A device program, and its operations: those that say what the counter counts come first. */
export interface Program {
  readonly file: string;
  readonly operations: readonly Operation[];
  /** Features that are other than usual. */
  readonly features?: Readonly<Record<string, boolean>>;
}
export const CLIENT: Program = {
  file: 'allocations.ts',
  operations: ['empty', 'sometimes', 'array', ...OF_A_CLIENT],
};
/** The same with MQTT 5.0, which the operations then are of. */
export const CLIENT_5: Program = { ...CLIENT, features: { V5: true } };
export const FLASH: Program = {
  file: 'allocations-flash.ts',
  operations: ['empty', 'flash1', 'flashEight'],
};
/** The flash outbox with a clock. */
export const TIMED: Program = {
  file: 'allocations-time.ts',
  operations: ['empty', 'flashUp', 'flashTime', 'flashTimeIn', 'flashAge'],
};
/** With properties of MQTT 5.0. */
export const PROPERTIES: Program = {
  file: 'allocations-properties.ts',
  operations: ['empty', 'flashProperties', 'flashPropertiesRam'],
  features: { V5: true },
};

export interface Rounds {
  readonly warmUp: number;
  readonly few: number;
  readonly many: number;
}

export interface Row {
  readonly operation: Operation;
  /** Allocations, or what stands for them, over `few` and over `many` operations. */
  readonly low: number;
  readonly high: number;
}

/** @returns what `operation` took between `few` and `many` rounds, beyond an empty call. */
export function growth(rows: readonly Row[], operation: Operation): number {
  const of = (name: Operation) => {
    const row = rows.find((candidate) => candidate.operation === name);
    if (row === undefined) throw new Error(`no row ${name}`);
    return row.high - row.low;
  };
  return of(operation) - of('empty');
}

/** @returns a device program in one form. */
export async function allocationProgram({ file, features = {} }: Program, form: Form): Promise<string> {
  const board = form === 'array' ? 'jerryscript' : 'espruino-linux';
  const firmware = join(PACKAGE_ROOT, 'bench', 'device', file);
  return (await build({ firmware, form, board, features })).code;
}

/** @returns what has to run before the program. @param allocations body of the function that counts. */
export function prelude(operations: readonly Operation[], rounds: Rounds, allocations?: string): string {
  const { warmUp, few, many } = rounds;
  return [
    `var warmUp=${warmUp},few=${few},many=${many},wanted="${operations.join(' ')}";`,
    'function report(name,low,high){print("@@row "+name+" "+low+" "+high)}',
    ...(allocations === undefined ? [] : [`function allocations(){${allocations}}`]),
  ].join('\n');
}

/**
 * What each operation adds to [QoS 0 messages published, messages delivered, messages handled, pings], or, in the flash, to
 * [messages appended, looked at, acknowledged].
 */
const EFFECTS: Readonly<Record<Operation, readonly number[]>> = {
  empty: [],
  sometimes: [],
  array: [],
  publish0: [1, 0, 0, 0],
  publishFields: [1, 0, 0, 0],
  publish1: [0, 1, 0, 0],
  publish2: [0, 1, 0, 0],
  receive0: [0, 0, 1, 0],
  receiveInTurn: [0, 0, 2, 0],
  receiveCut: [0, 0, 1, 0],
  receive1: [0, 0, 1, 0],
  receive2: [0, 0, 1, 0],
  ping: [0, 0, 0, 1],
  flash1: [1, 1, 1],
  flashEight: [1, 1, 1],
  flashUp: [1, 1, 1],
  flashTime: [1, 1, 1],
  flashTimeIn: [1, 1, 1],
  flashAge: [1, 1, 1],
  flashProperties: [1, 1, 1],
  flashPropertiesRam: [1, 1, 1],
};

const words = (lines: readonly string[], mark: string) =>
  lines.filter((line) => line.startsWith(`@@${mark} `)).map((line) => line.split(' ').slice(1));

/** @returns the rows that the program printed. Throws when it did not do all that was asked, and nothing else. */
export function readRows(lines: readonly string[], operations: readonly Operation[], rounds: Rounds): Row[] {
  const times = rounds.warmUp + rounds.few + rounds.many;
  const did = words(lines, 'did')[0]?.map(Number);
  const expected = did?.map((_, i) =>
    operations.reduce((sum, operation) => sum + times * (EFFECTS[operation][i] ?? 0), 0),
  );
  const wrong = words(lines, 'wrong')[0]?.map(Number);
  if (did === undefined || String(did) !== String(expected) || String(wrong) !== '0') {
    const said = lines.slice(-5).join('; ');
    throw new Error(`the program did ${did} instead of ${expected}, ${wrong} went wrong: ${said}`);
  }
  const rows = words(lines, 'row').map(([operation, low, high]) => ({
    operation: operation as Operation,
    low: Number(low),
    high: Number(high),
  }));
  if (rows.map((row) => row.operation).join() !== operations.join()) throw new Error('rows are missing');
  return rows;
}
