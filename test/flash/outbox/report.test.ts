// What a person reads, and how large pages are taken to be. The example in docs/outbox.md is what comes out here.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inspectRegion } from '../../../flash/outbox/layout.ts';
import { findPageSize } from '../../../flash/outbox/page-size.ts';
import { formatInspection } from '../../../flash/outbox/report.ts';
import { Code } from '../../../src/ports/codes.ts';
import { append, createBench, createChip, type Region } from '../../power/bench.ts';
import {
  ascii,
  blankPage,
  bootImage,
  CARRIED,
  dump,
  FIRST,
  join,
  message,
  number,
  PAGE_BYTES,
  pageImage,
  stateImage,
  timeAt,
  type RecordImage,
} from './image.ts';

const TOPIC = 'balcony/outdoor/temperature';
const QOS1 = 2;
const WALL = 1 << 3;
const UPTIME = 2 << 3;
/** Boot 11 made the messages up to this one, and knew later when it began. */
const LAST_OF_BOOT_11 = 25;
const BEGAN = Date.UTC(2026, 10, 26, 3) / 1000;

/** A reading that was taken a minute after the one before, and whose time is filled in before the last character. */
function reading(sequence: number): Uint8Array {
  const payload = `{"value":${sequence}.5,"time":}`;
  const isOld = sequence <= LAST_OF_BOOT_11;
  const time = sequence * 60 + (isOld ? 11 * 2 ** 24 : BEGAN);
  const flags = QOS1 | (isOld ? UPTIME : WALL) | timeAt(payload.length - 1);
  return message(sequence, flags, TOPIC, payload, time);
}

/** What a page begins with. */
const STATE = [
  stateImage(0 | CARRIED, join(number(7, 2), number(300, 2))),
  stateImage(2 | CARRIED, join(number(12, 2), bootImage(11, 20, BEGAN))),
];

/** Behind those two, of 16 and 20 bytes. */
const MESSAGES = FIRST + 36;

/** A region with a little of everything. */
function example(): Uint8Array {
  const page = (sequence: number, numbers: readonly number[], done: number, headPage: number) =>
    pageImage({
      sequence,
      erases: 12 + sequence,
      opening: { headPage, sequence: numbers[0]! - 1 },
      records: [...STATE, ...numbers.map((n) => ({ marks: 1, set: n <= done ? [0] : [], body: reading(n) }))],
    });
  const older = page(7, [21, 22, 23, 24, 25], 23, 7);
  const newest = page(8, [26, 27, 28], 0, 7);
  // One bit of message 25, three of message 26, and half of what came behind message 28.
  older[MESSAGES + 4 * 72 + 50]! ^= 0x20;
  newest[MESSAGES + 50]! ^= 0x70;
  newest.set(ascii('\x3b\x10\xc4\xef\x01\x02\x03'), MESSAGES + 3 * 72);
  const spare = pageImage({ sequence: 9, erases: 21, opening: null });
  return join(older, newest, spare, blankPage(), blankPage());
}

describe('the report', () => {
  it('is what docs/outbox.md shows', () => {
    const text = formatInspection('outbox.bin', inspectRegion(example(), PAGE_BYTES, 0x310000));
    const indented = text.replace(/^(?=.)/gm, '    ').trimEnd();
    expect(readFileSync('docs/outbox.md', 'utf8')).toContain(indented);
  });

  it('is short where nothing is', () => {
    expect(formatInspection('x', inspectRegion(join(blankPage(), blankPage()), PAGE_BYTES))).toBe(
      'x: blank: nothing here yet; the first start makes an outbox of it\n  2 pages of 512 bytes at 0x0\n',
    );
  });

  it('shows the first messages of many', () => {
    const records = Array.from({ length: 21 }, (_, i) => ({
      marks: 1,
      body: message(i + 1, QOS1, 't', 'x'),
    }));
    const text = formatInspection(
      'x',
      inspectRegion(join(pageImage({ sequence: 1, records }), blankPage()), PAGE_BYTES),
    );
    expect(text).toContain('  ... and 1 more: --json shows all\n');
    expect(text.match(/^ +\d+ {2}0x[\da-f]+ +1 /gm)).toHaveLength(20);
  });

  it('tells of the counts, the link and what was given up in words', () => {
    const records = [
      stateImage(
        4,
        join(
          ...[9, 1, 8, 2, 0, 0].map((one) => number(one, 4)),
          ...[0, 3, 4, 2].map((one) => number(one, 2)),
        ),
      ),
      stateImage(5, join(number(31, 1), number(0, 1))),
      stateImage(7, join(number(5, 4), number(1, 4), number(1, 1))),
    ];
    const region = join(pageImage({ sequence: 1, records }), blankPage());
    const text = formatInspection(
      'x',
      inspectRegion(region, PAGE_BYTES),
      ([stage, cause]) => `${stage} for ${cause}`,
    );
    expect(text).toContain(
      'boot 4: 9 sampled, 1 refused, 8 sent, 2 duplicates, 3 connects; more was counted since, some may lack since boot 2',
    );
    expect(text).toContain('1 transition of the link');
    expect(text).toContain('transitions of the link, the oldest first\n  0 for 31\n');
    expect(text).toContain('5 messages given up with their pages, or more');
  });

  it('says that PUBREL is next, and what cannot be read', () => {
    const qos2 = { marks: 2, set: [1], body: message(3, 5, 't', 'x') };
    const broken = { marks: 1, body: message(4, 6, 't', 'x') };
    const text = formatInspection(
      'x',
      inspectRegion(join(pageImage({ sequence: 1, records: [qos2, broken] }), blankPage()), PAGE_BYTES),
    );
    expect(text).toContain('packet   PUBREL (PUBREC has come), identifier 3, at 0x28\n');
    expect(text).toContain('QoS      2, RETAIN\n');
    expect(text).toMatch(/^ +3 {2}0x28 +2 retain PUBREC {2}t +x$/m);
    expect(text).toMatch(/^ +4 .*it says QoS 3$/m);
    expect(text).toContain('PUBREC has come for 1\n');
  });

  const report = (...records: readonly RecordImage[]) =>
    formatInspection('x', inspectRegion(join(pageImage({ sequence: 1, records }), blankPage()), PAGE_BYTES));
  const next = (flags: number, payload: string, time?: number) => {
    const text = report({ marks: 1, body: message(1, QOS1 | flags, 't', payload, time) });
    return [...text.matchAll(/^ +(payload|time) {2,}(.+)$/gm)].map(([, , value]) => value);
  };

  it('says when a message was taken as far as that is known, and marks where it goes', () => {
    expect(next(0, 'p')).toEqual(['p']);
    expect(next(timeAt(1), '[]')).toEqual(['[<time>]', 'unknown; goes into the payload at 1']);
    expect(next(WALL, 'p', BEGAN)).toEqual(['p', '2026-11-26T03:00:00Z']);
    expect(next(UPTIME | timeAt(0), '!', 3 * 2 ** 24 + 9)).toEqual([
      '<time>!',
      'boot 3, up 9 s; goes into the payload at 0',
    ]);
    expect(next(WALL | timeAt(2), '\0\x01\x02', BEGAN)[0]).toBe('hex 0001<time>02');
  });

  it('says what is kept by key', () => {
    const text = report(
      stateImage(0, number(0, 2)),
      stateImage(1, number(65535, 2)),
      stateImage(2, number(300, 2)),
      stateImage(3, ascii('\x1b')),
      stateImage(4, ascii('plain')),
    );
    expect(text.split('\n').slice(-6)).toEqual([
      '  0  0x28  open identifiers none',
      '  1  0x34  open identifiers 65535',
      '  2  0x40  boot 300',
      '  3  0x4c  hex 1b',
      '  4  0x58  plain',
      '',
    ]);
  });

  it('lets no byte of a message reach the terminal that could do something to it', () => {
    const record = { marks: 1, body: message(1, QOS1, '\x1b[2J', '\x07\r') };
    const text = formatInspection(
      'x',
      inspectRegion(join(pageImage({ sequence: 1, records: [record] }), blankPage()), PAGE_BYTES),
    );
    expect(text).not.toMatch(/[^\n\x20-\x7e]/);
    expect(text).toContain('hex 1b5b324a');
  });
});

describe('the size of a page', () => {
  const made = (of: Region, messages: number): Uint8Array => {
    const nor = createChip(of);
    const { outbox } = createBench(nor, of);
    expect(outbox.open(7)).toBe(Code.Ok);
    for (let i = 1; i <= messages; i++) {
      append(outbox, `message ${i}`);
      outbox.acknowledge(i);
      outbox.idle();
    }
    return dump(nor, of);
  };

  it.each([256, 512, 1024, 2048, 4096, 8192])('is found out: %i', (pageBytes) => {
    const pages = 65536 / pageBytes;
    // The first page is full, and records stand in the second one.
    const messages = Math.ceil(pageBytes / 32) + 2;
    expect(findPageSize(made({ pages, pageBytes, unit: 4, ecc: false }, messages))).toBe(pageBytes);
  });

  it('is 4096 where nothing says so', () => {
    expect(findPageSize(new Uint8Array(65536).fill(0xff))).toBe(4096);
    expect(findPageSize(made({ pages: 16, pageBytes: 4096, unit: 4, ecc: false }, 0))).toBe(4096);
  });
});
