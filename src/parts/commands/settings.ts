// Which settings hold, and which are on trial, in the small state of the outbox. Two places for settings, and one record that says what is in
// them: settings are written where they are not in use, and then the record, at once. So a loss of power leaves the former or the new.

import {
  constant,
  copy,
  createBuffer,
  createView,
  cut,
  emptied,
  EMPTY,
  joinDouble,
  joinWord,
  wordAt,
  type Bytes,
} from '../../bytes/bytes.ts';
import type { Crc32 } from '../../bytes/crc32-step.ts';
import { Code } from '../../ports/codes.ts';
import { STATE_MAX, StateKey, type Outbox } from '../../ports/outbox.ts';
import { crcOf } from './hash.ts';

/** Sensors that can be given an interval, as many as one key has room for: the first ones of the firmware. */
export const INTERVALS_MAX = 7;
/** Bytes of a host's name, which stands behind the port. */
export const HOST_MAX = STATE_MAX - 2;

/** What a mote can be told. */
export interface Settings {
  /** Port, the lower byte first, and host; empty: where the firmware itself connects to. */
  address: Bytes;
  /** Milliseconds by sensor; 0: as the firmware itself has it. */
  readonly intervals: Int32Array;
}

export const enum Trial {
  /** There is none. */
  None = 0,
  /** They have to reach the broker yet. */
  Running = 1,
  /** They did not. */
  Failed = 2,
}

/** A document: its CRC-32 and the `id` that it gave itself, -1 without one. */
export interface Mark extends Crc32 {
  id: number;
}

/** Nothing but the firmware's own. */
export const NO_SLOT = -1;

/** What is known of settings. */
export interface SettingsRecord {
  /** Where those are that hold, 0 or 1, or NO_SLOT. */
  active: number;
  trial: Trial;
  /** Starts of the board since the trial began. */
  boots: number;
  /** Why it failed, see Close. */
  why: number;
  readonly accepted: Mark;
  readonly tried: Mark;
}

export interface SettingsStore {
  readonly record: SettingsRecord;
  /** Read the record again. */
  load(): void;
  /** @returns 0, or a code of `remember`. */
  save(): number;
  /** Fill `into`; what cannot be made sense of is the firmware's own. */
  loadSlot(slot: number, into: Settings): void;
  /** @returns 0, or a code of `remember`: then call it again, or take none of it. */
  saveSlot(slot: number, from: Settings): number;
}

const VERSION = 1;
const RECORD_SIZE = 20;
/** In front of the intervals: of which sensors they are. */
const CHECK_SIZE = 2;

/** @param count of intervals, INTERVALS_MAX at most. Start-up only. */
export function createSettings(count: number): Settings {
  return { address: createBuffer(STATE_MAX), intervals: new Int32Array(count) };
}

export function copySettings(to: Settings, from: Settings): void {
  to.address = copy(to.address, from.address);
  for (let i = 0; i < to.intervals.length; i++) to.intervals[i] = from.intervals[i];
}

export function copyMark(to: Mark, from: Mark): void {
  to.low = from.low;
  to.high = from.high;
  to.id = from.id;
}

export function isSame(a: Mark, b: Mark): boolean {
  return a.low === b.low && a.high === b.high;
}

/** Halves of the checksum of no document. */
const NO_SUM = 0xffff;

/** Start-up only. */
export function createMark(): Mark {
  return { low: NO_SUM, high: NO_SUM, id: -1 };
}

/** @returns whether there is such a document. */
export function isThere(mark: Mark): boolean {
  return mark.low !== NO_SUM || mark.high !== NO_SUM;
}

/** @returns the 32 bits at `at`, which are below 2^27. */
function doubleAt(bytes: Bytes, at: number): number {
  return wordAt(bytes, at) | ((wordAt(bytes, at + 2) & 0x7ff) << 16);
}

function joinMark(to: Bytes, mark: Mark): Bytes {
  return joinDouble(joinWord(joinWord(to, mark.low), mark.high), mark.id + 1);
}

function readMark(bytes: Bytes, at: number, mark: Mark): void {
  mark.low = wordAt(bytes, at);
  mark.high = wordAt(bytes, at + 2);
  mark.id = doubleAt(bytes, at + 4) - 1;
}

/** @param sensors their names: intervals that another firmware kept for others are not taken. Start-up only. */
export function createSettingsStore(
  outbox: Pick<Outbox<Bytes>, 'recall' | 'remember'>,
  sensors: readonly string[],
): SettingsStore {
  const names = createMark();
  crcOf(constant(sensors.join(' ')), names);
  const record: SettingsRecord = {
    active: NO_SLOT,
    trial: Trial.None,
    boots: 0,
    why: 0,
    accepted: createMark(),
    tried: createMark(),
  };
  let buffer = createBuffer(STATE_MAX);
  const view = createView();

  function load(): void {
    const bytes = outbox.recall(StateKey.Configuration);
    if (bytes.length !== RECORD_SIZE || (wordAt(bytes, 0) & 255) !== VERSION) return;
    const flags = wordAt(bytes, 0) >> 8;
    record.active = (flags & 3) - 1;
    record.trial = flags >> 2;
    record.boots = wordAt(bytes, 2) & 255;
    record.why = wordAt(bytes, 2) >> 8;
    readMark(bytes, 4, record.accepted);
    readMark(bytes, 12, record.tried);
  }

  function save(): number {
    const flags = (record.active + 1) | (record.trial << 2);
    buffer = joinWord(emptied(buffer), VERSION | (flags << 8));
    buffer = joinWord(buffer, record.boots | (record.why << 8));
    buffer = joinMark(joinMark(buffer, record.accepted), record.tried);
    return outbox.remember(StateKey.Configuration, buffer);
  }

  function loadSlot(slot: number, into: Settings): void {
    const address = outbox.recall(slot === 0 ? StateKey.AddressA : StateKey.AddressB);
    into.address = copy(into.address, address.length > 2 ? address : EMPTY);
    const kept = outbox.recall(slot === 0 ? StateKey.IntervalsA : StateKey.IntervalsB);
    const count = into.intervals.length;
    const isOurs = kept.length === CHECK_SIZE + 4 * count && wordAt(kept, 0) === names.low;
    for (let i = 0; i < count; i++) into.intervals[i] = isOurs ? doubleAt(kept, CHECK_SIZE + 4 * i) : 0;
  }

  function saveSlot(slot: number, from: Settings): number {
    // A value of no bytes is none: the port of no host stands for it.
    const size = from.address.length;
    buffer = size > 0 ? copy(buffer, cut(view, from.address, 0, size)) : joinWord(emptied(buffer), 0);
    const code = outbox.remember(slot === 0 ? StateKey.AddressA : StateKey.AddressB, buffer);
    if (code !== Code.Ok) return code;
    buffer = joinWord(emptied(buffer), names.low);
    for (let i = 0; i < from.intervals.length; i++) buffer = joinDouble(buffer, from.intervals[i]);
    return outbox.remember(slot === 0 ? StateKey.IntervalsA : StateKey.IntervalsB, buffer);
  }

  return { record, load, save, loadSlot, saveSlot };
}
