// What `mote upload` keeps in a board's Storage: names, the entries of the choice file, and which program the selector starts
// by them. The selector (src/ports/espruino/boot/selector.ts) is the other side of this; the tests hold them against each other.

import { checksum } from '../outbox/checksum.ts';

export const SELECTOR_FILE = '.bootcde';
export const CHOICE_FILE = 'mote.choice';
export const LOCK_FILE = 'mote.lock';
export const SLOT_FILES = ['mote.a', 'mote.b'] as const;
export type Slot = 0 | 1;

export const PLACE_BYTES = 16;
/** 4 KB: more uploads of any mote than the Storage of an ESP32 takes before it has to be compacted. */
export const PLACES = 256;
export const CHOICE_BYTES = PLACE_BYTES * PLACES;

/** Bytes of a place: flags and their complement, minutes and their complement, checksum of the program, then marks. */
const SUM = 4;
const TRIES = 8;
const HEALTHY = 11;
const REJECTED = 12;
export const TRY_COUNT = 3;
/** The places behind an entry, where a byte is cleared at each wake on trial; blank without one. No entry may be without them. */
export const WAKE_PLACES = 3;
export const WAKES = WAKE_PLACES * PLACE_BYTES;
const BLANK = 0xff;
const REPORTS = 2;

export interface Entry {
  readonly place: number;
  readonly slot: Slot;
  /** The program calls `moteHealthy` itself. */
  readonly reports: boolean;
  readonly trialMin: number;
  /** CRC-32 of the program. */
  readonly sum: number;
  /** Boots on trial that have begun. */
  readonly tries: number;
  /** Wakes from deep sleep on trial. */
  readonly wakes: number;
  readonly isHealthy: boolean;
  readonly isRejected: boolean;
}

export const sumOf = (bytes: Uint8Array): number => checksum(new Uint8Array(), bytes);

/**
 * The first bytes of an entry, which are programmed at once. Programming only clears bits: of a byte and its complement one has
 * a bit too many whenever one was not cleared. A checksum that is not whole is of no program.
 */
export function entryHead(slot: Slot, reports: boolean, trialMin: number, sum: number): Uint8Array {
  const flags = slot | (reports ? REPORTS : 0);
  return Uint8Array.of(
    flags,
    flags ^ 255,
    trialMin,
    trialMin ^ 255,
    ...[0, 8, 16, 24].map((bit) => (sum >>> bit) & 255),
  );
}

export const markOffset = (place: number, mark: 'healthy' | 'rejected'): number =>
  place * PLACE_BYTES + (mark === 'healthy' ? HEALTHY : REJECTED);

const placeAt = (choice: Uint8Array, place: number) =>
  choice.subarray(place * PLACE_BYTES, (place + 1) * PLACE_BYTES);

/** @returns the first place that nothing was programmed into. */
export function firstBlankPlace(choice: Uint8Array): number {
  let place = 0;
  while (place * PLACE_BYTES < choice.length && placeAt(choice, place).some((byte) => byte !== BLANK)) {
    place++;
  }
  return place;
}

/** @returns what stands in a place, undefined when it is torn or blank. */
export function readEntry(choice: Uint8Array, place: number): Entry | undefined {
  const bytes = placeAt(choice, place);
  const [flags, notFlags, trialMin, notMin] = bytes as unknown as [number, number, number, number];
  if ((flags ^ notFlags) !== 255 || (trialMin ^ notMin) !== 255) return undefined;
  const marks = bytes.subarray(TRIES, TRIES + TRY_COUNT);
  const free = marks.indexOf(BLANK);
  const wakeMarks = choice.subarray((place + 1) * PLACE_BYTES, (place + 1) * PLACE_BYTES + WAKES);
  const freeWake = wakeMarks.indexOf(BLANK);
  return {
    place,
    slot: (flags & 1) as Slot,
    reports: (flags & REPORTS) !== 0,
    trialMin,
    sum: new DataView(bytes.buffer, bytes.byteOffset + SUM).getUint32(0, true),
    tries: free < 0 ? TRY_COUNT : free,
    wakes: freeWake < 0 ? wakeMarks.length : freeWake,
    isHealthy: bytes[HEALTHY] !== BLANK,
    isRejected: bytes[REJECTED] !== BLANK,
  };
}

/** CRC-32 of the program in each slot, undefined without one. */
export type Sums = readonly [number | undefined, number | undefined];

export interface Chosen {
  readonly slot: Slot;
  /** undefined: no entry says so, there is only this program. */
  readonly entry: Entry | undefined;
  /** It goes back to the former program if this one does not report. */
  readonly isTrial: boolean;
}

const hasTries = ({ isHealthy, tries, wakes }: Entry) => isHealthy || (tries < TRY_COUNT && wakes < WAKES);

/** @returns what the selector starts, undefined without any whole program. */
export function chooseProgram(choice: Uint8Array, sums: Sums): Chosen | undefined {
  const entries: Entry[] = [];
  for (let place = firstBlankPlace(choice) - 1; place >= 0; place--) {
    const entry = readEntry(choice, place);
    if (entry !== undefined && entry.sum === sums[entry.slot]) entries.push(entry);
  }
  const kept = entries.filter(({ isRejected }) => !isRejected);
  const good = kept.find(hasTries);
  const entry = good ?? kept[0] ?? entries[0];
  if (entry !== undefined) {
    const { place, slot } = entry;
    const hasFormer = kept.some((other) => other.place < place && other.slot !== slot);
    return { slot, entry, isTrial: good !== undefined && !entry.isHealthy && hasFormer };
  }
  if ((sums[0] === undefined) === (sums[1] === undefined)) return undefined;
  return { slot: sums[0] === undefined ? 1 : 0, entry: undefined, isTrial: false };
}
