// Regions that are put together by hand from the table in docs/outbox.md: what the reader says of each field, of other versions,
// and of what makes no sense.
import { describe, expect, it } from 'vitest';
import { inspectRegion } from '../../../flash/outbox/layout.ts';
import { asText } from '../../../flash/outbox/text.ts';
import {
  ascii,
  blankPage,
  bootImage,
  CARRIED,
  crc,
  FIRST,
  join,
  message,
  number,
  PAGE_BYTES,
  pageImage,
  stateImage,
  timeAt,
  togetherImage,
  type PageImage,
  type RecordImage,
} from './image.ts';

const inspect = (...pages: readonly (PageImage | Uint8Array)[]) =>
  inspectRegion(join(...pages.map((page) => ('sequence' in page ? pageImage(page) : page))), PAGE_BYTES);

const held = ({ records }: ReturnType<typeof inspect>) =>
  records.filter(({ state }) => state === 'held').map(({ sequence }) => sequence);

const QOS1 = 1 << 1;
/** Kinds of the time of a message. */
const WALL = 1 << 3;
const UPTIME = 2 << 3;
const NOON = Date.UTC(2026, 0, 1, 12) / 1000;
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
    expect(read(message(1, QOS1 | WALL | timeAt(12), 't', 'p', time))!.message).toEqual({
      qos: 1,
      retain: false,
      topic: { text: 't' },
      payload: { text: 'p' },
      time: { iso: '2026-01-02T03:04:05Z' },
      timeAt: 12,
    });
    expect(read(message(1, QOS1 | WALL | timeAt(0), 't', 'p', time))!.message!.timeAt).toBe(0);
    expect(read(message(1, QOS1 | WALL, 't', 'p', 0xffffffff))!.message).toEqual({
      qos: 1,
      retain: false,
      topic: { text: 't' },
      payload: { text: 'p' },
      time: { iso: '2106-02-07T06:28:15Z' },
    });
  });

  it('may have a place for a time that nobody knows', () => {
    const found = read(message(1, QOS1 | timeAt(3), 't', 'p'))!.message!;
    expect(found).toMatchObject({ payload: { text: 'p' }, timeAt: 3 });
    expect(found.time).toBeUndefined();
  });

  it('may have the time since a start', () => {
    const time = (3 * 2 ** 24 + 120) >>> 0;
    expect(read(message(1, QOS1 | UPTIME | timeAt(1022), 't', 'p', time))!.message).toMatchObject({
      time: { boot: 3, uptimeSec: 120 },
      timeAt: 1022,
    });
    expect(read(message(1, QOS1 | UPTIME, 't', 'p', 0xffffffff))!.message!.time).toEqual({
      boot: 255,
      uptimeSec: 0xffffff,
    });
  });

  it('has a time by its boot, where that is kept and was not another one', () => {
    const times = (sequences: readonly number[], boot: number, after: number) => {
      const kept = stateImage(2, join(number(258, 2), bootImage(1, after, NOON)));
      const time = (boot * 2 ** 24 + 7) >>> 0;
      const messages = sequences.map((n) => ({ marks: 1, body: message(n, QOS1 | UPTIME, 't', 'p', time) }));
      return inspect({ sequence: 1, records: [kept, ...messages] }, blankPage()).records.map(
        (one) => (one.message!.time as { iso?: string }).iso,
      );
    };
    const known = '2026-01-01T12:00:07Z';
    expect(times([299, 300, 301], 1, 300)).toEqual([undefined, undefined, known]);
    expect(times([299, 300, 301], 2, 300)).toEqual([undefined, undefined, undefined]);
    expect(times([1, 32640], 1, 0)).toEqual([known, known]);
    // Sequences begin again.
    expect(times([32638, 32639, 32640, 1], 1, 32639)).toEqual([undefined, undefined, known, known]);
  });

  it.each([
    ['a body without a topic', number(1, 5), /5 bytes is too short/],
    [
      'no room for its time',
      join(number(1, 2), number(QOS1 | WALL, 2), number(0, 4)),
      /too short for a message with/,
    ],
    [
      'a topic longer than it',
      join(number(1, 2), number(QOS1, 2), Uint8Array.of(0, 3), ascii('ab')),
      /topic is longer/,
    ],
    ['QoS 3', message(1, 6, 't', ''), /QoS 3/],
    ['a kind of time that is none', message(1, QOS1 | WALL | UPTIME, 't', ''), /does not know/],
    ['a flag that is none', message(1, QOS1 | (1 << 5), 't', ''), /does not know/],
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
  const value = (key: number, text: string): RecordImage => stateImage(key, ascii(text));

  it('is what stands last for each key in the page that is written, and no message', () => {
    const inspection = inspect(
      {
        sequence: 2,
        records: [value(5 | CARRIED, 'b'), value(15 | CARRIED, 'd'), record(2), value(5, 'c')],
      },
      { sequence: 1, records: [value(3, 'e'), record(1), value(5, 'a')] },
    );
    expect(inspection.values).toEqual([
      { key: 5, carried: false, value: { text: 'c' }, page: 0, address: FIRST + 12 + 12 + 20 },
      { key: 15, carried: true, value: { text: 'd' }, page: 0, address: FIRST + 12 },
    ]);
    expect(inspection.records).toHaveLength(2);
    expect(inspection.troubles).toEqual([]);
  });

  it('is not what was forgotten', () => {
    const records = [value(5 | CARRIED, 'a'), value(6, 'b'), value(5, ''), value(6, ''), value(6, 'c')];
    const { values, troubles } = inspect({ sequence: 1, records }, blankPage());
    expect(values.map(({ key, value: kept }) => [key, kept])).toEqual([[6, { text: 'c' }]]);
    expect(troubles).toEqual([]);
  });

  it.each([
    ['one bit', 1, { text: 'new' }, ['mended']],
    ['more bits', 3, undefined, ['unreadable']],
  ])('is not what stood there before when %s of it is wrong', (_name, flip, expected, kinds) => {
    const page = pageImage({ sequence: 1, records: [value(5, 'old'), value(5, 'new'), record(1)] });
    page[FIRST + 16 + 10]! ^= flip;
    const { values, troubles } = inspect(page, blankPage());
    expect(values.map((one) => one.value)).toEqual(expected === undefined ? [] : [expected]);
    expect(troubles.map(({ kind }) => kind)).toEqual(kinds);
  });

  it('is what stood there before when the last record is torn', () => {
    const page = pageImage({ sequence: 1, records: [record(1), value(5, 'old'), value(5, 'new')] });
    page.fill(0xff, FIRST + 20 + 16 + 10);
    const { values, troubles } = inspect(page, blankPage());
    expect(values.map((one) => one.value)).toEqual([{ text: 'old' }]);
    expect(troubles.map(({ kind }) => kind)).toEqual(['torn']);
  });

  it.each([
    ['a key that is none', value(19, 'a'), /key 19 is none/],
    [
      'a key that does not stand there twice',
      { marks: 0, body: join(Uint8Array.of(5, 0xfb), ascii('a')) },
      /key 5 is none, or does not stand/,
    ],
    ['a value that is too long', value(5, 'x'.repeat(33)), /33 bytes is too long/],
  ])('has no place for %s', (_name, image, why) => {
    const { values, troubles } = inspect({ sequence: 1, records: [image, record(1)] }, blankPage());
    expect(values).toEqual([]);
    expect(troubles).toHaveLength(1);
    expect(troubles[0]!.why).toMatch(why);
  });

  it('says in keys 0 and 1 which identifiers are open', () => {
    const records = [
      stateImage(0, join(number(7, 2), number(0, 2), number(300, 2))),
      stateImage(1 | CARRIED, number(65535, 2)),
    ];
    const { values } = inspect({ sequence: 1, records }, blankPage());
    expect(values).toMatchObject([
      { key: 0, carried: false, value: { hex: '070000002c01' }, openIdentifiers: [7, 300] },
      { key: 1, carried: true, openIdentifiers: [65535] },
    ]);
  });

  it('says in keys 4, 5 and 7 what was counted, how the link went, and what was given up', () => {
    const counts = [70_000, 2, 300, 8, 5, 6].map((count) => number(count, 4));
    const records = [
      stateImage(4, join(...counts, number(1, 2), number(12, 2), number(0x8003, 2), number(2, 2))),
      stateImage(
        5 | CARRIED,
        join(
          number(31, 1),
          number(0, 1),
          number((4 << 5) | 1, 1),
          number(0x10, 1),
          number(7, 1),
          number(0x2f, 1),
        ),
      ),
      stateImage(7, join(number(99, 4), number(4, 4), number(1, 1))),
    ];
    expect(inspect({ sequence: 1, records }, blankPage()).values).toMatchObject([
      {
        key: 4,
        account: {
          sampled: 70_000,
          refused: 2,
          sent: 300,
          duplicates: 8,
          overtaken: 5,
          moved: 6,
          damaged: 1,
          connects: 12,
          boot: 3,
          clean: true,
          since: 2,
        },
      },
      {
        key: 5,
        transitions: [
          [0, 31, 0],
          [4, 1, 16],
          [0, 7, 62],
        ],
      },
      { key: 7, givenUp: { messages: 99, page: 4, unsure: true } },
    ]);
  });

  it('says in key 2 which boot was the last, and when others began', () => {
    const read = (value: Uint8Array) =>
      inspect({ sequence: 1, records: [stateImage(2, value)] }, blankPage()).values[0]!.boots;
    expect(read(number(12, 2))).toEqual({ last: 12, known: [] });
    expect(read(join(number(258, 2), bootImage(1, 300, NOON), bootImage(255, 0, 0xffffffff)))).toEqual({
      last: 258,
      known: [
        { boot: 257, after: 300, began: '2026-01-01T12:00:00Z' },
        { boot: 255, after: 0, began: '2106-02-07T06:28:15Z' },
      ],
    });
    // Numbers are counted in 16 bits.
    expect(read(join(number(1, 2), bootImage(255, 9, NOON)))!.known[0]!.boot).toBe(65535);
    expect(read(number(12, 1))).toBeUndefined();
  });
});

describe('messages that were taken together', () => {
  const body = (text: string) => message(0, QOS1, 't', text);
  const page = (set: readonly number[], first = 7): PageImage => ({
    sequence: 1,
    abilities: 1,
    records: [togetherImage(first, ['a', 'bb', ''].map(body), set), record(20)],
  });
  const read = (set: readonly number[], first?: number) => inspect(page(set, first), blankPage());

  it('have sequences from that of the first on, and an acknowledgement each', () => {
    const { records, troubles, totals, pages, next } = read([2]);
    expect(records.map(({ part, sequence, state }) => [part, sequence, state])).toEqual([
      [1, 7, 'held'],
      [2, 8, 'acknowledged'],
      [3, 9, 'held'],
      [undefined, 20, 'held'],
    ]);
    expect(records.slice(0, 3).map((one) => one.message!.payload)).toEqual(
      ['a', 'bb', ''].map((text) => ({ text })),
    );
    expect(records.every(({ received }) => !received)).toBe(true);
    expect(troubles).toEqual([]);
    expect(totals).toMatchObject({ held: 3, acknowledged: 1 });
    expect(pages[0]).toMatchObject({ records: 4, held: 3 });
    expect(next).toBe(0);
    expect(held(read([1, 2, 3]))).toEqual([20]);
    expect(held(read([0]))).toEqual([20]);
    expect(held(read([1], 32640))).toEqual([1, 2, 20]);
  });

  it('are each lost when more than one bit is wrong, and only those that wait', () => {
    const bytes = join(pageImage(page([2])), blankPage());
    // Frame 8, four marks, sequence 2, and in the first message.
    bytes[FIRST + 8 + 16 + 5]! ^= 3;
    const { totals, records, troubles } = inspectRegion(bytes, PAGE_BYTES);
    expect(totals).toMatchObject({ held: 1, damaged: 2, acknowledged: 1 });
    expect(records.map(({ state }) => state)).toEqual(['damaged', 'acknowledged', 'damaged', 'held']);
    expect(troubles.map(({ kind, why }) => [kind, why])).toEqual(
      [1, 3].map((n) => [
        'lost',
        `message ${n} of several taken together, of which more than one bit is wrong`,
      ]),
    );
  });

  it('may have half a mark', () => {
    const bytes = join(pageImage(page([])), blankPage());
    bytes.fill(0, FIRST + 8, FIRST + 8 + 1);
    bytes.fill(0, FIRST + 8 + 8, FIRST + 8 + 8 + 3);
    const { troubles, records } = inspectRegion(bytes, PAGE_BYTES);
    expect(records.map(({ state }) => state)).toEqual(['held', 'acknowledged', 'held', 'held']);
    expect(troubles.map(({ why }) => why)).toEqual([
      'half a mark of all acknowledgements: it does not count',
      'half a mark of the acknowledgement of message 2: it counts',
    ]);
  });

  it('are shown as far as their lengths make sense', () => {
    const wrong = togetherImage(7, [body('a'), body('b')]);
    wrong.body[2] = 200;
    const { records } = inspect({ sequence: 1, abilities: 1, records: [wrong] }, blankPage());
    expect(records.map(({ state, sequence }) => [state, sequence])).toEqual([
      ['held', 7],
      ['damaged', null],
    ]);
    expect(records[1]!.why).toBe('its length is wrong');
  });

  it('are none where the page says that it has none, and a page that says more is of another version', () => {
    expect(inspect({ ...page([]), abilities: 0 }, blankPage()).totals.held).toBe(1);
    expect(inspect({ ...page([]), abilities: 4 }, blankPage()).state).toBe('other-version');
  });
});

describe('the head', () => {
  it('is where a record begins, whatever a wrong length before it says', () => {
    const pages = [
      pageImage({ sequence: 1, records: [record(1, [0]), record(2), record(3)] }),
      pageImage({ sequence: 2, opening: { headPage: 1, headAt: FIRST + 20 } }),
    ];
    // Its length and the inverse of that, both by 16: it would reach over the second.
    pages[0]![FIRST]! ^= 16;
    pages[0]![FIRST + 2]! ^= 16;
    const { records, troubles } = inspectRegion(join(...pages), PAGE_BYTES);
    expect(records.filter(({ state }) => state === 'held').map(({ sequence }) => sequence)).toEqual([2, 3]);
    expect(troubles.map(({ kind, address }) => [kind, address])).toEqual([['unreadable', FIRST]]);
  });

  it('passes over what is said to be done with since', () => {
    const pages = (page: number, at: number): PageImage[] => [
      { sequence: 1, records: [record(1), record(2)] },
      {
        sequence: 2,
        opening: { headPage: 1, headAt: FIRST + 20 },
        records: [record(3), stateImage(16, join(number(page, 4), number(at, 2))), record(4)],
      },
    ];
    expect(held(inspect(...pages(2, FIRST)))).toEqual([3, 4]);
    expect(held(inspect(...pages(2, FIRST + 20)))).toEqual([4]);
    // It is of before the page was begun, or of a page that is not there.
    expect(held(inspect(...pages(1, FIRST)))).toEqual([2, 3, 4]);
    expect(held(inspect(...pages(3, FIRST)))).toEqual([2, 3, 4]);
    expect(inspect(...pages(2, FIRST)).values).toMatchObject([{ key: 16, head: { page: 2, at: FIRST } }]);
  });

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

  it('that was begun by half is not the one that is written', () => {
    const torn = pageImage({ sequence: 2, opening: null, records: [stateImage(5 | CARRIED, ascii('new'))] });
    torn.fill(0, 24, 28);
    const old = { sequence: 1, records: [stateImage(5, ascii('old')), record(1)] };
    const inspection = inspect(old, torn);
    expect(inspection.pages).toMatchObject([{ state: 'written' }, { state: 'prepared', free: 0 }]);
    expect(inspection.values).toMatchObject([{ value: { text: 'old' } }]);
    expect(inspection.troubles).toMatchObject([
      { kind: 'page', why: expect.stringContaining('opening is torn') },
    ]);
  });

  it('is prepared where state was being carried to it', () => {
    const records = [stateImage(4 | CARRIED, ascii('four')), stateImage(5 | CARRIED, ascii('five'))];
    const half = pageImage({ sequence: 2, opening: null, records });
    half.fill(0xff, FIRST + 16 + 11);
    const old = { sequence: 1, records: [stateImage(4, ascii('4')), stateImage(5, ascii('5')), record(1)] };
    const { pages, values, troubles } = inspect(old, half);
    expect(pages).toMatchObject([
      { state: 'written', held: 1 },
      { state: 'prepared', used: FIRST + 16 + 11, free: 0, records: 0 },
    ]);
    expect(values.map(({ page, value }) => [page, value])).toEqual([
      [0, { text: '4' }],
      [0, { text: '5' }],
    ]);
    expect(troubles).toMatchObject([
      { kind: 'page', address: PAGE_BYTES, why: expect.stringContaining('while state was carried') },
    ]);
  });

  it('that was begun, but whose opening cannot be read, takes its messages with it', () => {
    const rotten = pageImage({ sequence: 2, opening: { headPage: 1 }, records: [record(2)] });
    rotten[24]! ^= 0x18;
    const inspection = inspect({ sequence: 1, records: [record(1)] }, rotten);
    expect(held(inspection)).toEqual([1]);
    expect(inspection.troubles).toMatchObject([
      { kind: 'page', why: expect.stringContaining('gives up its messages') },
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
