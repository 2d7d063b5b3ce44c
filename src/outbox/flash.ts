// The outbox that survives the loss of power: messages as records of the log. Sequences give the order, the log gives
// the places; those of what is in flight are kept at hand.

import {
  byteAt,
  constant,
  createBuffer,
  createView,
  cut,
  emptied,
  EMPTY,
  join,
  joinDouble,
  joinInteger,
  joinText,
  joinWord,
  putWords,
  standsAt,
  wordAt,
  type Bytes,
} from '../bytes/bytes.ts';
import { joinSeconds } from '../bytes/seconds.ts';
import { BATCH, DROP, LATEST, LAZY, QOS2, STATE, TIME, V5 } from '../features.ts';
import { elapsed, type Clock } from '../ports/clock.ts';
import { Code, Drop } from '../ports/codes.ts';
import type { FlashBytes } from '../ports/flash.ts';
import {
  BATCH_MAX,
  isAfter,
  laterSequence,
  nextSequence,
  SEQUENCE_MAX,
  STATE_KEYS,
  StateKey,
  type Outbox,
  type OutboxCounters,
  type OutboxOptions,
  type OutboxRecord,
} from '../ports/outbox.ts';
import type { Topic } from '../ports/packet-writer.ts';
import { createLog, createPlace, MARKS_MAX, noteRoom, type Log, type LogCounters } from './log.ts';
import { createTimes, Kind, unitsOf, type Stamp, type Times } from './times.ts';

const SEQUENCE_SIZE = 2;
/** Before the topic: sequence 2, flags 2, and when it was made, where that is known, 4. */
const FIELDS = 4;
const STAMP_SIZE = 4;
/**
 * Flags: RETAIN and QoS of its PUBLISH; kind of its stamp; whether properties stand behind the topic; one more than the place of its time in the
 * payload, 0: nowhere.
 */
const KIND_SHIFT = 3;
const KIND_MASK = 3;
const HAS_PROPERTIES = 32;
const TIME_SHIFT = 6;
/** Longest time as text. */
const TIME_SIZE = 10;
/**
 * A record of several messages begins with the sequence of the first; each message has in the place of its own the number
 * of its bytes.
 */
const BATCH_FIELDS = 2;
/** Before the characters of a topic stands their number. */
const NAME_LENGTH = 2;
/** What properties with a message expiry interval begin with. */
const EXPIRY = 2;
const PUBLISH = 0x30;
const FLAGS = 7;
/** What is kept of dropped pages: messages given up in all 4, page sequence of the last one 4, whether there may have been more 1. */
const NOTE_SIZE = 9;
const MAY_BE_MORE = 8;
const ZERO = constant('\0');
const ONE = constant('\x01');
/** Records that are found without a walk, by sequence modulo this: as many as may be in flight. */
const PLACES = 8;
/** More records held could not be told in order. */
const HELD_MAX = (SEQUENCE_MAX >> 1) - 1;

/** Least time from one value of a key of the firmware's to the next, where there is a clock: flash wears. */
export const STATE_INTERVAL_MS = 10000;

export interface FlashOutboxCounters extends LogCounters, OutboxCounters {
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
  oldestSec(): number;
  used(): number;
  /** @param nonce differs from life to life. @returns 0, or Code.Foreign, OldFormat, WornOut, Range: then `append` says the same. */
  open(nonce: number): number;
  /** Erase everything and begin anew. @returns 0, or Code.WornOut. */
  format(nonce: number): number;
  counters(isQuick?: boolean): FlashOutboxCounters;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** @returns how many acknowledgements may be unwritten; undefined: none. What is written is state. */
function lazyMaxOf(options: FlashOutboxOptions): number | undefined {
  return LAZY && STATE ? options.lazyAcknowledgements : undefined;
}

/** @returns 32 bits. JerryScript allocates for more than 27 of them. */
function doubleAt(bytes: Bytes, at: number): number {
  return wordAt(bytes, at) + wordAt(bytes, at + 2) * 0x10000;
}

/** @returns what keeps the times of messages, null: nothing. */
function createTimesOf(options: FlashOutboxOptions, log: Log): Times | null {
  return TIME && options.clock !== undefined ? createTimes(options.clock, log) : null;
}

/** @returns whether it is kept how many messages went with their pages. @inline */
function keepsDrops(isDropping: boolean): boolean {
  return STATE && isDropping;
}

/** @returns what a buffer needs that is there with a feature only. @inline */
function roomFor(hasFeature: boolean, bytes: number): number {
  return hasFeature ? bytes : 0;
}

/** @param recordMax most bytes of topic and payload and six more. Start-up only. */
export function createFlashOutbox(
  flash: FlashBytes<Bytes>,
  recordMax: number,
  options: FlashOutboxOptions = {},
): FlashOutbox {
  const isThinning = LATEST && options.whenFull === 'latest-per-topic';
  const isDropping = isThinning || (DROP && options.whenFull === 'drop-oldest');
  const lazyMax = lazyMaxOf(options);
  const unit = flash.geometry.programUnit;
  const pageSize = flash.geometry.pageSize;
  const capacity = flash.geometry.pages * pageSize;
  const onDrop = options.onDrop;
  /** Sequences, 0 in free places, behind them the addresses of their records, and behind those their sizes. */
  const table = new Int32Array(3 * PLACES);
  const place = createPlace();
  const body = createBuffer(recordMax);
  const nameView = createView();
  const payloadView = createView();
  const partView = createView();
  const propertiesView = V5 ? createView() : EMPTY;
  const topic: Mutable<Topic<Bytes>> = { first: 0, head: EMPTY, name: EMPTY, size: 0 };
  /** What `open` or `format` came to. */
  let opened: number = Code.Closed;
  let isOpen = false;
  let held = 0;
  /** Sequence of the last message, 0 before the first. */
  let newest = 0;
  /** Up to this sequence it is known which are held; behind it each may have been acknowledged before the last start. */
  let seen = 0;
  /** PUBREC may have come for a message that is held. */
  let hasReceived = false;
  /** Sequence of the message that a walk has come to; in a record of several the number of its mark, else 0; whether PUBREC has come for it. */
  let found = 0;
  let part = 0;
  let isReceived = false;
  /** Marks of the record that a walk has come to, where it has more than one. */
  let marked = 0;
  /** Acknowledgements that flash does not know of. */
  let unwritten = 0;
  let gathered = createBuffer(roomFor(BATCH, recordMax + BATCH_FIELDS));
  let gatheredCount = 0;
  /** Bytes that may be taken along: as many as were accepted meanwhile, so that flash wears twice as much at most. */
  let credit = 0;
  /** Up to this sequence they are in there. */
  let countedAt = 0;
  /** A message that may be taken along; the oldest and the newest, when nothing could be done. */
  let thinned = createBuffer(roomFor(LATEST, recordMax));
  let stuckOn = -1;
  let stuckAt = -1;
  let lost = 0;
  let dropped = 0;
  /** Messages of the oldest page that wait: those that can be read, and those that cannot. */
  let waiting = 0;
  let unreadable = 0;
  /** Messages that went with their pages, in all lives of the firmware; the damaged ones among them, in this one. */
  let givenUp = 0;
  let goneWithPages = 0;
  /** Messages of which there was a newer one; those that were taken along, and have another sequence since. */
  let overtaken = 0;
  let moved = 0;
  let isUnsure = false;
  const isNoting = keepsDrops(isDropping);
  let note = createBuffer(roomFor(isNoting, NOTE_SIZE));

  const log = createLog(flash, recordMax, forget, noteRoom(isNoting, unit));
  /** When each key was last kept, -1: not since the start. */
  const rememberedAt: number[] = [];
  for (let i = 0; STATE && i < STATE_KEYS; i++) rememberedAt.push(-1);
  const times = createTimesOf(options, log);
  const stamp: Stamp = { kind: Kind.Unknown, low: 0, high: 0 };
  const figures: FlashOutboxCounters = {
    mended: 0,
    damaged: 0,
    worn: 0,
    lost: 0,
    dropped: 0,
    used: 0,
    capacity,
    stored: 0,
    waiting: 0,
    oldest: 0,
    unreadable: 0,
    overtaken: 0,
    moved: 0,
    isUnsure: false,
  };
  /** A payload with its time put in. */
  let timed = createBuffer(roomFor(TIME, recordMax + TIME_SIZE));

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
    gatheredCount = unwritten = 0;
    stuckOn = -1;
    credit = pageSize;
    countedAt = newest;
    for (let i = 0; i < PLACES; i++) table[i] = 0;
    if (isOpen) {
      if (TIME && times !== null) times.open();
      if ((DROP || LATEST) && STATE) openDrop();
      newest = seen = log.sequence();
      const first = walk(0);
      held = 0;
      if (first.length > 0) {
        seen = found;
        held = between(seen, newest) + 1;
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

  /** @returns sequence and flags of a message, and when it was made. @hot */
  function joinFields(sequence: number, flags: number, timeAt?: number): Bytes {
    if (!TIME || times === null) return putWords(body, sequence, flags);
    times.stamp(stamp);
    const at = timeAt === undefined ? 0 : timeAt + 1;
    const more = flags | (stamp.kind << KIND_SHIFT) | (at << TIME_SHIFT);
    const head = putWords(body, sequence, more);
    return stamp.kind === Kind.Unknown ? head : joinWord(joinWord(head, stamp.low), stamp.high);
  }

  /** @returns a message but for its payload, where topics may have properties. */
  function joinTopic5(sequence: number, flags: number, to: Topic<Bytes>, timeAt?: number): Bytes {
    const properties = to.properties;
    return properties === undefined || properties.length === 0
      ? join(joinFields(sequence, flags, timeAt), to.name)
      : joinProperties(join(joinFields(sequence, flags | HAS_PROPERTIES, timeAt), to.name), properties);
  }

  /** @returns `head`, and behind it one byte of the length of `properties`, and they. @apart */
  function joinProperties(head: Bytes, properties: Bytes): Bytes {
    const count = properties.length;
    // As a word with their first byte.
    const begun = joinWord(head, count | (byteAt(properties, 0) << 8));
    return join(begun, cut(propertiesView, properties, 1, count - 1));
  }

  /** @returns a message but for its payload. @inline */
  function joinTopic(sequence: number, flags: number, to: Topic<Bytes>, timeAt?: number): Bytes {
    return V5 ? joinTopic5(sequence, flags, to, timeAt) : join(joinFields(sequence, flags, timeAt), to.name);
  }

  /** @param first first byte of its PUBLISH. @returns marks of its record. @inline */
  function marksOf(first: number): number {
    return QOS2 && (first & 4) > 0 ? 2 : 1;
  }

  /** Append a record, and give up the oldest messages for it when there is no room and that is asked for. @apart */
  function appendDropping(marks: number, message: Bytes, sequence: number): number {
    const code = log.append(marks, message, sequence);
    return code === Code.Full && isDropping && dropPage() ? log.append(marks, message, sequence) : code;
  }

  /** `count` messages up to `sequence` were appended. */
  function noteTaken(sequence: number, count: number): void {
    held += count;
    if (seen === newest) seen = sequence;
    newest = sequence;
  }

  /** Keep at hand where a new record is, unless one is in flight whose place that would take: that is asked for sooner. @hot */
  function noteNew(sequence: number, where: number): void {
    const at = sequence % PLACES;
    if (table[at] !== 0) return;
    table[at] = sequence;
    table[PLACES + at] = where;
    table[2 * PLACES + at] = log.written.size;
  }

  /** @hot */
  function append(to: Topic<Bytes>, payload: Bytes, timeAt?: number): number {
    if (!isOpen) return opened;
    if (held >= HELD_MAX) return Code.Full;
    if (LATEST && isThinning) thinPage();
    const sequence = nextSequence(newest);
    const first = to.first;
    const message = join(joinTopic(sequence, first & FLAGS, to, timeAt), payload);
    const code =
      (DROP || LATEST) && isDropping
        ? appendDropping(marksOf(first), message, sequence)
        : log.append(marksOf(first), message, sequence);
    if (code < 0) return code;
    held++;
    if (seen === newest) seen = sequence;
    newest = sequence;
    noteNew(sequence, code);
    return sequence;
  }

  function gather(to: Topic<Bytes>, payload: Bytes, timeAt?: number): number {
    if (!BATCH || !isOpen) return opened;
    if ((to.first & 4) > 0) return Code.BadTopic;
    if (gatheredCount === BATCH_MAX) return Code.Full;
    // A record of several has no more bytes in all, with its marks, than one of one may have.
    const before = gatheredCount === 0 ? 0 : gathered.length + gatheredCount * unit;
    const message = join(joinTopic(0, to.first & FLAGS, to, timeAt), payload);
    if (before + message.length > recordMax) return Code.TooLong;
    if (gatheredCount === 0) gathered = joinWord(emptied(gathered), 0);
    gathered = joinWord(gathered, message.length);
    gathered = join(gathered, cut(payloadView, message, SEQUENCE_SIZE, message.length - SEQUENCE_SIZE));
    gatheredCount++;
    return Code.Ok;
  }

  function appendGathered(): number {
    if (!BATCH || !isOpen) return opened;
    const count = gatheredCount;
    if (count === 0) return Code.Empty;
    if (held + count > HELD_MAX) return Code.Full;
    if (LATEST && isThinning) thinPage();
    // What is alone is a record as others are.
    const from = count > 1 ? BATCH_FIELDS : BATCH_FIELDS + SEQUENCE_SIZE;
    const rest = cut(payloadView, gathered, from, gathered.length - from);
    const message = join(joinWord(emptied(body), nextSequence(newest)), rest);
    const sequence = laterSequence(newest, count);
    const code = appendDropping(count > 1 ? count + 1 : 1, message, sequence);
    if (code < 0) return code;
    gatheredCount = 0;
    noteTaken(sequence, count);
    return sequence;
  }

  /** The record at `place` is done with, and its place is not known any more. */
  function finish(): void {
    const where = log.addressOf(place);
    log.mark(where, 0, place.size);
    forget(where, where + 1);
  }

  /** @returns whether more than one message stands in the record at `place`. */
  function isBatch(): boolean {
    return BATCH && place.marks > MARKS_MAX;
  }

  /** The message that a walk has come to is done with. */
  function finishFound(): void {
    if (!BATCH || part === 0) {
      finish();
      return;
    }
    marked |= 1 << part;
    // The last one takes the record along.
    if (marked >> 1 === (1 << (place.marks - 1)) - 1) finish();
    else log.mark(log.addressOf(place), part, 0);
  }

  /** @returns how many messages of the record at `place` wait. */
  function countWaiting(): number {
    if (!isBatch()) return 1;
    let count = 0;
    for (let i = 1; i < place.marks; i++) if (isWaiting(i)) count++;
    return count;
  }

  /** @returns whether message `i` of the record at `place` waits. */
  function isWaiting(i: number): boolean {
    return ((marked >> i) & 1) === 0;
  }

  /** The messages of the record at `place` that wait are held no more. @param first sequence of the first one. */
  function releaseAll(first: number): void {
    if (!isBatch()) {
      release(first);
      return;
    }
    for (let i = 1; i < place.marks; i++) if (isWaiting(i)) release(laterSequence(first, i - 1));
  }

  /** One less is held: of those that are not known yet, the walk that comes by will see it. @hot */
  function release(sequence: number): void {
    if (seen === newest || !isAfter(sequence, seen)) held--;
  }

  function say(why: Drop, count: number): void {
    if (count > 0 && onDrop !== undefined) onDrop(why, count);
  }

  /** The record at `place`, whose body `bytes` is, is done with. */
  function giveUp(bytes: Bytes): void {
    if (bytes.length > 0) releaseAll(wordAt(bytes, 0));
    // Less where all are known; else the walk that comes by will see it.
    else if (seen === newest) held -= countWaiting();
    finish();
  }

  /** Count the messages of the oldest page that wait, and be done with them if that `isFor` it. @apart */
  function goThroughPage(isFor: boolean): void {
    waiting = unreadable = 0;
    let isThere = log.first(place);
    const slot = place.slot;
    for (; isThere && place.slot === slot; isThere = log.next(place)) {
      if (place.done || place.marks === 0) continue;
      if (isBatch()) marked = log.marksOf(place);
      const bytes = log.body(place);
      if (bytes.length > 0) waiting += countWaiting();
      else unreadable += countWaiting();
      if (isFor) giveUp(bytes);
    }
  }

  /** Write down how many were given up with their pages, the last one of page sequence `page`. */
  function noteGivenUp(page: number): void {
    note = joinDouble(joinDouble(emptied(note), givenUp), page);
    log.note(StateKey.Dropped, isUnsure ? join(note, ONE) : join(note, ZERO));
  }

  /** Before it is done: a mark does not say whether its message was given up. @apart */
  function noteDrop(): void {
    goThroughPage(false);
    givenUp += waiting + unreadable;
    noteGivenUp(log.oldestPage());
  }

  /** A page whose messages were being given up when the power went away: that comes to its end. */
  function openDrop(): void {
    const kept = log.recall(StateKey.Dropped);
    const isKept = kept.length === NOTE_SIZE;
    const page = isKept ? doubleAt(kept, 4) : 0;
    givenUp = isKept ? doubleAt(kept, 0) : 0;
    isUnsure = isKept && byteAt(kept, MAY_BE_MORE) > 0;
    if (page > 0 && log.oldestPage() === page) {
      goThroughPage(true);
      say(Drop.Oldest, waiting);
    } else if (isNoting && !isUnsure && log.isDoubtful()) {
      isUnsure = true;
      noteGivenUp(0);
    }
  }

  /** Give up the messages of the oldest page that holds any. @returns whether there were any. @apart */
  function dropPage(): boolean {
    if (isNoting) noteDrop();
    goThroughPage(true);
    dropped += waiting;
    lost += unreadable;
    goneWithPages += unreadable;
    say(Drop.Oldest, waiting);
    say(Drop.Damaged, unreadable);
    return waiting + unreadable > 0;
  }

  /** Move `place` behind the record of `sequence`, or to the oldest one. @returns whether there is a record. */
  function start(sequence: number): boolean {
    const at = sequence % PLACES;
    if (sequence === 0 || table[at] !== sequence) return log.first(place);
    const where = table[PLACES + at];
    if (!log.find(place, where)) return false;
    return log.addressOf(place) === where && !isBatch() ? log.next(place) : true;
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

  /** @returns the message of number `part` of `bytes`, the body of the record at `place`; all of it where that is one message. */
  function takePart(bytes: Bytes): Bytes {
    if (!BATCH || part === 0) return bytes;
    let at = BATCH_FIELDS;
    for (let i = 1; i < part; i++) at += wordAt(bytes, at);
    return cut(partView, bytes, at, wordAt(bytes, at));
  }

  /** Look for a message behind `sequence` that waits, 0: any, in `bytes`, the body of the record at `place`. @returns it, EMPTY when there is none. */
  function look(bytes: Bytes, sequence: number): Bytes {
    part = 0;
    if (bytes.length === 0) return EMPTY;
    found = wordAt(bytes, 0);
    if (!isBatch()) return sequence === 0 || isAfter(found, sequence) ? bytes : EMPTY;
    const first = found;
    for (part = 1; part < place.marks; part++) {
      found = laterSequence(first, part - 1);
      if (isWaiting(part) && (sequence === 0 || isAfter(found, sequence))) return takePart(bytes);
    }
    return EMPTY;
  }

  /** Read the record at `place`, which is not done. @returns its body, EMPTY when it is damaged. */
  function readBody(): Bytes {
    marked = (QOS2 || BATCH) && place.marks > 1 ? log.marksOf(place) : 0;
    isReceived = QOS2 && place.marks === MARKS_MAX && (marked & 2) > 0;
    return log.body(place);
  }

  /** Move `place` to the record of the oldest message behind `sequence` that is held, 0: of all. @returns it, EMPTY when there is none. */
  function walk(sequence: number): Bytes {
    let gone = 0;
    for (let isThere = start(sequence); isThere; isThere = log.next(place)) {
      if (place.done || place.marks === 0) continue;
      const bytes = readBody();
      if (bytes.length === 0) {
        // Nothing can be made of it, and nobody shall try again.
        gone += countWaiting();
        finish();
        continue;
      }
      const message = look(bytes, sequence);
      if (message.length > 0) {
        pass(sequence, found, gone, found);
        return message;
      }
    }
    pass(sequence, nextSequence(newest), gone, newest);
    // A torn mark may read as none once, and as a whole one now.
    if (sequence === 0) held = 0;
    return EMPTY;
  }

  /** Move `place` to the record of `sequence`. @returns whether it is held. */
  function locate(sequence: number): boolean {
    if (!isOpen || sequence < 1) return false;
    const at = sequence % PLACES;
    if (table[at] === sequence) {
      const where = table[PLACES + at];
      // Where its header is damaged, another one may be found in its place.
      if (!log.find(place, where) || log.addressOf(place) !== where || place.done) return false;
      part = 0;
      if (!isBatch()) return true;
    }
    return walk(sequence === 1 ? SEQUENCE_MAX : sequence - 1).length > 0 && found === sequence;
  }

  /**
   * Make room in the oldest page: its oldest message is given up where a newer one of its topic waits, else it is taken along
   * to the newest page. One of QoS 2 stays what it is, since it would have another identifier there. @returns whether that was done.
   */
  function thin(): boolean {
    if (!LATEST || !log.isBlocked()) return false;
    const bytes = walk(0);
    const oldest = found;
    // Where nothing has changed since the last look, nothing can be done.
    if (bytes.length === 0 || (oldest === stuckOn && newest === stuckAt)) return false;
    if (!giveWay(bytes)) {
      stuckOn = oldest;
      stuckAt = newest;
      return false;
    }
    if (walk(0).length > 0 && found === oldest) {
      finishFound();
      release(oldest);
    }
    return true;
  }

  /** @returns whether the message that a walk has come to, `bytes`, is of no use where it stands any more. */
  function giveWay(bytes: Bytes): boolean {
    const flags = wordAt(bytes, 2);
    const from = readStamp(bytes, flags);
    const rest = cut(payloadView, bytes, SEQUENCE_SIZE, bytes.length - SEQUENCE_SIZE);
    thinned = join(joinWord(emptied(thinned), nextSequence(newest)), rest);
    if (!isOvertaken(cut(nameView, thinned, from, nameSize(thinned, from)))) {
      return (flags & 4) === 0 && takeAlong();
    }
    dropped++;
    overtaken++;
    say(Drop.Overtaken, 1);
    return true;
  }

  /** Go on to the next message that waits. @returns it, EMPTY when there is none. */
  function step(): Bytes {
    const last = found;
    let bytes = isBatch() ? look(readBody(), last) : EMPTY;
    while (bytes.length === 0 && log.next(place)) {
      if (!place.done && place.marks > 0) bytes = look(readBody(), last);
    }
    return bytes;
  }

  /** @returns whether a message that waits behind the one that a walk has come to has the topic `name`. */
  function isOvertaken(name: Bytes): boolean {
    for (let bytes = step(); bytes.length > 0; bytes = step()) {
      const from = readStamp(bytes, wordAt(bytes, 2));
      // It begins with its length.
      if (standsAt(bytes, name, from)) return true;
    }
    return false;
  }

  /**
   * Do that until the next page is prepared, while there is room in this one for what is taken along: later there is none.
   * No more messages than so many stand in a page.
   */
  function thinPage(): void {
    if (newest !== countedAt && credit < capacity) credit += log.written.size;
    countedAt = newest;
    let left = pageSize;
    while (left > 0 && !log.hasSpare() && (log.idle() || thin())) left -= unit;
  }

  /** Append what stands in `thinned`, a message of the oldest page, if its bytes may be written again. @returns whether it was. */
  function takeAlong(): boolean {
    const sequence = nextSequence(newest);
    if (thinned.length > credit || log.append(1, thinned, sequence) < 0) return false;
    noteTaken(sequence, 1);
    moved++;
    credit -= log.written.size;
    countedAt = newest;
    return true;
  }

  /** @returns bytes of the topic at `from`. */
  function nameSize(bytes: Bytes, from: number): number {
    return NAME_LENGTH + ((byteAt(bytes, from) << 8) | byteAt(bytes, from + 1));
  }

  /** Read into `stamp` when the message of `bytes` was made. @returns place behind that. */
  function readStamp(bytes: Bytes, flags: number): number {
    stamp.kind = (flags >> KIND_SHIFT) & KIND_MASK;
    if (stamp.kind === Kind.Unknown) return FIELDS;
    if (TIME) {
      stamp.low = wordAt(bytes, FIELDS);
      stamp.high = wordAt(bytes, FIELDS + 2);
    }
    return FIELDS + STAMP_SIZE;
  }

  /** @returns the payload that begins at `from` of the message at `place`, whose time `stamp` is, with that put in at `at`. */
  function putTime(read: Bytes, sequence: number, from: number, at: number): Bytes {
    let bytes = read;
    const isWall = stamp.kind === Kind.Wall;
    const seconds = times === null || isWall ? -1 : times.resolve(stamp, sequence);
    // What is kept of boots may have been read meanwhile, over the message.
    if (stamp.kind === Kind.Uptime) bytes = takePart(log.body(place));
    timed = join(emptied(timed), cut(payloadView, bytes, from, at));
    if (isWall) timed = joinSeconds(timed, unitsOf(stamp), stamp.low & 127);
    else timed = seconds < 0 ? joinText(timed, 'null') : joinInteger(timed, seconds);
    timed = join(timed, cut(payloadView, bytes, from + at, bytes.length - from - at));
    return timed;
  }

  /** @returns place of the properties of the message of `bytes` behind their length, whose topic begins at `from`. */
  function propertiesAt(bytes: Bytes, from: number): number {
    return from + nameSize(bytes, from) + 1;
  }

  /** @returns place behind the topic at `from`, and behind its properties, which `topic` has from now on. */
  function takeProperties(bytes: Bytes, flags: number, from: number): number {
    const at = propertiesAt(bytes, from);
    topic.properties = EMPTY;
    if ((flags & HAS_PROPERTIES) === 0) return at - 1;
    const count = byteAt(bytes, at - 1);
    topic.properties = cut(propertiesView, bytes, at, count);
    return at + count;
  }

  /** Say in `out` how old the message of `bytes` is at least, where it expires. @returns whether `bytes` may be others since. */
  function takeAge(out: OutboxRecord<Bytes>, bytes: Bytes): boolean {
    const flags = wordAt(bytes, 2);
    const from = readStamp(bytes, flags);
    out.ageSec = 0;
    if (!TIME || times === null || (flags & HAS_PROPERTIES) === 0) return false;
    if (byteAt(bytes, propertiesAt(bytes, from)) !== EXPIRY) return false;
    out.ageSec = times.leastAge!(stamp, found);
    // What is kept of boots may have been read meanwhile, over the message.
    return stamp.kind === Kind.Uptime;
  }

  /** As `walk`, and say how old the message is. @returns it. */
  function walkAged(sequence: number, out: OutboxRecord<Bytes>): Bytes {
    if (TIME && times !== null) times.tick();
    let aged = 0;
    let bytes = walk(sequence);
    // One that is torn may not be read again, and another one be next.
    while (bytes.length > 0 && found !== aged) {
      aged = found;
      if (takeAge(out, bytes)) bytes = walk(sequence);
    }
    return bytes;
  }

  /** Make a record of the body at `place`, and keep its place at hand. */
  function fill(out: OutboxRecord<Bytes>, bytes: Bytes): void {
    const flags = wordAt(bytes, 2);
    const from = readStamp(bytes, flags);
    out.sequence = found;
    // What a firmware with QoS 2 left goes out with QoS 1 where that is not built in: it comes twice rather than never.
    topic.first = PUBLISH | (!QOS2 && (flags & 4) > 0 ? (flags & FLAGS) ^ 6 : flags & FLAGS);
    const end = V5 ? takeProperties(bytes, flags, from) : from + nameSize(bytes, from);
    const timeAt = (flags >> TIME_SHIFT) - 1;
    out.payload =
      TIME && timeAt >= 0
        ? putTime(bytes, found, end, timeAt)
        : cut(payloadView, bytes, end, bytes.length - end);
    topic.name = cut(nameView, bytes, from, V5 ? nameSize(bytes, from) : end - from);
    out.topic = topic;
    const at = found % PLACES;
    table[at] = found;
    table[PLACES + at] = log.addressOf(place);
    // Of several messages in one record, only a look into it tells the mark.
    table[2 * PLACES + at] = part === 0 ? place.size : 0;
  }

  function peek(sequence: number, out: OutboxRecord<Bytes>): number {
    if (!isOpen || sequence === newest) return Code.Empty;
    const bytes = V5 ? walkAged(sequence, out) : walk(sequence);
    if (bytes.length === 0) return Code.Empty;
    out.received = isReceived;
    fill(out, bytes);
    return Code.Ok;
  }

  /** @hot */
  function acknowledge(sequence: number): number {
    const at = sequence % PLACES;
    if (sequence > 0 && table[at] === sequence && (!BATCH || table[2 * PLACES + at] > 0)) {
      const where = table[PLACES + at];
      const size = table[2 * PLACES + at];
      if (!LAZY || !lazyMax || !leave(where, size)) log.mark(where, 0, size);
      table[at] = 0;
    } else {
      if (!locate(sequence)) return Code.Unknown;
      finishFound();
      if (table[at] === sequence) table[at] = 0;
    }
    release(sequence);
    return Code.Ok;
  }

  /** Acknowledge the record of `size` bytes at `where` without a mark, if it is the oldest and not too many are. @returns whether it is. */
  function leave(where: number, size: number): boolean {
    if (unwritten >= lazyMax! && settle() !== Code.Ok) return false;
    if (!log.leave(where, size)) return false;
    unwritten++;
    return true;
  }

  function settle(): number {
    if (!LAZY || unwritten === 0) return Code.Ok;
    const code = log.settle();
    if (code === Code.Ok) unwritten = 0;
    return code;
  }

  function receive(sequence: number): number {
    if (!QOS2 || !locate(sequence) || place.marks !== MARKS_MAX) return Code.Unknown;
    log.mark(log.addressOf(place), 1, place.size);
    hasReceived = true;
    return Code.Ok;
  }

  function restart(): number {
    let finished = 0;
    if (!QOS2 || !hasReceived) return finished;
    hasReceived = false;
    for (let isThere = isOpen && log.first(place); isThere; isThere = log.next(place)) {
      if (place.done || place.marks !== MARKS_MAX || (log.marksOf(place) & 2) === 0) continue;
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
    readStamp(bytes, wordAt(bytes, 2));
    return times.age(stamp, found);
  }

  function count(): number {
    return held;
  }

  function findNewest(): number {
    return newest;
  }

  function recall(key: number): Bytes {
    return isOpen ? log.recall(key) : EMPTY;
  }

  /**
   * @returns whether a key takes one value in a while only; the lower ones are kept by what minds that itself. And there is a clock. What is
   * outside of an array Espruino takes for 0.
   */
  function isTimed(key: number): boolean {
    return STATE && options.clock !== undefined && key > StateKey.History && key < STATE_KEYS;
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
    return isOpen && (log.idle() || (LATEST && isThinning && thin()));
  }

  /** Go through all records once, so that it is known of each whether it is held: frames only, no bodies. */
  function know(): void {
    held = 0;
    for (let isThere = log.first(place); isThere; isThere = log.next(place)) {
      if (place.done || place.marks === 0) continue;
      if (isBatch()) marked = log.marksOf(place);
      held += countWaiting();
    }
    seen = newest;
  }

  function used(): number {
    return isOpen && held > 0 ? log.used() : 0;
  }

  function counters(isQuick?: boolean): FlashOutboxCounters {
    const of = log.counters;
    if (!isQuick && isOpen && seen !== newest) know();
    figures.mended = of.mended;
    figures.damaged = of.damaged;
    figures.worn = of.worn;
    figures.lost = lost;
    figures.dropped = dropped;
    figures.used = used();
    figures.stored = isOpen ? log.given() : 0;
    figures.waiting = held + unwritten;
    figures.oldest = isNoting ? givenUp : givenUp + dropped - overtaken + goneWithPages;
    figures.unreadable = lost - goneWithPages;
    figures.overtaken = overtaken;
    figures.moved = moved;
    figures.isUnsure = isUnsure;
    return figures;
  }

  const outbox: FlashOutbox = {
    keepsTime: times !== null,
    open,
    format,
    append,
    peek,
    receive,
    restart,
    acknowledge,
    count,
    oldestSec,
    used,
    newest: findNewest,
    recall,
    remember,
    idle,
    counters,
  };
  if (BATCH) {
    outbox.gather = gather;
    outbox.appendGathered = appendGathered;
  }
  if (LAZY) outbox.settle = settle;
  return outbox;
}
