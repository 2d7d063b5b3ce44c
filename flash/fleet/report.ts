// What a run of a fleet comes to: figures from what its threads counted, and the account. Pure functions.

import { createHistogram } from './histogram.ts';
import type { LedgerSums } from './ledger.ts';
import type { Return } from './observer.ts';
import type { Run } from './options.ts';
import type { End, Second } from './plan.ts';

export interface FleetAccount extends LedgerSums {
  /** Messages that a broker acknowledged. */
  readonly acknowledged: number;
  /** Accepted, not acknowledged, and in the flash of a mote. */
  readonly waiting: number;
  /** Accepted, not received by the observer, and in no flash. */
  readonly lost: number;
}

/** What became of a fleet that lost its broker. */
export interface Outage {
  /** Second of the window in which more than half of it was gone. */
  readonly lostAtSec: number;
  /** Most attempts to connect in a second from then on, and which second that was, from 0. */
  readonly worst: number;
  readonly worstAtSec: number;
  readonly worstPercent: number;
  /** From then on until all were online again; null: not all came back. */
  readonly allBackSec: number | null;
}

export type Latency = Readonly<Record<'p50' | 'p90' | 'p99' | 'p999' | 'max', number>>;

export interface FleetReport {
  readonly motes: number;
  readonly workers: number;
  readonly firmware: string;
  readonly bundleBytes: number;
  readonly intervalSec: number;
  readonly broker: string;
  readonly isVirtual: boolean;
  /** stopped: a person ended it before its time. */
  readonly ended: 'complete' | 'stopped';
  /** Of what was measured, in the time of the motes. */
  readonly windowSec: number;
  /** The whole run, in real time. */
  readonly realSec: number;
  /** Of the run, seconds until all were online; null: not all were at once. */
  readonly allOnlineSec: number | null;
  readonly published: number;
  readonly messagesPerSec: number;
  /** Publish to PUBACK where the motes' network meets the broker; null: a model broker answers at once. */
  readonly latencyMs: Latency | null;
  /** Memory of the process that holds motes and observer, at its most, over what it had before. */
  readonly bytesPerMote: number;
  /** Of the embedded broker's process, a mote; null: it is another. */
  readonly brokerBytesPerMote: number | null;
  readonly outage: Outage | null;
  /** How often the observer was away. */
  readonly returns: readonly Return[];
  readonly account: FleetAccount;
  /** First of what was wrong: codes of refusals, errors of connections. */
  readonly faults: readonly string[];
  /** Each second of the window. */
  readonly seconds: readonly Second[];
}

/** @returns the seconds of all threads, added up. */
export function addSeconds(all: readonly (readonly Second[])[]): Second[] {
  const length = Math.max(0, ...all.map((seconds) => seconds.length));
  return Array.from({ length }, (_, index) => {
    const sum = { attempts: 0, online: 0, published: 0 };
    for (const seconds of all) {
      // A thread in which nothing has happened since has as many online as before.
      const second = seconds[index] ?? { attempts: 0, published: 0, online: seconds.at(-1)?.online ?? 0 };
      sum.attempts += second.attempts;
      sum.online += second.online;
      sum.published += second.published;
    }
    return sum;
  });
}

/** @returns when more than half of the fleet was gone at once, and what came of it; null: it never was. */
export function findOutage(seconds: readonly Second[], motes: number): Outage | null {
  const lostAtSec = seconds.findIndex(({ online }) => online * 2 < motes);
  if (lostAtSec < 0) return null;
  const after = seconds.slice(lostAtSec);
  const worst = Math.max(...after.map(({ attempts }) => attempts));
  const allBack = after.findIndex(({ online }) => online >= motes);
  return {
    lostAtSec,
    worst,
    worstAtSec: after.findIndex(({ attempts }) => attempts === worst),
    worstPercent: (100 * worst) / motes,
    allBackSec: allBack < 0 ? null : allBack,
  };
}

/** @returns publish to PUBACK, milliseconds, of all threads. */
export function latencyOf(ends: readonly End[]): Latency {
  const all = createHistogram();
  for (const { latency } of ends) all.addAll(latency);
  const at = (share: number) => Math.round(all.percentile(share) * 100) / 100;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: at(1) };
}

/** What both ways of measuring know in the same form. */
export interface Counted {
  readonly ends: readonly End[];
  /** Seconds of the run: what was measured, first and behind the last. */
  readonly from: number;
  readonly to: number;
  readonly account: Omit<FleetAccount, 'acknowledged' | 'waiting'>;
}

type Figure =
  | 'motes'
  | 'workers'
  | 'firmware'
  | 'bundleBytes'
  | 'intervalSec'
  | 'windowSec'
  | 'published'
  | 'messagesPerSec'
  | 'outage'
  | 'account'
  | 'faults'
  | 'seconds';

/** @returns the figures that are made in the same way of both. */
export function figuresOf(run: Run, { ends, from, to, account }: Counted): Pick<FleetReport, Figure> {
  const all = addSeconds(ends.map((end) => end.seconds));
  const seconds = all.slice(from, to);
  const published = sumOf(seconds, (second) => second.published);
  return {
    motes: run.motes,
    workers: run.workers,
    firmware: run.prepared.name,
    bundleBytes: run.prepared.code.length,
    intervalSec: run.prepared.intervalMs / 1000,
    windowSec: seconds.length,
    published,
    messagesPerSec: published / Math.max(1, seconds.length),
    // Who came back after what was measured counts too.
    outage: findOutage(all.slice(from), run.motes),
    account: {
      ...account,
      acknowledged: sumOf(ends, (end) => end.acknowledged),
      waiting: sumOf(ends, (end) => end.waiting),
    },
    faults: [...new Set(ends.flatMap((end) => end.faults))],
    seconds,
  };
}

export const sumOf = <T>(all: readonly T[], value: (one: T) => number) =>
  all.reduce((sum, one) => sum + value(one), 0);
