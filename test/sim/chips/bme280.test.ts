// The simulated BME280 against its data sheet (sections in brackets), register by register, in virtual time.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBme280Chip } from '../../../sim/chips/bme280.ts';
import type { Bme280ChipOptions } from '../../../sim/chips/bme280.ts';
import type { I2cChip } from '../../../sim/chips/i2c-chip.ts';
import { TYPICAL_TRIM } from '../../../sim/chips/bme280-trim.ts';
import { createConstantAir } from '../../../sim/environment/environment.ts';
import type { Environment } from '../../../sim/environment/environment.ts';
import { createWeather } from '../../../sim/environment/weather.ts';
import { CLOCK_PERIOD_MS } from '../../../src/ports/clock.ts';
import { humidityDouble, pressureDouble, temperatureDouble } from '../../sensors/bme280-reference.ts';

const AIR = createConstantAir(21540, 48000, 98765);
const FORCED = (1 << 5) | (1 << 2) | 1;

function createChip(options: Partial<Bme280ChipOptions> = {}): I2cChip {
  return createBme280Chip({ environment: AIR, ...options });
}

function read(chip: I2cChip, register: number, count: number, now: number): number[] {
  const into = new Uint8Array(count);
  expect(chip.write([register], now)).toBe(true);
  expect(chip.read(into, now)).toBe(true);
  return [...into];
}

const one = (chip: I2cChip, register: number, now: number): number => read(chip, register, 1, now)[0];

interface Codes {
  t: number;
  h: number;
  p: number;
}

function codes(chip: I2cChip, now: number): Codes {
  const b = read(chip, 0xf7, 8, now);
  return {
    p: (b[0] << 12) | (b[1] << 4) | (b[2] >> 4),
    t: (b[3] << 12) | (b[4] << 4) | (b[5] >> 4),
    h: (b[6] << 8) | b[7],
  };
}

/** What a data sheet's user makes of the codes: millidegrees, thousandths of a percent, pascals. */
function values({ t, h, p }: Codes, trim = TYPICAL_TRIM): [number, number, number] {
  const { degrees, fine } = temperatureDouble(trim, t);
  return [degrees * 1000, humidityDouble(trim, fine, h) * 1000, pressureDouble(trim, fine, p)];
}

const RESET_CODES: Codes = { t: 0x80000, h: 0x8000, p: 0x80000 };

describe('BME280 chip, registers', () => {
  it('has the reset state of the memory map [5.3]', () => {
    const chip = createChip();
    expect(one(chip, 0xd0, 0)).toBe(0x60);
    expect(one(chip, 0xe0, 0)).toBe(0);
    expect(read(chip, 0xf2, 4, 0)).toEqual([0, 0, 0, 0]);
    expect(read(chip, 0xf7, 8, 0)).toEqual([0x80, 0, 0, 0x80, 0, 0, 0x80, 0]);
  });

  it('holds its trimming values where table 16 puts them', () => {
    const trim = { ...TYPICAL_TRIM, t1: 0x8123, p9: -2, h1: 0xfe, h2: -3, h4: -0x123, h5: 0x456, h6: -7 };
    const chip = createChip({ trim });
    expect(read(chip, 0x88, 2, 0)).toEqual([0x23, 0x81]);
    expect(read(chip, 0x9e, 2, 0)).toEqual([0xfe, 0xff]);
    expect(one(chip, 0xa1, 0)).toBe(0xfe);
    // -0x123 is 0xEDD in 12 bits: ED in 0xE4, D in the low half of 0xE5.
    expect(read(chip, 0xe1, 7, 0)).toEqual([0xfd, 0xff, 0, 0xed, 0x6d, 0x45, 0xf9]);
  });

  it('counts up when read, and takes pairs when written [6.2]', () => {
    const chip = createChip();
    chip.write([0xf5, 0x1c, 0xf2, 0x03], 0);
    expect(read(chip, 0xf2, 4, 0)).toEqual([3, 0, 0, 0x1c]);
    // The pointer goes on where the last transfer ended.
    chip.write([0xf2], 0);
    const byte = new Uint8Array(1);
    const seen: number[] = [];
    for (let i = 0; i < 4; i++) {
      chip.read(byte, 0);
      seen.push(byte[0]);
    }
    expect(seen).toEqual([3, 0, 0, 0x1c]);
  });

  it('ignores writes to what is not a control register', () => {
    const chip = createChip();
    const before = read(chip, 0x80, 128, 0);
    for (let register = 0x80; register < 0x100; register++) {
      if (register >= 0xf2 && register <= 0xf5 && register !== 0xf3) continue;
      chip.write([register, 0x55], 0);
    }
    expect(read(chip, 0x80, 128, 0)).toEqual(before);
  });

  it('acknowledges an empty write', () => {
    expect(createChip().write([], 0)).toBe(true);
  });

  it('lies at 0x76 or, with SDO high, at 0x77', () => {
    expect(createChip().address).toBe(0x76);
    expect(createChip({ address: 0x77 }).address).toBe(0x77);
  });
});

describe('BME280 chip, reset', () => {
  it('is silent for 2 ms, copies its trimming values, and then has forgotten its settings [1.1, 5.4.2]', () => {
    const chip = createChip();
    chip.write([0xf5, 0x1c, 0xf2, 3, 0xf4, FORCED], 0);
    expect(codes(chip, 20)).not.toEqual(RESET_CODES);
    expect(chip.write([0xe0, 0xb6], 20)).toBe(true);
    for (const now of [20, 21]) {
      expect(chip.write([0xd0], now)).toBe(false);
      expect(chip.read(new Uint8Array(1), now)).toBe(false);
    }
    expect(one(chip, 0xf3, 22)).toBe(1);
    expect(read(chip, 0x88, 26, 22)).toEqual(Array(26).fill(0));
    expect(read(chip, 0xe0, 16, 22)).toEqual(Array(16).fill(0));
    expect(codes(chip, 22)).toEqual(RESET_CODES);
    expect(one(chip, 0xf3, 23)).toBe(0);
    expect(read(chip, 0x88, 2, 23)).toEqual([27504 & 255, 27504 >> 8]);
    expect(read(chip, 0xf2, 4, 23)).toEqual([0, 0, 0, 0]);
    expect(codes(chip, 23)).toEqual(RESET_CODES);
  });

  it('takes no other word, and drops what follows the right one in the same transfer', () => {
    const chip = createChip();
    chip.write([0xf2, 3, 0xe0, 0xb5], 0);
    expect(one(chip, 0xf2, 0)).toBe(3);
    expect(chip.write([0xe0, 0xb6, 0xf2, 2], 0)).toBe(false);
    expect(one(chip, 0xf2, 5)).toBe(0);
  });

  it('ends a conversion', () => {
    const chip = createChip();
    chip.write([0xf2, 1, 0xf4, FORCED], 0);
    chip.write([0xe0, 0xb6], 3);
    expect(codes(chip, 200)).toEqual(RESET_CODES);
  });

  it('happens by itself when the supply fails', () => {
    const chip = createChip();
    chip.write([0xf2, 1, 0xf4, FORCED], 0);
    chip.brownOut(4);
    expect(chip.write([0xd0], 5)).toBe(false);
    expect(codes(chip, 200)).toEqual(RESET_CODES);
  });
});

describe('BME280 chip, conversions', () => {
  const times = [0, 1, 2, 4, 8, 16, 16, 16];

  it('takes between the typical and the longest time of 9.1, and shows it in status', () => {
    fc.assert(
      fc.property(fc.nat(7), fc.nat(7), fc.nat(7), fc.nat(65535), (t, p, h, seed) => {
        const chip = createChip({ seed });
        chip.write([0xf2, h, 0xf4, (t << 5) | (p << 2) | 1], 1000);
        const samples = times[t] + times[p] + times[h];
        const extras = (p > 0 ? 1 : 0) + (h > 0 ? 1 : 0);
        const typical = 1 + 2 * samples + 0.5 * extras;
        const longest = 1.25 + 2.3 * samples + 0.575 * extras;
        let now = 1000;
        while ((one(chip, 0xf3, now) & 9) !== 0) {
          expect(codes(chip, now)).toEqual(RESET_CODES);
          expect(one(chip, 0xf4, now) & 3).toBe(1);
          now++;
        }
        expect(now - 1000).toBeGreaterThanOrEqual(typical);
        expect(now - 1000).toBeLessThanOrEqual(Math.ceil(longest));
        // Back in sleep mode, and a channel has a value exactly when it was not skipped.
        expect(one(chip, 0xf4, now)).toBe((t << 5) | (p << 2));
        const read = codes(chip, now);
        if (t === 0) expect(read.t).toBe(0x80000);
        else expect(Math.abs(values(read)[0] - AIR.temperature)).toBeLessThan(50);
        if (h === 0) expect(read.h).toBe(0x8000);
        if (p === 0) expect(read.p).toBe(0x80000);
      }),
      { numRuns: 150 },
    );
  });

  it('shows im_update before measuring, so that a look at the one bit alone comes too early [5.4.4]', () => {
    const chip = createChip();
    chip.write([0xf2, 1, 0xf4, FORCED], 0);
    expect(one(chip, 0xf3, 0)).toBe(1);
    expect(one(chip, 0xf3, 1)).toBe(8);
  });

  it('takes ctrl_hum into account only after a write to ctrl_meas [5.4.3]', () => {
    const chip = createChip();
    chip.write([0xf4, FORCED, 0xf2, 1], 0);
    expect(codes(chip, 20).h).toBe(0x8000);
    chip.write([0xf4, FORCED], 20);
    expect(codes(chip, 40).h).not.toBe(0x8000);
  });

  it('gives codes that its own formulas turn back into the air, within the noise', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -39000, max: 84000 }),
        fc.integer({ min: 500, max: 99500 }),
        fc.integer({ min: 30500, max: 109500 }),
        fc.nat(65535),
        (temperature, humidity, pressure, seed) => {
          const environment = createConstantAir(temperature, humidity, pressure);
          const chip = createChip({ environment, seed });
          chip.write([0xf2, 5, 0xf4, (5 << 5) | (5 << 2) | 1], 0);
          const [t, h, p] = values(codes(chip, 200));
          expect(Math.abs(t - temperature)).toBeLessThan(15);
          expect(Math.abs(h - humidity)).toBeLessThan(250);
          expect(Math.abs(p - pressure)).toBeLessThan(12);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('measures what the air is when the conversion begins', () => {
    const asked: number[] = [];
    const environment: Environment = {
      at(timeMs, out) {
        asked.push(timeMs);
        AIR.at(timeMs, out);
      },
    };
    const chip = createChip({ environment });
    chip.write([0xf4, FORCED], 1234);
    codes(chip, 5000);
    codes(chip, 6000);
    expect(asked).toEqual([1234]);
  });

  it.each([
    [1, 16, 3.3],
    [3, 4, 2.1],
    [5, 1, 1.3],
  ])('has at osrs %i a step of %i codes and %f Pa of noise [3.4.2, 3.6]', (osrs, step, rms) => {
    const chip = createChip();
    let sum = 0;
    const seen = new Set<number>();
    for (let i = 0; i < 500; i++) {
      chip.write([0xf2, 1, 0xf4, (osrs << 5) | (osrs << 2) | 1], i * 1000);
      const read = codes(chip, i * 1000 + 500);
      expect(read.p % step).toBe(0);
      expect(read.t % step).toBe(0);
      seen.add(read.p);
      sum += (values(read)[2] - AIR.pressure) ** 2;
    }
    expect(seen.size).toBeGreaterThan(3);
    const measured = Math.sqrt(sum / 500);
    expect(measured).toBeGreaterThan(rms * 0.7);
    expect(measured).toBeLessThan(rms * 1.3);
  });

  it.each([
    [0, 1],
    [1, 2],
    [2, 5],
    [3, 11],
    [4, 22],
    [7, 22],
  ])(
    'with filter setting %i has followed three quarters of a step after %i samples (table 6)',
    (setting, samples) => {
      const air = createConstantAir(20000, 50000, 90000);
      const chip = createChip({ environment: air });
      let now = 0;
      const sample = (): number => {
        chip.write([0xf4, (5 << 5) | (5 << 2) | 1], now);
        now += 100;
        return values(codes(chip, now))[2];
      };
      chip.write([0xf5, setting << 2], now);
      // The first value passes unchanged.
      expect(Math.abs(sample() - 90000)).toBeLessThan(12);
      air.pressure = 100000;
      let count = 1;
      // Half a percent of a step for noise and rounding.
      while (sample() < 97450) count++;
      expect(count).toBe(samples);
    },
  );

  it('forgets its filter when config is written, and keeps it over a skipped channel [3.4.4]', () => {
    const air = createConstantAir(20000, 50000, 90000);
    const chip = createChip({ environment: air });
    const sample = (now: number, control: number): number => {
      chip.write([0xf4, control], now);
      return values(codes(chip, now + 100))[2];
    };
    const all = (5 << 5) | (5 << 2) | 1;
    chip.write([0xf5, 4 << 2], 0);
    sample(0, all);
    air.pressure = 100000;
    expect(codes(chip, 100).p).not.toBe(0x80000);
    sample(1000, (5 << 5) | 1);
    expect(codes(chip, 1200).p).toBe(0x80000);
    expect(sample(2000, all)).toBeLessThan(91000);
    chip.write([0xf5, 4 << 2], 2900);
    expect(Math.abs(sample(3000, all) - 100000)).toBeLessThan(12);
  });

  it('carries out a change of mode after the running conversion, and only the first one [3.3.1]', () => {
    const chip = createChip();
    chip.write([0xf4, FORCED], 0);
    chip.write([0xf4, (5 << 5) | (5 << 2) | 1], 2);
    chip.write([0xf2, 5, 0xf4, 0], 3);
    expect(one(chip, 0xf2, 4)).toBe(0);
    // The first ends by 8 ms, the second lasts 66 ms at least.
    expect(codes(chip, 9)).not.toEqual(RESET_CODES);
    expect(one(chip, 0xf4, 40)).toBe((5 << 5) | (5 << 2) | 1);
    expect(one(chip, 0xf3, 40)).toBe(8);
    expect(one(chip, 0xf3, 100)).toBe(0);
    expect(one(chip, 0xf4, 100) & 3).toBe(0);
  });
});

describe('BME280 chip, normal mode', () => {
  const NORMAL = (1 << 5) | (1 << 2) | 3;
  const rising: Environment = {
    at(timeMs, out) {
      AIR.at(timeMs, out);
      out.pressure = 90000 + timeMs;
    },
  };

  it('converts again and again with the standby time in between', () => {
    const asked: number[] = [];
    const environment: Environment = {
      at(timeMs, out) {
        asked.push(timeMs);
        AIR.at(timeMs, out);
      },
    };
    const chip = createChip({ environment });
    chip.write([0xf5, 4 << 5, 0xf2, 1, 0xf4, NORMAL], 0);
    for (let now = 0; now < 3000; now += 7) chip.read(new Uint8Array(1), now);
    expect(asked.length).toBe(6);
    asked.slice(1).forEach((at, i) => {
      expect(at - asked[i]).toBeGreaterThanOrEqual(508);
      expect(at - asked[i]).toBeLessThanOrEqual(510);
    });
    expect(one(chip, 0xf4, 3000) & 3).toBe(3);
  });

  it('gives a burst from one conversion, while single reads tear [4.1]', () => {
    const pressureFrom = (gapMs: number): number => {
      const chip = createChip({ environment: rising });
      chip.write([0xf5, 0, 0xf2, 1, 0xf4, (1 << 5) | (5 << 2) | 3], 0);
      const bytes = [0, 1, 2].map((i) => one(chip, 0xf7 + i, 20000 + i * gapMs));
      return values({ ...codes(chip, 21000), p: (bytes[0] << 12) | (bytes[1] << 4) | (bytes[2] >> 4) })[2];
    };
    const now = 20000;
    const chip = createChip({ environment: rising });
    chip.write([0xf5, 0, 0xf2, 1, 0xf4, (1 << 5) | (5 << 2) | 3], 0);
    expect(Math.abs(values(codes(chip, now))[2] - 110000)).toBeLessThan(120);
    const torn = [0, 200, 400, 600].map((gap) => Math.abs(pressureFrom(gap) - 110000 - gap));
    expect(Math.max(...torn)).toBeGreaterThan(150);
  });

  it('ignores config, which it takes in sleep mode [5.4.6]', () => {
    const chip = createChip();
    chip.write([0xf4, NORMAL, 0xf5, 0x1c], 0);
    expect(one(chip, 0xf5, 0)).toBe(0);
    chip.write([0xf4, 0], 1);
    chip.write([0xf5, 0xff], 50);
    expect(one(chip, 0xf5, 50)).toBe(0xfd);
  });

  it('is not slower for having been alone for a month', () => {
    let asked = 0;
    const environment: Environment = {
      at(timeMs, out) {
        asked++;
        AIR.at(timeMs, out);
      },
    };
    const chip = createChip({ environment });
    chip.write([0xf2, 1, 0xf4, NORMAL], 0);
    expect(Math.abs(values(codes(chip, 30 * 86400000))[0] - AIR.temperature)).toBeLessThan(50);
    expect(asked).toBeLessThan(2000);
  });
});

describe('BME280 chip, time and seed', () => {
  const history = (seed: number, startMs: number): Codes[] => {
    const chip = createChip({ seed, environment: createWeather({ seed: 7 }) });
    const list: Codes[] = [];
    for (let i = 0; i < 20; i++) {
      const at = startMs + i * 977;
      chip.write([0xf2, 1, 0xf4, FORCED], at);
      list.push(codes(chip, at + 15));
    }
    return list;
  };

  it('repeats itself for one seed, and differs for another', () => {
    expect(history(5, 0)).toEqual(history(5, 0));
    expect(history(5, 0)).not.toEqual(history(6, 0));
  });

  it('takes a clock that wraps and one that does not', () => {
    const run = (period: number): number[][] => {
      const chip = createChip({ seed: 3, environment: createWeather({ seed: 3 }) });
      const list: number[][] = [];
      for (let i = 0; i < 40; i++) {
        const at = CLOCK_PERIOD_MS - 10000 + i * 501;
        chip.write([0xf2, 1, 0xf4, FORCED], at % period);
        for (let ms = 0; ms < 12; ms += 3) {
          const bytes = new Uint8Array(8);
          chip.write([0xf7], (at + ms) % period);
          chip.read(bytes, (at + ms) % period);
          list.push([...bytes]);
        }
      }
      return list;
    };
    expect(run(CLOCK_PERIOD_MS)).toEqual(run(Infinity));
  });
});

describe('BME280 chip, faults', () => {
  it('does not answer when absent, and is what it was when back', () => {
    const chip = createChip();
    chip.write([0xf2, 3], 0);
    chip.faults.absent = true;
    expect(chip.write([0xf2, 1], 1)).toBe(false);
    expect(chip.read(new Uint8Array(1), 1)).toBe(false);
    chip.faults.absent = false;
    expect(one(chip, 0xf2, 2)).toBe(3);
  });

  it.each([
    ['stuckLow', 0x00],
    ['stuckHigh', 0xff],
  ] as const)('%s: all reads are %i, writes are lost', (fault, byte) => {
    const chip = createChip();
    chip.faults[fault] = true;
    expect(read(chip, 0xd0, 3, 0)).toEqual([byte, byte, byte]);
    expect(chip.write([0xf2, 3], 0)).toBe(true);
    chip.faults[fault] = false;
    expect(one(chip, 0xf2, 0)).toBe(0);
  });

  it('has another identity', () => {
    const chip = createChip();
    chip.faults.wrongId = true;
    expect(one(chip, 0xd0, 0)).toBe(0x58);
  });

  it('takes longer', () => {
    const chip = createChip();
    chip.faults.slowMs = 50;
    chip.write([0xf2, 1, 0xf4, FORCED], 0);
    expect(one(chip, 0xf3, 57)).toBe(8);
    expect(one(chip, 0xf3, 60)).toBe(0);
  });

  it('has converters at their end, one by one', () => {
    for (const saturated of [1, 2, 4, 7]) {
      const chip = createChip();
      chip.faults.saturated = saturated;
      chip.write([0xf2, 1, 0xf4, FORCED], 0);
      const { t, h, p } = codes(chip, 20);
      expect(t === 0xfffff).toBe((saturated & 1) !== 0);
      expect(h === 0xffff).toBe((saturated & 2) !== 0);
      expect(p === 0xfffff).toBe((saturated & 4) !== 0);
    }
  });
});
