// The module "Storage": files written whole, or piece by piece into space that was set aside. Most failures throw.

import { bytesOf } from './bytes.ts';
import { boardStorage, readFile, storageName, writeFile } from './files.ts';
import { engineFlash } from './flash.ts';
import { readLiteral } from './literal.ts';
import type { Machine } from './machine.ts';
import { openStorageFile } from './storage-file.ts';
import type { FileHeader } from './storage-format.ts';
import { dataOf, FileFlags, isDeleted } from './storage-format.ts';
import { toStoredJson } from './to-js.ts';

const trimmed = (name: string) => name.replace(/\0.*$/s, '');

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
      // Names of fields stand there without quotes.
      return json.parse(JSON.stringify(readLiteral(text)));
    } catch (error) {
      if (quiet) return undefined;
      throw new realm.Error((error as Error).message);
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
      return writeFile(machine, storageName(name), bytesOf(realm, toStoredJson(data)), FileFlags.None, 0, 0);
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
