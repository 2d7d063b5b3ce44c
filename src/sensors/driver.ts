// The contract of every sensor driver. A driver knows its bus and its chip; it never waits, throws, or meets MQTT.

import type { ChannelMeta, Reading } from '../ports/reading.ts';

/**
 * Asks for a sample besides the regular ones, in `delayMs` (0 to NEVER_MS; 0: now). May be called from the event loop, and from `start`
 * and `poll`; never starts anything before it returns. The sample may come later: `minIntervalMs` after the last one began at
 * the earliest, and after a failure when it would be tried anyway. Of several calls the soonest counts; each `start`, for
 * whatever reason, answers all before it. A driver does not call for what happens from `start` to the end of a sample: that
 * sample has it, or asks for the next one at its end.
 */
export type Wake = (delayMs: number) => void;

export interface Driver<Options = object> {
  readonly channels: readonly ChannelMeta[];
  /** Longest time from power-up until values can be trusted, milliseconds. */
  readonly warmUpMs: number;
  /** The chip can be sampled so often at most, milliseconds. */
  readonly minIntervalMs: number;
  /** So many samples after power-up are not to be believed. */
  readonly discard: number;
  /**
   * Change settings. What is left out has its default. A sample that is on its way begins anew with them.
   * @returns 0, or Code.BadOptions where the chip has no such setting: each `start` says so too, until it is told better.
   */
  configure(options: Options): number;
  /**
   * Begin a sample: identify and configure the chip when needed, start a conversion.
   * @returns milliseconds until `poll` can succeed, or a negative Code; after an error the next call starts from the chip's identity.
   */
  start(now: number): number;
  /**
   * Finish the sample begun by `start`.
   * @returns 0 and `out` is filled, a number of milliseconds to wait before the next call, or a negative Code and `out` is untouched.
   */
  poll(now: number, out: Reading): number;
  /** Put the chip to sleep and forget what was learned from it. */
  close(): void;
  /**
   * Where something can happen between two samples that should be told at once (a door, a button): take a function by which
   * the driver asks for a sample. Left out: nothing of the kind; values are the same without a call, only later.
   */
  attach?(wake: Wake): void;
}
