// A NOR flash chip: a program clears bits, an erase sets a page. Pages that were never programmed take no memory, so
// thousands of chips fit into one process. Counts what was done to it, and can be interrupted in the middle of doing it.

import type { Flash, FlashGeometry } from '../src/ports/flash.ts';
import { Code } from '../src/ports/codes.ts';

export interface NorGeometry {
  /** Address of the first byte. */
  readonly base: number;
  readonly bytes: number;
  readonly pageBytes: number;
  /** Address and length of a program are multiples of this. */
  readonly programUnit: number;
  /** true: a unit takes one program and after it only zeros; any other program of it is refused. */
  readonly ecc: boolean;
}

export interface NorCounters {
  reads: number;
  programs: number;
  erases: number;
  bytesRead: number;
  bytesProgrammed: number;
}

/** What is about to happen to the flash. */
export interface NorOperation {
  readonly kind: 'program' | 'erase';
  readonly address: number;
  readonly bytes: number;
}

export interface Nor {
  readonly geometry: NorGeometry;
  readonly counters: NorCounters;
  /** Fill `into`; bytes outside of the chip are left as they are. */
  read(address: number, into: Uint8Array): void;
  /** AND `from` into the flash. @returns false, and nothing happened, off the unit, outside, or against ECC. */
  program(address: number, from: Uint8Array): boolean;
  /** Set the page that holds `address` to 0xFF. @returns false outside of the chip. */
  erase(address: number): boolean;
  /** How often the page that holds `address` was erased. */
  wear(address: number): number;
  /**
   * Asked before each program and erase. A number lets only that many bytes happen and takes the power away:
   * from then on nothing changes and every read gives 0xFF, until `powerUp`.
   */
  interrupt: ((operation: NorOperation) => number | undefined) | undefined;
  powerUp(): void;
}

interface Page {
  readonly data: Uint8Array;
  readonly programmed: Uint8Array | undefined;
}

export function createNor(geometry: NorGeometry): Nor {
  const { base, bytes, pageBytes, programUnit, ecc } = geometry;
  const pages = new Map<number, Page>();
  const erases = new Map<number, number>();
  const counters: NorCounters = { reads: 0, programs: 0, erases: 0, bytesRead: 0, bytesProgrammed: 0 };
  let powered = true;

  const holds = (address: number, length: number) => address >= base && address + length <= base + bytes;
  const pageOf = (address: number) => Math.floor((address - base) / pageBytes);

  const openPage = (index: number): Page => {
    let page = pages.get(index);
    if (page === undefined) {
      page = {
        data: new Uint8Array(pageBytes).fill(0xff),
        programmed: ecc ? new Uint8Array(pageBytes / programUnit) : undefined,
      };
      pages.set(index, page);
    }
    return page;
  };

  /** With ECC a unit that was programmed takes only zeros. */
  const eccAllows = (address: number, from: Uint8Array) => {
    for (let offset = 0; offset < from.length; offset += programUnit) {
      const at = address + offset - base;
      const unit = (at % pageBytes) / programUnit;
      if (pages.get(Math.floor(at / pageBytes))?.programmed?.[unit] !== 1) continue;
      for (let i = 0; i < programUnit; i++) if (from[offset + i] !== 0) return false;
    }
    return true;
  };

  /** How many bytes of an operation happen. */
  const allowed = (operation: NorOperation): number => {
    const cut = nor.interrupt?.(operation);
    if (cut === undefined) return operation.bytes;
    powered = false;
    return Math.max(0, Math.min(cut, operation.bytes));
  };

  const nor: Nor = {
    geometry,
    counters,
    interrupt: undefined,
    powerUp() {
      powered = true;
    },
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
          else into.set(page.data.subarray(inPage, inPage + end), done);
        }
        done += length;
      }
    },
    program(address, from) {
      if (!powered || !holds(address, from.length)) return false;
      if (address % programUnit !== 0 || from.length % programUnit !== 0) return false;
      if (ecc && !eccAllows(address, from)) return false;
      const length = allowed({ kind: 'program', address, bytes: from.length });
      counters.programs++;
      counters.bytesProgrammed += length;
      for (let i = 0; i < length; i++) {
        const at = address + i - base;
        const page = openPage(Math.floor(at / pageBytes));
        const inPage = at % pageBytes;
        page.data[inPage]! &= from[i]!;
        if (page.programmed !== undefined) page.programmed[Math.floor(inPage / programUnit)] = 1;
      }
      return true;
    },
    erase(address) {
      if (!powered || !holds(address, 1)) return false;
      const index = pageOf(address);
      const length = allowed({ kind: 'erase', address: base + index * pageBytes, bytes: pageBytes });
      counters.erases++;
      erases.set(index, (erases.get(index) ?? 0) + 1);
      if (length === pageBytes) pages.delete(index);
      else pages.get(index)?.data.fill(0xff, 0, length);
      return true;
    },
    wear: (address) => erases.get(pageOf(address)) ?? 0,
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
