// One board from power-on to power-off, as its parts see it. Everything here goes with the power; what stays is in the
// bench (bench.ts) and in the flash.

import type { BoardData } from '../../boards/board.ts';
import type { Nor } from '../nor.ts';
import type { Bench } from './bench.ts';
import type { Clock } from './clock.ts';
import type { Loop } from './loop.ts';
import type { Realm } from './realm.ts';
import type { Start } from './start.ts';
import type { World } from './world.ts';

export interface Counters {
  /** Pieces of at most 536 bytes that the engine handed to the network, and got from it. */
  packetsOut: number;
  packetsIn: number;
  bytesOut: number;
  bytesIn: number;
  /** Connections opened, and attempts that failed. */
  connections: number;
  refusals: number;
  /** Timers that fired. */
  timers: number;
  /** Exceptions that nothing caught. */
  uncaught: number;
  /** Starts from the beginning, the first included. */
  boots: number;
}

/**
 * What could grow without bound while a program runs: its timers, open sockets, bytes that they have not sent, bytes that the
 * program has not taken, and listeners of the engine's own objects.
 */
export type GaugeName = 'timers' | 'sockets' | 'unsentBytes' | 'untakenBytes' | 'listeners';
export type Gauges = Readonly<Record<GaugeName, number>>;

/** Why a board starts: numbers as ESP32.getWakeupCause gives them. */
export const Wake = { PowerOn: 0, Pin: 2, Pins: 3, Timer: 4 } as const;

/** What a program can do to the console that it is watched on. */
export interface BoardConsole {
  /** Text as it is, in the middle of a line too. */
  write(text: string): void;
  echo(isOn: boolean): void;
  /** undefined: no password. */
  setPassword(password: string | undefined): void;
  /** Ask for the password, if there is one. */
  lock(): void;
  /** The program is about to be taken down. */
  leave(): void;
  /** Name of the port that the console is on; null: none. */
  getDevice(): string | null;
  setDevice(name: string | null): void;
}

export interface Machine {
  readonly data: BoardData;
  readonly realm: Realm;
  readonly world: World;
  readonly bench: Bench;
  readonly nor: Nor;
  readonly counters: Counters;
  readonly clock: Clock;
  readonly loop: Loop;
  readonly serial: string;
  readonly wakeCause: number;
  /** Why the program starts, other than by power. */
  readonly start: Start;
  /** One line on the console. */
  print(line: string): void;
  readonly console: BoardConsole;
  /** A file of Storage is about to go. */
  fileErased(content: () => string): void;
  /** Run once when the power goes. `silent`: connections die without a word. */
  onStop(stop: (silent: boolean) => void): void;
  /** Stop, and start from the beginning after `ms`; undefined: never. */
  reboot(cause: number, ms: number | undefined, start?: Start): void;
  /** The same from inside the program: does not return. */
  restart(cause: number, ms: number | undefined): never;
  /** Have something counted that could grow. */
  gauge(name: GaugeName, read: () => number): void;
  /** Be told how long the program has been blocking, each time that it does. */
  onBlock(check: (blockedMs: number) => void): void;
  /** Run source text with the board's globals and some names more. */
  run(code: string, file: string, locals: Readonly<Record<string, unknown>>): void;
  /** A part that is made once per start, when first asked for. */
  part<T>(make: (machine: Machine) => T): T;
}
