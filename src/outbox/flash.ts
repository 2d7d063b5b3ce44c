// The outbox that survives the loss of power: messages as records of the log. Sequences give the order, the log gives
// the places; those of what is in flight are kept at hand.

import {
  byteAt,
  createBuffer,
  createView,
  cut,
  emptied,
  EMPTY,
  join,
  joinInteger,
  joinText,
  joinWord,
  standsAt,
  wordAt,
  type Bytes,
} from '../bytes/bytes.ts';
import { joinSeconds } from '../bytes/seconds.ts';
import { DROP, QOS2, STATE, TIME } from '../features.ts';
import { elapsed, type Clock } from '../ports/clock.ts';
import { Code, Drop } from '../ports/codes.ts';
import type { FlashBytes } from '../ports/flash.ts';
import {
  isAfter,
  nextSequence,
  SEQUENCE_MAX,
  STATE_KEYS,
  StateKey,
  type Outbox,
  type OutboxOptions,
  type OutboxRecord,
} from '../ports/outbox.ts';
import type { Topic } from '../ports/packet-writer.ts';
import { createLog, createPlace, type LogCounters } from './log.ts';
import { createTimes, Kind, unitsOf, type Stamp } from './times.ts';

/** Before the topic: sequence 2, flags 2, and when it was made, where that is known, 4. */
const FIELDS = 4;
const STAMP_SIZE = 4;
/** Flags: RETAIN and QoS of its PUBLISH; kind of its stamp; one more than the place of its time in the payload, 0: nowhere. */
const KIND_SHIFT = 3;
const KIND_MASK = 3;
const TIME_SHIFT = 6;
/** Longest time as text. */
const TIME_SIZE = 10;
/** Before the characters of a topic stands their number. */
const NAME_LENGTH = 2;
const PUBLISH = 0x30;
const FLAGS = 7;
/** Records that are found without a walk, by sequence modulo this: as many as may be in flight. */
const PLACES = 8;
/** More records held could not be told in order. */
const HELD_MAX = (SEQUENCE_MAX >> 1) - 1;

/** Least time from one value of a key of the firmware's to the next, where there is a clock: flash wears. */
export const STATE_INTERVAL_MS = 10000;

export interface FlashOutboxCounters extends LogCounters {
  /** Messages that were read back other than they were written, by more than one bit: lost. */
  lost: number;
  /** Messages that were given up for newer ones. */
  dropped: number;
  /** Bytes that messages take from the oldest that is held on, in flash, and all there are. What lies between counts too. */
  used: number;
  capacity: number;
}

export interface FlashOutboxOptions extends OutboxOptions {
  /** Left out: no message says when it was made. */
  readonly clock?: Clock;
  /** Messages that had been accepted were given up. */
  onDrop?(why: Drop, count: number): void;
}

export interface FlashOutbox extends Outbox<Bytes> {
  /** @returns seconds since the oldest message was taken; -1: there is none, or nobody knows. */
  oldestSec(): number;
  /** @param nonce differs from life to life. @returns 0, or Code.Foreign, OldFormat, WornOut, Range: then `append` says the same. */
  open(nonce: number): number;
  /** Erase everything and begin anew. @returns 0, or Code.WornOut. */
  format(nonce: number): number;
  counters(): FlashOutboxCounters;
}

/** @param recordMax most bytes of topic and payload and six more. Start-up only. */
export function createFlashOutbox(
  flash: FlashBytes<Bytes>,
  recordMax: number,
  options: FlashOutboxOptions = {},
): FlashOutbox {
  const isDropping = DROP && options.whenFull === 'drop-oldest';
  const onDrop = options.onDrop;
  const keepsTime = TIME && options.clock !== undefined;
  /** Sequences, 0 in free places, behind them the addresses of their records, and behind those their sizes. */
  const table = new Int32Array(3 * PLACES);
  const place = createPlace();
  let body = createBuffer(recordMax);
  const nameView = createView();
  const payloadView = createView();
  const topic = { first: 0, head: EMPTY, name: EMPTY, size: 0 };
  /** What `open` or `format` came to. */
  let opened: number = Code.Closed;
  let isOpen = false;
  let held = 0;
  /** Up to this sequence it is known which are held; behind it each may have been acknowledged before the last start. */
  let seen = 0;
  /** PUBREC may have come for a message that is held. */
  let hasReceived = false;
  /** PUBREC has come for the record that a walk has come to. */
  let isReceived = false;
  let lost = 0;
  let dropped = 0;

  const log = createLog(flash, recordMax, forget);
  /** When each key was last kept, -1: not since the start. */
  const rememberedAt = new Int32Array(STATE && options.clock !== undefined ? STATE_KEYS : 0);
  for (let i = 0; i < rememberedAt.length; i++) rememberedAt[i] = -1;
  const times = keepsTime ? createTimes(options.clock!, log) : null;
  const stamp: Stamp = { kind: Kind.Unknown, low: 0, high: 0 };
  /** A payload with its time put in. */
  let timed = createBuffer(TIME ? recordMax + TIME_SIZE : 0);
  const fields = FIELDS + (keepsTime ? STAMP_SIZE : 0);

  /** @returns how many sequences `to` comes after `from`. */
  function between(from: number, to: number): number {
    return (to - from + SEQUENCE_MAX) % SEQUENCE_MAX;
  }

  /** A page goes: so do the places in it. */
  function forget(from: number, to: number): void {
    for (let i = 0; i < PLACES; i++) {
      if (table[PLACES + i] >= from && table[PLACES + i] < to) table[i] = 0;
    }
  }

  function begin(code: number): number {
    opened = code;
    isOpen = code === Code.Ok;
    hasReceived = QOS2;
    for (let i = 0; i < PLACES; i++) table[i] = 0;
    if (isOpen) {
      if (TIME && times !== null) times.open();
      seen = log.sequence();
      const first = walk(0);
      held = 0;
      if (first.length > 0) {
        seen = wordAt(first, 0);
        held = between(seen, log.sequence()) + 1;
      }
    }
    return code;
  }

  function open(nonce: number): number {
    return begin(log.open(nonce));
  }

  function format(nonce: number): number {
    return begin(log.format(nonce));
  }

  /** Put sequence and flags of a message into `body`, and when it was made. @hot */
  function joinFields(sequence: number, flags: number, timeAt?: number): void {
    body = joinWord(emptied(body), sequence);
    if (TIME && times !== null) {
      times.stamp(stamp);
      const at = timeAt === undefined ? 0 : timeAt + 1;
      body = joinWord(body, flags | (stamp.kind << KIND_SHIFT) | (at << TIME_SHIFT));
      if (stamp.kind !== Kind.Unknown) body = joinWord(joinWord(body, stamp.low), stamp.high);
    } else {
      body = joinWord(body, flags);
    }
  }

  /** Append `body`, and give up the oldest messages for it when there is no room. @apart */
  function appendDropping(marks: number): number {
    const code = log.append(marks, body);
    return code === Code.Full && dropPage() ? log.append(marks, body) : code;
  }

  /** Keep at hand where a new record is, unless one is in flight whose place that would take: that is asked for sooner. @hot */
  function noteNew(sequence: number, where: number, marks: number): void {
    const at = sequence % PLACES;
    if (table[at] !== 0) return;
    table[at] = sequence;
    table[PLACES + at] = where;
    table[2 * PLACES + at] = log.sizeOf(marks, body.length);
  }

  /** @hot */
  function append(to: Topic<Bytes>, payload: Bytes, timeAt?: number): number {
    if (!isOpen) return opened;
    if (held >= HELD_MAX) return Code.Full;
    const newest = log.sequence();
    const sequence = nextSequence(newest);
    const first = to.first;
    if (fields + to.name.length + payload.length > recordMax) return Code.TooLong;
    joinFields(sequence, first & FLAGS, timeAt);
    body = join(join(body, to.name), payload);
    const marks = QOS2 && (first & 4) > 0 ? 2 : 1;
    const code = DROP && isDropping ? appendDropping(marks) : log.append(marks, body);
    if (code < 0) return code;
    held++;
    if (seen === newest) seen = sequence;
    noteNew(sequence, code, marks);
    return sequence;
  }

  /** The record at `place` is done with, and its place is not known any more. */
  function finish(): void {
    const where = log.addressOf(place);
    log.mark(where, 0, place.size);
    forget(where, where + 1);
  }

  /** One less is held: of those that are not known yet, the walk that comes by will see it. @hot */
  function release(sequence: number): void {
    if (seen === log.sequence() || !isAfter(sequence, seen)) held--;
  }

  function say(why: Drop, count: number): void {
    if (count > 0 && onDrop !== undefined) onDrop(why, count);
  }

  /** Give up the messages of the oldest page that holds any. @returns whether there were any. @apart */
  function dropPage(): boolean {
    let count = 0;
    let gone = 0;
    let isThere = log.first(place);
    const slot = place.slot;
    for (; isThere && place.slot === slot; isThere = log.next(place)) {
      if (place.done || place.marks === 0) continue;
      const bytes = log.body(place);
      if (bytes.length > 0) {
        release(wordAt(bytes, 0));
        count++;
      } else {
        // One less where all are known; else the walk that comes by will see it.
        if (seen === log.sequence()) held--;
        gone++;
      }
      finish();
    }
    dropped += count;
    lost += gone;
    say(Drop.Oldest, count);
    say(Drop.Damaged, gone);
    return count + gone > 0;
  }

  /** Move `place` behind the record of `sequence`, or to the oldest one. @returns whether there is a record. */
  function start(sequence: number): boolean {
    const at = sequence % PLACES;
    if (sequence === 0 || table[at] !== sequence) return log.first(place);
    const where = table[PLACES + at];
    if (!log.find(place, where)) return false;
    return log.addressOf(place) === where ? log.next(place) : true;
  }

  /**
   * A walk came from behind `from` to `to` and met none that is held, but for `gone`, of which nothing can be made.
   * @param last what is known from now on.
   */
  function pass(from: number, to: number, gone: number, last: number): void {
    lost += gone;
    say(Drop.Damaged, gone);
    if ((from > 0 && isAfter(from, seen)) || !isAfter(to, seen)) {
      held -= gone;
      return;
    }
    const unheld = between(seen, to) - 1;
    held -= unheld > gone ? unheld : gone;
    seen = last;
  }

  /** Move `place` to the oldest record behind `sequence` that is held, 0: of all. @returns its body, EMPTY when there is none. */
  function walk(sequence: number): Bytes {
    let gone = 0;
    for (let isThere = start(sequence); isThere; isThere = log.next(place)) {
      if (place.done || place.marks === 0) continue;
      isReceived = QOS2 && place.marks > 1 && log.isMarked(place, 1);
      const bytes = log.body(place);
      if (bytes.length === 0) {
        // Nothing can be made of it, and nobody shall try again.
        gone++;
        finish();
      } else if (sequence === 0 || isAfter(wordAt(bytes, 0), sequence)) {
        const found = wordAt(bytes, 0);
        pass(sequence, found, gone, found);
        return bytes;
      }
    }
    pass(sequence, nextSequence(log.sequence()), gone, log.sequence());
    return EMPTY;
  }

  /** Move `place` to the record of `sequence`. @returns whether it is held. */
  function locate(sequence: number): boolean {
    if (!isOpen || sequence < 1) return false;
    const at = sequence % PLACES;
    if (table[at] === sequence) return log.find(place, table[PLACES + at]) && !place.done;
    const bytes = walk(sequence === 1 ? SEQUENCE_MAX : sequence - 1);
    return bytes.length > 0 && wordAt(bytes, 0) === sequence;
  }

  /** Read into `stamp` when the message of `bytes` was made. @returns place behind that. */
  function readStamp(bytes: Bytes, flags: number): number {
    stamp.kind = (flags >> KIND_SHIFT) & KIND_MASK;
    if (stamp.kind === Kind.Unknown) return FIELDS;
    stamp.low = wordAt(bytes, FIELDS);
    stamp.high = wordAt(bytes, FIELDS + 2);
    return FIELDS + STAMP_SIZE;
  }

  /** @returns the payload that begins at `from` of the message at `place`, whose time `stamp` is, with that put in at `at`. */
  function putTime(read: Bytes, sequence: number, from: number, at: number): Bytes {
    let bytes = read;
    const isWall = stamp.kind === Kind.Wall;
    const seconds = times === null || isWall ? -1 : times.resolve(stamp, sequence);
    // What is kept of boots may have been read meanwhile, over the message.
    if (stamp.kind === Kind.Uptime) bytes = log.body(place);
    timed = join(emptied(timed), cut(payloadView, bytes, from, at));
    if (isWall) timed = joinSeconds(timed, unitsOf(stamp), stamp.low & 127);
    else timed = seconds < 0 ? joinText(timed, 'null') : joinInteger(timed, seconds);
    timed = join(timed, cut(payloadView, bytes, from + at, bytes.length - from - at));
    return timed;
  }

  /** Make a record of the body at `place`, and keep its place at hand. */
  function fill(out: OutboxRecord<Bytes>, bytes: Bytes): void {
    const found = wordAt(bytes, 0);
    const flags = wordAt(bytes, 2);
    const from = readStamp(bytes, flags);
    out.sequence = found;
    topic.first = PUBLISH | (flags & FLAGS);
    const end = from + NAME_LENGTH + ((byteAt(bytes, from) << 8) | byteAt(bytes, from + 1));
    const timeAt = (flags >> TIME_SHIFT) - 1;
    out.payload =
      TIME && timeAt >= 0
        ? putTime(bytes, found, end, timeAt)
        : cut(payloadView, bytes, end, bytes.length - end);
    topic.name = cut(nameView, bytes, from, end - from);
    out.topic = topic;
    const at = found % PLACES;
    table[at] = found;
    table[PLACES + at] = log.addressOf(place);
    table[2 * PLACES + at] = place.size;
  }

  function peek(sequence: number, out: OutboxRecord<Bytes>): number {
    if (!isOpen || sequence === log.sequence()) return Code.Empty;
    const bytes = walk(sequence);
    if (bytes.length === 0) return Code.Empty;
    out.received = isReceived;
    fill(out, bytes);
    return Code.Ok;
  }

  /** @hot */
  function acknowledge(sequence: number): number {
    const at = sequence % PLACES;
    if (sequence > 0 && table[at] === sequence) {
      log.mark(table[PLACES + at], 0, table[2 * PLACES + at]);
      table[at] = 0;
    } else {
      if (!locate(sequence)) return Code.Unknown;
      finish();
    }
    release(sequence);
    return Code.Ok;
  }

  function receive(sequence: number): number {
    if (!QOS2 || !locate(sequence) || place.marks < 2) return Code.Unknown;
    log.mark(log.addressOf(place), 1, place.size);
    hasReceived = true;
    return Code.Ok;
  }

  function restart(): number {
    let finished = 0;
    if (!QOS2 || !hasReceived) return finished;
    hasReceived = false;
    for (let isThere = isOpen && log.first(place); isThere; isThere = log.next(place)) {
      if (place.done || place.marks < 2 || !log.isMarked(place, 1)) continue;
      release(wordAt(log.body(place), 0));
      finish();
      finished++;
    }
    return finished;
  }

  function oldestSec(): number {
    if (!TIME || times === null || !isOpen) return -1;
    const bytes = walk(0);
    if (bytes.length === 0) return -1;
    const sequence = wordAt(bytes, 0);
    readStamp(bytes, wordAt(bytes, 2));
    return times.age(stamp, sequence);
  }

  function count(): number {
    return held;
  }

  function recall(key: number): Bytes {
    return isOpen ? log.recall(key) : EMPTY;
  }

  /** @returns whether a key is the firmware's, and there is a clock. What is outside of an array Espruino takes for 0. */
  function isTimed(key: number): boolean {
    return STATE && options.clock !== undefined && key > StateKey.Boots && key < STATE_KEYS;
  }

  /** @returns whether such a key was kept a moment ago. */
  function isTooSoon(key: number): boolean {
    const then = rememberedAt[key];
    return then >= 0 && elapsed(then, options.clock!.now()) < STATE_INTERVAL_MS;
  }

  function remember(key: number, value: Bytes): number {
    if (!isOpen) return opened;
    const hasInterval = isTimed(key);
    if (hasInterval && isTooSoon(key)) {
      const kept = log.recall(key);
      return kept.length === value.length && standsAt(kept, value, 0) ? Code.Ok : Code.Busy;
    }
    const code = log.remember(key, value);
    if (hasInterval && code === Code.Ok) rememberedAt[key] = options.clock!.now();
    return code;
  }

  function idle(): boolean {
    if (TIME && times !== null && isOpen) times.tick();
    return isOpen && log.idle();
  }

  function counters(): FlashOutboxCounters {
    const of = log.counters;
    return {
      mended: of.mended,
      damaged: of.damaged,
      worn: of.worn,
      lost,
      dropped,
      used: isOpen && held > 0 ? log.used() : 0,
      capacity: flash.geometry.pages * flash.geometry.pageSize,
    };
  }

  return {
    keepsTime,
    open,
    format,
    append,
    peek,
    receive,
    restart,
    acknowledge,
    count,
    oldestSec,
    newest: log.sequence,
    recall,
    remember,
    idle,
    counters,
  };
}
