// What an inspection finds, as data: `mote outbox inspect --json` prints an Inspection.

import type { Message } from './message.ts';
import type { StateValue } from './state.ts';

/** What stands in the region as a whole. */
export type RegionState = 'outbox' | 'blank' | 'half-formatted' | 'other-version' | 'foreign';

/**
 * - written: records come to it now; older: they did; prepared: it is the next, or state was being carried to it for that.
 * - blank: all bits are set, by an erase or since ever; killed: its header was cleared, so that nothing in it counts; damaged: a header of ours that cannot be read;
 *   intent: says that the region is to be formatted.
 * - other-life, other-version: a header of another life of the flash, or of another layout; foreign: anything else.
 */
export type PageState =
  | 'written'
  | 'older'
  | 'prepared'
  | 'blank'
  | 'killed'
  | 'intent'
  | 'damaged'
  | 'other-life'
  | 'other-version'
  | 'foreign';

export interface PageReport {
  readonly page: number;
  readonly address: number;
  readonly state: PageState;
  /** What the header says; missing where there is none. */
  readonly sequence?: number;
  readonly erases?: number;
  /** Bytes up to the end of the last record, and those that can take records still. */
  readonly used: number;
  readonly free: number;
  /** Messages, and those of them that wait. */
  readonly records: number;
  readonly held: number;
}

/**
 * - held: waits to be sent, or for its acknowledgement; acknowledged: done with.
 * - damaged: accepted and not done with, but more than one bit is wrong: it is lost.
 */
export type RecordState = 'held' | 'acknowledged' | 'damaged';

export interface RecordReport {
  readonly page: number;
  readonly address: number;
  readonly bytes: number;
  readonly state: RecordState;
  /** Its number in a record of several messages that were taken together, from 1 on; missing: it has its own. */
  readonly part?: number;
  /** Gives the packet identifier. null: the body is damaged. */
  readonly sequence: number | null;
  /** QoS 2: PUBREC has come, so PUBREL is next. */
  readonly received: boolean;
  /** null: damaged, or no message; `why` says more. */
  readonly message: Message | null;
  readonly why?: string;
}

/** A place that is not as it should be, and what that means. */
export interface Trouble {
  readonly kind: 'mended' | 'mark' | 'torn' | 'buried' | 'lost' | 'unreadable' | 'page';
  readonly address: number;
  readonly bytes: number;
  /** Bit of the byte at `address`, where one bit was mended. */
  readonly bit?: number;
  readonly why: string;
}

export interface StateReport extends StateValue {
  readonly page: number;
  readonly address: number;
}

export interface Inspection {
  readonly state: RegionState;
  readonly address: number;
  readonly bytes: number;
  readonly pageSize: number;
  /** Of the page that is written, or else of any; these are missing where there is no header. */
  readonly version?: number;
  readonly programUnit?: number;
  readonly longestBody?: number;
  readonly nonce?: number;
  readonly pages: readonly PageReport[];
  /** In the order of their append. */
  readonly records: readonly RecordReport[];
  /** The small state: what is kept for each key. */
  readonly values: readonly StateReport[];
  readonly troubles: readonly Trouble[];
  readonly totals: {
    readonly held: number;
    readonly acknowledged: number;
    readonly received: number;
    readonly damaged: number;
    readonly mended: number;
  };
  /** Of the pages whose erase count is known; null where none is. */
  readonly wear: { readonly min: number; readonly max: number; readonly spread: number } | null;
  /** Index in `records` of the oldest message that is held, which is sent next, and of the newest; null where there is none. */
  readonly next: number | null;
  readonly newest: number | null;
}
