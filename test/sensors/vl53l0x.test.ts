// The VL53L0X's driver where the case of all drivers does not look: how the chip is brought up, budgets, range status; and its
// simulated chip.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createVl53l0xChip } from '../../sim/chips/vl53l0x.ts';
import type { Vl53l0xChip } from '../../sim/chips/vl53l0x.ts';
import { Code } from '../../src/ports/codes.ts';
import { NO_VALUE } from '../../src/ports/reading.ts';
import { createVl53l0x } from '../../src/sensors/vl53l0x.ts';
import type { Vl53l0xOptions } from '../../src/sensors/vl53l0x.ts';
import { createWorld, sampleOf } from './one-sample.ts';
import type { Sample, World } from './one-sample.ts';

interface Bench extends World {
  readonly chip: Vl53l0xChip;
  /** Bytes of every write, as hexadecimal digits. */
  readonly writes: string[];
  sample(): Sample;
}

function createBench(options: Vl53l0xOptions = {}): Bench {
  const world = createWorld();
  const chip = createVl53l0xChip({ surroundings: world.surroundings });
  const writes: string[] = [];
  world.rig.devices.push({
    address: chip.address,
    read: chip.read,
    write(bytes, now) {
      if (bytes.length > 1) writes.push(Buffer.from(bytes).toString('hex'));
      return chip.write(bytes, now);
    },
  });
  const driver = createVl53l0x(world.rig.i2c, options);
  return { ...world, chip, writes, sample: () => sampleOf(world.rig, driver) };
}

/** ST's DefaultTuningSettings: register, value, ... (THIRD_PARTY.md). */
const TUNING =
  'ff010000ff00090010001100240125ff7500ff014e2c48003020ff00300954003104320340834625' +
  '6000270050065100529656085730610062006400650066a0ff012232471449ff4a00ff007a0a7b00' +
  '7821ff012334420044ff4526460540400e06201a4340ff0034033544ff0131044b094c054d04ff00' +
  '440045204708482867007004710172fe76007700ff010d01ff00800101f8ff018e010001ff008000';

/** Microseconds of a measurement as ST's API counts them for SYSTEM_SEQUENCE_CONFIG 0xE8. */
function budgetOf(registers: Uint8Array): number {
  const macro = (code: number): number => Math.floor((2304 * ((code + 1) << 1) * 1655 + 500) / 1000);
  const us = (periods: number, ns: number): number => Math.floor((periods * ns + ns / 2) / 1000);
  const decode = (at: number): number => (registers[at + 1]! << registers[at]!) + 1;
  const pre = macro(registers[0x50]!);
  const final = macro(registers[0x70]!);
  const check = us(registers[0x46]! + 1, pre);
  return (
    1320 +
    960 +
    2 * (check + 690) +
    us(decode(0x51), pre) +
    660 +
    us(decode(0x71) - decode(0x51), final) +
    550
  );
}

describe('VL53L0X driver', () => {
  it("writes ST's tuning settings, whole and in their order", () => {
    const bench = createBench();
    expect(bench.sample()).toMatchObject({ code: Code.Ok, values: [1230] });
    expect(bench.writes.join('')).toContain(TUNING);
    expect(TUNING).toHaveLength(320);
  });

  it('resets the chip first, whatever it does, and switches its pads to 2.8 V', () => {
    const bench = createBench();
    bench.sample();
    expect(bench.writes.slice(0, 4)).toEqual(['ff00', 'bf00', 'bf01', '8901']);
    expect(bench.chip.registers[0x89]).toBe(1);
  });

  it('waits for a chip that boots, remembers, calibrates and measures slowly', () => {
    const bench = createBench();
    const device = bench.rig.devices[0]!;
    let silentUntil = 0;
    bench.rig.devices[0] = {
      ...device,
      write(bytes, now) {
        if (now < silentUntil) return false;
        if (bytes[0] === 0xbf && bytes[1] === 1) silentUntil = now + 20;
        return device.write(bytes, now);
      },
    };
    bench.chip.faults.slowMs = 40;
    expect(bench.sample()).toMatchObject({ code: Code.Ok, values: [1230] });
  });

  it('sends nothing more in a step after an error', () => {
    const bench = createBench();
    bench.rig.i2c.stuck = true;
    expect(bench.sample().code).toBe(Code.Timeout);
    expect(bench.rig.i2c.transfers).toBe(1);
  });

  it('does not go on after a setting that was not acknowledged, though the next ones would be', () => {
    const bench = createBench();
    const device = bench.rig.devices[0]!;
    let isOver = false;
    bench.rig.devices[0] = {
      ...device,
      write(bytes, now) {
        const isFirst = !isOver && bytes[0] === 0x46 && bytes[1] === 0x25;
        isOver ||= isFirst;
        return !isFirst && device.write(bytes, now);
      },
    };
    expect(bench.sample().code).toBe(Code.Absent);
    bench.rig.advance(5);
    expect(bench.sample()).toMatchObject({ code: Code.Ok, values: [1230] });
  });

  it('never holds the bus for more than 25 transfers at once', () => {
    const world = createWorld();
    world.rig.devices.push(createVl53l0xChip({ surroundings: world.surroundings }));
    const driver = createVl53l0x(world.rig.i2c);
    const out = { values: new Int32Array(1), time: 0 };
    let most = 0;
    let before = 0;
    for (let wait = driver.start(world.rig.now()); wait > 0; wait = driver.poll(world.rig.now(), out)) {
      most = Math.max(most, world.rig.i2c.transfers - before);
      before = world.rig.i2c.transfers;
      world.rig.advance(wait);
    }
    expect(out.values[0]).toBe(1230);
    expect(most).toBeLessThanOrEqual(25);
  });

  it('leaves on as many of the good reference diodes behind the aperture as the memory says', () => {
    const bench = createBench();
    bench.sample();
    // Of 0xff, 0xdf, 0x7b, ... from the 12th on: 4 bits of the second, and 3 of the third.
    expect([...bench.chip.registers.subarray(0xb0, 0xb6)]).toEqual([0, 0xd0, 0x1b, 0, 0, 0]);
  });

  it('gives the stop variable back before each measurement', () => {
    const bench = createBench();
    bench.sample();
    bench.writes.length = 0;
    bench.sample();
    expect(bench.writes).toEqual(['8001', 'ff01', '0000', '913c', '0001', 'ff00', '8000', '0001', '0b01']);
  });

  it.each([20, 33, 50, 66, 100, 200, 500])('gives a measurement the %i ms of its budget', (budgetMs) => {
    const bench = createBench({ budgetMs });
    bench.sample();
    expect(bench.chip.registers[0x01]).toBe(0xe8);
    const us = budgetOf(bench.chip.registers);
    expect(us).toBeLessThanOrEqual(budgetMs * 1000 + 40);
    // The exponent drops bits of a long one.
    expect(us).toBeGreaterThan(budgetMs * 990 - 100);
    expect(bench.sample().ms).toBe(budgetMs + 3);
  });

  it('has no value without a target, and one again with it', () => {
    const bench = createBench();
    for (const [mm, shown] of [
      [-1, NO_VALUE],
      [700, 700],
      [2001, NO_VALUE],
      [2000, 2000],
    ]) {
      bench.truth.distance = mm!;
      expect(bench.sample()).toMatchObject({ code: Code.Ok, values: [shown] });
    }
  });

  // Range status as ST's API names it; a frame that has one, and the distance 500 mm.
  it.each([
    ['none', 0, Code.Fault, 0],
    ['a laser that is not continuous', 1, Code.Fault, 0],
    ['the watchdog of the laser', 2, Code.Fault, 0],
    ['no calibration of the voltage', 3, Code.Fault, 0],
    ['no target', 4, Code.Ok, NO_VALUE],
    ['too weak a signal', 5, Code.Ok, NO_VALUE],
    ['a wrong phase', 6, Code.Ok, NO_VALUE],
    ['too much noise', 7, Code.Ok, NO_VALUE],
    ['an inconsistent phase', 9, Code.Ok, NO_VALUE],
    ['complete', 11, Code.Ok, 500],
    ['an overflow', 13, Code.Ok, NO_VALUE],
  ])('takes the range status of %s for what it is', (_name, status, code, value) => {
    const bench = createBench();
    bench.sample();
    bench.truth.distance = 500;
    const device = bench.rig.devices[0]!;
    bench.rig.devices[0] = {
      ...device,
      read(into, now) {
        const isDone = device.read(into, now);
        if (into.length === 13) into[1] = (status << 3) | 1;
        return isDone;
      },
    };
    expect(bench.sample()).toMatchObject({ code, values: [value] });
  });

  it('brings up a chip that a broken-off step left on another page, or another firmware measuring', () => {
    for (const page of [0, 1, 6, 7]) {
      const bench = createBench();
      bench.chip.write([0xff, page], bench.rig.now());
      bench.chip.write([0x00, 2], bench.rig.now());
      expect(bench.sample()).toMatchObject({ code: Code.Ok, values: [1230] });
    }
  });

  it('gives up where the bus fails in any transfer of bringing it up, and comes back', () => {
    const bench = createBench();
    bench.sample();
    const transfers = bench.rig.i2c.transfers;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: transfers }), (nth) => {
        const again = createBench();
        const device = again.rig.devices[0]!;
        let count = 0;
        again.rig.devices[0] = {
          ...device,
          // Pointers of reads are no transfers of their own.
          write(bytes, now) {
            if (++count === nth) again.rig.i2c.stuck = true;
            return device.write(bytes, now);
          },
        };
        const { code } = again.sample();
        again.rig.i2c.stuck = false;
        count = transfers;
        again.rig.advance(5);
        expect(code === Code.Timeout || nth > transfers - 4).toBe(true);
        expect(again.sample()).toMatchObject({ code: Code.Ok, values: [1230] });
      }),
      { numRuns: 200 },
    );
  });

  it('tells another chip from one that says nothing', () => {
    for (const [fault, code] of [
      ['wrongId', Code.WrongId],
      ['stuckLow', Code.Fault],
      ['stuckHigh', Code.Fault],
    ] as const) {
      const bench = createBench();
      bench.chip.faults[fault] = true;
      expect(bench.sample().code).toBe(code);
    }
  });
});

describe('simulated VL53L0X', () => {
  const read = ({ chip, rig }: Bench, register: number, count = 1): number[] => {
    const bytes = new Uint8Array(count);
    chip.write([register], rig.now());
    chip.read(bytes, rig.now());
    return [...bytes];
  };

  it('boots for 2 ms, and says who it is, except while it is held in reset', () => {
    const bench = createBench();
    bench.chip.brownOut(bench.rig.now());
    bench.rig.advance(1);
    expect(bench.chip.write([0xc0], bench.rig.now())).toBe(false);
    bench.rig.advance(1);
    expect(read(bench, 0xc0, 3)).toEqual([0xee, 0xaa, 0x10]);
    bench.chip.write([0xbf, 0], bench.rig.now());
    expect(read(bench, 0xc0, 3)).toEqual([0, 0, 0]);
  });

  it('has no valid distance when it was not brought up', () => {
    const bench = createBench();
    bench.chip.write([0x0a, 4], bench.rig.now());
    bench.chip.write([0x00, 1], bench.rig.now());
    bench.rig.advance(50);
    expect(read(bench, 0x13, 2)).toEqual([4, (3 << 3) | 1]);
  });

  it('is busy as long as its registers say, then says that there is a sample until that is cleared', () => {
    const bench = createBench();
    bench.sample();
    bench.chip.write([0x00, 1], bench.rig.now());
    bench.rig.advance(30);
    expect(read(bench, 0x13)).toEqual([0]);
    bench.rig.advance(5);
    expect(read(bench, 0x13)).toEqual([4]);
    bench.chip.write([0x0b, 1], bench.rig.now());
    expect(read(bench, 0x13)).toEqual([0]);
  });
});
