// Storage as it lies in flash: a chain of headers, each followed by its file. A power cut can leave a header that the engine would
// write over or, in the last page, take for a reason to erase everything; and files whose name nobody can say. This
// says what to program so that the chain is whole again. It only ever clears bytes, of nothing but what an upload has left.

import type { FlashMap } from '../../boards/board.ts';
import { CHOICE_FILE, LOCK_FILE, SELECTOR_FILE, SLOT_FILES } from './layout.ts';

export const HEADER_BYTES = 32;
const NAME_OFFSET = 4;
const NAME_BYTES = 28;
const FIRST_BYTES = 4;
const OURS = [...SLOT_FILES, CHOICE_FILE, LOCK_FILE, SELECTOR_FILE].map((name) =>
  Buffer.from(name.padEnd(NAME_BYTES, '\0'), 'latin1'),
);
const BLANK = 0xff;
const isPrintable = (byte: number) => byte >= 0x20 && byte < 0x7f;

export interface Header {
  readonly address: number;
  /** Of the file. */
  readonly bytes: number;
  readonly name: Uint8Array;
}

export interface Chain {
  readonly headers: readonly Header[];
  /** Where the next header comes to lie. */
  readonly end: number;
  /** What stands there though it is no header. */
  readonly torn: Uint8Array | undefined;
}

/** Bytes to program at an address. */
export interface Patch {
  readonly address: number;
  readonly bytes: Uint8Array;
}

export const roomOf = (bytes: number): number => ((bytes + 3) & ~3) + HEADER_BYTES;

/** Walk the chain as the engine does. @param read raw headers from an address on, up to the first that is none. */
export async function readChain(
  { storage, pageBytes }: FlashMap,
  read: (address: number) => Promise<Uint8Array>,
): Promise<Chain> {
  const limit = storage.address + storage.bytes;
  const headers: Header[] = [];
  let address = storage.address;
  let end = address;
  let torn: Uint8Array | undefined;
  for (;;) {
    const raw = await read(address);
    let isValid = true;
    for (let at = 0; at < raw.length && isValid; at += HEADER_BYTES) {
      const header = raw.subarray(at, at + HEADER_BYTES);
      const word = new DataView(raw.buffer, raw.byteOffset + at).getUint32(0, true);
      const bytes = word & 0xffffff;
      isValid = word !== 0 && word !== 0xffffffff && address + HEADER_BYTES + bytes <= limit;
      if (isValid) {
        headers.push({ address, bytes, name: header.subarray(NAME_OFFSET) });
        address += roomOf(bytes);
        end = address;
        torn = undefined;
      } else if (torn === undefined && address === end && header.some((byte) => byte !== BLANK)) {
        torn = header;
      }
    }
    if (isValid && raw.length > 0) continue;
    // After a gap the engine looks at the page that follows.
    if (address !== end) break;
    const page = address - ((address - storage.address) % pageBytes) + pageBytes;
    if (page >= limit) break;
    address = page;
  }
  return { headers, end, torn };
}

/** Bits that a name may have too many and still be one of ours that was not programmed to its end. */
const EXTRA_BITS = 6;

function bitCount(byte: number): number {
  let count = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** A name that lost bits as its file was deleted. */
const isHalfDeleted = (name: Uint8Array, own: Uint8Array) =>
  name.subarray(FIRST_BYTES).every((byte, i) => byte === own[FIRST_BYTES + i]) &&
  name.subarray(0, FIRST_BYTES).every((byte, i) => (byte & own[i]!) === byte) &&
  name.subarray(0, FIRST_BYTES).some((byte) => !isPrintable(byte));

/** A name that has bits too many, as its file was created. */
function isHalfCreated(name: Uint8Array, own: Uint8Array): boolean {
  if (!name.every((byte, i) => (byte & own[i]!) === own[i])) return false;
  const extra = name.reduce((sum, byte, i) => sum + bitCount(byte ^ own[i]!), 0);
  return extra > 0 && (extra <= EXTRA_BITS || name.some((byte) => byte >= 0x80));
}

const isBroken = (name: Uint8Array) =>
  OURS.some((own) => isHalfDeleted(name, own) || isHalfCreated(name, own));

const ZEROS = new Uint8Array(FIRST_BYTES);

/** A header that is torn becomes one of a deleted file, as small as its bits allow. */
function closeTorn(address: number, torn: Uint8Array): Patch[] {
  const word = new DataView(torn.buffer, torn.byteOffset).getUint32(0, true);
  const bytes = word & 0xffffff;
  const lowest = bytes & -bytes;
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, lowest === 0 ? word : lowest, true);
  return [
    { address: address + NAME_OFFSET, bytes: ZEROS },
    { address, bytes: size },
  ];
}

const erase = ({ address }: Header): Patch => ({ address: address + NAME_OFFSET, bytes: ZEROS });

/** @returns addresses of headers that a cut may have left with bits that read as either. */
export const unsteady = ({ headers, end, torn }: Chain): number[] => [
  ...headers.slice(-1).map(({ address }) => address),
  ...(torn === undefined ? [] : [end]),
];

/** @returns what to program, in this order, so that nothing of an upload that was cut off is in the way. */
export const mendChain = ({ headers, end, torn }: Chain): Patch[] => [
  ...(torn === undefined ? [] : closeTorn(end, torn)),
  ...headers.filter(({ name }) => isBroken(name)).map(erase),
];

/** @returns what to program so that no file of this name is left, even one whose deletion was cut off and reads as either. */
export function eraseAll({ headers }: Chain, file: (typeof SLOT_FILES)[number]): Patch[] {
  const own = OURS[SLOT_FILES.indexOf(file)]!;
  const named = headers.filter(({ name }) =>
    name.subarray(FIRST_BYTES).every((byte, i) => byte === own[FIRST_BYTES + i]),
  );
  const isDead = ({ name }: Header) => name.subarray(0, FIRST_BYTES).every((byte) => byte === 0);
  const lastDead = named.findLast(isDead);
  return named.filter((header) => !isDead(header) || header === lastDead).map(erase);
}
