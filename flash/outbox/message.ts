// What a record of a message says: what is sent, and when it was taken.

import { readProperties, type Property } from './properties.ts';
import type { Boots } from './state.ts';
import { asText, asTime, type Text } from './text.ts';

/** Of a message that knows its boot only, `iso` is there when it is kept when that boot began. Boots are counted modulo 256 here. */
export type MessageTime =
  { readonly iso: string } | { readonly boot: number; readonly uptimeSec: number; readonly iso?: string };

export interface Message {
  readonly qos: number;
  readonly retain: boolean;
  readonly topic: Text;
  readonly payload: Text;
  /** Those of MQTT 5.0, in their order; missing: it was stored without. */
  readonly properties?: readonly Property[];
  /** When it was taken; missing where nobody knows. */
  readonly time?: MessageTime;
  /** Place in the payload where that is filled in when it is sent; missing: nowhere. */
  readonly timeAt?: number;
}

const RETAIN = 1;
const HAS_PROPERTIES = 1 << 5;
const WALL_CLOCK = 1;
const UPTIME = 2;
/** Sequences run from 1 to this, and then from 1 again. */
const SEQUENCES = 32640;

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** @returns whether a message came after the one of sequence `last`, 0: there was none. */
function isBehind(sequence: number, last: number): boolean {
  const distance = (sequence - last + SEQUENCES) % SEQUENCES;
  return last === 0 || (distance > 0 && distance < SEQUENCES / 2);
}

function readUptime(value: number, sequence: number, boots: Boots | undefined): MessageTime {
  const time = { boot: value >>> 24, uptimeSec: value & 0xffffff };
  const known = boots?.known.find(({ boot }) => (boot & 0xff) === time.boot);
  if (known === undefined || !isBehind(sequence, known.after)) return time;
  return { ...time, iso: asTime(Date.parse(known.began) / 1000 + time.uptimeSec) };
}

/** One of the messages of a record. */
export interface Part {
  readonly sequence: number;
  /** Begins with two bytes that are not the message's. */
  readonly bytes: Uint8Array;
}

/**
 * @param body two bytes or more. @param count how many messages it is of.
 * @returns each of them; as few as there is room for, where their lengths are wrong.
 */
export function readParts(body: Uint8Array, count: number): Part[] {
  const fields = view(body);
  const first = fields.getUint16(0, true);
  if (count === 1) return [{ sequence: first, bytes: body }];
  const parts: Part[] = [];
  let at = 2;
  for (let i = 0; i < count && at + 2 <= body.length; i++) {
    const size = Math.max(2, fields.getUint16(at, true));
    parts.push({ sequence: ((first + i - 1) % SEQUENCES) + 1, bytes: body.subarray(at, at + size) });
    at += size;
  }
  return parts;
}

/**
 * @param part of the body of a record. @param boots what is kept of them, undefined: nothing. @param mayHave properties: its page says so.
 * @returns the message, or why it is none, as a clause.
 */
export function readMessage(
  { bytes: body, sequence }: Part,
  boots: Boots | undefined,
  mayHave: boolean,
): Message | string {
  if (body.length < 6) return `a body of ${body.length} bytes is too short for a message`;
  const fields = view(body);
  const flags = fields.getUint16(2, true);
  const qos = (flags >> 1) & 3;
  const kind = (flags >> 3) & 3;
  if (qos === 3) return 'it says QoS 3';
  const has = (flags & HAS_PROPERTIES) > 0;
  if (kind > UPTIME || (has && !mayHave)) {
    return 'its flags are of a version that this reader does not know';
  }
  const nameAt = kind === 0 ? 4 : 8;
  if (body.length < nameAt + 2) {
    return `a body of ${body.length} bytes is too short for a message with its time`;
  }
  const nameEnd = nameAt + 2 + fields.getUint16(nameAt);
  if (nameEnd + (has ? 1 : 0) > body.length) return 'its topic is longer than its body';
  const payloadAt = has ? nameEnd + 1 + fields.getUint8(nameEnd) : nameEnd;
  if (payloadAt > body.length) return 'its properties are longer than its body';
  // One more than the place, so that 0 says that there is none.
  const place = flags >> 6;
  return {
    qos,
    retain: (flags & RETAIN) > 0,
    topic: asText(body.subarray(nameAt + 2, nameEnd)),
    payload: asText(body.subarray(payloadAt)),
    ...(has && { properties: readProperties(body.subarray(nameEnd + 1, payloadAt)) }),
    ...(kind === WALL_CLOCK && { time: { iso: asTime(fields.getUint32(4, true)) } }),
    ...(kind === UPTIME && { time: readUptime(fields.getUint32(4, true), sequence, boots) }),
    ...(place > 0 && { timeAt: place - 1 }),
  };
}
