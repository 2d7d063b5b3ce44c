// Readings become messages: topics, payloads in each format against independent parsers, what is left out, what is refused.

import fc from 'fast-check';
import { parse as parseLine } from 'influx-line-protocol-parser';
import { describe, expect, it } from 'vitest';
import { Code } from '../../src/ports/codes.ts';
import { NO_VALUE } from '../../src/ports/reading.ts';
import { createInflux } from '../../src/telemetry/formats/influx.ts';
import { createJsonGroup } from '../../src/telemetry/formats/json-group.ts';
import { createJson } from '../../src/telemetry/formats/json.ts';
import { createDeadband } from '../../src/telemetry/stages/deadband.ts';
import { createMaximum, createMean } from '../../src/telemetry/stages/window.ts';
import { NOTHING } from '../../src/telemetry/publisher.ts';
import { createUnit } from '../../src/telemetry/stages/unit.ts';
import { channelOf, createBench } from './fixture.ts';

const HUMIDITY = channelOf({ key: 'humidity', unit: '%', deviceClass: 'humidity', min: 0, max: 100000 });
const PRESSURE = channelOf({ key: 'pressure', unit: 'Pa', decimals: 0, precision: 0, min: 0, max: 200000 });
const WEATHER = [channelOf(), HUMIDITY, PRESSURE];
/** 2026-01-01. */
const WALL = 1767225600;

const payloadOf = (value: number, over = {}, options = {}) =>
  createBench(createJson, { channels: [channelOf(over)], ...options })!.publish([value]).messages[0]!.payload;

describe('JSON, one value', () => {
  it('explains itself', () => {
    const bench = createBench(createJson)!;
    expect(bench.publish([21537]).messages).toEqual([
      { topic: 'm/outdoor/temperature', payload: '{"value":21.54,"unit":"°C"}', qos: 0, retain: false },
    ]);
  });

  it('says when it was taken where that is wanted, or that nobody knows', () => {
    expect(payloadOf(21537, {}, { hasTime: true })).toBe('{"value":21.54,"unit":"°C","time":null}');
    expect(JSON.parse(payloadOf(1, {}, { hasTime: true, wall: WALL }))).toMatchObject({ time: WALL });
  });

  it('has no unit where there is none', () => {
    expect(payloadOf(7, { unit: '', decimals: 0, precision: 0 })).toBe('{"value":7}');
  });

  it.each([
    [21534, 2, '21.53'],
    [21535, 2, '21.54'],
    [-21535, 2, '-21.54'],
    [-4, 2, '0.00'],
    [4, 3, '0.004'],
    [-499, 0, '0'],
    [-500, 0, '-1'],
  ])('rounds %i thousandths to %i decimals: %s', (value, precision, expected) => {
    expect(payloadOf(value, { precision })).toBe(`{"value":${expected},"unit":"°C"}`);
  });

  it('is JSON, and the value, for every integer, number of decimals and precision', () => {
    fc.assert(
      fc.property(fc.integer({ min: -0x7ffffff, max: 0x7ffffff }), fc.nat(6), fc.nat(6), (value, a, b) => {
        const [precision, decimals] = [Math.min(a, b), Math.max(a, b)];
        const read = (JSON.parse(payloadOf(value, { decimals, precision })) as { value: number }).value;
        expect(Math.abs(read - value / 10 ** decimals)).toBeLessThanOrEqual(0.5 / 10 ** precision + 1e-9);
      }),
    );
  });
});

describe('JSON, one object a reading', () => {
  it('has all channels by their names, in one message', () => {
    const bench = createBench(createJsonGroup, { channels: WEATHER, hasTime: true, wall: WALL })!;
    const { messages } = bench.publish([-5250, 81004, 98765]);
    expect(messages).toHaveLength(1);
    expect(messages[0]!.topic).toBe('m/outdoor');
    expect(JSON.parse(messages[0]!.payload)).toEqual({
      temperature: -5.25,
      humidity: 81,
      pressure: 98765,
      time: WALL,
    });
  });

  it('leaves out what has no value, and says nothing where nothing has one', () => {
    const bench = createBench(createJsonGroup, { channels: WEATHER })!;
    expect(JSON.parse(bench.publish([NO_VALUE, 81004, NO_VALUE]).messages[0]!.payload)).toEqual({
      humidity: 81,
    });
    expect(bench.publish([NO_VALUE, NO_VALUE, NO_VALUE])).toEqual({ code: NOTHING, messages: [] });
  });
});

describe('InfluxDB line protocol', () => {
  it('is a line with measurement, tag, fields and the time in seconds', () => {
    const bench = createBench(createInflux, { channels: WEATHER, hasTime: true, wall: WALL })!;
    const { payload } = bench.publish([-5250, 81004, 98765]).messages[0]!;
    expect(payload).toBe(`outdoor,device=m temperature=-5.25,humidity=81.00,pressure=98765 ${WALL}`);
  });

  it('has no time while nobody knows it: the consumer takes the time of arrival', () => {
    const bench = createBench(createInflux, { hasTime: true })!;
    expect(bench.publish([21537]).messages[0]!.payload).toBe('outdoor,device=m temperature=21.54');
  });

  it('means the same to an independent parser, whatever the values', () => {
    const value = fc.integer({ min: -0x7ffffff, max: 0x7ffffff });
    fc.assert(
      fc.property(value, value, fc.boolean(), (a, b, hasTime) => {
        const bench = createBench(createInflux, { channels: [channelOf(), PRESSURE], hasTime, wall: WALL })!;
        const line = parseLine(bench.publish([a, b]).messages[0]!.payload);
        expect(line.measurement).toBe('outdoor');
        expect(line.tags).toEqual([{ device: 'm' }]);
        const fields = Object.assign({}, ...line.fields) as { temperature: number; pressure: number };
        expect(Math.abs(fields.temperature - a / 1000)).toBeLessThanOrEqual(0.005 + 1e-9);
        expect(fields.pressure).toBe(b);
        if (hasTime) expect(Number(line.timestamp)).toBe(WALL);
      }),
    );
  });

  it('escapes what has a meaning in names', () => {
    const bench = createBench(createInflux, { id: 'my mote,1', sensor: 'out=door' })!;
    expect(bench.publish([21537]).messages[0]!.payload).toMatch(
      /^out\\=door,device=my\\ mote\\,1 temperature=/,
    );
  });
});

describe('publisher', () => {
  it('publishes the channels that are wanted, under their names, behind their steps', () => {
    const bench = createBench(createJson, {
      channels: WEATHER,
      wanted: [
        { key: 'pressure', stages: [createUnit('hPa')] },
        { key: 'temperature', name: 'temperature-max', stages: [createMaximum(2000)] },
        { key: 'temperature', stages: [createUnit('\xc2\xb0F'), createDeadband({ absolute: 1 })] },
      ],
    })!;
    const seen = [20000, 20100, 21000, 20500].flatMap((t, i) =>
      bench.publish([t, 0, 98765 + i], i * 1000).messages.map(({ topic, payload }) => {
        return `${i} ${topic.slice(10)} ${(JSON.parse(payload) as { value: number }).value}`;
      }),
    );
    expect(seen).toEqual([
      '0 pressure 987.65',
      '0 temperature 68',
      '1 pressure 987.66',
      '2 pressure 987.67',
      '2 temperature-max 21',
      '2 temperature 69.8',
      '3 pressure 987.68',
    ]);
  });

  it.each([
    ['a channel that the driver does not have', [{ key: 'co2' }]],
    ['a unit that has no way to it', [{ key: 'temperature', stages: [createUnit('hPa')] }]],
    ['a name twice', [{ key: 'temperature' }, { key: 'temperature', stages: [createMean(1)] }]],
    ['the name of the time', [{ key: 'temperature', name: 'time' }]],
    ['a name with a quote', [{ key: 'temperature', name: 'a"b' }]],
    [
      'a unit behind a step that has none',
      [{ key: 'temperature', stages: [createMean(1), createUnit('hPa')] }],
    ],
  ])('refuses %s', (_name, wanted) => {
    expect(createBench(createJson, { wanted })).toBeNull();
  });

  it('refuses names that cannot stand in a topic', () => {
    expect(createBench(createJson, { sensor: '+' })).toBeNull();
    expect(createBench(createJson, { wanted: [{ key: 'temperature', name: '#' }] })).toBeNull();
    expect(createBench(createJsonGroup, { sensor: '#' })).toBeNull();
  });

  it('publishes with the QoS and RETAIN that are asked for', () => {
    const bench = createBench(createJson, { qos: 1, retain: true })!;
    expect(bench.publish([1]).messages[0]).toMatchObject({ qos: 1, retain: true });
  });

  it('asks nothing of steps that remember nothing where a message is refused', () => {
    const stages = [createUnit('\xc2\xb0F'), createDeadband({ absolute: 1 })];
    for (const format of [createJson, createJsonGroup]) {
      const bench = createBench(format, { wanted: [{ key: 'temperature', stages }] })!;
      bench.socket.drop();
      const publish = () => bench.publisher.publish({ values: Int32Array.of(20000), time: 0 });
      // The value was not published, so it is worth another message.
      expect([publish(), publish()]).toEqual([Code.Closed, Code.Closed]);
    }
  });

  it('refuses a format that cannot write the channels', () => {
    expect(createBench(() => null)).toBeNull();
  });

  it('says which code refused the first message, tries the others, and forgets that they were published', () => {
    const stages = [createDeadband({ absolute: 1 })];
    for (const format of [createJson, createJsonGroup]) {
      const bench = createBench(format, {
        channels: WEATHER,
        wanted: [
          { key: 'temperature', stages },
          { key: 'humidity', stages },
        ],
      })!;
      bench.socket.drop();
      expect(bench.publisher.publish({ values: Int32Array.of(20000, 50000, 1), time: 0 })).toBe(Code.Closed);
      expect(bench.publisher.publish({ values: Int32Array.of(20001, 50001, 1), time: 1 })).toBe(Code.Closed);
      expect(bench.refused()).toBe(format === createJson ? 4 : 2);
    }
  });
});
