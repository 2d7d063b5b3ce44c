import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDht22Chip } from '../../sim/chips/dht22.ts';
import type { Dht22ChipOptions } from '../../sim/chips/dht22.ts';
import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { createOpenDrain } from '../../sim/rig/pins.ts';
import { createRig } from '../../sim/rig/rig.ts';
import { Code } from '../../src/ports/codes.ts';
import type { Reading } from '../../src/ports/reading.ts';
import { createDht22 } from '../../src/sensors/dht22.ts';
import type { Dht22Options } from '../../src/sensors/dht22.ts';
import { throughLoop } from './through-loop.ts';

function createBench(options: Dht22Options = {}, chipOptions: Partial<Dht22ChipOptions> = {}) {
  const rig = createRig(5000);
  const truth = createQuantities();
  const chip = createDht22Chip({ surroundings: createStill(truth), ...chipOptions });
  const line = createOpenDrain(chip, rig);
  const driver = throughLoop(createDht22(line, options), line);
  const out: Reading = { values: new Int32Array(2), time: 0 };

  function sample(): { code: number; values: number[]; ms: number } {
    const startedAt = rig.now();
    let answer = driver.start(startedAt);
    for (let polls = 0; answer > 0 && polls < 300; polls++) {
      rig.advance(answer);
      answer = driver.poll(rig.now(), out);
    }
    return { code: answer, values: [...out.values], ms: rig.now() - startedAt };
  }
  return { rig, truth, chip, line, driver, out, sample };
}

/** The bytes that a chip sends, without the sum. */
function decode(frame: readonly number[], model: 'dht22' | 'dht11' = 'dht22') {
  const bench = createBench({ model }, { isDht11: model === 'dht11' });
  bench.chip.frame = frame;
  return bench.sample();
}

describe('DHT22, numbers', () => {
  it.each([
    // The manual's two examples: 65.2 % and 35.1 degrees, and -10.1 degrees.
    [
      [0x02, 0x8c, 0x01, 0x5f],
      [35100, 65200],
    ],
    [
      [0x02, 0x8c, 0x80, 0x65],
      [-10100, 65200],
    ],
    [
      [0x00, 0x01, 0x80, 0x00],
      [0, 100],
    ],
    [
      [0x03, 0xe8, 0x81, 0x90],
      [-40000, 100000],
    ],
    [
      [0x00, 0x00, 0x03, 0x20],
      [80000, 0],
    ],
  ])('makes of %j what the manual says', (frame, values) => {
    expect(decode(frame)).toMatchObject({ code: Code.Ok, values });
  });

  it('refuses what an AM2302 cannot show, so also a complement', () => {
    expect(decode([0x03, 0xe9, 0, 100]).code).toBe(Code.Range);
    expect(decode([0x01, 0xf4, 0x03, 0x21]).code).toBe(Code.Range);
    expect(decode([0x01, 0xf4, 0xff, 0xf6]).code).toBe(Code.Range);
  });

  it.each([
    [
      [53, 0, 24, 4],
      [24400, 53000],
    ],
    [
      [53, 5, 0, 0x81],
      [-100, 53500],
    ],
    [
      [20, 0, 10, 0x82],
      [-10200, 20000],
    ],
  ])('makes of %j of a DHT11 what its manual says', (frame, values) => {
    expect(decode(frame, 'dht11')).toMatchObject({ code: Code.Ok, values });
  });

  it('refuses tenths above nine of a DHT11', () => {
    expect(decode([53, 10, 24, 0], 'dht11').code).toBe(Code.Fault);
    expect(decode([53, 0, 24, 10], 'dht11').code).toBe(Code.Fault);
  });

  it('takes every frame apart as the formula does', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: -400, max: 800 }), (humidity, temperature) => {
        fc.pre(humidity !== 0 || temperature !== 0);
        const size = Math.abs(temperature);
        const frame = [humidity >> 8, humidity & 255, (size >> 8) | (temperature < 0 ? 0x80 : 0), size & 255];
        expect(decode(frame)).toMatchObject({ code: 0, values: [temperature * 100, humidity * 100] });
      }),
      { numRuns: 300 },
    );
  });
});

describe('DHT22, the line', () => {
  it('is a Fault where all bits are zero, though the sum is right', () => {
    expect(decode([0, 0, 0, 0]).code).toBe(Code.Fault);
  });

  it.each(Array.from({ length: 42 }, (_, i) => i))(
    'takes no value from an answer without edge %i',
    (lost) => {
      const bench = createBench();
      bench.line.lost = lost;
      const { code, values } = bench.sample();
      // Without the first one all bits are there.
      if (lost === 0) expect({ code, values }).toEqual({ code: 0, values: [21500, 48000] });
      else expect(code).toBe(Code.Crc);
      bench.line.isOwnReported = false;
      bench.rig.advance(2000);
      expect(bench.sample().code).toBe(lost === 0 ? 0 : Code.Crc);
    },
  );

  it('works where the engine does not report our own edge, and where interrupts are late', () => {
    const bench = createBench();
    bench.line.isOwnReported = false;
    expect(bench.sample()).toMatchObject({ code: 0, values: [21500, 48000] });
    bench.rig.advance(2000);
    bench.line.jitterUs = 9;
    expect(bench.sample()).toMatchObject({ code: 0, values: [21500, 48000] });
  });

  it('calls few edges a Timeout, and too many a wrong frame', () => {
    for (const [count, code] of [
      [1, Code.Absent],
      [2, Code.Timeout],
      [40, Code.Timeout],
      [44, Code.Crc],
      [120, Code.Crc],
    ] as const) {
      const rig = createRig(0);
      let fall: (us: number) => void = () => {};
      const driver = createDht22({ pull() {}, release() {}, listen: (onFall) => void (fall = onFall) });
      const out: Reading = { values: new Int32Array(2), time: 0 };
      rig.advance(driver.start(rig.now()));
      rig.advance(driver.poll(rig.now(), out));
      for (let i = 0; i < count; i++) fall(1000 + i * 80);
      expect(driver.poll(rig.now(), out)).toBe(code);
    }
  });

  it.each([
    [76, 0, Code.Ok],
    [120, 1, Code.Ok],
    [56, 0, Code.Ok],
    [30, 0, Code.Crc],
    [160, 1, Code.Crc],
    [256 + 76, 0, Code.Crc],
    [256 + 120, 1, Code.Crc],
  ])('takes %i us for a %i, or for no bit, though the sum is right', (odd, bit, code) => {
    const frame = [0x02, 0x8c, 0x01, 0x5f, 0xee];
    const bits = frame.flatMap((byte) => Array.from({ length: 8 }, (_, i) => (byte >> (7 - i)) & 1));
    let fall: (us: number) => void = () => {};
    const driver = createDht22({ pull() {}, release() {}, listen: (onFall) => void (fall = onFall) });
    const out: Reading = { values: new Int32Array(2), time: 0 };
    let now = driver.start(0);
    now += driver.poll(now, out);
    let us = 500;
    fall(us);
    fall((us += 160));
    const at = bits.lastIndexOf(bit);
    bits.forEach((one, i) => fall((us += i === at ? odd : one ? 120 : 76)));
    const answer = driver.poll(now, out);
    // The first answer after long is good, and only fetched.
    expect(answer > 0 ? Code.Ok : answer).toBe(code);
  });

  it('lets time pass instead of waiting for the end of the start pulse', () => {
    const held: number[] = [];
    for (const model of ['dht22', 'dht11'] as const) {
      const rig = createRig(0);
      const at: number[] = [];
      const note = (): void => void at.push(rig.now());
      const driver = createDht22({ pull: note, release: note, listen() {} }, { model });
      rig.advance(driver.start(rig.now()));
      driver.poll(rig.now(), { values: new Int32Array(2), time: 0 });
      held.push(at[1]! - at[0]!);
    }
    expect(held).toEqual([2, 20]);
  });

  it('never asks twice in two seconds', () => {
    const bench = createBench();
    expect(bench.sample().code).toBe(0);
    const pulses = bench.line.pulses;
    bench.driver.start(bench.rig.now());
    expect(bench.line.pulses).toBe(pulses);
    expect(bench.sample()).toMatchObject({ code: 0 });
    bench.chip.faults.absent = true;
    bench.rig.advance(2000);
    expect(bench.sample().code).toBe(Code.Absent);
    bench.chip.faults.absent = false;
    // Less than two seconds later it would not be answered.
    expect(bench.sample()).toMatchObject({ code: 0 });
  });

  it('asks twice where the chip has not been asked for long: it answers with what it measured then', () => {
    const bench = createBench();
    expect(bench.sample()).toMatchObject({ code: 0, values: [21500, 48000], ms: 2022 });
    bench.rig.advance(60000);
    bench.truth.temperature = -5300;
    expect(bench.sample()).toMatchObject({ code: 0, values: [-5300, 48000], ms: 2022 });
    bench.rig.advance(2500);
    expect(bench.sample().ms).toBe(11);
  });

  it('works over the wrap of the microseconds', () => {
    // 2^27 microseconds are 134.2 seconds.
    for (let startMs = 134000; startMs < 134300; startMs++) {
      const bench = createBench();
      bench.rig.advance(startMs - 5000 - 2022);
      expect(bench.sample()).toMatchObject({ code: 0, values: [21500, 48000] });
    }
  });
});

describe('DHT22 chip', () => {
  it('answers no start pulse that is too short or too long, nor two in two seconds', () => {
    const falls = new Int32Array(64);
    const { chip } = createBench();
    const pulse = (at: number, ms: number): number => (chip.pulled(at), chip.released(at + ms, falls));
    expect(pulse(10000, 0)).toBe(0);
    expect(pulse(10000, 21)).toBe(0);
    expect(pulse(11000, 1)).toBe(42);
    expect(pulse(12000, 1)).toBe(0);
    expect(pulse(13000, 20)).toBe(42);
    chip.brownOut(20000);
    expect(pulse(20900, 1)).toBe(0);
  });
});
