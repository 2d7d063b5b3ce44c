import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPulseSource } from '../../sim/chips/pulse-source.ts';
import type { PulseSourceOptions } from '../../sim/chips/pulse-source.ts';
import { Code } from '../../src/ports/codes.ts';
import type { CountStore } from '../../src/ports/count-store.ts';
import { HELD_MAX_US } from '../../src/ports/gpio.ts';
import type { EdgeInput, OnChange } from '../../src/ports/gpio.ts';
import { NO_VALUE } from '../../src/ports/reading.ts';
import { createPulses, ENERGY_METER, RAIN_GAUGE, WATER_METER, WIND_WHEEL } from '../../src/sensors/pulses.ts';
import type { PulsesOptions, PulseUse } from '../../src/sensors/pulses.ts';
import { createPinBench } from './pin-bench.ts';

/** One pulse is one unit of the total's integer. */
const PLAIN: PulseUse = {
  ...WATER_METER,
  total: { ...WATER_METER.total, decimals: 0, precision: 0 },
};

/** A store that can be broken, and tells what it was asked for. */
function createStore(pulses: number | null = null) {
  const store = {
    kept: pulses === null ? null : [pulses % 2 ** 27, Math.floor(pulses / 2 ** 27)],
    saves: 0,
    code: 0,
    count: () => (store.kept === null ? 0 : store.kept[1]! * 2 ** 27 + store.kept[0]!),
    load(parts: Int32Array) {
      if (store.code < 0) return store.code;
      if (store.kept === null) return Code.Empty;
      parts.set(store.kept);
      return Code.Ok;
    },
    save(parts: Int32Array) {
      store.saves++;
      if (store.code < 0) return store.code;
      store.kept = [...parts];
      return Code.Ok;
    },
  };
  return store satisfies CountStore;
}

/** A meter on a simulated source; `give` lets pulses come. */
function createMeter(
  use: PulseUse,
  options: PulsesOptions = {},
  store: CountStore | null = null,
  source: Partial<PulseSourceOptions> = {},
) {
  const meter = { pulses: 0 };
  const chip = createPulseSource({ pulses: () => meter.pulses, widthUs: 20000, gapUs: 20000, ...source });
  const bench = createPinBench((rig) => {
    rig.onTick(chip.tick);
    return createPulses(chip.input, store, use, options);
  });
  const give = (pulses: number, ms: number) => {
    meter.pulses += pulses;
    bench.pass(ms);
  };
  const read = () => {
    bench.sample();
    return Array.from(bench.out.values);
  };
  return { chip, meter, give, read, ...bench };
}

/** A meter whose edges a test makes up: levels, and how long the pin had stayed. */
function createWire(options: PulsesOptions = {}, store: CountStore | null = null, level = 1) {
  let told: OnChange = () => {};
  const pin = { level };
  const input: EdgeInput = { read: () => pin.level, watch: (onChange) => void (told = onChange) };
  const bench = createPinBench(() => createPulses(input, store, PLAIN, { minWidthUs: 1000, ...options }));
  const edge = (to: number, heldUs: number) => {
    pin.level = to;
    told(to, heldUs);
  };
  const pulse = () => {
    edge(0, 50000);
    edge(1, 50000);
  };
  const total = () => {
    bench.rig.advance(400);
    bench.sample();
    return bench.out.values[0];
  };
  return { pin, edge, pulse, total, ...bench };
}

describe('pulse counter', () => {
  it('counts each pulse once, however much it bounces', () => {
    const { give, read } = createMeter(PLAIN, {}, null, { bounceUs: 8000 });
    give(25, 1100);
    expect(read()[0]).toBe(25);
    give(10, 500);
    expect(read()[0]).toBe(35);
  });

  it('counts a bounce that is longer than it may be, which shows that bounces are there', () => {
    const { give, read } = createMeter(PLAIN, { minWidthUs: 500 }, null, { bounceUs: 8000 });
    give(25, 1100);
    expect(read()[0]).toBeGreaterThan(50);
  });

  it('counts no pulse that is too short, nor the end of a pulse with a gap that is', () => {
    const { edge, total } = createWire();
    for (let i = 0; i < 9; i++) {
      edge(0, 50000);
      edge(1, 999);
    }
    expect(total()).toBe(0);
    edge(0, 50000);
    edge(1, 1000);
    edge(0, 999);
    edge(1, 1000);
    edge(0, 1000);
    edge(1, 1000);
    expect(total()).toBe(2);
  });

  it('counts 450 pulses a second while it is sampled, and finds no fault in them', () => {
    const { give, read } = createMeter(PLAIN, { minWidthUs: 200 }, null, { widthUs: 1000, gapUs: 1222 });
    give(500, 10);
    for (let i = 0; i < 9; i++) {
      give(0, 100);
      expect(read()[0]).toBeGreaterThan(40 * (i + 1));
    }
    expect(read()[0]).toBeLessThan(500);
    give(0, 300);
    expect(read()[0]).toBe(500);
  });

  it('loses nothing while the firmware does something else', () => {
    const { chip, give, read } = createMeter(PLAIN);
    chip.input.hold();
    give(30, 2000);
    chip.input.release();
    expect(read()[0]).toBe(30);
  });

  it('counts a pulse that is going on when it looks, once', () => {
    const { give, read } = createMeter(PLAIN, {}, null, { widthUs: 500000, gapUs: 500000 });
    give(1, 100);
    expect(read()[0]).toBe(1);
    expect(read()[0]).toBe(1);
    give(0, 1000);
    expect(read()[0]).toBe(1);
    give(1, 100);
    expect(read()[0]).toBe(2);
  });

  it('takes no pin that is low at the start for a pulse', () => {
    const { edge, total } = createWire({}, null, 0);
    expect(total()).toBe(0);
    edge(1, HELD_MAX_US);
    edge(0, 5000);
    edge(1, 5000);
    expect(total()).toBe(1);
    const early = createWire({}, null, 0);
    early.edge(1, HELD_MAX_US);
    expect(early.total()).toBe(0);
  });

  it('goes on when the engine has lost an edge, without counting one too many', () => {
    const { pin, edge, pulse, total } = createWire();
    edge(0, 50000);
    // The rising edge is lost.
    edge(0, 50000);
    edge(1, 50000);
    expect(total()).toBe(1);
    edge(0, 50000);
    pin.level = 1;
    expect(total()).toBe(1);
    edge(0, 50000);
    edge(1, 3);
    expect(total()).toBe(1);
    pulse();
    expect(total()).toBe(2);
  });

  it('takes nothing of a glitch whose both edges come with the level behind it', () => {
    const { edge, pulse, total } = createWire();
    edge(1, 50000);
    edge(1, 3);
    edge(0, 50000);
    edge(0, 30000);
    edge(0, 2);
    edge(1, 30000);
    expect(total()).toBe(1);
    pulse();
    expect(total()).toBe(2);
  });

  it('may count pulses that make the pin high', () => {
    const { edge, total } = createWire({ activeHigh: true }, null, 0);
    edge(1, HELD_MAX_US);
    edge(0, 5000);
    expect(total()).toBe(1);
  });
});

describe('total and rate', () => {
  it.each([
    // Tips, milliseconds, total, rate: 20 tips of 0.2794 mm in 10 s are 5.588 mm, and 2011.68 mm/h.
    ['rain', RAIN_GAUGE, {}, 20, 10000, 55880, 201168],
    // Davis: 0.2 mm.
    ['rain of another bucket', RAIN_GAUGE, { numerator: 1, denominator: 5 }, 20, 10000, 40000, 144000],
    // 10 Hz are 24 km/h; 100 / 1500 km.
    ['wind', WIND_WHEEL, {}, 100, 10000, 66, 2400],
    ['water', WATER_METER, {}, 3, 60000, 3000, 3000],
    ['flow', WATER_METER, { numerator: 1, denominator: 450, minWidthUs: 200 }, 225, 10000, 500, 3000],
    // 10 Wh in 36 s are 1000 W.
    ['energy', ENERGY_METER, {}, 10, 36000, 10, 1000],
    ['energy of a finer meter', ENERGY_METER, { denominator: 6400 }, 64, 36000, 10, 1000],
  ])('are right for %s', (_, use, options, pulses, ms, total, rate) => {
    const { give, read, pass } = createMeter(use, options, null);
    pass(5000);
    expect(read()).toEqual([0, NO_VALUE]);
    give(pulses, ms);
    const [seenTotal, seenRate] = read();
    expect(seenTotal).toBe(total);
    // A sample takes some milliseconds more.
    expect(Math.abs(seenRate! - rate)).toBeLessThanOrEqual(rate * 0.002 + 1);
  });

  it('have a rate of 0 when no pulse came, and none before there are two samples', () => {
    const { give, read, driver, pass } = createMeter(WIND_WHEEL);
    give(5, 1000);
    expect(read()[1]).toBe(NO_VALUE);
    pass(1000);
    expect(read()[1]).toBe(0);
    give(2, 1000);
    expect(read()[1]).toBeGreaterThan(0);
    driver.close();
    give(2, 1000);
    expect(read()[1]).toBe(NO_VALUE);
  });

  it('are refused when nothing can be that fast, and are right at the next sample', () => {
    const { pulse, sample, total } = createWire();
    sample();
    for (let i = 0; i < 300; i++) pulse();
    expect(sample()).toBe(Code.Range);
    expect(total()).toBe(300);
  });

  it('lose nothing to rounding: three litres in nine hundred pulses of a third', () => {
    const { give, read } = createMeter(WATER_METER, { numerator: 1, denominator: 300 });
    let pulses = 0;
    for (let i = 0; i < 30; i++) {
      give(30, 1300);
      pulses += 30;
      expect(read()[0]).toBe((pulses * 10 - (pulses * 10) % 3) / 3); // prettier-ignore
    }
    expect(read()[0]).toBe(3000);
  });

  it('are exact for any count and any factor', () => {
    const whole = fc.integer({ min: 1, max: 1000000 });
    const count = fc.oneof(fc.nat(1000), fc.nat(2 ** 31 - 1), fc.maxSafeInteger().map(Math.abs));
    fc.assert(
      fc.property(
        count,
        whole,
        whole,
        fc.constantFrom(0, 3, 4),
        (pulses, numerator, denominator, decimals) => {
          const use = { ...PLAIN, total: { ...PLAIN.total, decimals } };
          const wire: EdgeInput = { read: () => 1, watch: () => {} };
          const driver = createPulses(wire, createStore(pulses), use, { numerator, denominator });
          const scaled = BigInt(numerator) * 10n ** BigInt(decimals);
          const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));
          const isTooMuch = scaled / gcd(scaled, BigInt(denominator)) > 2n ** 25n;
          if (isTooMuch) return void expect(driver.start(0)).toBe(Code.BadOptions);
          const out = { values: new Int32Array(2), time: 0 };
          const answer = driver.start(0);
          expect(driver.poll(answer, out)).toBe(0);
          expect(BigInt(out.values[0]!)).toBe(((BigInt(pulses) * scaled) / BigInt(denominator)) % 2n ** 27n);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('go on from 0 behind the largest number that a channel has', () => {
    const store = createStore(2 ** 27 - 2);
    const { pulse, total } = createWire({}, store);
    expect(total()).toBe(2 ** 27 - 2);
    pulse();
    expect(total()).toBe(2 ** 27 - 1);
    pulse();
    pulse();
    expect(total()).toBe(1);
  });

  it.each([2 ** 27 - 1, 2 ** 28 - 1, 2 ** 40 - 1, 2 ** 53 - 1])('count on over %i', (pulses) => {
    const store = createStore(pulses);
    const { pulse, total } = createWire({ saveEvery: 1 }, store);
    expect(total()).toBe(pulses % 2 ** 27);
    pulse();
    expect(total()).toBe(0);
    expect(store.count()).toBe((pulses + 1) % 2 ** 53);
  });
});

describe('a total that is kept', () => {
  it('is saved once in so many pulses', () => {
    const store = createStore();
    const { pulse, total } = createWire({ saveEvery: 10 }, store);
    total();
    for (let i = 0; i < 99; i++) pulse();
    expect([store.saves, store.count()]).toEqual([9, 90]);
    pulse();
    expect([store.saves, store.count()]).toEqual([10, 100]);
    expect(total()).toBe(100);
    expect(store.saves).toBe(10);
  });

  it('is there again after a loss of power, but for fewer pulses than are saved together', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(60), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 20 }),
        (lives, saveEvery) => {
          const store = createStore();
          let given = 0;
          lives.forEach((pulses, life) => {
            const { pulse, total } = createWire({ saveEvery }, store);
            total();
            for (let i = 0; i < pulses; i++) pulse();
            given += pulses;
            expect(store.count()).toBeGreaterThan(given - (life + 1) * saveEvery);
            expect(store.count()).toBeLessThanOrEqual(given);
          });
        },
      ),
    );
  });

  it('is saved when the last time is long ago, and not when nothing is new', () => {
    const store = createStore();
    const { pulse, total, rig } = createWire({ saveMs: 60000 }, store);
    total();
    pulse();
    for (let minute = 0; minute < 2; minute++) {
      rig.advance(59000);
      total();
      expect(store.saves).toBe(minute);
      rig.advance(1500);
      total();
      expect(store.count()).toBe(minute + 1);
      pulse();
    }
    rig.advance(70000);
    total();
    rig.advance(70000);
    total();
    expect([store.saves, store.count()]).toEqual([3, 3]);
  });

  it('is saved when the driver is closed, if there is something to save', () => {
    const store = createStore(5);
    const { pulse, total, driver } = createWire({}, store);
    driver.close();
    expect(store.saves).toBe(0);
    total();
    driver.close();
    expect(store.saves).toBe(0);
    pulse();
    driver.close();
    expect([store.saves, store.count()]).toEqual([1, 6]);
  });

  it('has the pulses that came before the first sample, and is not overwritten by them', () => {
    const store = createStore(1000);
    const { pulse, total } = createWire({ saveEvery: 2 }, store);
    for (let i = 0; i < 7; i++) pulse();
    expect([store.saves, store.count()]).toEqual([0, 1000]);
    expect(total()).toBe(1007);
    expect(store.count()).toBe(1007);
  });

  it('is not guessed while the store cannot tell it', () => {
    const store = createStore(1000);
    store.code = Code.Busy;
    const { pulse, sample, total, out, log } = createWire({ saveEvery: 1 }, store);
    pulse();
    expect(sample()).toBe(Code.Busy);
    pulse();
    expect(log).toEqual([`0: code ${Code.Busy}`]);
    expect([store.saves, out.values[0]]).toEqual([0, 0]);
    store.code = 0;
    expect(total()).toBe(1002);
  });

  it('is saved later when the store takes nothing, which is not asked with each pulse', () => {
    const store = createStore();
    const { pulse, total } = createWire({ saveEvery: 10 }, store);
    total();
    store.code = Code.Busy;
    for (let i = 0; i < 25; i++) pulse();
    expect([store.saves, store.count()]).toEqual([2, 0]);
    store.code = 0;
    expect(total()).toBe(25);
    expect([store.saves, store.count()]).toEqual([3, 25]);
    for (let i = 0; i < 10; i++) pulse();
    expect(store.count()).toBe(35);
  });

  it('begins with 0 where there is no store', () => {
    const { pulse, total, driver } = createWire({ saveEvery: 1 });
    pulse();
    expect(total()).toBe(1);
    driver.close();
    expect(total()).toBe(1);
  });
});

describe('simulated source of pulses', () => {
  it('gives one pulse after the other, each as long as it shall be', () => {
    const chip = createPulseSource({ pulses: () => 102, already: 100, widthUs: 2500, gapUs: 700 });
    const edges: number[][] = [];
    chip.input.watch((level, heldUs) => void edges.push([level, heldUs]));
    for (let now = 0; now < 20; now++) chip.tick(now);
    expect(edges).toEqual([
      [0, HELD_MAX_US],
      [1, 2500],
      [0, 700],
      [1, 2500],
    ]);
  });
});
