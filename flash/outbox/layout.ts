// From the bytes of an outbox's flash region to what is in it, as data: the reader of record for support. It shares no code
// with src/outbox, so that it is a second opinion on the layout in docs/outbox.md. It changes nothing, and takes any bytes.

import type {
  Inspection,
  PageReport,
  PageState,
  RecordReport,
  RegionState,
  StateReport,
} from './inspection.ts';
import { readMessage, readParts } from './message.ts';
import {
  countMessages,
  endOfBytes,
  FIRST,
  HEADER,
  isFilled,
  isKnown,
  mayHaveProperties,
  readHeader,
  readOpening,
  readRecords,
  type Gap,
  type Header,
  type PageRecord,
  type Records,
} from './page.ts';
import { isForgotten, keyOf, readState, type Boots } from './state.ts';
import { findTroubles, type Leftover, type OwnPage } from './troubles.ts';

const INTENT = 'MOTE!FMT';
const INTENTS = 8;

const latin = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

/** @returns whether an intent to format the region stands in its last page. */
function isIntended(last: Uint8Array): boolean {
  const places = Array.from({ length: INTENTS }, (_, i) => latin(last.subarray(i * 8, i * 8 + 8)));
  return places.includes(INTENT);
}

/** @returns whether a page is blank, but for what may be the beginning of an intent. */
function isBlankOrHalfIntent(page: Uint8Array): boolean {
  const intents = INTENTS * INTENT.length;
  return page.every(
    (byte, i) =>
      byte === 0xff || (i < intents && (byte & INTENT.charCodeAt(i % 8)) === INTENT.charCodeAt(i % 8)),
  );
}

function readOwnPage(page: number, address: number, bytes: Uint8Array, header: Header): OwnPage {
  return { page, address, header, opening: readOpening(bytes, header), ...readRecords(bytes, header) };
}

/** @returns all records of a page in which one begins at `place`, whatever a wrong length before that says. */
function readAround(bytes: Uint8Array, header: Header, place: number): Records {
  const before = readRecords(bytes.subarray(0, place), header);
  const { records, gaps, end } = readRecords(bytes, header, place);
  return { records: [...before.records, ...records], gaps: [...before.gaps, ...gaps], end };
}

/** @returns the page that is written: the newest, unless it has not been begun. */
function findTail(own: readonly OwnPage[]): OwnPage | undefined {
  const newest = own.at(-1);
  return newest?.opening === undefined && own.length > 1 ? own.at(-2) : newest;
}

/** @returns the page without its last record, where that was torn: it stands among the gaps then. */
function withoutTorn(own: OwnPage): OwnPage {
  const last = own.records.at(-1);
  if (last === undefined || last.body !== undefined) return own;
  const end = own.gaps.reduce((to, gap) => Math.max(to, gap.at + gap.bytes), last.at + last.size);
  const torn: Gap = { at: last.at, bytes: end - last.at, kind: 'behind' };
  return {
    ...own,
    records: own.records.slice(0, -1),
    gaps: [...own.gaps.filter(({ at }) => at < last.at), torn],
    end: last.at,
  };
}

/** @returns what stands behind the header of a page that has no opening. */
function nameLeftover({ records }: OwnPage, bytes: Uint8Array): Leftover | undefined {
  if (isFilled(bytes.subarray(HEADER, FIRST), 0xff)) {
    return endOfBytes(bytes, HEADER) > HEADER ? 'state' : undefined;
  }
  return records.some(({ marks }) => marks > 0) ? 'messages' : 'opening';
}

/** @returns a page that has not been begun: nothing that stands in it counts. */
function asPrepared(own: OwnPage, bytes: Uint8Array): OwnPage {
  const leftover = nameLeftover(own, bytes);
  return {
    ...own,
    records: [],
    gaps: [],
    end: endOfBytes(bytes, HEADER),
    ...(leftover !== undefined && { leftover }),
  };
}

/** A page by its sequence, and a place in it. */
interface Position {
  readonly page: number;
  readonly at: number;
}

const isBefore = (one: Position, other: Position) =>
  one.page < other.page || (one.page === other.page && one.at < other.at);

/** @returns what everything before is done with: as the page that is written says, or what was kept since. */
function findHead(tail: OwnPage | undefined, values: readonly StateReport[]): Position | undefined {
  if (tail?.opening === undefined) return undefined;
  const opened = { page: tail.opening.headPage, at: tail.opening.headAt };
  const kept = values.find(({ head }) => head !== undefined)?.head;
  return kept === undefined || kept.page > tail.header.sequence || isBefore(kept, opened) ? opened : kept;
}

/** @returns what a record is, message by message. */
function reportRecord(
  own: OwnPage,
  record: PageRecord,
  isDone: boolean,
  boots: Boots | undefined,
): RecordReport[] {
  const { body, received, marked } = record;
  const place = { page: own.page, address: own.address + record.at, bytes: record.size };
  const count = countMessages(record.marks);
  const parts = body === undefined ? [] : readParts(body, count);
  return Array.from({ length: count }, (_, i): RecordReport => {
    const isGone = isDone || (count > 1 && marked.includes(i + 1));
    const which = { ...place, ...(count > 1 && { part: i + 1 }) };
    const part = parts[i];
    if (part === undefined) {
      const why = body === undefined ? 'more than one bit is wrong' : 'its length is wrong';
      const state = isGone ? 'acknowledged' : 'damaged';
      return { ...which, state, sequence: null, received, message: null, why };
    }
    const message = readMessage(part, boots, mayHaveProperties(own.header));
    return {
      ...which,
      state: isGone ? 'acknowledged' : 'held',
      sequence: part.sequence,
      received,
      message: typeof message === 'string' ? null : message,
      ...(typeof message === 'string' && { why: message }),
    };
  });
}

/** @returns the messages of all pages, in the order of their append. */
function reportRecords(
  own: readonly OwnPage[],
  head: Position | undefined,
  boots: Boots | undefined,
): RecordReport[] {
  return own.flatMap((page) =>
    page.records
      .filter(({ marks }) => marks > 0)
      .flatMap((record) => {
        const position = { page: page.header.sequence, at: record.at };
        const isDone = record.done || (head !== undefined && isBefore(position, head));
        return reportRecord(page, record, isDone, boots);
      }),
  );
}

/** @returns what is kept, by key: all of it was carried to the page that is written when that was begun. */
function reportValues({ page, address, records }: OwnPage): StateReport[] {
  const values = new Map<number, StateReport>();
  for (const { marks, raw, body, at } of records) {
    const key = marks > 0 ? undefined : (keyOf(raw) ?? (body && keyOf(body)));
    if (key === undefined) continue;
    // Also where it is damaged, it was written in the place of the one before.
    values.delete(key);
    const value = body === undefined || isForgotten(body) ? '' : readState(body);
    if (typeof value !== 'string') values.set(key, { ...value, page, address: address + at });
  }
  return [...values.values()].sort((a, b) => a.key - b.key);
}

/** @returns what a page is that has no header of this life. */
function nameStranger(bytes: Uint8Array, header: Header | undefined): PageState {
  if (header !== undefined) return isKnown(header) ? 'other-life' : 'other-version';
  if (isFilled(bytes, 0xff)) return 'blank';
  if (isIntended(bytes)) return 'intent';
  if (isFilled(bytes.subarray(0, INTENT.length), 0)) return 'killed';
  return latin(bytes.subarray(0, 3)) === 'MOT' ? 'damaged' : 'foreign';
}

function nameRegion(
  pages: readonly Uint8Array[],
  headers: readonly (Header | undefined)[],
  own: number,
): RegionState {
  const last = pages.at(-1)!;
  if (isIntended(last)) return 'half-formatted';
  if (own > 0) return 'outbox';
  if (headers.some((header) => header !== undefined)) return 'other-version';
  return pages.slice(0, -1).every((page) => isFilled(page, 0xff)) && isBlankOrHalfIntent(last)
    ? 'blank'
    : 'foreign';
}

function reportPage(
  own: OwnPage,
  tail: OwnPage,
  pageSize: number,
  records: readonly RecordReport[],
): PageReport {
  const mine = records.filter(({ page }) => page === own.page);
  const isTail = own === tail;
  const isNext = own.header.sequence > tail.header.sequence;
  const isOpen = isTail && own.gaps.every(({ at }) => at < own.end);
  const isFresh = isNext && own.leftover === undefined;
  const free = isOpen ? pageSize - own.end : isFresh ? pageSize - FIRST : 0;
  return {
    page: own.page,
    address: own.address,
    state: isTail ? 'written' : isNext ? 'prepared' : 'older',
    sequence: own.header.sequence,
    erases: own.header.erases,
    used: own.end,
    free,
    records: mine.length,
    held: mine.filter(({ state }) => state === 'held').length,
  };
}

function reportWear(headers: readonly (Header | undefined)[]): Inspection['wear'] {
  const counts = headers.flatMap((header) => (header === undefined ? [] : [header.erases]));
  if (counts.length === 0) return null;
  const min = counts.reduce((a, b) => Math.min(a, b));
  const max = counts.reduce((a, b) => Math.max(a, b));
  return { min, max, spread: max - min };
}

function describe(header: Header | undefined) {
  if (header === undefined) return {};
  const { version, programUnit, longest, nonce } = header;
  return { version, programUnit, longestBody: longest, nonce };
}

const indexOrNull = (index: number) => (index < 0 ? null : index);

/**
 * Read an outbox's flash region.
 * @param region all of its bytes, a multiple of `pageSize` and two pages at least.
 * @param address of its first byte, for what the result says of places.
 */
export function inspectRegion(region: Uint8Array, pageSize: number, address = 0): Inspection {
  const pages = Array.from({ length: Math.floor(region.length / pageSize) }, (_, i) =>
    region.subarray(i * pageSize, (i + 1) * pageSize),
  );
  const addressOf = (page: number) => address + page * pageSize;
  const headers = pages.map(readHeader);
  // Half a format leaves pages of the life before: the first one decides, as at a start.
  const nonce = headers.find((header) => header !== undefined && isKnown(header))?.nonce;
  const isOwn = (header: Header | undefined): header is Header =>
    header !== undefined && isKnown(header) && header.nonce === nonce;
  const read = headers
    .flatMap((header, i) => (isOwn(header) ? [readOwnPage(i, addressOf(i), pages[i]!, header)] : []))
    .sort((a, b) => a.header.sequence - b.header.sequence);
  const state = nameRegion(pages, headers, read.length);
  const tailSequence = findTail(read)?.header.sequence ?? 0;
  const marked = read.map((page) => {
    const { sequence } = page.header;
    if (sequence > tailSequence) return asPrepared(page, pages[page.page]!);
    return sequence === tailSequence ? withoutTorn(page) : page;
  });
  const tail = marked.find(({ header }) => header.sequence === tailSequence);
  const values = tail === undefined ? [] : reportValues(tail);
  const boots = values.find((value) => value.boots !== undefined)?.boots;
  const head = findHead(tail, values);
  const own = marked.map((page) => {
    if (page === tail || page.header.sequence !== head?.page) return page;
    return { ...page, ...readAround(pages[page.page]!, page.header, head.at) };
  });
  const records = reportRecords(own, head, boots);
  const troubles = own.flatMap((page) => findTroubles(page, tail!, records));
  const count = (is: (record: RecordReport) => boolean) => records.filter(is).length;
  return {
    state,
    address,
    bytes: region.length,
    pageSize,
    ...describe(tail?.header ?? headers.find((header) => header !== undefined)),
    pages: pages.map((bytes, i) => {
      const mine = own.find(({ page }) => page === i);
      if (mine !== undefined) return reportPage(mine, tail!, pageSize, records);
      const header = headers[i];
      const known = header === undefined ? {} : { sequence: header.sequence, erases: header.erases };
      const name = nameStranger(bytes, header);
      return { page: i, address: addressOf(i), state: name, ...known, used: 0, free: 0, records: 0, held: 0 };
    }),
    records,
    values,
    troubles: troubles.sort((a, b) => a.address - b.address),
    totals: {
      held: count((record) => record.state === 'held'),
      acknowledged: count((record) => record.state === 'acknowledged'),
      received: count((record) => record.state === 'held' && record.received),
      damaged: count((record) => record.state === 'damaged'),
      mended: troubles.filter(({ kind }) => kind === 'mended').length,
    },
    wear: reportWear(headers),
    next: indexOrNull(records.findIndex((record) => record.state === 'held')),
    newest: indexOrNull(records.findLastIndex((record) => record.state === 'held')),
  };
}
