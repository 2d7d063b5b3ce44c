// The steps between a sample and a message, each against its own plain definition.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_VALUE } from '../../../src/ports/reading.ts';
import type { CreateStage } from '../../../src/telemetry/channel.ts';
import { createCalibration } from '../../../src/telemetry/stages/calibration.ts';
import { createDeadband } from '../../../src/telemetry/stages/deadband.ts';
import { createTotal } from '../../../src/telemetry/stages/total.ts';
import { createUnit } from '../../../src/telemetry/stages/unit.ts';
import {
  createCount,
  createDeviation,
  createLast,
  createMaximum,
  createMean,
  createMinimum,
} from '../../../src/telemetry/stages/window.ts';
import { channelOf, through } from '../fixture.ts';

const value = fc.integer({ min: -40000, max: 125000 });

describe('calibration', () => {
  it('scales and shifts, in the unit of the channel', () => {
    expect(through(createCalibration(-0.4), [21540, -10, -40000])).toEqual([21140, -410, -40400]);
    expect(through(createCalibration(1, 2), [500, -500])).toEqual([2000, 0]);
  });

  it('rounds halves away from zero', () => {
    expect(through(createCalibration(0, 0.5), [3, -3])).toEqual([2, -2]);
  });

  it('gives nothing where arithmetic gives nothing', () => {
    expect(through(createCalibration(0, Infinity), [0, 1, -1])).toEqual([null, null, null]);
    expect(through(createCalibration(0, 1e9), [20000])).toEqual([null]);
  });
});

describe('unit', () => {
  const of = (unit: string, to: string, decimals: number, raw: number) => {
    const stage = createUnit(to)(channelOf({ unit, decimals, precision: 0, min: -1000, max: 1000 }))!;
    return stage.take(raw, 0) / 10 ** stage.channel.decimals;
  };

  it.each([
    ['\xc2\xb0C', '\xc2\xb0F', 3, 21540, 70.772],
    ['\xc2\xb0C', '\xc2\xb0F', 3, -40000, -40],
    ['\xc2\xb0C', 'K', 3, -273150, 0],
    ['Pa', 'hPa', 0, 101325, 1013.25],
    ['Pa', 'kPa', 0, 98765, 98.765],
    ['Pa', 'inHg', 0, 101325, 29.9213],
    ['Pa', 'mmHg', 0, 101325, 760],
    ['mm', 'in', 1, 254, 1],
    ['m/s', 'km/h', 3, 10000, 36],
    ['m/s', 'kn', 3, 10000, 19.438],
    ['km/h', 'mph', 1, 1000, 62.137],
    ['L', 'm\xc2\xb3', 0, 1500, 1.5],
    ['Wh', 'kWh', 3, 1234567, 1.235],
    ['mV', 'V', 0, 3912, 3.912],
  ])('%s in %s: %i decimals, %i is %f', (unit, to, decimals, raw, wanted) => {
    expect(of(unit, to, decimals, raw)).toBeCloseTo(wanted, 3);
  });

  it('keeps the integer where only the decimals change', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30000, max: 110000 }), (raw) => of('Pa', 'hPa', 0, raw) === raw / 100),
    );
  });

  it('does not shift what is a difference of temperatures', () => {
    const deviation = createDeviation(1000)(channelOf())!.channel;
    expect(createUnit('\xc2\xb0F')(deviation)).toBeNull();
    expect(createUnit('K')(deviation)).toBeNull();
  });

  it('leaves a channel alone that has the unit, and refuses one that has no way to it', () => {
    const channel = channelOf();
    expect(createUnit('\xc2\xb0C')(channel)!.channel).toBe(channel);
    expect(through(createUnit('\xc2\xb0C'), [21540, -1])).toEqual([21540, -1]);
    expect(createUnit('hPa')(channel)).toBeNull();
  });

  it('gives the range in the new unit, too', () => {
    const { channel } = createUnit('\xc2\xb0F')(channelOf())!;
    expect([channel.min, channel.max, channel.unit]).toEqual([-40000, 185000, '\xc2\xb0F']);
  });
});

describe('deadband', () => {
  it('lets the first value through, and then what has changed by that much', () => {
    const values = [20000, 20099, 20100, 20001, 20000, 20099, 20101];
    expect(through(createDeadband({ absolute: 0.1 }), values)).toEqual([
      20000,
      null,
      20100,
      null,
      20000,
      null,
      20101,
    ]);
  });

  it('counts in percent of the last published value, below zero too', () => {
    expect(through(createDeadband({ percent: 10 }), [1000, 1099, 1100, 990, 989])).toEqual([
      1000,
      null,
      1100,
      990,
      null,
    ]);
    expect(through(createDeadband({ percent: 10 }), [-1000, -1099, -1100])).toEqual([-1000, null, -1100]);
    expect(through(createDeadband({ percent: 10 }), [0, 0, 1])).toEqual([0, null, 1]);
  });

  it('publishes any change where no band is given', () => {
    expect(through(createDeadband({}), [5, 5, 6, 6])).toEqual([5, null, 6, null]);
  });

  it('is not a sample later than it should be where samples jitter', () => {
    const stage = createDeadband({ absolute: 1, maxIntervalMs: 600000 })(channelOf())!;
    const seen = [3, 600001, 1200003, 1800001, 2400002].map((now) => stage.take(5, now));
    expect(seen).toEqual([5, 5, 5, 5, 5]);
    const paced = createDeadband({ minIntervalMs: 60000 })(channelOf())!;
    expect([0, 59999, 119998].map((now, i) => paced.take(i, now))).toEqual([0, 1, 2]);
  });

  it('lets time pass between two messages, and none be too late', () => {
    const options = { minIntervalMs: 3000, maxIntervalMs: 5000 };
    expect(through(createDeadband(options), [1, 2, 3, 4, 4, 4, 4, 4, 4, 4])).toEqual([
      1,
      null,
      null,
      4,
      null,
      null,
      null,
      null,
      4,
      null,
    ]);
  });

  it('lets pass no more time than can be counted, whatever is asked for', () => {
    const week = 7 * 24 * 3_600_000;
    const hours = Array.from({ length: 30 }, (_, i) => i);
    const said = (create: CreateStage) => through(create, hours, 3_600_000).filter((one) => one !== null);
    const [first, second] = said(createDeadband({ minIntervalMs: week }));
    expect(first).toBe(0);
    expect([18, 19]).toContain(second);
    expect([19, 20]).toContain(said(createCount(week))[0]);
  });

  it('publishes the next value where one was not accepted', () => {
    const stage = createDeadband({ absolute: 10 })(channelOf())!;
    expect(stage.take(20000, 0)).toBe(20000);
    stage.refuse!();
    expect(stage.take(20001, 1000)).toBe(20001);
    expect(stage.take(20002, 2000)).toBe(NO_VALUE);
  });

  it('never keeps a receiver farther from the truth than the band, nor longer silent than the interval', () => {
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 9 }),
        (values, band) => {
          const out = through(createDeadband({ absolute: band, maxIntervalMs: 10000 }), values);
          let known = 0;
          let silent = 0;
          out.forEach((published, i) => {
            silent = published === null ? silent + 1 : 0;
            known = published ?? known;
            expect(Math.abs(known - values[i]!)).toBeLessThan(band * 1000);
            expect(silent).toBeLessThan(10);
          });
        },
      ),
    );
  });
});

/** Windows of ten samples: the first has eleven, for it begins with one. */
const windows = (values: readonly number[]): number[][] => {
  const whole = values.slice(0, values.length - ((values.length - 1) % 10));
  return whole.length < 11
    ? []
    : [
        whole.slice(0, 11),
        ...Array.from({ length: (whole.length - 11) / 10 }, (_, i) => whole.slice(11 + i * 10, 21 + i * 10)),
      ];
};

describe('windows', () => {
  const sum = (list: readonly number[]) => list.reduce((all, one) => all + one, 0);
  const mean = (list: readonly number[]) => sum(list) / list.length;
  const statistics: [string, (ms: number) => CreateStage, (list: number[]) => number][] = [
    ['mean', createMean, mean],
    ['least', createMinimum, (list) => Math.min(...list)],
    ['greatest', createMaximum, (list) => Math.max(...list)],
    ['last', createLast, (list) => list.at(-1)!],
    ['number', createCount, (list) => list.length],
    [
      'standard deviation',
      createDeviation,
      (list) => Math.sqrt(sum(list.map((x) => (x - mean(list)) ** 2)) / (list.length - 1)),
    ],
  ];

  it.each(statistics)('give the %s of their samples, and nothing in between', (_name, create, plain) => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), (values) => {
        const seen = through(create(10000), values).filter((one) => one !== null);
        const wanted = windows(values).map(plain);
        expect(seen).toHaveLength(wanted.length);
        seen.forEach((one, i) => expect(Math.abs(one - wanted[i]!)).toBeLessThanOrEqual(0.5 + 1e-6));
      }),
    );
  });

  it('do not shift when samples come a little early or late', () => {
    const stage = createCount(10000)(channelOf())!;
    const seen: number[] = [];
    for (let i = 0; i < 51; i++) {
      const taken = stage.take(1, 5000 + i * 1000 + ((i * 7) % 5));
      if (taken !== NO_VALUE) seen.push(i);
    }
    expect(seen).toEqual([10, 20, 30, 40, 50]);
  });

  it.each([
    [1000, 60000],
    [200, 10000],
    [1000, 3600000],
    [30000, 60000],
  ])('of samples each %i ms have as many as %i ms hold', (everyMs, windowMs) => {
    const stage = createCount(windowMs)(channelOf())!;
    const counts: number[] = [];
    for (let i = 0; counts.length < 3; i++) {
      const taken = stage.take(1, (0x7ff0000 + i * everyMs + ((i * 7) % 3)) & 0x7ffffff);
      if (taken !== NO_VALUE) counts.push(taken);
    }
    expect(counts).toEqual([windowMs / everyMs + 1, windowMs / everyMs, windowMs / everyMs]);
  });

  it('end with the first sample after a gap', () => {
    const stage = createMean(10000)(channelOf())!;
    stage.take(10, 0);
    expect(stage.take(20, 500000)).toBe(15);
    expect(stage.take(30, 501000)).toBe(NO_VALUE);
  });

  it('say what their values are', () => {
    expect(createCount(1)(channelOf())!.channel).toMatchObject({ unit: '', deviceClass: '', decimals: 0 });
    expect(createDeviation(1)(channelOf())!.channel).toMatchObject({
      unit: '\xc2\xb0C',
      deviceClass: '',
      min: 0,
    });
    expect(createMean(1)(channelOf())!.channel).toEqual(channelOf());
  });

  it('have no deviation with one sample', () => {
    const stage = createDeviation(10)(channelOf())!;
    stage.take(5, 0);
    expect(stage.take(7, 10)).toBe(1);
    expect(stage.take(99, 20)).toBe(0);
  });
});

describe('total', () => {
  it('makes energy of power, by the area below the line', () => {
    // 1000 W for half an hour, then falling to 0 within one minute.
    const stage = createTotal()(channelOf({ unit: 'W', decimals: 3 }))!;
    expect(stage.channel).toMatchObject({ unit: 'Wh', deviceClass: 'energy', kind: 'total', decimals: 3 });
    let last = 0;
    for (let s = 0; s <= 1800; s += 60) last = stage.take(1000000, s * 1000);
    expect(last).toBe(500000);
    expect(stage.take(0, 1860000)).toBe(508333);
  });

  it('counts nothing over a gap, and nothing that flows back', () => {
    const stage = createTotal(5000)(channelOf({ unit: 'mW', decimals: 0 }))!;
    stage.take(3600000, 0);
    expect(stage.take(3600000, 5000)).toBe(5000);
    expect(stage.take(3600000, 11000)).toBe(5000);
    expect(stage.take(-9, 12000)).toBe(5500);
    expect(stage.take(-9, 13000)).toBe(5500);
  });

  it('begins again at 0 before its integer has no room, and goes on', () => {
    const stage = createTotal()(channelOf({ unit: 'W', decimals: 0 }))!;
    let last = 0;
    let falls = 0;
    for (let minute = 0; minute < 2000; minute++) {
      const sum = stage.take(10_000_000, (minute * 60000) & 0x7ffffff);
      expect(sum).not.toBe(NO_VALUE);
      if (sum < last) falls++;
      last = sum;
    }
    expect(falls).toBeGreaterThan(100);
  });

  it('never falls', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 100000 }), { minLength: 2 }), (values) => {
        const seen = through(createTotal(), values, 1000, { unit: 'W', decimals: 1 });
        seen.slice(1).forEach((one, i) => expect(one).toBeGreaterThanOrEqual(seen[i]!));
      }),
    );
  });

  it('is refused for what does not flow', () => {
    expect(createTotal()(channelOf())).toBeNull();
  });
});
