// Cuts what arrives into packets, however it was chunked: bytes only. A packet that lies whole in a chunk is passed on where
// it is; what is incomplete is kept, up to a limit; what is larger than the limit is passed on piece by piece.

import { byteAt, createBuffer, EMPTY, join, keep, type Bytes } from '../bytes/bytes.ts';
import { V5 } from '../features.ts';
import { lengthAt, sizeOfLength } from './numbers.ts';

/** What a decoder tells its owner, who may call `stop` from everywhere here. */
export interface DecoderEvents {
  /** A whole packet: its body lies in `bytes` from `at` to `end`. */
  onPacket(first: number, bytes: Bytes, at: number, end: number): void;
  /**
   * A fixed header whose packet is not whole yet, again with each chunk; the owner stops when no such packet may come.
   * A remaining length of -1 is one of more than four bytes, or of more than it needs.
   */
  onHeader(first: number, length: number): void;
  /**
   * The body of a packet over the limit begins in `bytes` at `at`; the packet ends at `end`, often beyond them.
   * @returns how much of it was used, 0 to wait for more; the rest comes in pieces.
   */
  onLarge(first: number, bytes: Bytes, at: number, end: number): number;
  /** The next `count` bytes of a packet over the limit; `left` are to come. */
  onPiece(bytes: Bytes, at: number, count: number, left: number): void;
}

export interface Decoder {
  /** Forget what is left of a former connection; whether chunks are passed on from now on. */
  reset(isLive: boolean): void;
  /** Take in a chunk, cut anywhere. */
  feed(chunk: Bytes): void;
  /** @returns whether the next chunk begins with a packet, if it is passed on. */
  isBetween(): boolean;
}

/** @returns whether a remaining length is there, and is one. @inline */
function isWhole(length: number, byte: number): boolean {
  return V5 ? length >= 0 : byte < 128;
}

/** @returns whether there is nothing more to come of it, whatever it is. @inline */
function isRead(length: number, byte: number, shift: number): boolean {
  return V5 ? length >= -1 : byte < 128 || shift > 21;
}

/** @param packetMax most bytes of a packet, header included, that are kept until it is whole. @param chunkMax longest chunk. */
export function createDecoder(owner: DecoderEvents, packetMax: number, chunkMax: number): Decoder {
  // Of a packet over the limit its owner may wait for the topic: up to the limit, behind a header of five bytes.
  const buffer = createBuffer(packetMax + chunkMax + 5);
  /** Remaining lengths from here on take the slow way: two bytes of length, or over the limit. */
  const shortMax = packetMax < 129 ? packetMax - 1 : 128;
  let live = false;
  /** Beginning of a packet that is not whole. */
  let held = EMPTY;
  /** Bytes to come of a packet over the limit. */
  let left = 0;
  /** The next chunk does not begin with a packet. */
  let isInside = false;

  function reset(isLive: boolean): void {
    live = isLive;
    held = EMPTY;
    left = 0;
    isInside = false;
  }

  /** Pass on what `bytes` holds from `at` on of a packet over the limit. @returns the position behind it. */
  function pass(bytes: Bytes, at: number): number {
    const there = bytes.length - at;
    const count = left < there ? left : there;
    left -= count;
    isInside = left > 0;
    if (count > 0 || left === 0) owner.onPiece(bytes, at, count, left);
    return at + count;
  }

  /** A packet from `from` on that has a longer header, or is not whole. @returns the position behind what was used. */
  function feedSlow(bytes: Bytes, from: number): number {
    const size = bytes.length;
    const first = byteAt(bytes, from);
    let at = from + 1;
    let length = 0;
    let shift = 0;
    let byte = 128;
    if (V5) {
      length = lengthAt(bytes, at);
      at += sizeOfLength(length);
    }
    while (!V5 && byte > 127 && at < size && shift < 28) {
      byte = byteAt(bytes, at++);
      length |= (byte & 127) << shift;
      shift += 7;
    }
    const end = at + length;
    const isLarge = end - from > packetMax;
    if (isWhole(length, byte) && end <= size && !isLarge) {
      owner.onPacket(first, bytes, at, end);
      return end;
    }
    if (isRead(length, byte, shift)) {
      owner.onHeader(first, V5 || byte < 128 ? length : -1);
    }
    // What is no number is not large.
    if ((V5 || byte < 128) && isLarge && live) {
      const used = owner.onLarge(first, bytes, at, end);
      left = length - used;
      if (used > 0 && live) return pass(bytes, at + used);
      left = 0;
    }
    if (live) {
      held = keep(buffer, bytes, from);
      isInside = true;
    }
    return size;
  }

  /** Go on with a packet that former chunks began. @returns the position behind it in what `feed` goes on with. */
  function resume(chunk: Bytes): number {
    isInside = false;
    if (left === 0) return 0;
    return pass(chunk, 0);
  }

  /** @hot @apart */
  function feed(chunk: Bytes): void {
    let bytes = chunk;
    let at = 0;
    if (isInside) {
      at = resume(chunk);
      if (held.length > 0) bytes = join(held, chunk);
      held = EMPTY;
    }
    const size = bytes.length;
    while (at < size && live) {
      const length = byteAt(bytes, at + 1);
      const end = at + 2 + length;
      if (length < shortMax && end <= size) {
        owner.onPacket(byteAt(bytes, at), bytes, at + 2, end);
        at = end;
      } else {
        at = feedSlow(bytes, at);
      }
    }
  }

  function isBetween(): boolean {
    return !isInside;
  }

  return { reset, feed, isBetween };
}
