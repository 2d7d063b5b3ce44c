// One page of an outbox: its header, its opening and its records, as docs/outbox.md describes them. Any bytes may be given
// to these functions; what makes no sense is said to be so.

import { verify, type Sound } from './checksum.ts';

export const HEADER = 24;
const OPENING = 16;
/** Where the records begin. */
export const FIRST = HEADER + OPENING;
/** Of a record, before its marks: length and their number, the same inverted, checksum. */
export const FRAME = 8;
const VERSION = 1;
/** Marks of a record of one message at most, and of one of several, which have one more than there are messages. */
const MARKS_MAX = 2;
const MARKS_OF_SEVERAL = 15;
/** What pages may hold that this reader knows: records of several messages, and messages with properties. */
const SEVERAL = 1;
const PROPERTIES = 2;
const NOTHING = new Uint8Array();

/** A bit that was wrong, and is not any more in what this reader shows. */
export interface MendedBit {
  /** Byte of the page. */
  readonly at: number;
  /** 0 to 7; undefined: more than one of the four bytes from `at` on, which are a length and its inverse. */
  readonly bit?: number;
  readonly where: 'header' | 'opening' | 'record';
}

export interface Header {
  readonly version: number;
  readonly nonce: number;
  /** Page sequence: one more with each page that is begun. */
  readonly sequence: number;
  readonly erases: number;
  /** Longest body of a record. */
  readonly longest: number;
  readonly programUnit: number;
  /** What its records may be, a bit each. */
  readonly abilities: number;
  /** Nonce and page sequence, which the checksums of the page begin with. */
  readonly key: Uint8Array;
  readonly mended: readonly MendedBit[];
}

export interface Opening {
  /** Before this place of this page everything was done with. */
  readonly headPage: number;
  readonly headAt: number;
  /** Sequence of the last message before this page. */
  readonly sequence: number;
  readonly mended: readonly MendedBit[];
}

export interface PageRecord {
  /** Where it begins in the page, and bytes up to the next one. */
  readonly at: number;
  readonly size: number;
  /** How many it has room for: 0 for state, 1 for QoS 1, 2 for QoS 2; n + 1 for n messages together. */
  readonly marks: number;
  readonly done: boolean;
  /** Numbers of those that are set. */
  readonly marked: readonly number[];
  readonly received: boolean;
  /** Numbers of marks that are neither blank nor all zeros. */
  readonly halfMarks: readonly number[];
  /** undefined: more than one bit is wrong. */
  readonly body: Uint8Array | undefined;
  /** The body with the bits that are wrong. */
  readonly raw: Uint8Array;
  readonly mended: readonly MendedBit[];
}

/** A part of a page that holds no record, and is not blank. */
export interface Gap {
  readonly at: number;
  readonly bytes: number;
  readonly kind: 'buried' | 'unreadable' | 'behind';
}

export interface Records {
  readonly records: readonly PageRecord[];
  readonly gaps: readonly Gap[];
  /** Behind the last record. */
  readonly end: number;
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export function isFilled(bytes: Uint8Array, value: number): boolean {
  return bytes.every((byte) => byte === value);
}

/** @returns the bit that `sound` mended of bytes from `at` on, whose checksum stands at `sumAt`, as a list. */
function mendedBits(sound: Sound, at: number, sumAt: number, where: MendedBit['where']): MendedBit[] {
  const { wrongBit, wrongSumBit } = sound;
  const bit = (from: number, number: number) => [{ at: from + (number >> 3), bit: number & 7, where }];
  if (wrongBit !== undefined) return bit(at, wrongBit);
  return wrongSumBit === undefined ? [] : bit(sumAt, wrongSumBit);
}

/** @returns the header of a page of any version, undefined when there is none. */
export function readHeader(page: Uint8Array): Header | undefined {
  if (page.length < FIRST) return undefined;
  const sumAt = HEADER - 4;
  const sound = verify(view(page).getUint32(sumAt, true), NOTHING, page.subarray(0, sumAt));
  if (sound === undefined || String.fromCharCode(...sound.bytes.subarray(0, 3)) !== 'MOT') return undefined;
  const fields = view(sound.bytes);
  const sequence = fields.getUint32(8, true);
  return {
    version: fields.getUint8(3),
    nonce: fields.getUint32(4, true),
    sequence,
    erases: fields.getUint32(12, true),
    longest: fields.getUint16(16, true),
    programUnit: fields.getUint8(18),
    abilities: fields.getUint8(19),
    key: sound.bytes.slice(4, 12),
    mended: mendedBits(sound, 0, sumAt, 'header'),
  };
}

/** @returns whether the records behind this header can be read. */
export function isKnown({ version, sequence, programUnit, abilities }: Header): boolean {
  const isOurs = version === VERSION && abilities <= (SEVERAL | PROPERTIES);
  return isOurs && sequence > 0 && (programUnit === 4 || programUnit === 8);
}

/** @returns whether messages of such a page may have properties. */
export function mayHaveProperties({ abilities }: Header): boolean {
  return (abilities & PROPERTIES) > 0;
}

/** @returns what was said when the page was begun, undefined when nothing was: then no record counts that came to it. */
export function readOpening(page: Uint8Array, { key }: Header): Opening | undefined {
  const sumAt = FIRST - 4;
  const sound = verify(view(page).getUint32(sumAt, true), key, page.subarray(HEADER, sumAt));
  if (sound === undefined) return undefined;
  const fields = view(sound.bytes);
  return {
    headPage: fields.getUint32(0, true),
    headAt: fields.getUint16(4, true),
    sequence: fields.getUint16(6, true),
    mended: mendedBits(sound, HEADER, sumAt, 'opening'),
  };
}

/** @returns how many messages a record is of that has so many marks. */
export function countMessages(marks: number): number {
  return marks > MARKS_MAX ? marks - 1 : Math.min(marks, 1);
}

function countZeros(bytes: Uint8Array): number {
  let zeros = 0;
  for (const byte of bytes) for (let bit = 0; bit < 8; bit++) zeros += (byte >> bit) & 1 ? 0 : 1;
  return zeros;
}

/** Take `word` for the first of a record at `at`. @returns the record, undefined when it cannot be that of one. */
function takeRecord(
  page: Uint8Array,
  { key, programUnit, abilities }: Header,
  at: number,
  word: number,
): PageRecord | undefined {
  const length = word & 0xfff;
  const marks = word >> 12;
  const bodyAt = at + FRAME + marks * programUnit;
  const size = Math.ceil((bodyAt - at + length) / programUnit) * programUnit;
  if (
    marks > ((abilities & SEVERAL) > 0 ? MARKS_OF_SEVERAL : MARKS_MAX) ||
    length < 2 ||
    at + size > page.length
  ) {
    return undefined;
  }
  const mark = (number: number) =>
    countZeros(page.subarray(at + FRAME + number * programUnit, at + FRAME + (number + 1) * programUnit));
  const zeros = Array.from({ length: marks }, (_, number) => mark(number));
  const isSet = zeros.map((count) => count > programUnit * 4);
  const raw = page.subarray(bodyAt, bodyAt + length);
  const sound = verify(view(page).getUint32(at + 4, true), key, raw);
  return {
    at,
    size,
    marks,
    done: isSet[0] ?? false,
    marked: isSet.flatMap((set, number) => (set ? [number] : [])),
    received: marks === MARKS_MAX && isSet[1] === true,
    halfMarks: zeros.flatMap((count, number) => (count > 0 && count < programUnit * 8 ? [number] : [])),
    body: sound?.bytes,
    raw,
    mended: sound === undefined ? [] : mendedBits(sound, bodyAt, at + 4, 'record'),
  };
}

/** A frame of which length or inverse is wrong: a record only if the checksum says so. */
function takeDamaged(
  page: Uint8Array,
  header: Header,
  at: number,
  word: number,
  check: number,
): PageRecord | undefined {
  for (const candidate of [word, check]) {
    const record = takeRecord(page, header, at, candidate);
    if (record?.body === undefined) continue;
    const wrong = word ^ check;
    const isBit = wrong > 0 && (wrong & (wrong - 1)) === 0;
    const bit = 31 - Math.clz32(wrong);
    const byte = at + (candidate === word ? 2 : 0) + (bit >> 3);
    const mended: MendedBit[] = isBit
      ? [{ at: byte, bit: bit & 7, where: 'record' }]
      : [{ at, where: 'record' }];
    return { ...record, mended: wrong === 0 ? record.mended : [...mended, ...record.mended] };
  }
  return undefined;
}

/** @returns behind the last byte of the page that is not blank, `from` when there is none. */
export function endOfBytes(page: Uint8Array, from: number): number {
  let end = page.length;
  while (end > from && page[end - 1] === 0xff) end--;
  return end;
}

/** @returns all records of a page from `start` on, whole or not, and what else stands between and behind them. */
export function readRecords(page: Uint8Array, header: Header, start = FIRST): Records {
  const unit = header.programUnit;
  const fields = view(page);
  const records: PageRecord[] = [];
  const gaps: Gap[] = [];
  /** Behind the last record; `at` runs ahead of it where no record can be made out. */
  let end = start;
  let at = start;
  while (at + FRAME + unit <= page.length) {
    const word = fields.getUint16(at, true);
    const check = fields.getUint16(at + 2, true) ^ 0xffff;
    const isLost = at > end;
    if (!isLost && word === (check ^ 0xffff) && (word === 0 || word === 0xffff)) break;
    const record =
      !isLost && word === check
        ? (takeRecord(page, header, at, word) ?? takeDamaged(page, header, at, word, check))
        : takeDamaged(page, header, at, word, check);
    if (record === undefined) {
      at += unit;
      continue;
    }
    if (isLost) gaps.push({ at: end, bytes: at - end, kind: 'unreadable' });
    records.push(record);
    at = end = record.at + record.size;
  }
  const bytes = endOfBytes(page, end) - end;
  if (bytes > 0) {
    const isBuried = end + FRAME <= page.length && isFilled(page.subarray(end, end + 4), 0);
    gaps.push({ at: end, bytes, kind: isBuried ? 'buried' : at > end ? 'unreadable' : 'behind' });
  }
  return { records, gaps, end };
}
