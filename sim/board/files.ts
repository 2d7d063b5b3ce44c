// Whole files of Storage: what a name stands for, how a file is read, and what happens when one is written.

import { bytesToText, textToBytes } from './bytes.ts';
import type { EngineFlash } from './flash.ts';
import { engineFlash } from './flash.ts';
import type { Machine } from './machine.ts';
import type { FileHeader, StorageFormat } from './storage-format.ts';
import { createStorageFormat, dataOf, FileFlags, NAME_BYTES } from './storage-format.ts';
import { textOf } from './text.ts';

export function boardStorage(machine: Machine): StorageFormat {
  const flash = machine.part(engineFlash);
  return createStorageFormat(flash, {
    write: machine.console.write,
    erased: (header) => machine.fileErased(() => bytesToText(flash.read(dataOf(header), header.bytes))),
  });
}

/** @returns what the store calls a file: at most 28 bytes, a drive letter taken off, filled up with zeros. */
export function storageName(name: unknown): string {
  const text = textOf(name).slice(0, NAME_BYTES);
  return (text[1] === ':' ? text.slice(2) : text).padEnd(NAME_BYTES, '\0');
}

/** @returns the content of a file, or undefined. */
export function readFile(machine: Machine, name: unknown): string | undefined {
  const header = machine.part(boardStorage).find(storageName(name));
  if (header === undefined) return undefined;
  return bytesToText(machine.part(engineFlash).read(dataOf(header), header.bytes));
}

/** Files whose code runs at a start. */
export const BootFile = { Code: '.bootcde', Reset: '.bootrst' } as const;

/** Take a file away. Nothing happens when there is none. */
export function eraseFile(machine: Machine, name: string): void {
  const format = machine.part(boardStorage);
  const header = format.find(storageName(name));
  if (header !== undefined) format.erase(header);
}

/** What `reset(true)` does. */
export function eraseBootCode(machine: Machine): void {
  machine.console.write('Erasing saved code.');
  for (const name of Object.values(BootFile)) eraseFile(machine, name);
  machine.console.write('\nDone!\n');
}

/** Save code to be run at each start, or after a reset too. */
export function writeBootCode(machine: Machine, code: string, afterReset: boolean): void {
  for (const name of Object.values(BootFile)) eraseFile(machine, name);
  if (code === '') return;
  const name = storageName(afterReset ? BootFile.Reset : BootFile.Code);
  writeFile(machine, name, textToBytes(code), FileFlags.None, 0, 0);
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
