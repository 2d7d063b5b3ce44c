// Files in the Storage of a chip that is on the table: read and written from outside, while no board runs on it.

import type { FlashMap } from '../../boards/board.ts';
import { bytesToText, textToBytes } from '../board/bytes.ts';
import { storageName } from '../board/files.ts';
import { flashOf } from '../board/flash.ts';
import type { EngineFlash } from '../board/flash.ts';
import { createStorageFormat, dataOf, FileFlags } from '../board/storage-format.ts';
import type { StorageFormat } from '../board/storage-format.ts';
import type { Nor } from '../nor.ts';

function open(nor: Nor, map: FlashMap): { flash: EngineFlash; format: StorageFormat } {
  nor.powerUp();
  const flash = flashOf(nor, map, () => true);
  return { flash, format: createStorageFormat(flash, { write: () => undefined, erased: () => undefined }) };
}

/** @returns the content of a file, a character a byte; undefined: there is none. */
export function storedFile(nor: Nor, map: FlashMap, name: string): string | undefined {
  const { flash, format } = open(nor, map);
  const header = format.find(storageName(name));
  return header === undefined ? undefined : bytesToText(flash.read(dataOf(header), header.bytes));
}

/** @returns the names of all files, in their order. */
export function storedNames(nor: Nor, map: FlashMap): string[] {
  const { format } = open(nor, map);
  return format.files().map(({ name }) => name.replace(/\0.*$/s, ''));
}

/** Put a file there. @returns false when it does not fit. */
export function storeFile(nor: Nor, map: FlashMap, name: string, content: string): boolean {
  const { flash, format } = open(nor, map);
  const old = format.find(storageName(name));
  if (old !== undefined) format.erase(old);
  const header = format.create(storageName(name), content.length, FileFlags.None);
  if (header === undefined) return false;
  flash.write(dataOf(header), textToBytes(content));
  return true;
}
