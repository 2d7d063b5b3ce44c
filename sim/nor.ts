// A NOR flash chip: a program clears bits, an erase sets a page. What was never programmed takes no memory, pages and the ends of pages, so
// thousands of chips fit into one process. Counts what was done to it, and can be interrupted in the middle of doing it,
// wear out, and lose bits at rest. torn.ts has the ways in which an operation is interrupted.

import type { Flash, FlashGeometry } from '../src/ports/flash.ts';
import { Code } from '../src/ports/codes.ts';
import { createRandom } from './network/random.ts';

export interface NorGeometry {
  /** Address of the first byte. */
  readonly base: number;
  readonly bytes: number;
  readonly pageBytes: number;
  /** Address and length of a program are multiples of this. */
  readonly programUnit: number;
  /** true: a unit takes one program and after it only zeros; any other program of it is refused. */
  readonly ecc: boolean;
  /** Programs that a unit takes between two erases, where there is a limit; more are refused. */
  readonly programsMax?: number;
}

export interface NorCounters {
  reads: number;
  programs: number;
  erases: number;
  bytesRead: number;
  bytesProgrammed: number;
  /** Programs that the part forbids. */
  refused: number;
}

/** What is about to happen to the flash. */
export interface NorOperation {
  readonly kind: 'program' | 'erase';
  readonly address: number;
  readonly bytes: number;
}

/** How far an operation is when the power goes away: masks of bits, byte by byte from its beginning. */
export interface Torn {
  /** Bits that are what they were to be. */
  done(offset: number): number;
  /** Bits that an erase has cleared and not set yet. */
  cleared?(offset: number): number;
  /** Bits between 0 and 1, which read as either each time, until they are programmed or erased. A program's other bits are left out. */
  unsure?(offset: number): number;
}

export interface Nor {
  readonly geometry: NorGeometry;
  readonly counters: NorCounters;
  /** Fill `into`; bytes outside of the chip are left as they are. */
  read(address: number, into: Uint8Array): void;
  /** AND `from` into the flash. @returns false, and nothing happened, off the unit, outside, or against ECC or `programsMax`. */
  program(address: number, from: Uint8Array): boolean;
  /** Set the page that holds `address` to 0xFF. @returns false outside of the chip. */
  erase(address: number): boolean;
  /** How often the page that holds `address` was erased. */
  wear(address: number): number;
  /**
   * The page that holds `address` is worn out: an erase leaves bits of `stuck` 0, or, where the page is deaf, all as it is.
   * @param stuck bits of the byte at an offset in the page.
   */
  wearOut(address: number, stuck: ((offset: number) => number) | 'deaf'): void;
  /** Bit rot: the bits of `mask` in one byte are the other way round. */
  flip(address: number, mask: number): void;
  /**
   * Asked before each program and erase. Its answer is how far the operation comes before the power goes away: from then on
   * nothing changes and every read gives 0xFF, until `powerUp`.
   */
  interrupt: ((operation: NorOperation) => Torn | undefined) | undefined;
  /** Hears of each program that was not interrupted. */
  onProgram: ((address: number, data: Uint8Array) => void) | undefined;
  powerUp(): void;
  /** false: an operation was interrupted, and `powerUp` did not come yet. */
  isPowered(): boolean;
  /** @returns another chip, under power, with the same contents, wear and worn pages. Its counters start at 0. */
  fork(): Nor;
}

interface Page {
  /** From its beginning as far as it was programmed; behind that all bits are set. */
  data: Uint8Array;
  /** Bits between 0 and 1. */
  unsure: Uint8Array | undefined;
  /** Programs of each unit, where it matters. */
  readonly programs: Uint16Array | undefined;
}

/** By so many bytes a page in memory grows. */
const GROWTH = 256;

const DONE: Torn = { done: () => 0xff };

export function createNor(geometry: NorGeometry): Nor {
  return createChip(geometry, new Map(), new Map(), new Map());
}

type Stuck = ((offset: number) => number) | 'deaf';

function createChip(
  geometry: NorGeometry,
  pages: Map<number, Page>,
  erases: Map<number, number>,
  worn: Map<number, Stuck>,
): Nor {
  const { base, bytes, pageBytes, programUnit, ecc, programsMax = Infinity } = geometry;
  const isLimited = ecc || programsMax < Infinity;
  // Nobody can know how an unsure bit reads, so there is nothing to choose.
  const noise = createRandom(1);
  const counters: NorCounters = {
    reads: 0,
    programs: 0,
    erases: 0,
    bytesRead: 0,
    bytesProgrammed: 0,
    refused: 0,
  };
  let powered = true;

  const holds = (address: number, length: number) => address >= base && address + length <= base + bytes;
  const pageOf = (address: number) => Math.floor((address - base) / pageBytes);

  const openPage = (index: number): Page => {
    let page = pages.get(index);
    if (page === undefined) {
      page = {
        data: new Uint8Array(0),
        unsure: undefined,
        programs: isLimited ? new Uint16Array(pageBytes / programUnit) : undefined,
      };
      pages.set(index, page);
    }
    return page;
  };

  /** @returns its bytes, so many at least. */
  const dataOf = (page: Page, count: number): Uint8Array => {
    const { data } = page;
    if (count <= data.length) return data;
    page.data = new Uint8Array(Math.min(pageBytes, Math.ceil(count / GROWTH) * GROWTH)).fill(0xff);
    page.data.set(data);
    return page.data;
  };

  /** With ECC a unit that was programmed takes only zeros; where there is a limit, each takes only so many programs. */
  const allows = (address: number, from: Uint8Array) => {
    for (let offset = 0; offset < from.length; offset += programUnit) {
      const at = address + offset - base;
      const programs = pages.get(Math.floor(at / pageBytes))?.programs?.[(at % pageBytes) / programUnit] ?? 0;
      if (programs >= programsMax) return false;
      if (!ecc || programs === 0) continue;
      for (let i = 0; i < programUnit; i++) if (from[offset + i] !== 0) return false;
    }
    return true;
  };

  /** How far an operation comes. */
  const ask = (operation: NorOperation): Torn => {
    const torn = nor.interrupt?.(operation);
    if (torn === undefined) return DONE;
    powered = false;
    return torn;
  };

  /** Bits of the page at `inPage` that read as either. */
  const unsureOf = (page: Page): Uint8Array => (page.unsure ??= new Uint8Array(pageBytes));

  const programByte = (at: number, value: number, torn: Torn, offset: number) => {
    const page = openPage(Math.floor(at / pageBytes));
    const inPage = at % pageBytes;
    const data = dataOf(page, inPage + 1);
    const before = data[inPage]!;
    const done = torn.done(offset);
    const unsure = (torn.unsure?.(offset) ?? 0) & before & ~value;
    data[inPage] = before & (value | ~done);
    if (page.unsure !== undefined) page.unsure[inPage]! &= value | ~done;
    if (unsure !== 0) unsureOf(page)[inPage]! |= unsure;
    return done !== 0 || unsure !== 0;
  };

  const countProgram = (at: number) => {
    const { programs } = openPage(Math.floor(at / pageBytes));
    if (programs !== undefined) programs[(at % pageBytes) / programUnit]!++;
  };

  const eraseTorn = (index: number, torn: Torn) => {
    const page = openPage(index);
    const data = dataOf(page, pageBytes);
    for (let offset = 0; offset < pageBytes; offset++) {
      const done = torn.done(offset);
      const unsure = torn.unsure?.(offset) ?? 0;
      data[offset] = (data[offset]! & ~(torn.cleared?.(offset) ?? 0)) | done;
      if (page.unsure !== undefined) page.unsure[offset]! &= ~done;
      if (unsure !== 0) unsureOf(page)[offset]! |= unsure;
    }
  };

  const readPage = (page: Page, inPage: number, into: Uint8Array) => {
    const known = page.data.subarray(inPage, inPage + into.length);
    into.set(known);
    into.fill(0xff, known.length);
    if (page.unsure === undefined) return;
    for (let i = 0; i < into.length; i++) {
      const unsure = page.unsure?.[inPage + i] ?? 0;
      if (unsure !== 0) into[i]! ^= unsure & noise.integer(0, 255);
    }
  };

  const nor: Nor = {
    geometry,
    counters,
    interrupt: undefined,
    onProgram: undefined,
    powerUp() {
      powered = true;
    },
    isPowered: () => powered,
    read(address, into) {
      counters.reads++;
      counters.bytesRead += into.length;
      for (let done = 0; done < into.length;) {
        const at = address + done;
        const inPage = (((at - base) % pageBytes) + pageBytes) % pageBytes;
        const length = Math.min(into.length - done, pageBytes - inPage);
        const end = Math.min(length, base + bytes - at);
        if (at >= base && end > 0) {
          const page = powered ? pages.get(pageOf(at)) : undefined;
          if (page === undefined) into.fill(0xff, done, done + end);
          else readPage(page, inPage, into.subarray(done, done + end));
        }
        done += length;
      }
    },
    program(address, from) {
      if (!powered || !holds(address, from.length)) return false;
      if (address % programUnit !== 0 || from.length % programUnit !== 0) return false;
      if (!allows(address, from)) {
        counters.refused++;
        return false;
      }
      const torn = ask({ kind: 'program', address, bytes: from.length });
      counters.programs++;
      let counted = -1;
      for (let i = 0; i < from.length; i++) {
        if (!programByte(address + i - base, from[i]!, torn, i)) continue;
        counters.bytesProgrammed++;
        const unit = i - (i % programUnit);
        if (unit !== counted) countProgram(address + unit - base);
        counted = unit;
      }
      if (torn === DONE) nor.onProgram?.(address, from);
      return true;
    },
    erase(address) {
      if (!powered || !holds(address, 1)) return false;
      const index = pageOf(address);
      const torn = ask({ kind: 'erase', address: base + index * pageBytes, bytes: pageBytes });
      counters.erases++;
      erases.set(index, (erases.get(index) ?? 0) + 1);
      const stuck = worn.get(index);
      if (stuck === 'deaf') return true;
      if (torn === DONE) pages.delete(index);
      else eraseTorn(index, torn);
      if (stuck !== undefined) {
        const data = dataOf(openPage(index), pageBytes);
        for (let offset = 0; offset < pageBytes; offset++) data[offset]! &= ~stuck(offset);
      }
      return true;
    },
    fork() {
      const copies = new Map<number, Page>();
      for (const [index, { data, unsure, programs }] of pages) {
        copies.set(index, { data: data.slice(), unsure: unsure?.slice(), programs: programs?.slice() });
      }
      return createChip(geometry, copies, new Map(erases), new Map(worn));
    },
    wear: (address) => erases.get(pageOf(address)) ?? 0,
    wearOut: (address, stuck) => void worn.set(pageOf(address), stuck),
    flip(address, mask) {
      if (!holds(address, 1)) return;
      const inPage = (address - base) % pageBytes;
      dataOf(openPage(pageOf(address)), inPage + 1)[inPage]! ^= mask;
    },
  };
  return nor;
}

/**
 * The port that device code uses, over some pages of a chip.
 * @param base address of the first page. @param pages how many.
 */
export function createNorPort(nor: Nor, base: number, pages: number): Flash {
  const { pageBytes, programUnit, ecc } = nor.geometry;
  const geometry: FlashGeometry = { base, pageSize: pageBytes, pages, programUnit, ecc };
  const outside = (address: number, length: number) =>
    address < base || length < 0 || address + length > base + pages * pageBytes;
  return {
    geometry,
    read(address, into, offset, length) {
      if (outside(address, length) || offset < 0 || offset + length > into.length) return Code.Range;
      nor.read(address, into.subarray(offset, offset + length));
      return Code.Ok;
    },
    write(address, from, offset, length) {
      if (outside(address, length) || offset < 0 || offset + length > from.length) return Code.Range;
      if (address % programUnit !== 0 || length % programUnit !== 0) return Code.Range;
      nor.program(address, from.subarray(offset, offset + length));
      return Code.Ok;
    },
    erase(page) {
      if (page < 0 || page >= pages) return Code.Range;
      nor.erase(base + page * pageBytes);
      return Code.Ok;
    },
  };
}
