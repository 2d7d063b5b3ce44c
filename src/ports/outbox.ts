// What stands between accepting a message and its acknowledgement. Records leave in any order, but are sent in the order of append.

import type { Topic } from './packet-writer.ts';

/**
 * Sequences run from 1 to this and then from 1 again. They are packet identifiers too, and what is more than half of this
 * apart cannot be told in order: an outbox holds fewer records than that.
 */
export const SEQUENCE_MAX = 32640;

/** Most messages that are taken together. */
export const BATCH_MAX = 14;

/** Small state beside the messages: how many keys there are, and most bytes of a value. */
export const STATE_KEYS = 16;
export const STATE_MAX = 32;
/** Most bytes of the values of StateKey.ClientId, and with MQTT 5.0 of StateKey.Account, which are longer. */
export const CLIENT_ID_MAX = 64;
export const ACCOUNT_MAX = 40;

/** A message that says no time, and the last place where it can say one. */
export const TIME_NOWHERE = -1;
export const TIME_AT_MAX = 1022;

/**
 * What becomes of a message that finds no room: it is refused with Code.Full, so that what was accepted stays; or the oldest
 * messages, a page of them, are given up for it; or first those of which there is a newer one with the same topic, before the oldest.
 */
export type WhenFull = 'refuse' | 'drop-oldest' | 'latest-per-topic';

/** What a firmware may say about its outbox. */
export interface OutboxOptions {
  /** Default: refuse. An outbox in RAM always refuses. */
  readonly whenFull?: WhenFull;
  /**
   * Acknowledgements that are not written to flash at once, so many at most: each of those messages may be sent again after
   * a loss of power. It saves nearly every second program. Default: 0. In RAM nothing is written.
   */
  readonly lazyAcknowledgements?: number;
}

/** Keys that are taken, up to 10 by what Mote itself keeps; from 11 on they are the firmware's. */
export const enum StateKey {
  /** Identifiers of inbound messages of QoS 2 whose PUBREL has not come, two bytes each; goes on in the next key. */
  Open = 0,
  /** Number of the boot, and when former ones began (src/outbox/times.ts). */
  Boots = 2,
  /** Numbers of signed messages (src/signing/state.ts). */
  Signing = 3,
  /** What createAccount has counted (src/parts/account.ts). */
  Account = 4,
  /** The last transitions of the link (src/parts/history.ts). */
  History = 5,
  /** MQTT 5.0: a session has begun, so a broker may have its other half (src/mqtt/client.ts). */
  Session = 6,
  /** Messages given up with their pages (src/outbox/flash.ts). */
  Dropped = 7,
  /** What a mote that sleeps has to know when it wakes (src/parts/sleep.ts). */
  Sleep = 8,
  /** Which configuration holds, and which is on probation (src/parts/commands/settings.ts). */
  Configuration = 9,
  /** Two configurations, and the intervals of each; those from 13 on are the firmware's where it has no configuration. */
  AddressA = 10,
  AddressB = 13,
  IntervalsA = 14,
  IntervalsB = 15,
  // Beyond STATE_KEYS there are those of MQTT 5.0, with V5 only. Number 16 is the log's own.
  /** Client identifier that the broker has assigned, up to CLIENT_ID_MAX bytes. */
  ClientId = 17,
  /** Which version of MQTT the broker speaks, and since when that is known (src/link/version.ts). */
  Version = 18,
}

/**
 * What became of the messages that were taken. At every instant, also after a loss of power:
 * stored = acknowledged + waiting + oldest + unreadable + overtaken + moved.
 */
export interface OutboxCounters {
  /** Sequences given since the flash was formatted. */
  stored: number;
  /** Held, and those whose acknowledgement is not written down. */
  waiting: number;
  /** Given up as the oldest, since the flash was formatted. */
  oldest: number;
  /** Since the start: found to be damaged; given up for a newer one of the same topic; given another sequence to make room. */
  unreadable: number;
  overtaken: number;
  moved: number;
  /** The power went away twice at bad moments: what was given up in between may have gone uncounted. */
  isUnsure: boolean;
}

/** A message that waits for its acknowledgement; an outbox fills it, and what it refers to is valid until the next call. */
export interface OutboxRecord<B = string> {
  /** Position in the order of append; gives the packet identifier. */
  sequence: number;
  /**
   * Of a record that was read from flash, `first`, `name` and `properties` only; its size is 0 then. Properties are those that the topic had
   * when the message was taken.
   */
  topic: Topic<B>;
  payload: B;
  /** QoS 2: PUBREC has come, so PUBREL is next, never PUBLISH again. */
  received: boolean;
  /**
   * MQTT 5.0, of a message with a message expiry interval: seconds since it was taken, as many as are known, to a second. Of time
   * without power, or in an earlier boot, nothing is without a wall clock. Else 0; left out without V5.
   */
  ageSec?: number;
}

export interface Outbox<B = string> {
  /** It keeps the time at which a message is taken, so that `append` may be asked to put it in. Default: it does not. */
  readonly keepsTime?: boolean;
  /**
   * Take a message. @param timeAt place in the payload where `peek` is to put the time at which it was taken: seconds since
   * 1970-01-01, or null when nobody knows; at most TIME_AT_MAX. Left out, or TIME_NOWHERE: nowhere. @returns its sequence, or Code.Full /
   * Code.TooLong and nothing was taken.
   */
  append(topic: Topic<B>, payload: B, timeAt?: number): number;
  /** Fill `out` with the oldest record after `sequence` (0: of all) that is not acknowledged. @returns 0, or Code.Empty. */
  peek(sequence: number, out: OutboxRecord<B>): number;
  /** QoS 2: the broker has the message, the exchange goes on. @returns 0, or Code.Unknown when no such record is held. */
  receive(sequence: number): number;
  /**
   * The session with the broker is lost. What `receive` was called for is the broker's, and is forgotten; all else is to be
   * published anew. @returns how many were forgotten.
   */
  restart(): number;
  /** The broker has it: forget the record. @returns 0, or Code.Unknown when no such record is held. */
  acknowledge(sequence: number): number;
  /** Records held, not acknowledged. */
  count(): number;
  /** @returns sequence of the newest record, acknowledged or not; 0 before the first. */
  newest(): number;
  /** @returns what `remember` last took for `key`, valid until the next call; nothing, when it was forgotten since. */
  recall(key: number): B;
  /**
   * Keep `value`, of at most STATE_MAX bytes, in the place of what is kept for `key`, 0 to STATE_KEYS - 1, or one of those of MQTT 5.0.
   * What is kept already is not written again. @returns 0; Code.Busy when this key was kept a moment ago; Code.Range, TooLong (all state together may
   * be, too), Full, WornOut. Then the former value stays.
   */
  remember(key: number, value: B): number;
  /**
   * Put a message of QoS 1 with others that are to be taken together, all or none; until then it is not accepted.
   * @returns 0; Code.Full when BATCH_MAX are together, Code.TooLong when they would be too long for one record: take those first;
   * Code.BadTopic with QoS 2.
   */
  gather?(topic: Topic<B>, payload: B, timeAt?: number): number;
  /**
   * Take what was gathered, in one program of the flash. @returns sequence of the last message, or a code of `append` and they
   * stay together, for another try; Code.Empty when there are none.
   */
  appendGathered?(): number;
  /** @returns seconds since the oldest message was taken; -1: there is none, or nobody knows. Left out: messages go with the power. */
  oldestSec?(): number;
  /** @returns bytes of flash that messages take. */
  used?(): number;
  /** Write down what was acknowledged, before power goes away on purpose. @returns 0, or Code.Full, WornOut, Unknown: a page is damaged. */
  settle?(): number;
  /**
   * @param isQuick `waiting` may be what was known before: otherwise the first call after a start looks at each record.
   * @returns the counters as they are now; the same object each time.
   */
  counters?(isQuick?: boolean): OutboxCounters;
  /** Do what takes time and can be done now, so that `append` need not. @returns whether something was done. */
  idle(): boolean;
}

/** @returns the sequence after `sequence`. @inline */
export function nextSequence(sequence: number): number {
  return (sequence % SEQUENCE_MAX) + 1;
}

/** @returns the sequence `count` after `sequence`; 0 is before the first. @inline */
export function laterSequence(sequence: number, count: number): number {
  return ((sequence + count - 1) % SEQUENCE_MAX) + 1;
}

/** @returns whether `sequence` was appended after `other`; right as long as both are held or lately were. */
export function isAfter(sequence: number, other: number): boolean {
  const distance = (sequence - other + SEQUENCE_MAX) % SEQUENCE_MAX;
  return distance > 0 && distance < SEQUENCE_MAX >> 1;
}
