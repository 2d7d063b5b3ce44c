// Storage.open: a text file that grows, kept in chunks of one page each under its name and a number. 0xFF ends it.

import { bytesOf, bytesToText } from './bytes.ts';
import { engineFlash } from './flash.ts';
import type { Machine } from './machine.ts';
import { boardStorage, storageName, writeFile } from './files.ts';
import type { FileHeader } from './storage-format.ts';
import { dataOf, FileFlags, HEADER_BYTES, NAME_BYTES } from './storage-format.ts';
import { textOf } from './text.ts';

const LAST_CHUNK = 255;
const MODES = ['r', 'w', 'a'];

/** Make the object for one file. */
export function openStorageFile(machine: Machine, nameValue: unknown, modeValue: unknown): object {
  const { realm } = machine;
  const format = machine.part(boardStorage);
  const flash = machine.part(engineFlash);
  const chunkBytes = Math.min(flash.map.pageBytes, 4096) - HEADER_BYTES;
  const name = textOf(nameValue).slice(0, NAME_BYTES - 1);
  if (typeof modeValue !== 'string' || !MODES.includes(modeValue)) {
    throw new realm.Error(`Invalid mode ${JSON.stringify(modeValue) ?? 'undefined'}`);
  }
  let mode = modeValue;
  let chunk = 1;
  let offset = 0;

  const find = (number: number) => format.find(storageName(name + String.fromCharCode(number)));
  const content = (header: FileHeader) => {
    const bytes = flash.read(dataOf(header), header.bytes);
    const end = bytes.indexOf(0xff);
    return end < 0 ? bytes : bytes.subarray(0, end);
  };

  const eraseChunks = () => {
    for (let number = 1; number <= LAST_CHUNK; number++) {
      const header = find(number);
      if (header === undefined) return;
      format.erase(header);
    }
  };
  /** To the end of the last chunk, or to the first that does not exist yet. */
  const seekEnd = () => {
    for (let header = find(chunk); header !== undefined; header = find(chunk)) {
      offset = content(header).length;
      if (offset < header.bytes || chunk === LAST_CHUNK) return;
      chunk++;
      offset = 0;
    }
  };

  /** @param length bytes; undefined: up to the end of a line. */
  const read = (length: number | undefined): string | undefined => {
    if (mode !== 'r') throw new realm.Error("Can't read in this mode");
    let text = '';
    while (length === undefined || text.length < length) {
      const header = find(chunk);
      if (header === undefined) break;
      const rest = bytesToText(content(header).subarray(offset));
      const lineEnd = length === undefined ? rest.indexOf('\n') + 1 : 0;
      const piece = rest.slice(0, length === undefined ? lineEnd || undefined : length - text.length);
      text += piece;
      offset += piece.length;
      if (lineEnd > 0) break;
      if (offset < header.bytes) {
        if (piece.length === rest.length) break;
        continue;
      }
      if (chunk === LAST_CHUNK) break;
      chunk++;
      offset = 0;
    }
    return text === '' ? undefined : text;
  };

  const createChunk = (bytes: Uint8Array) => {
    const fileName = storageName(name + String.fromCharCode(chunk));
    writeFile(machine, fileName, bytes, FileFlags.StorageFile, 0, chunkBytes);
    offset = bytes.length;
  };

  const write = (bytes: Uint8Array) => {
    const header = find(chunk);
    if (header === undefined) return createChunk(bytes);
    const room = header.bytes - offset;
    flash.write(dataOf(header) + offset, bytes.subarray(0, room));
    if (bytes.length < room) {
      offset += bytes.length;
      return;
    }
    offset += room;
    if (chunk === LAST_CHUNK) throw new realm.Error('File too big!');
    if (bytes.length === room) return;
    chunk++;
    createChunk(bytes.subarray(room));
  };

  if (mode === 'w') eraseChunks();
  if (mode === 'a') seekEnd();
  return realm.methods({
    read: (length: number) => read(Math.max(0, length | 0)),
    readLine: () => read(undefined),
    write(data: unknown): void {
      if (mode !== 'w' && mode !== 'a') throw new realm.Error("Can't write in this mode");
      const bytes = bytesOf(realm, textOf(data));
      if (bytes.length > 0) write(bytes);
    },
    getLength(): number {
      let length = 0;
      for (let number = 1; number <= LAST_CHUNK; number++) {
        const header = find(number);
        if (header === undefined) break;
        length += content(header).length;
      }
      return length;
    },
    erase(): void {
      eraseChunks();
      chunk = 1;
      offset = 0;
      mode = '';
    },
  });
}
