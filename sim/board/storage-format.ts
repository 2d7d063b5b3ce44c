// Espruino's file store on raw flash: a chain of headers (size and flags, name of 28 bytes), each followed by its data on
// a boundary of 4 bytes. A file is deleted by zeroing the first four bytes of its name; compaction moves the rest.

import type { EngineFlash } from './flash.ts';

export const NAME_BYTES = 28;
export const HEADER_BYTES = 32;
const ALIGNMENT = 4;
const UNSET = 0xffffffff;

export const FileFlags = { None: 0, StorageFile: 64, Compressed: 128 } as const;

export interface FileHeader {
  /** Address of the header. */
  readonly address: number;
  readonly bytes: number;
  readonly flags: number;
  /** 28 characters, filled up with zeros; a deleted file's starts with four zeros. */
  readonly name: string;
}

export interface StorageStats {
  fileBytes: number;
  fileCount: number;
  trashBytes: number;
  trashCount: number;
  free: number;
  total: number;
  /** Where compaction begins: the last page before the trash that starts with a header. */
  firstDirtyPage: number | undefined;
}

const align = (value: number) => (value + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
const sizeOf = (header: FileHeader) => align(header.bytes) + HEADER_BYTES;
const DELETED = '\0\0\0\0';

export const dataOf = (header: FileHeader) => header.address + HEADER_BYTES;
export const isDeleted = (header: FileHeader) => header.name.startsWith(DELETED);
const isReal = (header: FileHeader) =>
  !isDeleted(header) && (Object.values(FileFlags) as number[]).includes(header.flags);

export interface StorageFormat {
  /** Every header of the chain, deleted files included. */
  headers(): FileHeader[];
  /** Those of files that are there. */
  files(): FileHeader[];
  find(name: string): FileHeader | undefined;
  /** Write a header where there is room, compacting if need be. @returns undefined when there is none. */
  create(name: string, bytes: number, flags: number): FileHeader | undefined;
  erase(header: FileHeader): void;
  eraseAll(): void;
  /** @returns whether anything was gained. */
  compact(): boolean;
  stats(): StorageStats;
  /** What the engine looks at when the power comes on: behind the last header there is either no room, or nothing. */
  isValid(): boolean;
  isErased(address: number, bytes: number): boolean;
}

export interface StorageEvents {
  /** Text on the console, in the middle of a line too. */
  write(text: string): void;
  /** A file is about to go. */
  erased(header: FileHeader): void;
}

export function createStorageFormat(flash: EngineFlash, { write, erased }: StorageEvents): StorageFormat {
  const { address: start, bytes: total } = flash.map.storage;
  const { pageBytes } = flash.map;
  const end = start + total;
  const pageStart = (address: number) => address - ((address - start) % pageBytes);
  const nextPage = (address: number) => pageStart(address) + pageBytes;

  const headerAt = (address: number): FileHeader | undefined => {
    if (address + HEADER_BYTES > end) return undefined;
    const raw = flash.read(address, HEADER_BYTES);
    const word = new DataView(raw.buffer).getUint32(0, true);
    const bytes = word & 0xffffff;
    if (word === UNSET || word === 0 || address + HEADER_BYTES + bytes > end) return undefined;
    return { address, bytes, flags: word >>> 24, name: String.fromCharCode(...raw.subarray(4)) };
  };

  /** The header after this one; after a gap, the one that the next page begins with. */
  const after = (header: FileHeader): FileHeader | undefined => {
    const address = header.address + sizeOf(header);
    if (address + HEADER_BYTES > end) return undefined;
    const direct = headerAt(address);
    if (direct !== undefined) return direct;
    const page = nextPage(address);
    return page < end ? headerAt(page) : undefined;
  };

  const headers = (from = start): FileHeader[] => {
    const found: FileHeader[] = [];
    for (let next = headerAt(from); next !== undefined; next = after(next)) found.push(next);
    return found;
  };

  const stats = (): StorageStats => {
    const result: StorageStats = {
      fileBytes: 0,
      fileCount: 0,
      trashBytes: 0,
      trashCount: 0,
      free: total,
      total,
      firstDirtyPage: undefined,
    };
    let cleanPage = start;
    for (const header of headers()) {
      if (pageStart(header.address) === header.address) cleanPage = header.address;
      const bytes = sizeOf(header);
      result.free = end - header.address - bytes;
      if (isDeleted(header)) {
        result.trashBytes += bytes;
        result.trashCount++;
        result.firstDirtyPage ??= cleanPage;
      } else {
        result.fileBytes += bytes;
        result.fileCount++;
      }
    }
    return result;
  };

  /** Room from `address` to the next page that is in use. */
  const roomAt = (address: number): number => {
    const page = nextPage(address);
    return (page < end && headerAt(page) === undefined ? end : page) - address;
  };

  /** The first gap of the chain with room for `needed` bytes, and what a compaction could give. */
  const findRoom = (needed: number): { address: number | undefined; reachable: number } => {
    let reachable = 0;
    for (let address = start; address < end;) {
      for (let next = headerAt(address); next !== undefined; next = headerAt(address)) {
        if (isDeleted(next)) reachable += next.bytes;
        address += sizeOf(next);
      }
      const room = roomAt(address);
      reachable += room;
      if (room >= needed) return { address, reachable };
      address = nextPage(address);
    }
    return { address: undefined, reachable };
  };

  /** A mark for every 16 KB. */
  const showProgress = (offsets: readonly number[]) => {
    let last = 0;
    for (const step of offsets.map((offset) => offset >> 14)) {
      if (step !== last) write(`\b${'/-\\|'[step & 3]!}`);
      last = step;
    }
  };

  const isErased = (address: number, bytes: number) =>
    flash.read(address, bytes).every((byte) => byte === 0xff);

  const isValid = (): boolean => {
    const chain = headers();
    const last = chain.at(-1);
    if (last === undefined) return isErased(start, total);
    const address = last.address + sizeOf(last);
    if (address + HEADER_BYTES > end) return true;
    const page = nextPage(address);
    // What was looked at last: after a gap, the next page, if there is one.
    return isErased(page < end ? page : address, HEADER_BYTES);
  };

  const compact = (): boolean => {
    const { trashBytes, firstDirtyPage } = stats();
    if (trashBytes === 0 || firstDirtyPage === undefined) return false;
    write('Compacting... ');
    const chain = headers(firstDirtyPage);
    const real = chain.filter(isReal);
    const files = real.map((header) => flash.read(header.address, sizeOf(header)));
    showProgress(real.map((header) => header.address - firstDirtyPage));
    const lastUsed = chain.at(-1)!;
    const image = new Uint8Array(files.reduce((sum, file) => sum + file.length, 0));
    let filled = 0;
    for (const file of files) {
      image.set(file, filled);
      filled += file.length;
    }
    // Page by page: erase, then write what belongs there; afterwards erase what was in use behind it.
    const usedEnd = lastUsed.address + sizeOf(lastUsed);
    for (let page = firstDirtyPage; page < Math.max(usedEnd, firstDirtyPage + filled); page += pageBytes) {
      const offset = page - firstDirtyPage;
      flash.erase(page);
      if (offset < filled) flash.write(page, image.subarray(offset, Math.min(filled, offset + pageBytes)));
    }
    write('\n');
    return true;
  };

  return {
    headers: () => headers(),
    files: () => headers().filter(isReal),
    find: (name) => headers().find((header) => header.name === name),
    create(name, bytes, flags) {
      const needed = align(bytes) + HEADER_BYTES;
      const room = findRoom(needed);
      let address = room.address;
      if (address === undefined && needed < room.reachable && compact()) address = findRoom(needed).address;
      if (address === undefined) return undefined;
      const raw = new Uint8Array(HEADER_BYTES);
      new DataView(raw.buffer).setUint32(0, (bytes | (flags << 24)) >>> 0, true);
      for (let i = 0; i < NAME_BYTES; i++) raw[4 + i] = name.charCodeAt(i);
      flash.write(address, raw);
      return { address, bytes, flags, name };
    },
    erase(header) {
      erased(header);
      flash.write(header.address + 4, new Uint8Array(4));
    },
    eraseAll() {
      headers().filter(isReal).forEach(erased);
      for (let page = start; page < end; page += pageBytes) flash.erase(page);
    },
    compact,
    stats,
    isValid,
    isErased,
  };
}
