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

export interface StateValue {
  readonly key: number;
  /** It was carried over from the page before when its page was begun. */
  readonly carried: boolean;
  readonly value: Text;
  /** Keys 0 and 1: identifiers of inbound messages of QoS 2 whose PUBREL has not come. */
  readonly openIdentifiers?: readonly number[];
  /** Key 2. */
  readonly boots?: Boots;
  /** Key 16: before this place of the page of this sequence everything is acknowledged. */
  readonly head?: { readonly page: number; readonly at: number };
}

const KEYS = 17;
const CARRIED = 0x40;
/** Key, and the same inverted. */
const FIELDS = 2;
const VALUE_MAX = 32;
const OPEN_KEYS = [0, 1];
const BOOTS_KEY = 2;
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

function decode(key: number, value: Uint8Array): Pick<StateValue, 'openIdentifiers' | 'boots' | 'head'> {
  if (OPEN_KEYS.includes(key)) return { openIdentifiers: readIdentifiers(value) };
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
  if (value.length > VALUE_MAX) return `a value of ${value.length} bytes is too long`;
  return { key, carried: (body[0]! & CARRIED) > 0, value: asText(value), ...decode(key, value) };
}
