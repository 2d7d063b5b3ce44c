// The BME280 driver on a simulated chip, in virtual time: the way of a sample, and what each fault leads to.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBme280Chip } from '../../sim/chips/bme280.ts';
import type { I2cChip } from '../../sim/chips/i2c-chip.ts';
import { TYPICAL_TRIM } from '../../sim/chips/bme280-trim.ts';
import type { I2cDevice } from '../../sim/chips/i2c-device.ts';
import { createConstantAir } from '../../sim/environment/environment.ts';
import type { ConstantAir } from '../../sim/environment/environment.ts';
import { createI2cBus } from '../../sim/rig/i2c.ts';
import type { SimulatedI2cBus } from '../../sim/rig/i2c.ts';
import { createManualClock } from '../../sim/manual.ts';
import type { ManualClock } from '../../sim/manual.ts';
import { CLOCK_PERIOD_MS, elapsed } from '../../src/ports/clock.ts';
import { Code } from '../../src/ports/codes.ts';
import type { Reading } from '../../src/ports/reading.ts';
import { createBme280 } from '../../src/sensors/bme280.ts';
import type { Bme280Options } from '../../src/sensors/bme280.ts';
import type { Driver } from '../../src/sensors/driver.ts';
import { createBme280Registers, emptyReading, sampleOnce } from './bme280-registers.ts';

interface Bench {
  clock: ManualClock;
  air: ConstantAir;
  chip: I2cChip;
  devices: I2cDevice[];
  bus: SimulatedI2cBus;
  driver: Driver;
  out: Reading;
}

function createBench(options: Bme280Options = {}, startMs = 1000, seed = 1): Bench {
  const clock = createManualClock(startMs);
  const air = createConstantAir(21540, 48000, 98765);
  const chip = createBme280Chip({ environment: air, address: options.address ?? 0x76, seed });
  const devices: I2cDevice[] = [chip];
  const bus = createI2cBus(devices, clock);
  return { clock, air, chip, devices, bus, driver: createBme280(bus, options), out: emptyReading() };
}

/** A whole sample, waiting as told. @returns 0 or a negative Code. */
function sample(bench: Bench, beforePoll: (polls: number) => void = () => {}): number {
  let answer = bench.driver.start(bench.clock.now());
  for (let polls = 0; answer > 0; polls++) {
    expect(polls, 'polls of one sample').toBeLessThan(100);
    bench.clock.advance(answer);
    beforePoll(polls);
    answer = bench.driver.poll(bench.clock.now(), bench.out);
  }
  return answer;
}

/** What the chip's accuracy leaves: its noise at oversampling 1, six sigma. */
function expectTrueValues(bench: Bench): void {
  const [t, h, p] = bench.out.values;
  expect(Math.abs(t - bench.air.temperature)).toBeLessThan(50);
  expect(Math.abs(h - bench.air.humidity)).toBeLessThan(600);
  expect(Math.abs(p - bench.air.pressure)).toBeLessThan(30);
}

function expectNothingPublished(bench: Bench, before: Reading): void {
  expect([...bench.out.values]).toEqual([...before.values]);
  expect(bench.out.time).toBe(before.time);
}

const copy = (reading: Reading): Reading => ({ values: reading.values.slice(), time: reading.time });

describe('BME280 driver', () => {
  it('reads true values, as integers, and says when they were measured', () => {
    const bench = createBench();
    expect(sample(bench)).toBe(0);
    expectTrueValues(bench);
    // 3 ms of start-up before the conversion.
    expect(bench.out.time).toBe(1003);
  });

  it('does the identity once, and then two transfers a sample', () => {
    const bench = createBench();
    sample(bench);
    expect(bench.bus.transfers).toBe(8);
    for (let i = 0; i < 10; i++) sample(bench);
    expect(bench.bus.transfers).toBe(28);
  });

  it('describes its channels with the ranges of the data sheet', () => {
    const { driver } = createBench();
    const meta = driver.channels.map((c) => [c.key, c.unit, c.deviceClass, c.decimals, c.min, c.max]);
    expect(meta).toEqual([
      ['temperature', '\xC2\xB0C', 'temperature', 3, -40000, 85000],
      ['humidity', '%', 'humidity', 3, 0, 100000],
      ['pressure', 'Pa', 'atmospheric_pressure', 0, 30000, 110000],
    ]);
    driver.channels.forEach((c) => expect(c.precision).toBeLessThanOrEqual(c.decimals));
  });

  it('waits as long as the oversampling takes, and no more than a tick longer', () => {
    for (const t of [1, 2, 4, 8, 16] as const) {
      for (const p of [1, 2, 4, 8, 16] as const) {
        for (const h of [1, 2, 4, 8, 16] as const) {
          const bench = createBench({
            temperatureOversampling: t,
            pressureOversampling: p,
            humidityOversampling: h,
          });
          sample(bench);
          const longest = 1.25 + 2.3 * t + (2.3 * p + 0.575) + (2.3 * h + 0.575);
          const wait = bench.driver.start(bench.clock.now());
          expect(wait).toBeGreaterThanOrEqual(longest);
          expect(wait).toBeLessThanOrEqual(longest + 2 + 1e-9);
        }
      }
    }
  });

  it('writes oversampling, filter and address as asked for', () => {
    const bench = createBench({
      address: 0x77,
      temperatureOversampling: 2,
      humidityOversampling: 4,
      pressureOversampling: 16,
      filter: 8,
    });
    expect(sample(bench)).toBe(0);
    const read = new Uint8Array(4);
    bench.bus.readRegister(0x77, 0xf2, read);
    expect(read[0]).toBe(3);
    expect(read[2]).toBe((2 << 5) | (5 << 2));
    expect(read[3] & 0x1c).toBe(3 << 2);
  });

  it('has less noise with more oversampling', () => {
    const spread = (options: Bme280Options): number => {
      const bench = createBench(options);
      let sum = 0;
      for (let i = 0; i < 200; i++) {
        expect(sample(bench)).toBe(0);
        sum += (bench.out.values[2] - bench.air.pressure) ** 2;
      }
      return Math.sqrt(sum / 200);
    };
    const coarse = spread({});
    const fine = spread({ pressureOversampling: 16 });
    expect(coarse).toBeGreaterThan(2);
    expect(fine).toBeLessThan(coarse / 1.5);
    expect(spread({ pressureOversampling: 16, filter: 16 })).toBeLessThan(fine / 1.5);
  });

  it('asks for patience when polled early, without a transfer', () => {
    const bench = createBench();
    sample(bench);
    const wait = bench.driver.start(bench.clock.now());
    const { transfers } = bench.bus;
    bench.clock.advance(4);
    expect(bench.driver.poll(bench.clock.now(), bench.out)).toBe(wait - 4);
    expect(bench.bus.transfers).toBe(transfers);
  });

  it('has nothing to poll before a start, after a sample and after close', () => {
    const bench = createBench();
    const poll = (): number => bench.driver.poll(bench.clock.now(), bench.out);
    expect(poll()).toBe(Code.NotReady);
    sample(bench);
    expect(poll()).toBe(Code.NotReady);
    bench.driver.start(bench.clock.now());
    bench.driver.close();
    bench.clock.advance(100);
    expect(poll()).toBe(Code.NotReady);
  });

  it('starts from the identity again after close', () => {
    const bench = createBench();
    sample(bench);
    bench.driver.close();
    const before = bench.bus.transfers;
    expect(sample(bench)).toBe(0);
    expect(bench.bus.transfers - before).toBe(8);
  });

  it('can be started again in the middle of a conversion', () => {
    const bench = createBench();
    sample(bench);
    bench.driver.start(bench.clock.now());
    bench.clock.advance(3);
    expect(sample(bench)).toBe(0);
    expectTrueValues(bench);
  });

  it('is right over the wrap of the clock, wherever it falls', () => {
    for (let before = 0; before < 40; before++) {
      const bench = createBench({}, CLOCK_PERIOD_MS - before);
      for (let i = 0; i < 3; i++) {
        const startedAt = bench.clock.now();
        expect(sample(bench)).toBe(0);
        expectTrueValues(bench);
        expect(elapsed(startedAt, bench.out.time)).toBeLessThanOrEqual(3);
      }
    }
  });

  it('reads every air of its range, to the accuracy of the chip', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -39000, max: 84000 }),
        fc.integer({ min: 1000, max: 98000 }),
        fc.integer({ min: 31000, max: 109000 }),
        fc.nat(65535),
        (t, h, p, seed) => {
          const bench = createBench({}, 0, seed);
          Object.assign(bench.air, { temperature: t, humidity: h, pressure: p });
          expect(sample(bench)).toBe(0);
          expectTrueValues(bench);
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** Faults by name: how to make one, and how to undo it. */
type Fault = readonly [name: string, code: number, make: (b: Bench) => void, undo: (b: Bench) => void];

const FAULTS: readonly Fault[] = [
  ['absent', Code.Absent, (b) => (b.chip.faults.absent = true), (b) => (b.chip.faults.absent = false)],
  ['taken off', Code.Absent, (b) => b.devices.pop(), (b) => b.devices.push(b.chip)],
  ['bus held down', Code.Timeout, (b) => (b.bus.stuck = true), (b) => (b.bus.stuck = false)],
  ['all 0x00', Code.Fault, (b) => (b.chip.faults.stuckLow = true), (b) => (b.chip.faults.stuckLow = false)],
  ['all 0xFF', Code.Fault, (b) => (b.chip.faults.stuckHigh = true), (b) => (b.chip.faults.stuckHigh = false)],
  ['slow', Code.Timeout, (b) => (b.chip.faults.slowMs = 200), (b) => (b.chip.faults.slowMs = 0)],
  ['T at its end', Code.Range, (b) => (b.chip.faults.saturated = 1), (b) => (b.chip.faults.saturated = 0)],
  ['H at its end', Code.Range, (b) => (b.chip.faults.saturated = 2), (b) => (b.chip.faults.saturated = 0)],
  ['P at its end', Code.Range, (b) => (b.chip.faults.saturated = 4), (b) => (b.chip.faults.saturated = 0)],
  ['too hot', Code.Range, (b) => (b.air.temperature = 86000), (b) => (b.air.temperature = 20000)],
  ['too cold', Code.Range, (b) => (b.air.temperature = -41000), (b) => (b.air.temperature = 20000)],
  ['vacuum', Code.Range, (b) => (b.air.pressure = 29900), (b) => (b.air.pressure = 95000)],
  ['under water', Code.Range, (b) => (b.air.pressure = 110100), (b) => (b.air.pressure = 95000)],
];

describe('BME280 driver, faults', () => {
  it.each(FAULTS)('%s from power-up: code %i, no value, and back by itself', (_name, code, make, undo) => {
    const bench = createBench();
    const before = copy(bench.out);
    make(bench);
    for (let i = 0; i < 3; i++) {
      expect(sample(bench)).toBe(code);
      expectNothingPublished(bench, before);
      bench.clock.advance(1000);
    }
    undo(bench);
    expect(sample(bench)).toBe(0);
    expectTrueValues(bench);
  });

  it.each(FAULTS)('%s while a conversion runs: code %i, no value', (_name, code, make, undo) => {
    const bench = createBench();
    sample(bench);
    bench.clock.advance(1000);
    const before = copy(bench.out);
    // What is wrong with the air or with the conversion must be so at its start.
    const early = code === Code.Range || _name === 'slow';
    if (early) make(bench);
    const result = sample(bench, (polls) => {
      if (polls === 0 && !early) make(bench);
    });
    expect(result).toBe(code);
    expectNothingPublished(bench, before);
    undo(bench);
    bench.clock.advance(1000);
    expect(sample(bench)).toBe(0);
    expectTrueValues(bench);
  });

  it('refuses a BMP280 that is sold as a BME280', () => {
    const bench = createBench();
    bench.chip.faults.wrongId = true;
    expect(sample(bench)).toBe(Code.WrongId);
    expect(bench.bus.transfers).toBe(1);
  });

  it('waits for a conversion that takes somewhat longer than the longest', () => {
    const bench = createBench();
    bench.chip.faults.slowMs = 15;
    expect(sample(bench)).toBe(0);
    expectTrueValues(bench);
  });

  it('gives up on a chip that never ends its start-up', () => {
    const bench = createBench();
    bench.driver.start(bench.clock.now());
    // Reset again and again, as by a weak supply.
    let answer = 3;
    for (let ms = 0; answer > 0; ms++) {
      expect(ms).toBeLessThan(200);
      bench.clock.advance(1);
      if (ms % 4 === 0) bench.chip.brownOut(bench.clock.now());
      answer = bench.driver.poll(bench.clock.now(), bench.out);
    }
    expect(answer).toBe(Code.Timeout);
    // The last of those brown-outs was a moment ago.
    bench.clock.advance(3);
    expect(sample(bench)).toBe(0);
  });

  it('notices a supply that failed between two samples', () => {
    const bench = createBench();
    sample(bench);
    const before = copy(bench.out);
    bench.clock.advance(500);
    bench.chip.brownOut(bench.clock.now());
    bench.clock.advance(500);
    expect(sample(bench)).toBe(Code.Fault);
    expectNothingPublished(bench, before);
    expect(sample(bench)).toBe(0);
    expectTrueValues(bench);
  });

  it('notices a supply that fails at any moment of a sample', () => {
    for (let ms = 0; ms < 11; ms++) {
      const bench = createBench();
      sample(bench);
      const before = copy(bench.out);
      bench.driver.start(bench.clock.now());
      bench.clock.advance(ms);
      bench.chip.brownOut(bench.clock.now());
      bench.clock.advance(11 - ms);
      expect(bench.driver.poll(bench.clock.now(), bench.out)).toBe(ms < 10 ? Code.Fault : Code.Absent);
      expectNothingPublished(bench, before);
      bench.clock.advance(1000);
      expect(sample(bench)).toBe(0);
    }
  });

  it('reads the trimming values of the chip that was put in the place of another', () => {
    const bench = createBench();
    sample(bench);
    const trim = { ...TYPICAL_TRIM, t1: 27000, p1: 36000 };
    bench.devices[0] = createBme280Chip({ environment: bench.air, trim });
    expect(sample(bench)).toBe(Code.Fault);
    expect(sample(bench)).toBe(0);
    expectTrueValues(bench);
  });

  it('survives a plug that is pulled and put back at any moment', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ afterMs: fc.nat(60), goneMs: fc.nat(60) }), { maxLength: 8 }),
        (plugs) => {
          const bench = createBench();
          let next = plugs.shift();
          let left = next ? next.afterMs : Infinity;
          const tick = (ms: number): void => {
            for (let i = 0; i < ms; i++) {
              bench.clock.advance(1);
              if (--left >= 0) continue;
              if (!next) return;
              bench.chip.faults.absent = !bench.chip.faults.absent;
              if (bench.chip.faults.absent) left = next.goneMs;
              else {
                bench.chip.brownOut(bench.clock.now());
                next = plugs.shift();
                left = next ? next.afterMs : Infinity;
              }
            }
          };
          for (let i = 0; i < 60; i++) {
            const before = copy(bench.out);
            let answer = bench.driver.start(bench.clock.now());
            while (answer > 0) {
              tick(answer);
              answer = bench.driver.poll(bench.clock.now(), bench.out);
            }
            if (answer === 0) expectTrueValues(bench);
            else {
              expect([Code.Absent, Code.Fault, Code.Timeout]).toContain(answer);
              expectNothingPublished(bench, before);
            }
            tick(20);
          }
          tick(2000);
          sample(bench);
          expect(sample(bench)).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('gives back what the bus says, at whichever transfer it fails, and goes on', () => {
    for (let failing = 0; failing < 8; failing++) {
      for (const code of [Code.Absent, Code.Timeout]) {
        const bus = createBme280Registers(TYPICAL_TRIM);
        bus.setCodes(519888, 30000, 415148);
        bus.failures.set(failing, code);
        const out = emptyReading();
        // The look at the status is repeated: a chip that starts up need not answer.
        const isPatient = failing === 2 && code === Code.Absent;
        expect(sampleOnce(bus, out)).toBe(isPatient ? 0 : code);
        expect(out.time === -1).toBe(!isPatient);
        expect(sampleOnce(bus, out)).toBe(0);
      }
    }
  });

  it('gives up after the start-up time', () => {
    const bus = createBme280Registers(TYPICAL_TRIM);
    for (let i = 2; i < 100; i++) bus.failures.set(i, Code.Absent);
    expect(sampleOnce(bus, emptyReading())).toBe(Code.Timeout);
    expect(bus.transfers).toBeLessThan(25);
  });

  it.each([
    ['first block 0x00', 0x88, 0xa1, 0x00],
    ['first block 0xFF', 0x88, 0xa1, 0xff],
    ['second block 0x00', 0xe1, 0xe7, 0x00],
    ['second block 0xFF', 0xe1, 0xe7, 0xff],
  ])('refuses a chip without trimming values: %s', (_name, from, to, value) => {
    const bus = createBme280Registers(TYPICAL_TRIM);
    bus.setCodes(519888, 30000, 415148);
    bus.registers.fill(value, from, to + 1);
    const out = emptyReading();
    expect(sampleOnce(bus, out)).toBe(Code.Fault);
    expect(out.time).toBe(-1);
  });

  it('refuses what the registers hold after a reset, but none of these codes alone', () => {
    const [t, h, p] = [0x80000, 0x8000, 0x80000];
    const read = (...codes: [number, number, number]): number => {
      const bus = createBme280Registers(TYPICAL_TRIM);
      bus.setCodes(...codes);
      return sampleOnce(bus, emptyReading());
    };
    expect(read(t, h, p)).toBe(Code.Fault);
    expect(read(t, 30000, 415148)).toBe(0);
    expect(read(519888, h, 415148)).toBe(0);
    expect(read(519888, 30000, p)).toBe(0);
    expect(read(t, h, 415148)).toBe(0);
  });

  it.each([0, 0xffff])('refuses humidity code %i, which the formula would cut to the range', (code) => {
    const bus = createBme280Registers(TYPICAL_TRIM);
    bus.setCodes(519888, code, 415148);
    expect(sampleOnce(bus, emptyReading())).toBe(Code.Range);
  });

  it.each([
    ['ctrl_hum', 0xf2],
    ['ctrl_meas', 0xf4],
    ['config', 0xf5],
  ])('refuses values measured under another %s', (_name, register) => {
    const bus = createBme280Registers(TYPICAL_TRIM);
    bus.setCodes(519888, 30000, 415148);
    const driver = createBme280(bus);
    const out = emptyReading();
    let now = 0;
    let wait = driver.start(now);
    for (let i = 0; i < 2; i++) {
      now += wait;
      if (i === 1) bus.registers[register] ^= 0x04;
      wait = driver.poll(now, out);
    }
    expect(wait).toBe(Code.Fault);
    expect(out.time).toBe(-1);
  });
});
