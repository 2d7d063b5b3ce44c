// What bench/results/fleet.json holds. Types only.

import type { FleetReport } from '../../flash/fleet/report.ts';

export interface FleetRun extends Omit<FleetReport, 'seconds'> {
  /** Messages of all QoS in the second with most of them. */
  readonly publishedMost?: number;
  /** In each second of the window, of a run with an outage. */
  readonly attempts: readonly number[];
  /** Memory of a broker's process, a connected mote; missing: not measured. */
  readonly brokerSessionBytes?: number;
  readonly computer: { readonly cores: number; readonly model: string; readonly load: number };
}

/** A cluster whose node was killed under a fleet. */
export interface ClusterRun {
  readonly broker: string;
  readonly nodes: number;
  readonly motes: number;
  /** Between two readings of a mote. */
  readonly intervalSec: number;
  readonly minutes: number;
  readonly accepted: number;
  readonly received: number;
  readonly duplicates: number;
  readonly lost: number;
  /** Session present flag of the observer's CONNACK at the other node. */
  readonly sessionKept: boolean;
  /** From the kill until the observer received again. */
  readonly awayMs: number;
}

export interface FleetResults {
  readonly runs: Readonly<Record<string, FleetRun>>;
  readonly cluster?: ClusterRun;
}
