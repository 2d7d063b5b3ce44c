// What a record of the small state says: a value by key. Some keys are the client's and the outbox's own; what stands there is
// said in words, what the firmware keeps is shown as it is.

import { asText, asTime, type Text } from './text.ts';

/** A boot that has learnt the wall clock. */
export interface BootTime {
  readonly boot: number;
  /** Sequence of the last message that is of other boots, or was sent without a time; 0: there is none. */
  readonly after: number;
  readonly began: string;
}

export interface Boots {
  /** Number of the last one that was counted. */
  readonly last: number;
  /** Those of which it is known when they began, the newest first. */
  readonly known: readonly BootTime[];
}

/** What createAccount had counted when it was written down. */
export interface KeptAccount {
  readonly sampled: number;
  readonly refused: number;
  readonly sent: number;
  readonly duplicates: number;
  readonly overtaken: number;
  readonly moved: number;
  readonly damaged: number;
  readonly connects: number;
  readonly boot: number;
  /** Nothing was counted after. */
  readonly clean: boolean;
  /** The first boot that may lack some; 0: none does. */
  readonly since: number;
  /** With MQTT 5.0. */
  readonly rejected?: number;
  readonly expired?: number;
}

/** Stage, cause, seconds since the one before. */
export type Transition = readonly [stage: number, cause: number, seconds: number];

export interface StateValue {
  readonly key: number;
  /** It was carried over from the page before when its page was begun. */
  readonly carried: boolean;
  readonly value: Text;
  /** Keys 0 and 1: identifiers of inbound messages of QoS 2 whose PUBREL has not come. */
  readonly openIdentifiers?: readonly number[];
  /** Key 2. */
  readonly boots?: Boots;
  /** Key 4. */
  readonly account?: KeptAccount;
  /** Key 5: the last transitions of the link, the oldest first. */
  readonly transitions?: readonly Transition[];
  /** Key 7: messages given up with their pages, the page of the last ones (0: none), and whether there may have been more. */
  readonly givenUp?: { readonly messages: number; readonly page: number; readonly unsure: boolean };
  /** Key 16: before this place of the page of this sequence everything is acknowledged. */
  readonly head?: { readonly page: number; readonly at: number };
}

const KEYS = 19;
const CARRIED = 0x40;
/** Key, and the same inverted. */
const FIELDS = 2;
const VALUE_MAX = 32;
/** The client identifier that a broker has assigned, which may be longer. */
const CLIENT_ID_KEY = 17;
const CLIENT_ID_MAX = 64;
/** Of an account with MQTT 5.0. */
const ACCOUNT_MAX = 40;
const OPEN_KEYS = [0, 1];
const BOOTS_KEY = 2;
const ACCOUNT_KEY = 4;
const CLEAN = 0x8000;
const HISTORY_KEY = 5;
/** Of a transition's first byte: the cause, and above it the stage. Of the second: four bits of the seconds, and above them how far to the left. */
const CAUSE_BITS = 5;
/** An entry with a reason code of MQTT 5.0 in the place of the seconds: that is the cause of the one before. */
const REASON_FOLLOWS = 0xfe;
const PART_BITS = 4;
const GIVEN_UP_KEY = 7;
const GIVEN_UP_SIZE = 9;
/** No firmware's. */
const HEAD_KEY = 16;
const HEAD_SIZE = 6;
const NUMBER_SIZE = 2;
const BOOT_SIZE = 7;

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function readIdentifiers(value: Uint8Array): number[] {
  const fields = view(value);
  const places = Array.from({ length: value.length >> 1 }, (_, i) => fields.getUint16(2 * i, true));
  return places.filter((identifier) => identifier > 0);
}

function readBoots(value: Uint8Array): Boots {
  const fields = view(value);
  const last = fields.getUint16(0, true);
  const known = Array.from({ length: Math.floor((value.length - NUMBER_SIZE) / BOOT_SIZE) }, (_, i) => {
    const at = NUMBER_SIZE + i * BOOT_SIZE;
    // An entry goes as soon as another boot has the same lower bits: so the newest that has them is meant.
    const boot = (last - ((last - fields.getUint8(at)) & 0xff)) & 0xffff;
    return {
      boot,
      after: fields.getUint16(at + 1, true),
      began: asTime(fields.getUint32(at + 3, true)),
    };
  });
  return { last, known };
}

function readAccount(value: Uint8Array): KeptAccount {
  const fields = view(value);
  const [sampled, refused, sent, duplicates, overtaken, moved] = [0, 4, 8, 12, 16, 20].map((at) =>
    fields.getUint32(at, true),
  ) as [number, number, number, number, number, number];
  const boot = fields.getUint16(28, true);
  return {
    sampled,
    refused,
    sent,
    duplicates,
    overtaken,
    moved,
    damaged: fields.getUint16(24, true),
    connects: fields.getUint16(26, true),
    boot: boot & (CLEAN - 1),
    clean: boot >= CLEAN,
    since: fields.getUint16(30, true),
    ...(value.length === ACCOUNT_MAX && {
      rejected: fields.getUint32(32, true),
      expired: fields.getUint32(36, true),
    }),
  };
}

function readSeconds(byte: number): number {
  const part = byte & ((1 << PART_BITS) - 1);
  const octave = byte >> PART_BITS;
  return octave === 0 ? part : (part + (1 << PART_BITS)) << (octave - 1);
}

/** @returns the transitions that the value of their key holds. */
export function readTransitions(value: Uint8Array): Transition[] {
  const transitions: Transition[] = [];
  for (let at = 0; at + 1 < value.length; at += 2) {
    const [kind, more] = [value[at]!, value[at + 1]!];
    if (kind === REASON_FOLLOWS) continue;
    const hasReason = value[at + 2] === REASON_FOLLOWS;
    const cause = hasReason ? value[at + 3]! : kind & ((1 << CAUSE_BITS) - 1);
    transitions.push([kind >> CAUSE_BITS, cause, readSeconds(more)]);
  }
  return transitions;
}

type Decoded = Pick<StateValue, 'openIdentifiers' | 'boots' | 'account' | 'transitions' | 'givenUp' | 'head'>;

function decode(key: number, value: Uint8Array): Decoded {
  if (OPEN_KEYS.includes(key)) return { openIdentifiers: readIdentifiers(value) };
  if (key === ACCOUNT_KEY && (value.length === VALUE_MAX || value.length === ACCOUNT_MAX)) {
    return { account: readAccount(value) };
  }
  const isPairs = value.length > 1 && value.length % 2 === 0;
  if (key === HISTORY_KEY && isPairs) return { transitions: readTransitions(value) };
  if (key === GIVEN_UP_KEY && value.length === GIVEN_UP_SIZE) {
    const fields = view(value);
    const messages = fields.getUint32(0, true);
    return { givenUp: { messages, page: fields.getUint32(4, true), unsure: fields.getUint8(8) > 0 } };
  }
  if (key === HEAD_KEY && value.length >= HEAD_SIZE) {
    const fields = view(value);
    return { head: { page: fields.getUint32(0, true), at: fields.getUint16(4, true) } };
  }
  return key === BOOTS_KEY && value.length >= NUMBER_SIZE ? { boots: readBoots(value) } : {};
}

/** @param body two bytes or more. @returns the key that it says, undefined when it does not say it twice, or it is none. */
export function keyOf(body: Uint8Array): number | undefined {
  const key = body[0]! & ~CARRIED;
  return (body[0]! ^ body[1]!) === 0xff && key < KEYS ? key : undefined;
}

/** @returns whether a body says that nothing is kept for its key any more. */
export function isForgotten(body: Uint8Array): boolean {
  return body.length === FIELDS;
}

/** @param body two bytes or more. @returns the value, or why it is none, as a clause. */
export function readState(body: Uint8Array): StateValue | string {
  const key = keyOf(body);
  if (key === undefined) return `key ${body[0]! & ~CARRIED} is none, or does not stand there twice`;
  const value = body.subarray(FIELDS);
  const most = key === CLIENT_ID_KEY ? CLIENT_ID_MAX : key === ACCOUNT_KEY ? ACCOUNT_MAX : VALUE_MAX;
  if (value.length > most) return `a value of ${value.length} bytes is too long`;
  return { key, carried: (body[0]! & CARRIED) > 0, value: asText(value), ...decode(key, value) };
}
