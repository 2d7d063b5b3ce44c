// Properties of MQTT 5.0 and the age of messages that expire, through the interface, in flash and in RAM.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../../sim/manual.ts';
import type { Nor } from '../../sim/nor.ts';
import { constant, EMPTY, toText, type Bytes } from '../../src/bytes/bytes.ts';
import { prepareTopic } from '../../src/mqtt/form.ts';
import { createFlashOutbox, type FlashOutbox, type FlashOutboxOptions } from '../../src/outbox/flash.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { CLOCK_PERIOD_MS } from '../../src/ports/clock.ts';
import { Code } from '../../src/ports/codes.ts';
import {
  CLIENT_ID_MAX,
  STATE_KEYS,
  STATE_MAX,
  StateKey,
  type Outbox,
  type OutboxRecord,
} from '../../src/ports/outbox.ts';
import { PROPERTIES_MAX } from '../../src/ports/packet-writer.ts';
import { createBench, createChip, type Region } from '../power/bench.ts';

const NOON = 20454 * 86400 + 43200;
const HOUR_MS = 3_600_000;
const REGION: Region = { pages: 4, pageBytes: 2048, unit: 4, ecc: false, recordMax: 400 };
/** A message expiry interval of an hour. */
const EXPIRY = '\x02\0\0\x0e\x10';
const USER = '\x26\0\x01k\0\x05value';

const topicWith = (properties: string, name = 't', first = 0x32) => ({
  ...prepareTopic(name, first),
  expires: properties.startsWith('\x02'),
  properties: constant(properties),
});
const text = (bytes: Bytes | undefined) => (bytes === undefined ? '' : toText(bytes, 0, bytes.length));

interface Found {
  readonly payload: string;
  readonly properties: string;
  readonly ageSec: number | undefined;
  readonly name: string;
  readonly first: number;
}

/** @returns everything that is held, in order. */
function all(outbox: Outbox<Bytes>): Found[] {
  const record: OutboxRecord<Bytes> = {
    sequence: 0,
    topic: prepareTopic('none', 0x30),
    payload: EMPTY,
    received: false,
  };
  const found: Found[] = [];
  while (outbox.peek(record.sequence, record) === Code.Ok) {
    const { payload, topic, ageSec } = record;
    found.push({
      payload: text(payload),
      properties: text(topic.properties),
      ageSec,
      name: text(topic.name).slice(2),
      first: topic.first,
    });
  }
  return found;
}
const ages = (outbox: Outbox<Bytes>) => all(outbox).map((one) => one.ageSec);
const propertiesIn = (outbox: Outbox<Bytes>) => all(outbox).map((one) => one.properties);
const take = (outbox: Outbox<Bytes>, properties: string, payload = 'x', timeAt?: number) =>
  outbox.append(topicWith(properties), constant(payload), timeAt);

/** The board has power again. @param wallSec what the wall clock says, where it is known. */
function boot(
  nor: Nor,
  clock: ManualClock | null,
  region = REGION,
  options: FlashOutboxOptions = {},
): FlashOutbox {
  const create: Region['create'] = (flash, recordMax) =>
    createFlashOutbox(flash, recordMax, { ...options, ...(clock !== null && { clock }) });
  const { outbox } = createBench(nor, { ...region, create });
  expect(outbox.open(7)).toBe(Code.Ok);
  return outbox;
}

function clockAt(wallSec?: number): ManualClock {
  const clock = createManualClock(1000);
  if (wallSec !== undefined) clock.setWall(wallSec);
  return clock;
}

const KINDS: [string, (clock: ManualClock) => Outbox<Bytes>][] = [
  ['flash', (clock) => boot(createChip(REGION), clock)],
  ['flash, whose clock is set', (clock) => (clock.setWall(NOON), boot(createChip(REGION), clock))],
  ['RAM', (clock) => createRamOutbox(8, 300, () => clock.now())],
];

describe.each(KINDS)('in %s', (_name, create) => {
  it('each message has the properties that its topic had, and its own name, QoS and RETAIN', () => {
    const outbox = create(clockAt());
    outbox.append(topicWith(USER, 'a/b', 0x33), constant('one'));
    outbox.append(prepareTopic('plain', 0x32), constant('two'));
    outbox.append(topicWith('', 'empty', 0x34), constant('three'));
    outbox.append(topicWith(EXPIRY + USER, 'c', 0x32), EMPTY);
    expect(all(outbox)).toEqual([
      { payload: 'one', properties: USER, ageSec: 0, name: 'a/b', first: 0x33 },
      { payload: 'two', properties: '', ageSec: 0, name: 'plain', first: 0x32 },
      { payload: 'three', properties: '', ageSec: 0, name: 'empty', first: 0x34 },
      { payload: '', properties: EXPIRY + USER, ageSec: 0, name: 'c', first: 0x32 },
    ]);
  });

  it('they are a copy: those of the topic may be others by the time that it is sent', () => {
    const outbox = create(clockAt());
    const topic = { ...topicWith('first'), properties: constant('first') };
    outbox.append(topic, constant('1'));
    if (typeof topic.properties === 'string') topic.properties = constant('other');
    else (topic.properties as unknown as { data: Uint8Array }).data.set([0x6f, 0x74, 0x68, 0x65, 0x72]);
    outbox.append(topic, constant('2'));
    topic.properties = EMPTY;
    outbox.append(topic, constant('3'));
    expect(propertiesIn(outbox)).toEqual(['first', 'other', '']);
  });

  it('there may be as many as are allowed, of any bytes', () => {
    const outbox = create(clockAt());
    const bytes = Array.from({ length: PROPERTIES_MAX }, (_, i) =>
      String.fromCharCode((i * 7 + 3) & 255),
    ).join('');
    for (const count of [1, 127, 128, PROPERTIES_MAX]) take(outbox, bytes.slice(0, count), `${count}`);
    expect(propertiesIn(outbox)).toEqual([1, 127, 128, PROPERTIES_MAX].map((count) => bytes.slice(0, count)));
    expect(all(outbox).map((one) => one.payload)).toEqual(['1', '127', '128', `${PROPERTIES_MAX}`]);
  });

  it('a message that expires says how old it is, others do not', () => {
    const clock = clockAt();
    const outbox = create(clock);
    take(outbox, EXPIRY);
    clock.advance(1500);
    take(outbox, USER);
    take(outbox, EXPIRY + USER);
    // An expiry interval comes first, or it is none.
    take(outbox, USER + EXPIRY);
    clock.advance(2499);
    outbox.append(prepareTopic('t', 0x32), EMPTY);
    expect(ages(outbox)).toEqual([3, 0, 2, 0, 0]);
    clock.advance(1);
    expect(ages(outbox)).toEqual([4, 0, expect.any(Number), 0, 0]);
  });

  it('it waits for weeks, and the clock of the engine wraps', () => {
    const clock = clockAt();
    const outbox = create(clock);
    take(outbox, EXPIRY);
    for (let hours = 0; hours < 500; hours += 20) {
      clock.advance(20 * HOUR_MS);
      outbox.idle();
    }
    expect(500 * HOUR_MS).toBeGreaterThan(10 * CLOCK_PERIOD_MS);
    take(outbox, EXPIRY);
    expect(ages(outbox)).toEqual([500 * 3600, 0]);
  });

  it('does what a list does, whatever comes', () => {
    const properties = fc.oneof(
      fc.constant(undefined),
      fc.string({
        unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
        maxLength: 30,
      }),
      fc.string({ unit: 'binary-ascii', maxLength: 20 }).map((more) => EXPIRY + more),
    );
    const step = fc.oneof(
      fc.record({
        do: fc.constant('append' as const),
        properties,
        payload: fc.string({ unit: 'binary-ascii', maxLength: 8 }),
      }),
      fc.record({ do: fc.constant('acknowledge' as const), nth: fc.nat(7) }),
      fc.record({ do: fc.constant('wait' as const), sec: fc.nat(100_000) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const clock = clockAt();
        const outbox = create(clock);
        let model: { sequence: number; payload: string; properties: string; at: number }[] = [];
        let now = 0;
        for (const one of steps) {
          if (one.do === 'append') {
            const topic = one.properties === undefined ? prepareTopic('t', 0x32) : topicWith(one.properties);
            const sequence = outbox.append(topic, constant(one.payload));
            if (sequence > 0) {
              model.push({ sequence, payload: one.payload, properties: one.properties ?? '', at: now });
            } else {
              expect(sequence).toBe(Code.Full);
            }
          } else if (one.do === 'acknowledge') {
            const [gone] = model.slice(one.nth, one.nth + 1);
            if (gone !== undefined) expect(outbox.acknowledge(gone.sequence)).toBe(Code.Ok);
            model = model.filter((held) => held !== gone);
          } else {
            now += one.sec;
            clock.advance(one.sec * 1000);
          }
          outbox.idle();
          expect(
            all(outbox).map(({ payload, properties, ageSec }) => ({ payload, properties, ageSec })),
          ).toEqual(
            model.map(({ payload, properties, at }) => ({
              payload,
              properties,
              ageSec: properties.startsWith('\x02') ? now - at : 0,
            })),
          );
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('in RAM', () => {
  it('without a clock nothing is known of an age', () => {
    const outbox = createRamOutbox(4, 100);
    take(outbox, EXPIRY);
    outbox.idle();
    expect(ages(outbox)).toEqual([0]);
  });

  it('a place says nothing of the message that was there before', () => {
    const clock = clockAt();
    const outbox = createRamOutbox(1, 100, () => clock.now());
    take(outbox, EXPIRY);
    outbox.acknowledge(1);
    outbox.append(prepareTopic('plain', 0x32), constant('x'));
    clock.advance(5000);
    expect(all(outbox)).toMatchObject([{ properties: '', ageSec: 0, name: 'plain' }]);
    outbox.acknowledge(2);
    take(outbox, '');
    expect(all(outbox)).toMatchObject([{ properties: '', ageSec: 0 }]);
    outbox.acknowledge(3);
    take(outbox, EXPIRY);
    clock.advance(2000);
    expect(ages(outbox)).toEqual([2]);
  });
});

describe('in flash', () => {
  it('they are there at the next start, with the time of the message in its payload', () => {
    const nor = createChip(REGION);
    const outbox = boot(nor, clockAt(NOON));
    take(outbox, EXPIRY + USER, '{"t":}', 5);
    take(outbox, USER, 'time ', 0);
    take(outbox, '', 'plain');
    expect(all(boot(nor, clockAt(NOON + 60)))).toMatchObject([
      { payload: `{"t":${NOON}}`, properties: EXPIRY + USER, ageSec: 60 },
      { payload: `${NOON}time `, properties: USER, ageSec: 0 },
      { payload: 'plain', properties: '', ageSec: 0 },
    ]);
  });

  it('one more byte than the longest record has is too long', () => {
    const outbox = boot(createChip(REGION), null);
    const room = 400 - 4 - 3 - 1 - USER.length;
    expect(take(outbox, USER, 'x'.repeat(room + 1))).toBe(Code.TooLong);
    expect(take(outbox, USER, 'x'.repeat(room))).toBe(1);
    expect(propertiesIn(outbox)).toEqual([USER]);
  });

  it('messages that are taken together have each their own', () => {
    const nor = createChip(REGION);
    const outbox = boot(nor, clockAt(NOON));
    for (const [properties, payload] of [
      [USER, 'a'],
      ['', 'b'],
      [EXPIRY, 'c@'],
    ] as const) {
      const topic = topicWith(properties, `topic/${payload}`);
      expect(outbox.gather!(topic, constant(payload), payload.length > 1 ? 2 : undefined)).toBe(Code.Ok);
    }
    expect(outbox.appendGathered!()).toBe(3);
    const expected = [
      { payload: 'a', properties: USER, ageSec: 0, name: 'topic/a' },
      { payload: 'b', properties: '', ageSec: 0, name: 'topic/b' },
      { payload: `c@${NOON}`, properties: EXPIRY, ageSec: 10, name: 'topic/c@' },
    ];
    expect(all(boot(nor, clockAt(NOON + 10)))).toMatchObject(expected);
    // One that is alone is a record as others are.
    outbox.gather!(topicWith(USER), constant('alone'));
    outbox.appendGathered!();
    expect(all(outbox).at(-1)).toMatchObject({ payload: 'alone', properties: USER });
  });

  it('a message that is taken along takes them along, and its age; others of its topic overtake it', () => {
    const region: Region = { ...REGION, pages: 3, pageBytes: 1024, recordMax: 150 };
    const clock = clockAt(NOON);
    const outbox = boot(createChip(region), clock, region, { whenFull: 'latest-per-topic' });
    outbox.append(topicWith(EXPIRY + USER, 'rare'), constant('rare'));
    clock.advance(7000);
    for (let i = 0; i < 60; i++) {
      expect(outbox.append(topicWith(USER, 'often'), constant(`${i}`.padEnd(60)))).toBeGreaterThan(0);
    }
    expect(outbox.counters().moved).toBeGreaterThan(0);
    const rare = all(outbox).filter((one) => one.name === 'rare');
    expect(rare).toMatchObject([{ payload: 'rare', properties: EXPIRY + USER, ageSec: 7 }]);
    const often = all(outbox).filter((one) => one.name === 'often');
    expect(often.at(-1)).toMatchObject({ properties: USER });
    expect(often.length).toBeLessThan(60);
    outbox.append(topicWith('', 'rare'), constant('newer'));
    for (let i = 0; i < 60; i++) outbox.append(topicWith(USER, 'often'), constant(`${i}`.padEnd(60)));
    expect(all(outbox).filter((one) => one.name === 'rare')).toMatchObject([
      { payload: 'newer', properties: '' },
    ]);
  });

  it('without a clock nothing is known of an age', () => {
    const nor = createChip(REGION);
    take(boot(nor, null), EXPIRY);
    expect(ages(boot(nor, null))).toEqual([0]);
    // Nobody knows of which boot it is, but that it is none of this one.
    const clock = clockAt();
    const outbox = boot(nor, clock);
    clock.advance(3000);
    take(outbox, EXPIRY);
    clock.advance(4000);
    expect(ages(outbox)).toEqual([7, 4]);
  });

  it('a message of a former boot is as old as its wall clocks say', () => {
    const nor = createChip(REGION);
    take(boot(nor, clockAt(NOON)), EXPIRY);
    expect(ages(boot(nor, clockAt(NOON + 100)))).toEqual([100]);
    // A boot that learnt the time later.
    const other = createChip(REGION);
    const clock = clockAt();
    const first = boot(other, clock);
    clock.advance(10_000);
    take(first, EXPIRY);
    clock.advance(5000);
    clock.setWall(NOON);
    expect(ages(first)).toEqual([5]);
    expect(ages(boot(other, clockAt(NOON + 20)))).toEqual([25]);
  });

  it.each([
    ['the clock of that boot was never known', undefined],
    ['the clock of this boot is not known', NOON],
  ])('where %s, it is as old as this boot at least', (_why, wallSec) => {
    const nor = createChip(REGION);
    take(boot(nor, clockAt(wallSec)), EXPIRY);
    const clock = clockAt();
    const outbox = boot(nor, clock);
    expect(ages(outbox)).toEqual([0]);
    for (let hours = 0; hours < 50; hours++) {
      clock.advance(HOUR_MS);
      outbox.idle();
    }
    take(outbox, EXPIRY);
    clock.advance(2000);
    expect(ages(outbox)).toEqual([50 * 3600 + 2, 2]);
  });

  it('a wall clock that was set back makes no message younger than this boot', () => {
    const nor = createChip(REGION);
    take(boot(nor, clockAt(NOON)), EXPIRY);
    const clock = clockAt(NOON - 1000);
    const outbox = boot(nor, clock);
    clock.advance(30_000);
    expect(ages(outbox)).toEqual([30]);
    take(outbox, EXPIRY);
    clock.setWall(NOON - 5000);
    expect(ages(outbox)).toEqual([30, 0]);
  });

  it('of a message of a former boot that was taken along, the same is known', () => {
    const region: Region = { ...REGION, pages: 3, pageBytes: 1024, recordMax: 150 };
    const nor = createChip(region);
    const options = { whenFull: 'latest-per-topic' } as const;
    const first = boot(nor, clockAt(), region, options);
    first.append(topicWith(EXPIRY, 'rare'), constant('rare'));
    const clock = clockAt();
    const outbox = boot(nor, clock, region, options);
    for (let i = 0; i < 60; i++) outbox.append(topicWith(USER, 'often'), constant(`${i}`.padEnd(60)));
    expect(outbox.counters().moved).toBeGreaterThan(0);
    clock.advance(9000);
    expect(all(outbox).filter((one) => one.name === 'rare')).toMatchObject([
      { ageSec: 9, properties: EXPIRY },
    ]);
  });
});

describe('what MQTT 5.0 has to know over a reboot', () => {
  const keep = (outbox: FlashOutbox, key: number, value: string) => outbox.remember(key, constant(value));
  const kept = (outbox: FlashOutbox, key: number) => text(outbox.recall(key));
  const ID = 'auto-0A1B2C3D-0A1B-2C3D-4E5F-0A1B2C3D4E5F'.padEnd(CLIENT_ID_MAX, 'x');

  it('is a client identifier and a version, beside all other keys, on each page and after each start', () => {
    const region: Region = { ...REGION, pages: 3, pageBytes: 4096 };
    const nor = createChip(region);
    const outbox = boot(nor, null, region);
    const value = (key: number) => String.fromCharCode(65 + key).repeat(STATE_MAX);
    for (let key = 0; key < STATE_KEYS; key++) expect(keep(outbox, key, value(key))).toBe(Code.Ok);
    expect(keep(outbox, StateKey.ClientId, ID)).toBe(Code.Ok);
    expect(keep(outbox, StateKey.Version, 'v'.repeat(STATE_MAX))).toBe(Code.Ok);
    for (let i = 0; i < 100; i++) {
      outbox.acknowledge(take(outbox, USER, 'x'.repeat(300)));
      outbox.idle();
    }
    for (const one of [outbox, boot(nor, null, region)]) {
      for (let key = 0; key < STATE_KEYS; key++) expect(kept(one, key)).toBe(value(key));
      expect(kept(one, StateKey.ClientId)).toBe(ID);
      expect(kept(one, StateKey.Version)).toBe('v'.repeat(STATE_MAX));
    }
    expect(keep(outbox, StateKey.ClientId, '')).toBe(Code.Ok);
    expect(kept(boot(nor, null, region), StateKey.ClientId)).toBe('');
  });

  it('is kept at once, as often as it changes', () => {
    const outbox = boot(createChip(REGION), clockAt());
    for (const value of ['a', 'b', 'c']) {
      expect(keep(outbox, StateKey.Version, value)).toBe(Code.Ok);
      expect(keep(outbox, StateKey.ClientId, value)).toBe(Code.Ok);
      expect([kept(outbox, StateKey.Version), kept(outbox, StateKey.ClientId)]).toEqual([value, value]);
    }
  });

  it('has its lengths, and no key besides', () => {
    const outbox = boot(createChip(REGION), null);
    expect(keep(outbox, StateKey.ClientId, `${ID}x`)).toBe(Code.TooLong);
    for (const key of [0, StateKey.Version]) {
      expect(keep(outbox, key, 'x'.repeat(STATE_MAX + 1))).toBe(Code.TooLong);
      expect(keep(outbox, key, 'x'.repeat(STATE_MAX))).toBe(Code.Ok);
    }
    // The one between is the log's own.
    for (const key of [-1, STATE_KEYS, StateKey.Version + 1, NaN]) {
      expect(keep(outbox, key, 'x')).toBe(Code.Range);
      expect(kept(outbox, key)).toBe('');
    }
  });

  it('is nothing in RAM, which the power takes along', () => {
    const outbox = createRamOutbox(2, 10);
    expect(outbox.remember(StateKey.ClientId, constant(ID))).toBe(Code.Ok);
    expect(outbox.recall(StateKey.ClientId)).toHaveLength(0);
  });
});
