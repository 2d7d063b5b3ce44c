// What `mote sim` asks of whatever runs a bundle, and what that gives back. Types only.

import type { BuildResult } from '../build/build.ts';
import type { Observed, Stage } from '../stage/stage.ts';
import type { Account } from './account.ts';
import type { BrokerAddress } from './address.ts';
import type { EmbeddedBroker } from './broker.ts';
import type { Cutter } from './power.ts';
import type { Scene } from './scene.ts';
import type { BoardFigures } from './view.ts';

/** The power of a virtual board, and what became of what it accepted. */
export interface Power extends Pick<Cutter, 'cut' | 'plan'> {
  account(): Account;
}

/** A board that runs. */
export interface RunningBoard {
  figures(): BoardFigures[];
  /** Of a board whose power is ours. */
  readonly power?: Power;
  /** Of a board that can be looked into. */
  readonly stage?: Stage & Observed;
  /** Settles with a sentence when the board stopped by itself. */
  readonly died: Promise<string>;
  stop(): Promise<void>;
}

/** A firmware that is built, and what is to be around it. */
export interface Production {
  /** What a person reads of it. */
  readonly title: string;
  readonly firmware: string;
  readonly bundle: BuildResult;
  readonly board: string;
  readonly scene: Scene;
  readonly address: BrokerAddress;
  /** Where the broker is ours. */
  readonly embedded: EmbeddedBroker | undefined;
  /** The independent client publishes. */
  publish(topic: string, payload: string): void;
  /** @returns a line of the firmware without secrets. */
  hide(line: string): string;
}

export interface EngineOptions extends Production {
  /** A line that the firmware printed. */
  onConsole(line: string): void;
  /** The power was cut; it comes back by itself. */
  onPowerCut(isTorn: boolean): void;
  /** Something around the board went wrong, as a sentence. */
  onTrouble(what: string): void;
}

/** Starts the bundle in one kind of engine. */
export type StartEngine = (options: EngineOptions) => Promise<RunningBoard>;
