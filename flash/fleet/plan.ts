// What the parts of a fleet say to each other: the plan of a run, and the words between the main thread and those that hold motes. Types and
// constants only.

import type { Scene } from '../../sim/scene/scene.ts';

/** As the firmware calls its broker, in the simulated network. */
export const BROKER = { host: 'broker', port: 1883 } as const;

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** The motes of one thread. */
export interface SharePlan {
  readonly code: string;
  readonly board: string;
  readonly scene: Scene;
  /** Number of the first mote, and how many. */
  readonly first: number;
  readonly count: number;
  readonly seed: number;
  /** They are switched on one after another, so long. */
  readonly startMs: number;
}

/** What a run is, in virtual time. */
export interface VirtualPlan {
  /** From the first mote's power-on to the beginning of what is measured. */
  readonly settleMs: number;
  readonly windowMs: number;
  /** The broker is gone so long, from the third part of the window on; 0: it stays. */
  readonly outageMs: number;
  /** At most so long, for what was accepted before the end of the window. */
  readonly drainMs: number;
}

/** What a thread is started with. */
export interface ThreadPlan {
  readonly share: SharePlan;
  /** Where their connections lead; undefined: to a model broker in their own world. */
  readonly targets: readonly Target[] | undefined;
  /** Beginning of the run, milliseconds since 1970, where time is real. */
  readonly begunAt: number;
  readonly virtual: VirtualPlan;
}

/**
 * freeze: what is accepted from now on does not count; answered by a Progress that says so. stop: switch all motes off; answered by the End.
 */
export type Order = 'freeze' | 'stop';

/** What has happened until now. */
export interface Progress {
  readonly kind: 'progress';
  /** Milliseconds of the run. */
  readonly now: number;
  readonly online: number;
  readonly published: number;
  readonly acknowledged: number;
  readonly waiting: number;
  /** Accepted since the last one: topic, payload, topic, payload, ... */
  readonly accepted: readonly string[];
  readonly isFrozen: boolean;
  /** First of what was wrong. */
  readonly faults: readonly string[];
}

/** Connections in one second of the run. */
export interface Second {
  /** Attempts to connect, failed ones too. */
  readonly attempts: number;
  /** Online at its end. */
  readonly online: number;
  readonly published: number;
}

/** What a thread knows at its end. */
export interface End {
  readonly kind: 'end';
  readonly seconds: readonly Second[];
  readonly latency: readonly number[];
  readonly published: number;
  readonly acknowledged: number;
  readonly waiting: number;
  /** Of those that wait what stands in a flash: topic, \0, payload. */
  readonly kept: readonly string[];
  readonly faults: readonly string[];
  /** Where time is virtual: what the model broker took, beside what was accepted. */
  readonly virtual?: {
    readonly windowFromMs: number;
    readonly windowMs: number;
    readonly accepted: number;
    readonly received: number;
    readonly duplicates: number;
    readonly disordered: number;
    /** Acknowledged, and not received. */
    readonly lost: number;
  };
}
