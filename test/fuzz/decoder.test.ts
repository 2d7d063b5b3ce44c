// The decoder alone: the same packets whatever bytes come and however they are cut, never more kept than it may keep, and
// never an exception.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bytes } from '../../src/bytes/bytes.ts';
import { createDecoder } from '../../src/mqtt/decoder.ts';
import { SEND_WINDOW } from '../../src/ports/socket.ts';
import { bytes as bytesOf, spoil, text } from './bytes.ts';
import { CORPUS } from './corpus.ts';
import { chop, cuts, stream } from './generate.ts';
import { amount, TIMEOUT_MS, told } from './settings.ts';

/** What an owner of a decoder may do. */
interface Owner {
  packetMax: number;
  /** Bytes of a large packet's body that it wants to see at once before it decides. */
  wanted: number;
  /** Types of packets, the upper four bits of the first byte, at which it stops. */
  refused: readonly number[];
}

interface Seen {
  /** Packets as `first length body`, in hex; `malformed`, `refused` and the rest of an incomplete one. */
  events: string[];
  /** Most bytes that lay before the owner at once. */
  most: number;
}

const hex = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('hex');
const packetEvent = (first: number, body: string): string => `${first.toString(16)} ${hex(body)}`;

/** Decode chunks. A packet over the limit counts as one, whether it came whole or in pieces. */
function decode(chunks: readonly string[], owner: Owner): Seen {
  const seen: Seen = { events: [], most: 0 };
  let large = '';
  let first = 0;
  const look = (bytes: Bytes): void => void (seen.most = Math.max(seen.most, bytes.length));
  const stop = (event: string): void => {
    seen.events.push(event);
    decoder.reset(false);
  };
  const isRefused = (byte: number): boolean => owner.refused.includes(byte >> 4);
  const packetIs = (byte: number, bytes: Bytes, at: number, end: number): void => {
    look(bytes);
    if (end - at > owner.packetMax) throw new Error('large');
    if (isRefused(byte)) stop('refused');
    else seen.events.push(packetEvent(byte, text(bytes).slice(at, end)));
  };
  const decoder = createDecoder(
    {
      onHeader(byte, length) {
        if (length < 0) stop('malformed');
        else if (isRefused(byte)) stop('refused');
      },
      onPacket: packetIs,
      onLarge(byte, bytes, at, end) {
        look(bytes);
        if (end - at + 5 <= owner.packetMax) throw new Error('not large');
        if (bytes.length - at < owner.wanted) return 0;
        first = byte;
        large = text(bytes).slice(at, at + owner.wanted);
        return owner.wanted;
      },
      onPiece(bytes, at, count, left) {
        look(bytes);
        if (at + count > bytes.length) throw new Error('a piece beyond the chunk');
        large += text(bytes).slice(at, at + count);
        if (left === 0) seen.events.push(packetEvent(first, large));
      },
    },
    owner.packetMax,
    SEND_WINDOW,
  );
  decoder.reset(true);
  for (const chunk of chunks) {
    const lent = bytesOf(chunk);
    decoder.feed(lent);
    spoil(lent);
  }
  return seen;
}

/** The same, told from MQTT 3.1.1 section 2.2 and nothing else. */
function expected(bytes: string, { refused }: Owner): string[] {
  const events: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const first = bytes.charCodeAt(at);
    let length = 0;
    let size = 1;
    let isEnded = false;
    while (!isEnded && size < 5 && at + size < bytes.length) {
      const byte = bytes.charCodeAt(at + size);
      length += (byte % 128) * 128 ** (size - 1);
      isEnded = byte < 128;
      size++;
    }
    if (!isEnded && size === 5) return [...events, 'malformed'];
    if (!isEnded) return events;
    if (refused.includes(first >> 4)) return [...events, 'refused'];
    const end = at + size + length;
    if (end > bytes.length) return events;
    events.push(packetEvent(first, bytes.slice(at + size, end)));
    at = end;
  }
  return events;
}

const owner: fc.Arbitrary<Owner> = fc
  .tuple(fc.integer({ min: 16, max: 1024 }), fc.nat(0xffff), fc.subarray([0, 1, 2, 3, 4, 8, 9, 13, 15]))
  .map(([packetMax, wanted, refused]) => ({
    packetMax,
    wanted: 1 + (wanted % (packetMax - 6)),
    refused: refused.length > 4 ? [] : refused,
  }));

/** Bytes of all kinds, mostly packets. */
const input = fc.oneof(
  { weight: 5, arbitrary: stream },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((values) => String.fromCharCode(...values)) },
);

describe('decoder', () => {
  it(
    'finds the same packets in the same bytes, however they are cut',
    () => {
      const figures = { streams: 0, bytes: 0, packets: 0 };
      fc.assert(
        fc.property(input, cuts, owner, (bytes, sizes, how) => {
          const { events, most } = decode(chop(bytes, sizes), how);
          expect(events).toEqual(expected(bytes, how));
          expect(most).toBeLessThanOrEqual(how.packetMax + SEND_WINDOW);
          figures.streams++;
          figures.bytes += bytes.length;
          figures.packets += events.length;
        }),
        amount(3000),
      );
      told('decoder', figures);
    },
    TIMEOUT_MS,
  );

  it.each(CORPUS)('finds the same packets wherever one cut is: $name', ({ bytes }) => {
    const how = { packetMax: 64, wanted: 8, refused: [] };
    for (let at = 0; at <= bytes.length; at++) {
      const chunks = [...chop(bytes.slice(0, at), []), ...chop(bytes.slice(at), [])];
      expect(decode(chunks, how).events, `cut at ${at}`).toEqual(expected(bytes, how));
    }
    expect(decode(chop(bytes, [1]), how).events, 'byte by byte').toEqual(expected(bytes, how));
  });
});
