// The weather model: a function of seed and time that looks like weather, and the randomness under it.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createConstantAir } from '../../../sim/environment/environment.ts';
import type { Air } from '../../../sim/environment/environment.ts';
import { createRandom, hash16 } from '../../../sim/environment/random.ts';
import { createWeather } from '../../../sim/environment/weather.ts';
import type { WeatherOptions } from '../../../sim/environment/weather.ts';

const HOUR = 3600000;
const DAY = 24 * HOUR;

function series(options: WeatherOptions, fromMs: number, count: number, stepMs: number): Air[] {
  const weather = createWeather(options);
  return Array.from({ length: count }, (_, i) => {
    const air: Air = { temperature: 0, humidity: 0, pressure: 0 };
    weather.at(fromMs + i * stepMs, air);
    return air;
  });
}

const mean = (list: number[]): number => list.reduce((sum, x) => sum + x, 0) / list.length;

function correlation(a: number[], b: number[]): number {
  const [ma, mb] = [mean(a), mean(b)];
  const covariance = mean(a.map((x, i) => (x - ma) * (b[i] - mb)));
  return covariance / Math.sqrt(mean(a.map((x) => (x - ma) ** 2)) * mean(b.map((x) => (x - mb) ** 2)));
}

describe('weather', () => {
  it('is the same for one seed and instant, in whatever order it is asked', () => {
    fc.assert(
      fc.property(
        fc.nat(65535),
        fc.array(fc.nat(400 * DAY), { minLength: 2, maxLength: 20 }),
        (seed, times) => {
          const ask = (weather: ReturnType<typeof createWeather>, t: number): Air => {
            const air: Air = { temperature: 0, humidity: 0, pressure: 0 };
            weather.at(t, air);
            return air;
          };
          const weather = createWeather({ seed });
          const forwards = times.map((t) => ask(weather, t));
          const backwards = [...times].reverse().map((t) => ask(weather, t));
          const fresh = times.map((t) => ask(createWeather({ seed }), t));
          expect(backwards.reverse()).toEqual(forwards);
          expect(fresh).toEqual(forwards);
        },
      ),
    );
  });

  it('gives whole numbers that the chips can measure, anywhere at any time', () => {
    fc.assert(
      fc.property(
        fc.nat(65535),
        fc.integer({ min: 0, max: 66 }),
        fc.integer({ min: 0, max: 3000 }),
        fc.nat(3650 * DAY),
        (seed, latitude, altitude, timeMs) => {
          const [air] = series({ seed, latitude, altitude }, timeMs, 1, 1);
          Object.values(air).forEach((value) => expect(Number.isInteger(value)).toBe(true));
          expect(air.temperature).toBeGreaterThan(-40000);
          expect(air.temperature).toBeLessThan(50000);
          expect(air.humidity).toBeGreaterThan(30000);
          expect(air.humidity).toBeLessThanOrEqual(100000);
          expect(air.pressure).toBeGreaterThan(65000);
          expect(air.pressure).toBeLessThan(104500);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('has a day: warm in the afternoon, cool before dawn', () => {
    const hours = series({ seed: 11, timeOfDayMs: 0 }, 0, 60 * 24, HOUR);
    const at = (hour: number): number =>
      mean(hours.filter((_, i) => i % 24 === hour).map((air) => air.temperature));
    const byHour = Array.from({ length: 24 }, (_, hour) => at(hour));
    const warmest = byHour.indexOf(Math.max(...byHour));
    const coolest = byHour.indexOf(Math.min(...byHour));
    expect(Math.abs(warmest - 15)).toBeLessThanOrEqual(1);
    expect(Math.abs(coolest - 3)).toBeLessThanOrEqual(1);
    expect(byHour[warmest] - byHour[coolest]).toBeGreaterThan(5000);
  });

  it('has a year, a latitude and an altitude', () => {
    const average = (options: Partial<WeatherOptions>, fromDay: number): Air => {
      const days = series({ seed: 4, dayOfYear: 0, ...options }, fromDay * DAY, 20 * 24, HOUR);
      return {
        temperature: mean(days.map((air) => air.temperature)),
        humidity: mean(days.map((air) => air.humidity)),
        pressure: mean(days.map((air) => air.pressure)),
      };
    };
    expect(average({}, 190).temperature).toBeGreaterThan(average({}, 10).temperature + 12000);
    expect(average({ latitude: 0 }, 10).temperature).toBeGreaterThan(
      average({ latitude: 60 }, 10).temperature,
    );
    expect(average({ altitude: 2000 }, 10).pressure).toBeCloseTo(79500, -3);
    expect(average({ dayOfYear: 190 }, 0)).toEqual(average({}, 190));
  });

  it('has humidity against temperature, and pressure that drifts slowly', () => {
    const air = series({ seed: 21 }, 0, 30 * 24, HOUR);
    expect(
      correlation(
        air.map((a) => a.temperature),
        air.map((a) => a.humidity),
      ),
    ).toBeLessThan(-0.4);
    const pressures = air.map((a) => a.pressure);
    expect(Math.max(...pressures) - Math.min(...pressures)).toBeGreaterThan(1000);
    pressures.slice(1).forEach((p, i) => expect(Math.abs(p - pressures[i])).toBeLessThan(350));
  });

  it('moves from second to second, without jumps', () => {
    const air = series({ seed: 2 }, 5 * HOUR, 3600, 1000);
    const steps = air.slice(1).map((a, i) => Math.abs(a.temperature - air[i].temperature));
    expect(Math.max(...steps)).toBeGreaterThan(0);
    expect(Math.max(...steps)).toBeLessThan(30);
  });

  it('has fog now and then, and it does not exceed 100 %', () => {
    const wettest = series({ seed: 21 }, 0, 365 * 24, HOUR).map((air) => air.humidity);
    expect(Math.max(...wettest)).toBe(100000);
    expect(wettest.filter((humidity) => humidity === 100000).length).toBeLessThan(500);
  });

  it('differs from seed to seed', () => {
    expect(series({ seed: 1 }, 0, 10, HOUR)).not.toEqual(series({ seed: 2 }, 0, 10, HOUR));
  });
});

describe('constant air', () => {
  it('is what its fields say', () => {
    const air = createConstantAir(1, 2, 3);
    const out: Air = { temperature: 0, humidity: 0, pressure: 0 };
    air.at(0, out);
    expect(out).toEqual({ temperature: 1, humidity: 2, pressure: 3 });
    air.pressure = 9;
    air.at(1e9, out);
    expect(out.pressure).toBe(9);
  });
});

describe('randomness', () => {
  it('is spread evenly, as sequence and as hash', () => {
    const random = createRandom(77);
    const sequence = Array.from({ length: 20000 }, () => random.next());
    const hashes = Array.from({ length: 20000 }, (_, n) => hash16(77, n));
    for (const list of [sequence, hashes]) {
      const buckets = Array<number>(16).fill(0);
      for (const x of list) {
        expect(Number.isInteger(x) && x >= 0 && x <= 65535).toBe(true);
        buckets[x >> 12]++;
      }
      buckets.forEach((count) => expect(Math.abs(count - 1250)).toBeLessThan(200));
      const shiftedBy = (by: number): number => correlation(list.slice(by), list.slice(0, -by));
      [1, 2, 3, 4, 13].forEach((by) => expect(Math.abs(shiftedBy(by))).toBeLessThan(0.03));
    }
  });

  it('does not stand still for any seed', () => {
    for (let seed = 0; seed < 70000; seed += 97) {
      const random = createRandom(seed);
      expect(new Set([random.next(), random.next(), random.next(), random.next()]).size).toBeGreaterThan(2);
    }
  });

  it('hashes all 32 bits of a number', () => {
    for (let bit = 0; bit < 32; bit++) expect(hash16(1, 2 ** bit)).not.toBe(hash16(1, 0));
  });
});
