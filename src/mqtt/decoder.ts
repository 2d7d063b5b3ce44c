// Cuts what arrives into packets, however it was chunked: bytes only. Small packets that lie whole in a chunk are passed on
// where they are; what is incomplete is kept, up to a limit; what is larger than the limit is passed on piece by piece.

import { byteAt, createBuffer, EMPTY, join, keep, type Bytes } from '../bytes/bytes.ts';

/** What a decoder tells its owner, who may call `stop` from everywhere here. */
export interface DecoderEvents {
  /** A fixed header whose packet is not whole yet: the owner stops when no such packet may come. */
  onHeader(first: number, length: number): void;
  /** A whole packet: its body lies in `bytes` from `at` to `end`. */
  onPacket(first: number, bytes: Bytes, at: number, end: number): void;
  /**
   * The beginning of the body of a packet over the limit lies in `bytes` from `at` on; the packet ends at `end`, beyond them.
   * @returns how much of it was used, 0 to wait for more; the rest comes in pieces.
   */
  onLarge(first: number, bytes: Bytes, at: number, end: number): number;
  /** The next `count` bytes of a packet over the limit. */
  onPiece(bytes: Bytes, at: number, count: number): void;
  /** A packet over the limit is over. */
  onLargeEnd(): void;
  /** A remaining length of more than four bytes. */
  onMalformed(): void;
}

export interface Decoder {
  /** A new connection starts: forget what is left of the former one. */
  start(): void;
  /** Nothing more of this connection is passed on, not even of the present chunk. */
  stop(): void;
  /** Take in a chunk, cut anywhere. */
  feed(chunk: Bytes): void;
}

/** @param packetMax most bytes of a packet, header included, that are kept until it is whole. @param chunkMax longest chunk. */
export function createDecoder(owner: DecoderEvents, packetMax: number, chunkMax: number): Decoder {
  const buffer = createBuffer(packetMax + chunkMax);
  let live = false;
  /** Beginning of a packet that is not whole. */
  let held = EMPTY;
  /** Bytes to come of a packet over the limit. */
  let left = 0;

  function stop(): void {
    live = false;
    held = EMPTY;
    left = 0;
  }

  function start(): void {
    stop();
    live = true;
  }

  /** Pass on what `bytes` holds from `at` on of a packet over the limit. @returns the position behind it. */
  function pass(bytes: Bytes, at: number): number {
    const there = bytes.length - at;
    const count = left < there ? left : there;
    left -= count;
    if (count > 0) owner.onPiece(bytes, at, count);
    if (left === 0 && live) owner.onLargeEnd();
    return at + count;
  }

  /** A packet that lies whole in `bytes` but for its short form, or not whole. @returns the position behind what was used. */
  function feedSlow(bytes: Bytes, from: number): number {
    const size = bytes.length;
    const first = byteAt(bytes, from);
    let at = from + 1;
    let length = 0;
    let shift = 0;
    let byte = 128;
    while (byte > 127 && at < size) {
      byte = byteAt(bytes, at++);
      length |= (byte & 127) << shift;
      shift += 7;
      if (byte > 127 && shift > 21) {
        owner.onMalformed();
        return size;
      }
    }
    if (byte < 128) {
      const end = at + length;
      if (end <= size) {
        owner.onPacket(first, bytes, at, end);
        return end;
      }
      owner.onHeader(first, length);
      if (!live) return size;
      if (end - from > packetMax) {
        const used = owner.onLarge(first, bytes, at, end);
        if (!live) return size;
        if (used > 0) {
          left = length - used;
          return pass(bytes, at + used);
        }
      }
    }
    held = keep(buffer, bytes, from);
    return size;
  }

  function feed(chunk: Bytes): void {
    let bytes = chunk;
    let at = 0;
    if (left > 0) at = pass(bytes, 0);
    if (held.length > 0) {
      bytes = join(held, chunk);
      held = EMPTY;
    }
    const size = bytes.length;
    while (at < size && live) {
      const length = byteAt(bytes, at + 1);
      const end = at + 2 + length;
      if (length < 128 && end <= size) {
        owner.onPacket(byteAt(bytes, at), bytes, at + 2, end);
        at = end;
      } else {
        at = feedSlow(bytes, at);
      }
    }
  }

  return { start, stop, feed };
}
