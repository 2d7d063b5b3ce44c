// The module "Storage": files written whole, or piece by piece into space that was set aside. Most failures throw.

import { bytesOf, bytesToText } from './bytes.ts';
import type { Machine } from './machine.ts';
import type { EngineFlash } from './flash.ts';
import { engineFlash } from './flash.ts';
import type { FileHeader, StorageFormat } from './storage-format.ts';
import { createStorageFormat, dataOf, FileFlags, isDeleted, NAME_BYTES } from './storage-format.ts';
import { openStorageFile } from './storage-file.ts';
import { textOf } from './text.ts';

export function boardStorage(machine: Machine): StorageFormat {
  return createStorageFormat(machine.part(engineFlash), machine.print);
}

/** @returns what the store calls a file: at most 28 bytes, a drive letter taken off, filled up with zeros. */
export function storageName(name: unknown): string {
  const text = textOf(name).slice(0, NAME_BYTES);
  return (text[1] === ':' ? text.slice(2) : text).padEnd(NAME_BYTES, '\0');
}

const trimmed = (name: string) => name.replace(/\0.*$/s, '');

/** @returns the content of a file, or undefined. */
export function readFile(machine: Machine, name: unknown): string | undefined {
  const header = machine.part(boardStorage).find(storageName(name));
  if (header === undefined) return undefined;
  return bytesToText(machine.part(engineFlash).read(dataOf(header), header.bytes));
}

/** @returns whether writing would change nothing. */
function isSame(flash: EngineFlash, old: FileHeader, data: Uint8Array, flags: number, size: number): boolean {
  if (old.flags !== flags || old.bytes !== size || data.length !== size) return false;
  return bytesToText(flash.read(dataOf(old), size)) === bytesToText(data);
}

/** Write a file as the engine does. @param sizeWanted 0: as large as the data. */
export function writeFile(
  machine: Machine,
  name: string,
  data: Uint8Array,
  flags: number,
  offset: number,
  sizeWanted: number,
): boolean {
  const { realm } = machine;
  const format = machine.part(boardStorage);
  const flash = machine.part(engineFlash);
  if (offset < 0 || sizeWanted < 0) return false;
  const size = sizeWanted === 0 ? data.length : sizeWanted;
  if (size === 0) throw new realm.Error("Can't create zero length file");

  const old = format.find(name);
  if (offset === 0 && old !== undefined && isSame(flash, old, data, flags, size)) return true;
  const fits = (found: FileHeader) =>
    found.flags === flags && found.bytes === size && format.isErased(dataOf(found), size);
  let header = old;
  if (offset === 0 && (old === undefined || !fits(old))) {
    if (old !== undefined) format.erase(old);
    header = format.create(name, size, flags);
  }
  if (header === undefined) throw new realm.Error('Unable to find or create file');
  if (offset + data.length > header.bytes) throw new realm.Error('Too much data for file size');
  if (!format.isErased(dataOf(header) + offset, data.length)) {
    throw new realm.Error('File already written with different data');
  }
  flash.write(dataOf(header) + offset, data);
  return true;
}

/** @returns the name under which a file is listed, or undefined when it is not. */
function listedName(header: FileHeader, storageFiles: unknown): string | undefined {
  const isStorageFile = (header.flags & FileFlags.StorageFile) !== 0;
  const unwanted = storageFiles !== undefined && Boolean(storageFiles) !== isStorageFile;
  if (isDeleted(header) || unwanted) return undefined;
  const name = trimmed(header.name);
  if (!isStorageFile) return name;
  // Only the first chunk stands for the file.
  if (!name.endsWith('\x01')) return undefined;
  return storageFiles ? name.slice(0, -1) : name;
}

/** Make the module for a board. */
export function createStorage(machine: Machine): object {
  const { realm } = machine;
  const format = machine.part(boardStorage);
  const flash = machine.part(engineFlash);
  const json = realm.globals().JSON as JSON;
  const isBytes = (value: unknown) =>
    typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value);

  const parse = (text: string, quiet: unknown): unknown => {
    try {
      return json.parse(text);
    } catch (error) {
      if (quiet) return undefined;
      throw error;
    }
  };

  return realm.methods({
    write(name: unknown, data: unknown, offset: unknown = 0, size: unknown = 0): boolean {
      const plain = isBytes(data);
      const bytes = bytesOf(realm, plain ? (data ?? '') : json.stringify(data));
      const [at, length] = plain ? [Number(offset) | 0, Number(size) | 0] : [0, 0];
      return writeFile(machine, storageName(name), bytes, FileFlags.None, at, length);
    },
    writeJSON(name: unknown, data: unknown): boolean {
      return writeFile(
        machine,
        storageName(name),
        bytesOf(realm, json.stringify(data)),
        FileFlags.None,
        0,
        0,
      );
    },
    read(name: unknown, offset: unknown = 0, length: unknown = 0): string | undefined {
      const content = readFile(machine, name);
      if (content === undefined) return undefined;
      const from = Math.max(0, Number(offset) | 0);
      const wanted = Number(length) | 0;
      return content.slice(from, wanted > 0 ? from + wanted : undefined);
    },
    readJSON(name: unknown, quiet?: unknown): unknown {
      const content = readFile(machine, name);
      return content === undefined ? undefined : parse(content, quiet);
    },
    readArrayBuffer(name: unknown): ArrayBuffer | undefined {
      const header = format.find(storageName(name));
      if (header === undefined) return undefined;
      return new realm.Uint8Array(flash.read(dataOf(header), header.bytes)).buffer;
    },
    erase(name: unknown): void {
      const header = format.find(storageName(name));
      if (header !== undefined) format.erase(header);
    },
    eraseAll: () => format.eraseAll(),
    compact: () => void format.compact(),
    list(pattern?: RegExp, filter?: { sf?: unknown }): string[] {
      const names = format.headers().map((header) => listedName(header, filter?.sf));
      return realm.array(
        names.filter((name): name is string => name !== undefined && (pattern?.test(name) ?? true)),
      );
    },
    getFree: () => format.stats().free,
    getStats(): object {
      const { total, free, fileBytes, fileCount, trashBytes, trashCount } = format.stats();
      return realm.object({
        totalBytes: total,
        freeBytes: free,
        fileBytes,
        fileCount,
        trashBytes,
        trashCount,
      });
    },
    open: (name: unknown, mode: unknown) => openStorageFile(machine, name, mode),
  });
}
