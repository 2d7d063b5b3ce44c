// What a mote can have beside its sensors: an account of its readings, sleep, commands. Each is a file in src/parts; one that a
// firmware does not name is not in its bundle.

import type { Link, LinkPorts } from './link/link.ts';
import type { CreateTimer } from './ports/clock.ts';
import type { Close } from './ports/codes.ts';
import type { Reading } from './ports/reading.ts';
import type { Stage } from './ports/stage.ts';
import type { Scheduler } from './sensors/scheduler.ts';

export interface MotePorts extends LinkPorts {
  readonly createTimer: CreateTimer;
  /** Of the board: no two have the same. */
  readonly serial: string;
  /** @returns free blocks of the engine's memory, -1 where it cannot tell. */
  freeMemory(): number;
  /** @returns 16 bits of a checksum, by the engine. Left out: nothing is known to be unchanged. */
  checksum?(text: string): number;
  /** A session begins: the firmware works. Left out: nobody wants to know. */
  reportHealthy?(): void;
}

/** A mote, as its parts see it. */
export interface Mote {
  /** First part of all topics. */
  readonly id: string;
  readonly ports: MotePorts;
  readonly link: Link;
  readonly scheduler: Scheduler;
  /** Names of the sensors, by their index. */
  readonly sensors: readonly string[];
  /** Name or address of the first broker. */
  readonly host: string;
  /** Run soon: something is due. */
  wake(): void;
  /** Tell all parts that the power goes away. */
  tellSleep(): void;
  /** @returns whether all that a session begins with is said: who is there, and discovery. */
  isTold(): boolean;
  /** @returns 16 bits that change with what a session begins with, and with the broker; -1 where the board has no checksum. Takes its time. */
  checksum(): number;
}

export interface MotePart {
  /** A reading was published. @param code 0 accepted, NOTHING when there was nothing to say, or the negative Code of why it was not. */
  onReading?(index: number, reading: Reading, code: number): void;
  /** A sample failed: there is no reading. */
  onFailure?(index: number, code: number): void;
  /** The link is in another stage. @param why what ended the one before, Close.None for the usual way up. */
  onStage?(stage: Stage, why: Close): void;
  /** The network is there, and a broker is about to be tried. @returns milliseconds to wait first; then it is asked again. 0: go on. */
  onTry?(): number;
  /** The power goes away on purpose when this returns: keep what is to be kept. */
  onSleep?(): void;
  /** Do what is due. @returns milliseconds until the next call is needed. */
  run(now: number): number;
}

/** Start-up only. @returns null when its options are impossible. */
export type CreatePart = (mote: Mote) => MotePart | null;

/** What makes a mote sleep: createSleep (src/parts/sleep.ts). The link begins asleep, sensors are sampled at once. */
export interface Sleeper {
  /** Seconds from session to session, as long as all is well. */
  readonly quietSec: number;
  readonly create: CreatePart;
  /** @returns what to connect to in the place of the first broker's name. */
  hostOf(host: string): string;
  /** A session began. @returns whether the broker still has what it was told in a former one. */
  isKnown(): boolean;
}
