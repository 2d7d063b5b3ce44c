// Images of flash regions for the reader: what the real outbox leaves behind, and pages put together by hand from the table in
// docs/outbox.md, for what it cannot be made to write.

import type { Nor } from '../../../sim/nor.ts';
import { addToCrc, endCrc, startCrc } from '../../../src/bytes/crc32.ts';
import { BASE, type Region } from '../../power/bench.ts';

export interface RecordImage {
  /** How many it has room for, and which of them are set. */
  readonly marks: number;
  readonly set?: readonly number[];
  readonly body: Uint8Array;
}

export interface PageImage {
  readonly sequence: number;
  readonly nonce?: number;
  readonly erases?: number;
  /** null: it has not been begun. */
  readonly opening?: { headPage?: number; headAt?: number; sequence?: number } | null;
  readonly records?: readonly RecordImage[];
  /** 1: records of several messages may be among them. */
  readonly abilities?: number;
}

export const PAGE_BYTES = 512;
export const UNIT = 4;
/** Where the records begin. */
export const FIRST = 40;

/** @returns all of the region as it stands there now. */
export function dump(nor: Nor, { pages, pageBytes }: Region): Uint8Array {
  const bytes = new Uint8Array(pages * pageBytes);
  nor.read(BASE, bytes);
  return bytes;
}

/** @returns `value` in `count` bytes, the lowest first. */
export function number(value: number, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => Math.floor(value / 2 ** (8 * i)) & 0xff);
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

export const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

export function crc(...parts: readonly Uint8Array[]): Uint8Array {
  const sum = { high: 0, low: 0 };
  startCrc(sum);
  for (const part of parts) for (const byte of part) addToCrc(sum, byte);
  endCrc(sum);
  return join(number(sum.low, 2), number(sum.high, 2));
}

function recordImage(key: Uint8Array, { marks, set = [], body }: RecordImage): Uint8Array {
  const word = body.length | (marks << 12);
  const places = Array.from({ length: marks }, (_, i) =>
    new Uint8Array(UNIT).fill(set.includes(i) ? 0 : 0xff),
  );
  const bytes = join(number(word, 2), number(~word & 0xffff, 2), crc(key, body), ...places, body);
  return join(bytes, new Uint8Array(-bytes.length & (UNIT - 1)).fill(0xff));
}

/** @returns a page of PAGE_BYTES. */
export function pageImage(page: PageImage): Uint8Array {
  const { sequence, nonce = 7, erases = 1, opening = {}, records = [], abilities = 0 } = page;
  const key = join(number(nonce, 4), number(sequence, 4));
  const parts = join(number(100, 2), number(UNIT, 1), number(abilities, 1));
  const header = join(ascii('MOT\x01'), key, number(erases, 4), parts);
  const bytes = new Uint8Array(PAGE_BYTES).fill(0xff);
  bytes.set(join(header, crc(header)));
  bytes.set(join(...records.map((record) => recordImage(key, record))), FIRST);
  if (opening === null) return bytes;
  const { headPage = sequence, headAt = FIRST, sequence: last = 0 } = opening;
  const said = join(number(headPage, 4), number(headAt, 2), number(last, 2), number(0, 4));
  bytes.set(join(said, crc(key, said)), 24);
  return bytes;
}

export const blankPage = (): Uint8Array => new Uint8Array(PAGE_BYTES).fill(0xff);

/** Added to the key of a value that was carried over when its page was begun. */
export const CARRIED = 0x40;

/** @returns a record of state. */
export function stateImage(key: number, value: Uint8Array): RecordImage {
  return { marks: 0, body: join(Uint8Array.of(key, ~key), value) };
}

/** @returns one of the boots that have learnt the time, as it is kept. @param began in seconds since 1970. */
export function bootImage(boot: number, after: number, began: number): Uint8Array {
  return join(number(boot, 1), number(after, 2), number(began, 4));
}

/** @returns a record of several messages, each as `message` makes it. @param set marks that are set. */
export function togetherImage(
  sequence: number,
  messages: readonly Uint8Array[],
  set: readonly number[] = [],
): RecordImage {
  const parts = messages.map((one) => join(number(one.length, 2), one.slice(2)));
  return { marks: messages.length + 1, set, body: join(number(sequence, 2), ...parts) };
}

/** @returns what flags of a message say when its time goes into the payload at `place`. */
export const timeAt = (place: number): number => (place + 1) << 6;

/** @returns the body of a message. @param flags of the record; `time` comes with kinds 1 and 2. */
export function message(
  sequence: number,
  flags: number,
  topic: string,
  payload: string,
  time?: number,
): Uint8Array {
  const name = ascii(topic);
  const length = Uint8Array.of(name.length >> 8, name.length & 255);
  const when = time === undefined ? new Uint8Array() : number(time, 4);
  return join(number(sequence, 2), number(flags, 2), when, length, name, ascii(payload));
}
