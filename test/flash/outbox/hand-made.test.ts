// Regions that are put together by hand from the table in docs/outbox.md: what the reader says of fields that this outbox does not
// write yet, of other versions, and of what makes no sense.
import { describe, expect, it } from 'vitest';
import { inspectRegion } from '../../../flash/outbox/layout.ts';
import { asText } from '../../../flash/outbox/message.ts';
import {
  ascii,
  blankPage,
  crc,
  FIRST,
  join,
  message,
  number,
  PAGE_BYTES,
  pageImage,
  type PageImage,
  type RecordImage,
} from './image.ts';

const inspect = (...pages: readonly (PageImage | Uint8Array)[]) =>
  inspectRegion(join(...pages.map((page) => ('sequence' in page ? pageImage(page) : page))), PAGE_BYTES);

const held = ({ records }: ReturnType<typeof inspect>) =>
  records.filter(({ state }) => state === 'held').map(({ sequence }) => sequence);

const QOS1 = 1 << 1;
const record = (sequence: number, set: readonly number[] = [], marks = 1): RecordImage => ({
  marks,
  set,
  body: message(sequence, marks << 1, 't', 'x'),
});
const withBody = (body: Uint8Array, marks = 1): PageImage => ({ sequence: 1, records: [{ marks, body }] });

describe('a message', () => {
  const read = (body: Uint8Array) => inspect(withBody(body), blankPage()).records[0];

  it('has QoS, RETAIN, topic and payload', () => {
    expect(read(message(300, 0b101, 'a/b', '{"value":1}'))).toEqual({
      page: 0,
      address: FIRST,
      bytes: 32,
      state: 'held',
      sequence: 300,
      received: false,
      message: { qos: 2, retain: true, topic: { text: 'a/b' }, payload: { text: '{"value":1}' } },
    });
  });

  it('may have the time of the wall clock, and the place in the payload where it goes', () => {
    const time = Date.UTC(2026, 0, 2, 3, 4, 5) / 1000;
    expect(read(message(1, QOS1 | (1 << 3) | (12 << 6), 't', 'p', time))!.message).toMatchObject({
      topic: { text: 't' },
      payload: { text: 'p' },
      time: { iso: '2026-01-02T03:04:05Z' },
      timeAt: 12,
    });
    expect(read(message(1, QOS1 | (1 << 3), 't', 'p', 0xffffffff))!.message!.time).toEqual({
      iso: '2106-02-07T06:28:15Z',
    });
  });

  it('may have the time since a start', () => {
    const time = (3 * 2 ** 24 + 120) >>> 0;
    expect(read(message(1, QOS1 | (2 << 3) | (1023 << 6), 't', 'p', time))!.message).toMatchObject({
      time: { boot: 3, uptimeSec: 120 },
      timeAt: 1023,
    });
    expect(read(message(1, QOS1 | (2 << 3), 't', 'p', 0xffffffff))!.message!.time).toEqual({
      boot: 255,
      uptimeSec: 0xffffff,
    });
  });

  it.each([
    ['a body without a topic', number(1, 5), /5 bytes is too short/],
    [
      'no room for its time',
      join(number(1, 2), number(QOS1 | 8, 2), number(0, 4)),
      /too short for a message with/,
    ],
    [
      'a topic longer than it',
      join(number(1, 2), number(QOS1, 2), Uint8Array.of(0, 3), ascii('ab')),
      /topic is longer/,
    ],
    ['QoS 3', message(1, 6, 't', ''), /QoS 3/],
    ['a kind of time that is none', message(1, QOS1 | (3 << 3), 't', ''), /does not know/],
    ['room for properties', message(1, QOS1 | (1 << 5), 't', ''), /does not know/],
  ])('cannot be read with %s', (_name, body, why) => {
    const found = read(body)!;
    expect(found).toMatchObject({ state: 'held', sequence: 1, message: null });
    expect(found.why).toMatch(why);
  });

  it('is text where a terminal can show it, else hex', () => {
    expect(asText(Uint8Array.from(Buffer.from('21 °C')))).toEqual({ text: '21 °C' });
    for (const bytes of ['b0', '1b5b324a', '410a', 'e280ae', 'efbbbf41', 'e280a8']) {
      expect(asText(Uint8Array.from(Buffer.from(bytes, 'hex')))).toEqual({ hex: bytes });
    }
    expect(asText(new Uint8Array())).toEqual({ text: '' });
  });
});

describe('the small state', () => {
  const value = (key: number, text: string): RecordImage => ({
    marks: 0,
    body: join(number(key, 2), ascii(text)),
  });

  it('is the latest value of each key, and no message', () => {
    const inspection = inspect(
      { sequence: 2, records: [value(1, 'b'), record(2), value(1, 'c')] },
      { sequence: 1, records: [value(15, ''), record(1), value(1, 'a')] },
    );
    expect(inspection.values).toEqual([
      { key: 1, value: { text: 'c' }, page: 0, address: FIRST + 12 + 20 },
      { key: 15, value: { text: '' }, page: 1, address: PAGE_BYTES + FIRST },
    ]);
    expect(inspection.records).toHaveLength(2);
    expect(inspection.troubles).toEqual([]);
  });

  it.each([
    ['a key that is none', value(16, 'a'), /key 16 is none/],
    ['a value that is too long', value(1, 'x'.repeat(33)), /33 bytes is too long/],
  ])('has no place for %s', (_name, image, why) => {
    const { values, troubles } = inspect({ sequence: 1, records: [image, record(1)] }, blankPage());
    expect(values).toEqual([]);
    expect(troubles).toHaveLength(1);
    expect(troubles[0]!.why).toMatch(why);
  });
});

describe('lazy acknowledgements', () => {
  const first = [record(1), record(2, [], 2), record(3)];
  const second = [record(4), record(5, [0]), record(6), record(7, [0], 2), record(8)];
  const opening = { headPage: 1, headAt: FIRST };

  it('speak for everything before them, over pages', () => {
    const inspection = inspect(
      { sequence: 1, flags: 1, records: first },
      { sequence: 2, flags: 1, opening, records: second },
    );
    expect(inspection.lazyAcknowledgements).toBe(true);
    expect(held(inspection)).toEqual([6, 8]);
  });

  it('are those of the page that the mark is in, and only without the flag each record speaks for itself', () => {
    expect(
      held(inspect({ sequence: 1, records: first }, { sequence: 2, flags: 1, opening, records: second })),
    ).toEqual([6, 8]);
    const plain = inspect(
      { sequence: 1, flags: 1, records: first },
      { sequence: 2, opening, records: second },
    );
    expect(plain.lazyAcknowledgements).toBe(false);
    expect(held(plain)).toEqual([1, 2, 3, 4, 6, 8]);
  });
});

describe('the head', () => {
  it('passes over what was done with when the page was begun', () => {
    const pages = (headPage: number, headAt: number): PageImage[] => [
      { sequence: 1, records: [record(1), record(2)] },
      { sequence: 2, opening: { headPage, headAt }, records: [record(3)] },
    ];
    expect(held(inspect(...pages(1, FIRST)))).toEqual([1, 2, 3]);
    expect(held(inspect(...pages(1, FIRST + 20)))).toEqual([2, 3]);
    expect(held(inspect(...pages(2, FIRST)))).toEqual([3]);
  });
});

describe('a page', () => {
  it('of another life is not read', () => {
    const inspection = inspect(
      { sequence: 1, records: [record(1)] },
      { sequence: 9, nonce: 8, records: [record(2)] },
    );
    expect(inspection.pages.map(({ state }) => state)).toEqual(['written', 'other-life']);
    expect(held(inspection)).toEqual([1]);
  });

  it('with flags that nobody knows is read, and said to have them', () => {
    const inspection = inspect({ sequence: 1, flags: 6, records: [record(1)] }, blankPage());
    expect(held(inspection)).toEqual([1]);
    expect(inspection.troubles).toMatchObject([{ kind: 'page', why: expect.stringContaining('flags') }]);
  });

  it('that was begun by half is not the one that is written', () => {
    const torn = pageImage({ sequence: 2, opening: null });
    torn.fill(0, 24, 28);
    const inspection = inspect({ sequence: 1, records: [record(1)] }, torn);
    expect(inspection.pages.map(({ state }) => state)).toEqual(['written', 'prepared']);
    expect(inspection.troubles).toMatchObject([
      { kind: 'page', why: expect.stringContaining('opening is torn') },
    ]);
  });

  it('is killed, damaged, foreign or blank without a header', () => {
    const killed = pageImage({ sequence: 3, records: [record(1)] }).fill(0, 0, 24);
    const damaged = pageImage({ sequence: 3, records: [record(1)] }).fill(0x55, 5, 8);
    const { pages } = inspect(
      { sequence: 1 },
      killed,
      damaged,
      ascii('abcdefgh'.repeat(PAGE_BYTES / 8)),
      blankPage(),
    );
    expect(pages.map(({ state }) => state)).toEqual(['written', 'killed', 'damaged', 'foreign', 'blank']);
  });
});

describe('another version', () => {
  it.each([0, 2])('%i is not read, but named', (version) => {
    const page = pageImage({ sequence: 1, records: [record(1)] });
    page[3] = version;
    page.set(crc(page.subarray(0, 20)), 20);
    const inspection = inspect(page, blankPage());
    expect(inspection).toMatchObject({ state: 'other-version', version, records: [], next: null });
    expect(inspection.pages.map(({ state }) => state)).toEqual(['other-version', 'blank']);
  });

  it('may be one whose program unit does not exist', () => {
    const page = pageImage({ sequence: 1 });
    page[18] = 0;
    page.set(crc(page.subarray(0, 20)), 20);
    expect(inspect(page, blankPage()).state).toBe('other-version');
  });
});

describe('a format', () => {
  it('that was not finished is told by its intent, in any of its places', () => {
    for (let place = 0; place < 8; place++) {
      const last = blankPage();
      last.set(ascii('MOTE!FMT'), place * 8);
      const inspection = inspect({ sequence: 1, records: [record(1)] }, last);
      expect(inspection.state).toBe('half-formatted');
      expect(inspection.pages[1]!.state).toBe('intent');
    }
  });

  it('of which half an intent stands is nothing yet', () => {
    const last = blankPage();
    last.set(ascii('MOTE'), 8);
    expect(inspect(blankPage(), last).state).toBe('blank');
    last[8] = 'm'.charCodeAt(0) & 0x3f;
    expect(inspect(blankPage(), last).state).toBe('foreign');
  });
});
