// Whether what a board accepted was delivered: on one side what its outbox wrote into the flash, seen from the chip; on the
// other what an independent client received. Knows of the flash no more than the layout in docs/outbox.md says. What is settled is counted
// and forgotten, so that it can go on for ever.

import { readMessage, readParts } from '../outbox/message.ts';
import type { Message } from '../outbox/message.ts';
import { countMessages } from '../outbox/page.ts';
import type { Text } from '../outbox/text.ts';

/** Up to so many messages are in flight, so they may come again. */
const WINDOW = 8;
/** Of those that were passed over so many are kept, to be known when they come after all. */
const SKIPPED_MAX = 1000;
/** The frame of a record, and how it is divided. */
const FRAME = 8;
const LENGTH_MASK = 0xfff;
const MARKS_SHIFT = 12;
const BODY_MIN = 6;

/** What became of the messages that a board accepted. */
export interface Account {
  /** Power cuts, and how many of them in the middle of a program or an erase. */
  cuts: number;
  torn: number;
  /** Messages of QoS 1 and 2 that the outbox took. */
  accepted: number;
  /** Of those, received at least once. */
  delivered: number;
  /** Messages that came again. */
  duplicates: number;
  /** Accepted, not received, and still in the outbox. */
  held: number;
  /** Accepted, not received, and not in the outbox any more. */
  lost: number;
  /** Messages that came in another order than they were accepted in, or were never accepted, of topics that the outbox has had. */
  disordered: number;
}

interface Entry {
  readonly payload: Buffer;
  /** Place in it where its time stands when it is sent. */
  readonly timeAt: number | undefined;
  /** When it was accepted. */
  readonly at: number;
  /** When it left the outbox. */
  doneAt: number | undefined;
}

interface Ledger {
  /** What has not come yet, and before it the last that came. */
  accepted: Entry[];
  /** How many in `accepted` have come. */
  received: number;
  /** Later ones came, and these did not. */
  skipped: Entry[];
}

/** What is known of a message that came. */
export interface Receipt {
  /** When its board accepted it. */
  readonly at: number;
  /** It had come before. */
  readonly isAgain: boolean;
}

export interface Bookkeeper {
  /** Bytes that were programmed whole. */
  programmed(address: number, data: Uint8Array): void;
  /** A message that the independent client received. @returns undefined: it never stood in the outbox. */
  received(topic: string, payload: string): Receipt | undefined;
  cut(isTorn: boolean): void;
  /** @param graceMs what left the outbox no longer ago may still be on its way, and counts as held. */
  account(graceMs?: number): Account;
}

const word = (data: Uint8Array, at: number) => data[at]! | (data[at + 1]! << 8);
const bytesOf = (text: Text) => ('text' in text ? Buffer.from(text.text) : Buffer.from(text.hex, 'hex'));

interface RecordFound {
  /** What tells it from any other, its number included. */
  readonly print: string;
  readonly messages: readonly (Message | undefined)[];
  /** Offsets of the marks that say of each, and of all, that it left. */
  readonly marks: readonly number[];
}

/** @returns the messages whose record `data` is, undefined when it is none. @param unit program unit. */
function readRecord(data: Uint8Array, unit: number): RecordFound | undefined {
  if (data.length < FRAME + unit || (word(data, 0) ^ word(data, 2)) !== 0xffff) return undefined;
  const length = word(data, 0) & LENGTH_MASK;
  const marks = word(data, 0) >> MARKS_SHIFT;
  const from = FRAME + marks * unit;
  if (marks === 0 || length < BODY_MIN || from + length > data.length) return undefined;
  const parts = readParts(data.subarray(from, from + length), countMessages(marks));
  const messages = parts.map((part) => {
    const read = readMessage(part, undefined, true);
    return typeof read === 'string' ? undefined : read;
  });
  const print = Buffer.concat([data.subarray(0, FRAME), data.subarray(from, from + length)]).toString(
    'latin1',
  );
  return { print, messages, marks: messages.map((_, i) => FRAME + (messages.length > 1 ? i + 1 : 0) * unit) };
}

/** @returns whether `payload` is what became of an entry on its way: its time may stand in it. */
function isOf(entry: Entry, payload: Buffer): boolean {
  const { payload: kept, timeAt } = entry;
  if (timeAt === undefined) return kept.equals(payload);
  const rest = kept.subarray(timeAt);
  return (
    payload.length >= kept.length &&
    payload.subarray(0, timeAt).equals(kept.subarray(0, timeAt)) &&
    payload.subarray(payload.length - rest.length).equals(rest)
  );
}

/** Begin an account. @param unit program unit of the flash. @param now milliseconds. */
export function createBookkeeper(unit: number, now: () => number = () => performance.now()): Bookkeeper {
  const topics = new Map<string, Ledger>();
  /** What stands at an address. */
  const records = new Map<number, string>();
  /** By the address of the mark that says that they left. */
  const byMark = new Map<number, readonly Entry[]>();
  const counts = { cuts: 0, torn: 0, accepted: 0, delivered: 0, duplicates: 0, disordered: 0, forgotten: 0 };

  const ledgerOf = (topic: string): Ledger => {
    const known = topics.get(topic);
    if (known) return known;
    const ledger = { accepted: [], received: 0, skipped: [] };
    topics.set(topic, ledger);
    return ledger;
  };

  const accept = (message: Message): Entry => {
    const entry = {
      payload: bytesOf(message.payload),
      timeAt: message.timeAt,
      at: now(),
      doneAt: undefined,
    };
    counts.accepted++;
    ledgerOf(bytesOf(message.topic).toString('utf8')).accepted.push(entry);
    return entry;
  };

  const mark = (address: number) => {
    for (const entry of byMark.get(address) ?? []) entry.doneAt ??= now();
  };

  const skip = (ledger: Ledger, entries: readonly Entry[]) => {
    ledger.skipped.push(...entries);
    const over = Math.max(0, ledger.skipped.length - SKIPPED_MAX);
    counts.forgotten += over;
    ledger.skipped.splice(0, over);
  };

  /** The message at `index` has come. */
  const advance = (ledger: Ledger, index: number) => {
    skip(ledger, ledger.accepted.splice(ledger.received, index - ledger.received));
    ledger.received++;
    counts.delivered++;
    const old = ledger.received - WINDOW;
    if (old <= 0) return;
    ledger.accepted.splice(0, old);
    ledger.received -= old;
  };

  return {
    programmed(address, data) {
      const found = readRecord(data, unit);
      if (found === undefined) {
        if (data.length === unit && data.every((byte) => byte === 0)) mark(address);
        return;
      }
      // At a start the last record is programmed once more.
      if (records.get(address) === found.print) return;
      records.set(address, found.print);
      const entries = found.messages.map((message) => (message === undefined ? [] : [accept(message)]));
      found.marks.forEach((offset, i) => byMark.set(address + offset, entries[i]!));
      if (entries.length > 1) byMark.set(address + FRAME, entries.flat());
    },
    received(topic, text) {
      // What never stood in the outbox was sent with QoS 0.
      const ledger = topics.get(topic);
      if (ledger === undefined) return undefined;
      const payload = Buffer.from(text);
      const { accepted, received, skipped } = ledger;
      const receipt = ({ at }: Entry, isAgain = false): Receipt => ({ at, isAgain });
      const next = accepted[received];
      if (next !== undefined && isOf(next, payload)) {
        advance(ledger, received);
        return receipt(next);
      }
      const former = accepted.slice(0, received).find((one) => isOf(one, payload));
      if (former !== undefined) {
        counts.duplicates++;
        return receipt(former, true);
      }
      const late = skipped.findIndex((one) => isOf(one, payload));
      const later = accepted.findIndex((one, i) => i > received && isOf(one, payload));
      if (late < 0 && later < 0) {
        counts.disordered++;
        return undefined;
      }
      if (late >= 0) {
        counts.disordered++;
        counts.delivered++;
        return receipt(skipped.splice(late, 1)[0]!);
      }
      const entry = accepted[later]!;
      advance(ledger, later);
      return receipt(entry);
    },
    cut(isTorn) {
      counts.cuts++;
      if (isTorn) counts.torn++;
    },
    account(graceMs = 0) {
      const isGone = ({ doneAt }: Entry) => doneAt !== undefined && now() - doneAt >= graceMs;
      let lost = counts.forgotten;
      for (const { accepted, received, skipped } of topics.values()) {
        for (let i = received; i < accepted.length; i++) if (isGone(accepted[i]!)) lost++;
        for (const entry of skipped) if (isGone(entry)) lost++;
      }
      const { cuts, torn, accepted, delivered, duplicates, disordered } = counts;
      return {
        cuts,
        torn,
        accepted,
        delivered,
        duplicates,
        held: accepted - delivered - lost,
        lost,
        disordered,
      };
    },
  };
}

/** @returns the account as a sentence. */
export function accountText(account: Account): string {
  const { cuts, torn, accepted, delivered, duplicates, held, lost, disordered } = account;
  const times = cuts === 1 ? 'once' : `${cuts} times`;
  const order = disordered === 0 ? 'order kept' : `${disordered} out of order`;
  return `power cut ${times}, ${torn} in the middle of a flash operation: ${accepted} accepted, ${delivered} delivered, ${lost} lost, ${held} still held, ${duplicates} again, ${order}`;
}
