// Bytes into packets, cut anywhere: against a reference that has all bytes at once.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constant, toText } from '../../src/bytes/bytes.ts';
import { createDecoder } from '../../src/mqtt/decoder.ts';
import { packet } from './wire.ts';

const PACKET_MAX = 200;
const CHUNK_MAX = 100;

/** Notes what a decoder says. `used` bytes of a large packet are its beginning; `stopAt` stops it at the n-th packet. */
function createNotes(used = 4, stopAt = Infinity, packetMax = PACKET_MAX) {
  const notes: string[] = [];
  let large = '';
  let count = 0;
  const seen = (note: string): void => {
    notes.push(note);
    if (++count === stopAt) decoder.reset(false);
  };
  const decoder = createDecoder(
    {
      onPacket(first, bytes, at, end) {
        seen(`packet ${first.toString(16)} ${toText(bytes, at, end - at)}`);
      },
      onHeader(first, length) {
        if (length < 0) {
          notes.push('too long');
          decoder.reset(false);
        } else if (first === 0x48) {
          notes.push(`header ${length}`);
          decoder.reset(false);
        }
      },
      onLarge(first, bytes, at, end) {
        const there = Math.min(bytes.length, end) - at;
        if (there < used) return 0;
        large = `large ${first.toString(16)} ${end - at} ${toText(bytes, at, used)}`;
        return used;
      },
      onPiece(bytes, at, n, left) {
        large += toText(bytes, at, n);
        if (left === 0) seen(large);
      },
    },
    packetMax,
    CHUNK_MAX,
  );
  decoder.reset(true);
  return { notes, decoder };
}

/** @returns `bytes` in chunks of the sizes of `cuts` and then of CHUNK_MAX. */
function chunksOf(bytes: string, cuts: readonly number[]): string[] {
  const chunks: string[] = [];
  let at = 0;
  for (const cut of cuts) {
    chunks.push(bytes.substr(at, cut));
    at += cut;
  }
  for (; at < bytes.length; at += CHUNK_MAX) chunks.push(bytes.substr(at, CHUNK_MAX));
  return chunks;
}

function decode(chunks: readonly string[], used = 4, stopAt = Infinity): string[] {
  const { notes, decoder } = createNotes(used, stopAt);
  for (const chunk of chunks) decoder.feed(constant(chunk));
  return notes;
}

const bodies = fc
  .oneof(fc.nat(6), fc.integer({ min: 120, max: 132 }), fc.integer({ min: 190, max: 420 }))
  .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }))
  .map((bytes) => Buffer.from(bytes).toString('latin1'));
const packets = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 255 }).filter((first) => first !== 0x48),
    bodies,
  ),
  {
    maxLength: 8,
  },
);

function noteOf(first: number, body: string): string {
  const bytes = packet(first, body);
  if (bytes.length > PACKET_MAX) return `large ${first.toString(16)} ${body.length} ${body}`;
  return `packet ${first.toString(16)} ${body}`;
}

it('finds the same packets however the bytes are cut', () => {
  fc.assert(
    fc.property(
      packets,
      fc.array(fc.nat(CHUNK_MAX), { maxLength: 60 }),
      fc.integer({ min: 1, max: 60 }),
      (list, cuts, used) => {
        const bytes = list.map(([first, body]) => packet(first, body)).join('');
        expect(decode(chunksOf(bytes, cuts), used)).toEqual(list.map(([first, body]) => noteOf(first, body)));
      },
    ),
    { numRuns: 2000 },
  );
});

it('stops where its owner says so, at any packet, and says nothing more', () => {
  fc.assert(
    fc.property(
      packets,
      fc.array(fc.nat(CHUNK_MAX), { maxLength: 20 }),
      fc.integer({ min: 1, max: 9 }),
      (list, cuts, stopAt) => {
        const bytes = list.map(([first, body]) => packet(first, body)).join('');
        expect(decode(chunksOf(bytes, cuts), 4, stopAt)).toEqual(
          list.slice(0, stopAt).map(([first, body]) => noteOf(first, body)),
        );
      },
    ),
  );
});

it('takes lengths in more bytes than they need, as 3.1.1 allows', () => {
  expect(decode(['\xd0\x80\0\xd0\x82\x80\0ab\xd0\x81\x80\x80\0x'])).toEqual([
    'packet d0 ',
    'packet d0 ab',
    'packet d0 x',
  ]);
});

describe('a remaining length of five bytes', () => {
  it.each([
    ['whole', ['\x30\xff\xff\xff\xff']],
    ['whole, with its fifth byte', ['\x30\x80\x80\x80\x80\x01']],
    ['byte by byte', ['\x30', '\xff', '\xff', '\xff', '\xff']],
  ])('is refused as soon as it is there: %s', (_name, chunks) => {
    expect(decode(chunks)).toEqual(['too long']);
  });

  it('is not one of four', () => {
    expect(decode(['\x30\xff\xff\xff\x7f'])).toEqual([]);
    expect(decode(['\x30\xff\xff\xff'])).toEqual([]);
  });
});

it('shows a header before its packet is whole, so that nothing is kept of what may not come', () => {
  expect(decode(['HTTP/1.1'])).toEqual(['header 84']);
  expect(decode(['HT', 'TP', '/1.1'])).toEqual(['header 84']);
  expect(decode(['H', '\xff\xff\x7f'])).toEqual(['header 2097151']);
});

describe('reset', () => {
  it('forgets what was begun: a header, a packet, a large one', () => {
    for (const begun of ['\x30', '\x30\xff', '\x30\x20abc', packet(0x30, 'x'.repeat(300)).slice(0, 90)]) {
      const { notes, decoder } = createNotes();
      decoder.feed(constant(begun));
      decoder.reset(true);
      decoder.feed(constant('\xd0\0'));
      expect(notes).toEqual(['packet d0 ']);
    }
  });

  it('to not live passes on nothing', () => {
    const { notes, decoder } = createNotes();
    decoder.reset(false);
    decoder.feed(constant('\xd0\0\xd0'));
    decoder.reset(true);
    decoder.feed(constant('\xd0\0'));
    expect(notes).toEqual(['packet d0 ']);
  });

  it('from within the beginning of a large packet stops it', () => {
    const seen: string[] = [];
    const decoder = createDecoder(
      {
        onPacket: (first) => seen.push(`packet ${first}`),
        onHeader: () => {},
        onLarge() {
          seen.push('large');
          decoder.reset(false);
          return 4;
        },
        onPiece: () => seen.push('piece'),
      },
      PACKET_MAX,
      CHUNK_MAX,
    );
    decoder.reset(true);
    decoder.feed(constant(packet(0x30, 'x'.repeat(300)).slice(0, 100)));
    decoder.feed(constant('y'.repeat(100)));
    expect(seen).toEqual(['large']);
  });
});

it.each([2, 5, 60, 127, 128, 129, 130, 131])(
  'keeps to its limit of %i bytes, in one chunk or many',
  (packetMax) => {
    for (let length = Math.max(1, packetMax - 5); length < packetMax + 3; length++) {
      const body = 'x'.repeat(length);
      const bytes = packet(0xd0, body);
      for (const cuts of [[], [1], [2], [bytes.length - 1]]) {
        const { notes, decoder } = createNotes(1, Infinity, packetMax);
        for (const chunk of chunksOf(`${bytes}\xe0\0`, cuts)) decoder.feed(constant(chunk));
        const isLarge = bytes.length > packetMax;
        expect(notes).toEqual([isLarge ? `large d0 ${length} ${body}` : `packet d0 ${body}`, 'packet e0 ']);
      }
    }
  },
);
