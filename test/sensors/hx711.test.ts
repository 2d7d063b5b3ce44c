import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createHx711Chip } from '../../sim/chips/hx711.ts';
import type { Hx711ChipOptions } from '../../sim/chips/hx711.ts';
import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { createRig } from '../../sim/rig/rig.ts';
import { createSpiLines } from '../../sim/rig/spi-lines.ts';
import { Code } from '../../src/ports/codes.ts';
import { NO_VALUE } from '../../src/ports/reading.ts';
import type { Reading } from '../../src/ports/reading.ts';
import { createHx711 } from '../../src/sensors/hx711.ts';
import type { Hx711Options } from '../../src/sensors/hx711.ts';

function createBench(options: Hx711Options = {}, chipOptions: Partial<Hx711ChipOptions> = {}) {
  const rig = createRig(5000);
  const truth = createQuantities();
  const chip = createHx711Chip({
    surroundings: createStill(truth),
    perGram: 400,
    zero: 1000,
    ...chipOptions,
  });
  const lines = createSpiLines(chip, rig);
  const driver = createHx711(lines, options);
  const out: Reading = { values: new Int32Array(2), time: 0 };

  /** @param midway after the first step. */
  function sample(midway = (): void => {}): { code: number; weight: number; counts: number; ms: number } {
    const startedAt = rig.now();
    let answer = driver.start(startedAt);
    midway();
    for (let polls = 0; answer > 0 && polls < 400; polls++) {
      rig.advance(answer);
      answer = driver.poll(rig.now(), out);
    }
    return { code: answer, weight: out.values[0]!, counts: out.values[1]!, ms: rig.now() - startedAt };
  }
  return { rig, truth, chip, lines, driver, sample };
}

/** The code of a conversion, sent as the chip sends it. */
function convert(code: number, options: Hx711Options = {}) {
  const bench = createBench(options, { perGram: 1, zero: 0 });
  bench.truth.weight = code;
  return bench.sample();
}

describe('HX711, numbers', () => {
  it('is each code with its sign', () => {
    for (const code of [0, 1, -1, 0x123456, -0x123456, 0x7ffffe, -0x7fffff, 0x555555, -0x555555]) {
      expect(convert(code)).toMatchObject({ code: Code.Ok, counts: code });
    }
    fc.assert(
      fc.property(fc.integer({ min: -0x7fffff, max: 0x7ffffe }), (code) => {
        expect(convert(code).counts).toBe(code);
      }),
    );
  });

  it('refuses both ends of the converter', () => {
    expect(convert(0x7fffff).code).toBe(Code.Range);
    expect(convert(0x900000).code).toBe(Code.Range);
    expect(convert(-0x800000).code).toBe(Code.Range);
  });

  it('has no weight until it is told what a gram is', () => {
    expect(convert(5000)).toMatchObject({ code: 0, weight: NO_VALUE, counts: 5000 });
  });

  it('takes the tare off, and divides, in either direction', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -8000000, max: 8000000 }),
        fc.integer({ min: -8388608, max: 8388607 }),
        fc.oneof(fc.double({ min: 0.5, max: 5000 }), fc.double({ min: -5000, max: -0.5 })),
        (code, offset, countsPerGram) => {
          const want = ((code - offset) * 10) / countsPerGram;
          fc.pre(Math.abs(want) < 100000000);
          const { weight } = convert(code, { offset, countsPerGram });
          expect(Math.abs(weight - want)).toBeLessThanOrEqual(0.5 + 1e-6);
        },
      ),
    );
  });

  it('refuses a weight that no scale has', () => {
    expect(convert(8000000, { countsPerGram: 0.5 }).code).toBe(Code.Range);
  });
});

describe('HX711, pulses', () => {
  it.each([
    [128, 1, 500 * 400 + 1000],
    [32, 2, 0],
    [64, 3, 250 * 400 + 500],
  ] as const)('chooses gain %i, and never shows a conversion of another', (gain, setting, counts) => {
    const bench = createBench({ gain });
    for (let round = 0; round < 3; round++) {
      expect(bench.sample()).toMatchObject({ code: 0, counts });
      expect(bench.chip.setting).toBe(setting);
      bench.rig.advance(1000);
    }
  });

  it('is right behind a loss of power at any time, which forgets the gain', () => {
    for (let ms = 0; ms < 600; ms += 20) {
      const bench = createBench({ gain: 64 });
      bench.sample();
      bench.rig.advance(1000);
      bench.chip.brownOut(bench.rig.now());
      bench.rig.advance(ms);
      expect(bench.sample()).toMatchObject({ code: 0, counts: 100500 });
      bench.rig.advance(1000);
      const midway = bench.sample(() => bench.chip.brownOut(bench.rig.now()));
      expect(midway).toMatchObject({ code: 0, counts: 100500 });
      expect(midway.ms).toBeGreaterThan(400);
    }
  });

  it('is right behind a loss of power at 80 conversions a second, too', () => {
    const bench = createBench({ gain: 64, rate: 80 }, { rate: 80 });
    bench.sample();
    bench.rig.advance(1000);
    expect(bench.sample()).toMatchObject({ code: 0, counts: 100500, ms: 14 });
    bench.rig.advance(1000);
    const midway = bench.sample(() => bench.chip.brownOut(bench.rig.now()));
    expect(midway).toMatchObject({ code: 0, counts: 100500 });
    expect(midway.ms).toBeGreaterThan(50);
  });

  it('sends all pulses in one transfer, each far shorter than what switches the chip off', () => {
    const bench = createBench({ gain: 64 });
    bench.sample();
    expect(bench.chip.longestUs).toBe(1);
    expect(bench.chip.resets).toBe(0);
  });

  it('sends no pulse while the chip is not ready', () => {
    const bench = createBench();
    const sent: number[] = [];
    const driver = createHx711({
      transfer(out, into) {
        sent.push(...out);
        into.fill(0xff);
        return Code.Ok;
      },
    });
    driver.start(bench.rig.now());
    expect(sent).toEqual([0]);
  });

  it('waits for a level that changes while it is looked at', () => {
    const driver = createHx711({ transfer: (_out, into) => (into.fill(0x0f), Code.Ok) });
    expect(driver.start(0)).toBe(5);
  });

  it('gives no value from a board that leaves the clock high', () => {
    const bench = createBench();
    bench.chip.idlesHigh = true;
    for (let round = 0; round < 3; round++) {
      expect(bench.sample().code).toBe(Code.Timeout);
      bench.rig.advance(1000);
    }
    expect(bench.chip.resets).toBeGreaterThan(3);
  });

  it('hands on what the bus says', () => {
    const bench = createBench();
    bench.lines.fails = true;
    expect(bench.sample().code).toBe(Code.Timeout);
    bench.lines.fails = false;
    expect(bench.sample().code).toBe(Code.Ok);
  });

  it('takes a late poll for what it is, and reads again', () => {
    const bench = createBench({ gain: 64 });
    bench.sample();
    bench.rig.advance(1000);
    expect(bench.driver.start(bench.rig.now())).toBe(110);
    bench.rig.advance(900);
    bench.truth.weight = 700;
    const out: Reading = { values: new Int32Array(2), time: 0 };
    expect(bench.driver.poll(bench.rig.now(), out)).toBe(5);
  });
});

describe('HX711 chip', () => {
  it('is ready 400 ms after its start, and 100 ms after it was read', () => {
    const { rig, chip } = createBench();
    const level = new Uint8Array(1);
    const frame = new Uint8Array(7);
    const look = (): number => (chip.transfer(new Uint8Array(1), level, rig.now()), level[0]!);
    chip.brownOut(rig.now());
    rig.advance(399);
    expect(look()).toBe(0xff);
    rig.advance(1);
    expect(look()).toBe(0);
    chip.transfer(Uint8Array.of(0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xa8), frame, rig.now());
    expect(look()).toBe(0xff);
    // Another gain: it settles again.
    rig.advance(399);
    expect(look()).toBe(0xff);
    rig.advance(1);
    expect(look()).toBe(0);
    chip.transfer(Uint8Array.of(0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xa8), frame, rig.now());
    rig.advance(99);
    expect(look()).toBe(0xff);
    rig.advance(1);
    expect(look()).toBe(0);
  });
});
