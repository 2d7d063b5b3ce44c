// A count in Espruino's Storage: two files by turns, each with its number and a checksum, because the engine forgets a file before it
// writes it anew. Whatever a loss of power leaves of one, the other is whole.

import { Code } from '../codes.ts';
import type { CountStore } from '../count-store.ts';

/** Numbers of files run to this and then from 0 again: with two files the newer one can always be told. */
const NUMBER_MASK = 3;

/** @param name of the files, at most 27 characters; different for each count. */
export function openCountStore(name: string): CountStore {
  const storage = require('Storage');
  /** Number of the newest file that is whole; even ones are in the one file, odd ones in the other. */
  let newest = -1;

  function fileOf(number: number): string {
    return name + (number & 1);
  }

  /** @returns number and parts in the file that has this number, or one two further; nothing when that is not whole. */
  function read(number: number): string[] | undefined {
    const text = storage.read(fileOf(number));
    if (text === undefined) return undefined;
    const fields = text.split(',');
    const body = fields[0] + ',' + fields[1] + ',' + fields[2];
    return fields[3] === '' + E.CRC32(body) ? fields : undefined;
  }

  function load(parts: Int32Array): number {
    const even = read(0);
    const odd = read(1);
    let found = even === undefined ? odd : even;
    if (found === undefined) return Code.Empty;
    if (even !== undefined && odd !== undefined && +odd[0] === ((+even[0] + 1) & NUMBER_MASK)) found = odd;
    newest = +found[0];
    parts[0] = +found[1];
    parts[1] = +found[2];
    return Code.Ok;
  }

  function save(parts: Int32Array): number {
    const number = (newest + 1) & NUMBER_MASK;
    const body = number + ',' + parts[0] + ',' + parts[1];
    const text = body + ',' + E.CRC32(body);
    try {
      storage.write(fileOf(number), text);
    } catch {
      // No room: what was written before is there.
    }
    if (storage.read(fileOf(number)) !== text) return Code.Full;
    newest = number;
    return Code.Ok;
  }

  return { load, save };
}
