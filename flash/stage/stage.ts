// What a page, or a test, does with one mote and everything around it, however its time passes. No HTTP, no terminal.

import type { BoardFigures } from '../sim/view.ts';
import type { Observation } from '../sim/observer.ts';
import type { Journal } from './journal.ts';
import type { KeptPacket } from './packets.ts';
import type { AccountFigures, RunFacts } from './events.ts';

export interface Stage {
  readonly facts: Omit<RunFacts, 'run'>;
  readonly journal: Journal;
  /** Do something to it. @returns the number of the fault. @throws MoteError when there is no such fault, or not with these arguments. */
  fault(name: string, args: Readonly<Record<string, unknown>>): number;
  /** @param speed virtual seconds a real second, 0 stands still. @throws MoteError where time is not ours. */
  setSpeed(speed: number): void;
  /** While it stands still: let the next thing happen. @throws MoteError */
  step(): void;
  /** Publish to the mote. @throws MoteError */
  command(topic: string, payload: string): void;
  /** The last packets, with their bytes. */
  packets(): readonly KeptPacket[];
  /** Tell what only a look finds out: account, flash, memory, energy, clock. Where nobody looks, nothing is looked at. */
  refresh(): void;
  /** @param graceMs what left the outbox no longer ago may still be on its way; default 5 s. */
  account(graceMs?: number): AccountFigures;
  /** Milliseconds since it began, in its own time; and its own wall clock. */
  elapsed(): number;
  wall(): number;
  figures(): BoardFigures[];
  stop(): Promise<void>;
}

/** A stage whose readings come from outside. */
export interface Observed {
  /** The independent client received something. */
  received(observation: Observation, payload: string): void;
  /** It has lost the broker, or has it again. */
  reached(isThere: boolean): void;
}
