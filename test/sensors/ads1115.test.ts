// The ADS1115's driver where the case of all drivers does not look: options, inputs, ends of ranges, a chip that is found
// converting; and its simulated chip.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAds1115Chip } from '../../sim/chips/ads1115.ts';
import type { Ads1115Chip } from '../../sim/chips/ads1115.ts';
import { Code } from '../../src/ports/codes.ts';
import { createAds1115 } from '../../src/sensors/ads1115.ts';
import type { Ads1115Input, Ads1115Options } from '../../src/sensors/ads1115.ts';
import type { Driver } from '../../src/sensors/driver.ts';
import { createWorld, sampleOf } from './one-sample.ts';
import type { Sample, World } from './one-sample.ts';

type Pins = Ads1115Input['pins'];

interface Bench extends World {
  readonly chip: Ads1115Chip;
  readonly driver: Driver<Ads1115Options>;
  /** Microvolts at the pins. */
  readonly pins: number[];
  sample(): Sample;
}

function createBench(options: Ads1115Options = {}): Bench {
  const world = createWorld();
  const pins = [100000, 200000, 300000, 400000];
  const chip = createAds1115Chip({
    pins: [() => pins[0], () => pins[1], () => pins[2], () => pins[3]],
    address: options.address ?? 0x48,
    is12Bit: options.is12Bit ?? false,
  });
  world.rig.devices.push(chip);
  const driver = createAds1115(world.rig.i2c, options);
  return { ...world, chip, driver, pins, sample: () => sampleOf(world.rig, driver) };
}

function readWord({ chip, rig }: Bench, register: number): number {
  const bytes = new Uint8Array(2);
  chip.write([register], rig.now());
  chip.read(bytes, rig.now());
  return bytes[0] * 256 + bytes[1];
}

/** An input alone. */
const only = (pins: Pins, range?: Ads1115Input['range']): Ads1115Options => ({
  inputs: [range === undefined ? { pins } : { pins, range }],
});

describe('ADS1115 driver', () => {
  it.each<[Ads1115Options, number]>([
    [{}, 0xc387],
    [only('a0-a1'), 0x8387],
    [only('a0-a3'), 0x9387],
    [only('a1-a3'), 0xa387],
    [only('a2-a3'), 0xb387],
    [only('a1'), 0xd387],
    [only('a2'), 0xe387],
    [only('a3'), 0xf387],
    [only('a0', 6144), 0xc187],
    [only('a0', 4096), 0xc387],
    [only('a0', 2048), 0xc587],
    [only('a0', 1024), 0xc787],
    [only('a0', 512), 0xc987],
    [only('a0', 256), 0xcb87],
    [{ rate: 8 }, 0xc307],
    [{ rate: 250 }, 0xc3a7],
    [{ rate: 860 }, 0xc3e7],
    [{ is12Bit: true }, 0xc307],
    [{ is12Bit: true, rate: 1600 }, 0xc387],
    [{ is12Bit: true, rate: 3300 }, 0xc3c7],
    [{ address: 0x4b }, 0xc387],
  ])('writes %o as the datasheet has it', (options, config) => {
    const bench = createBench(options);
    expect(bench.sample().code).toBe(Code.Ok);
    expect(readWord(bench, 1).toString(16)).toBe(config.toString(16));
  });

  it('is right with all inputs of a chip, none of which shows its neighbour', () => {
    const bench = createBench({
      inputs: [
        { pins: 'a3' },
        { pins: 'a0', range: 256 },
        { pins: 'a2', range: 6144 },
        { pins: 'a1', range: 512 },
        { pins: 'a0-a1', range: 1024 },
        { pins: 'a0-a3', range: 1024 },
        { pins: 'a1-a3', range: 2048 },
        { pins: 'a2-a3' },
      ],
      rate: 860,
    });
    expect(bench.driver.channels.map(({ key }) => key)).toEqual([
      'a3',
      'a0',
      'a2',
      'a1',
      'a0-a1',
      'a0-a3',
      'a1-a3',
      'a2-a3',
    ]);
    const truth = [400000, 100000, 300000, 200000, -100000, -300000, -200000, -100000];
    const steps = [125, 7.8125, 187.5, 15.625, 31.25, 31.25, 62.5, 125];
    for (let i = 0; i < 3; i++) {
      const { code, values } = bench.sample();
      expect(code).toBe(Code.Ok);
      truth.forEach((value, n) =>
        expect(Math.abs(values[n] - value)).toBeLessThanOrEqual(steps[n]! / 2 + 0.5),
      );
    }
  });

  it.each([
    [{ rate: 8 }, 141],
    [{ rate: 128 }, 10],
    [{ rate: 860 }, 3],
    [{ rate: 3300, is12Bit: true }, 2],
  ] as const)('waits for %o as long as the slowest chip takes', (options, ms) => {
    const bench = createBench(options);
    bench.sample();
    expect(bench.sample().ms).toBe(ms);
  });

  it('shows a pin below ground below 0', () => {
    const bench = createBench();
    bench.pins[0] = -250;
    expect(bench.sample().values[0]).toBe(-250);
  });

  it.each([
    [{ inputs: [{ pins: 'a0', range: 256 }] }, 256000, 7.8125],
    [{ inputs: [{ pins: 'a0', range: 2048 }] }, 2048000, 62.5],
    [{ inputs: [{ pins: 'a0', range: 2048 }], is12Bit: true, rate: 1600 }, 2048000, 1000],
  ] as const)('refuses the ends of %o, and nothing before them', (options, end, step) => {
    const bench = createBench(options);
    for (const [microvolts, code] of [
      [end, Code.Overflow],
      [end - step, Code.Overflow],
      [end - 2 * step, Code.Ok],
      [-end + step, Code.Ok],
      [-end, Code.Overflow],
    ] as const) {
      bench.pins[0] = microvolts;
      expect(bench.sample().code, `${microvolts}`).toBe(code);
    }
  });

  it('waits for a chip that another firmware left converting', () => {
    for (const rate of [0, 4, 7]) {
      const bench = createBench();
      bench.pins[3] = 3000000;
      bench.chip.write([1, 0x72, (rate << 5) | 3], bench.rig.now());
      bench.rig.advance(1);
      const { code, values } = bench.sample();
      expect(code).toBe(Code.Ok);
      expect(values[0]).toBe(100000);
    }
  });

  it('notices a reset although its settings are those of a reset', () => {
    const bench = createBench(only('a0-a1', 2048));
    bench.sample();
    const out = { values: new Int32Array(1), time: 0 };
    const wait = bench.driver.start(bench.rig.now());
    bench.rig.advance(wait);
    bench.chip.brownOut(bench.rig.now());
    expect(bench.driver.poll(bench.rig.now(), out)).toBe(Code.Fault);
  });

  it('tells a chip that does not keep what is written from one that says nothing', () => {
    const bench = createBench();
    const ram = { address: 0x48, write: () => true, read: (into: Uint8Array) => into.fill(0x12) !== null };
    bench.rig.devices[0] = ram;
    expect(bench.sample().code).toBe(Code.WrongId);
    for (const byte of [0, 0xff]) {
      bench.rig.devices[0] = { ...ram, read: (into: Uint8Array) => into.fill(byte) !== null };
      expect(bench.sample().code).toBe(Code.Fault);
    }
  });

  it('takes other inputs, but not another number of them', () => {
    const bench = createBench(only('a0'));
    expect(bench.driver.configure({ inputs: [{ pins: 'a0' }, { pins: 'a1' }] })).toBe(Code.BadOptions);
    expect(bench.driver.configure(only('a2'))).toBe(Code.Ok);
    expect(bench.sample().values).toEqual([300000]);
  });

  it('has one input or more, and no more than eight', () => {
    expect(createBench({ inputs: [] }).sample().code).toBe(Code.BadOptions);
    const inputs = Array.from({ length: 9 }, (): Ads1115Input => ({ pins: 'a0' }));
    expect(createBench({ inputs }).sample().code).toBe(Code.BadOptions);
  });

  it('is the code times range / 32768 for all codes and ranges', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -32767, max: 32766 }),
        fc.constantFrom(6144, 4096, 2048, 1024, 512, 256),
        (raw, range) => {
          const bench = createBench(only('a0-a3', range));
          const volts = (raw * (range / 1000)) / 32768;
          bench.pins[0] = volts * 1e6;
          bench.pins[3] = 0;
          const { code, values } = bench.sample();
          expect(code).toBe(Code.Ok);
          expect(Math.abs(values[0] - volts * 1e6)).toBeLessThanOrEqual(0.5001);
        },
      ),
    );
  });
});

describe('simulated ADS1115', () => {
  it('has the registers of a reset, and is asleep', () => {
    const bench = createBench();
    bench.sample();
    bench.chip.brownOut(bench.rig.now());
    expect([0, 1, 2, 3].map((register) => readWord(bench, register))).toEqual([0, 0x8583, 0x8000, 0x7fff]);
    bench.rig.advance(1000);
    expect(readWord(bench, 0)).toBe(0);
  });

  it('shows the conversion before until one is done', () => {
    const bench = createBench();
    bench.chip.write([1, 0xc3, 0x83], bench.rig.now());
    bench.rig.advance(20);
    expect(readWord(bench, 0)).toBe(800);
    bench.chip.write([1, 0xd3, 0x83], bench.rig.now());
    bench.rig.advance(8);
    expect([readWord(bench, 0), readWord(bench, 1)]).toEqual([800, 0x5383]);
    bench.rig.advance(1);
    expect([readWord(bench, 0), readWord(bench, 1)]).toEqual([1600, 0xd383]);
  });

  it('begins nothing while it converts', () => {
    const bench = createBench();
    bench.chip.write([1, 0xc3, 0x03], bench.rig.now());
    bench.rig.advance(5);
    bench.chip.write([1, 0xd3, 0xe3], bench.rig.now());
    bench.rig.advance(200);
    expect(readWord(bench, 0)).toBe(800);
  });

  it('has 12 bits at the left of the word as an ADS1015', () => {
    const bench = createBench({ is12Bit: true });
    bench.pins[0] = -3000;
    bench.chip.write([1, 0xc5, 0x83], bench.rig.now());
    bench.rig.advance(2);
    expect(readWord(bench, 0)).toBe(0xffd0);
  });
});
