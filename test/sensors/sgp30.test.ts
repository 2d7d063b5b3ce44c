// The SGP30 and its driver, where the case does not show it: start, baseline, water in the air, pauses.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { putWord } from '../../sim/chips/sensirion.ts';
import { createSgp30Chip } from '../../sim/chips/sgp30.ts';
import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { Code } from '../../src/ports/codes.ts';
import { NO_VALUE } from '../../src/ports/reading.ts';
import { createSgp30 } from '../../src/sensors/sgp30.ts';
import type { Sgp30Options } from '../../src/sensors/sgp30.ts';
import { createChipBench } from './chip-bench.ts';

const NONE = [NO_VALUE, NO_VALUE];
const TRUTH = [620, 120];
const BASELINE = { baselineCo2: 0x8e68, baselineTvoc: 0x8f41 };

function bench(options: Sgp30Options = {}) {
  const quantities = createQuantities();
  const chip = createSgp30Chip({ surroundings: createStill(quantities) });
  const made = createChipBench(chip, (bus) => createSgp30(bus, options));
  /** A sample each second. @returns the last one. */
  function seconds(count: number): number[] {
    let values: number[] = [];
    for (let i = 0; i < count; i++) {
      const begun = made.rig.now();
      values = made.values();
      made.rig.advance(begun + 1000 - made.rig.now());
    }
    return values;
  }
  return { chip, quantities, bench: made, seconds };
}

/** Sensirion's formula of the driver integration guide, in g/m3. */
function absoluteHumidity(celsius: number, percent: number): number {
  const pressure = (percent / 100) * 6.112 * Math.exp((17.62 * celsius) / (243.12 + celsius));
  return 216.7 * (pressure / (273.15 + celsius));
}

describe('driver of the SGP30', () => {
  it('starts the chip, and gives no value while the chip gives the same for any air', () => {
    const { bench: b, seconds } = bench();
    expect(seconds(1)).toEqual([...NONE, ...NONE]);
    expect(b.sent).toEqual(['20 2f', '20 15', '20 03', '20 08', '20 15']);
    expect(seconds(14).slice(0, 2)).toEqual(NONE);
    expect(seconds(2)).toEqual([...TRUTH, ...NONE]);
    expect(b.sent.filter((bytes) => bytes === '20 03').length).toBe(1);
  });

  it('gives each command its time', () => {
    const { bench: b, seconds } = bench();
    seconds(1);
    const steps = b.sentAt.map((at, i) => at - (b.sentAt[i - 1] ?? 0)).slice(1);
    expect(steps[0]).toBe(11);
    expect(steps[1]).toBe(11);
    expect(steps[3]).toBe(13);
  });

  it('gives back what was learned, in the other order, after the start', () => {
    const { bench: b, chip, seconds } = bench(BASELINE);
    seconds(17);
    expect(b.sent.slice(2, 4)).toEqual(['20 03', '20 1e 8f 41 37 8e 68 cd']);
    expect(chip.state).toMatchObject(BASELINE);
    expect(seconds(1)).toEqual([...TRUTH, 0x8e68, 0x8f41]);
  });

  it('shows what the chip has learned, once it has', () => {
    const { chip, seconds } = bench();
    seconds(17);
    Object.assign(chip.state, { baselineCo2: 0x8973, baselineTvoc: 0x8aae });
    expect(seconds(1)).toEqual([...TRUTH, 0x8973, 0x8aae]);
  });

  it('takes nothing from a chip that has learned already, when the board starts anew', () => {
    const { bench: b, chip } = bench(BASELINE);
    chip.write([0x20, 0x03], 0);
    Object.assign(chip.state, { baselineCo2: 0x8973, baselineTvoc: 0x8aae });
    b.rig.advance(20000);
    expect(b.values()).toEqual([...TRUTH, 0x8973, 0x8aae]);
    expect(chip.state.starts).toBe(1);
  });

  it('goes on where it was when the air is told anew, even before the chip has learned', () => {
    const { bench: b, chip, seconds } = bench();
    seconds(17);
    b.driver.configure({ temperature: 30000, humidity: 60000 });
    expect(seconds(1)).toEqual([...TRUTH, ...NONE]);
    expect(chip.state.starts).toBe(1);
    expect(chip.state.water).toBe(Math.round(absoluteHumidity(30, 60) * 256));
  });

  it('notices a chip that started anew, and gives back what it had learned', () => {
    const { bench: b, chip, seconds } = bench();
    seconds(17);
    Object.assign(chip.state, { baselineCo2: 0x8973, baselineTvoc: 0x8aae });
    seconds(2);
    chip.brownOut(b.rig.now());
    b.rig.advance(1000);
    expect(b.sample()).toBe(Code.Fault);
    b.rig.advance(1000);
    expect(b.values()).toEqual([...NONE, 0x8973, 0x8aae]);
    expect(chip.state).toMatchObject({ baselineCo2: 0x8973, baselineTvoc: 0x8aae });
    seconds(15);
    expect(seconds(1).slice(0, 2)).toEqual(TRUTH);
  });

  it('gives no value of a chip that started anew before it had learned', () => {
    const { bench: b, chip, seconds } = bench();
    seconds(17);
    chip.brownOut(b.rig.now());
    b.rig.advance(1000);
    expect(seconds(15)).toEqual([...NONE, ...NONE]);
    expect(seconds(2)).toEqual([...TRUTH, ...NONE]);
  });

  it('gives 400 and 0 for fresh air once the chip knows what that is', () => {
    const { quantities, seconds } = bench(BASELINE);
    seconds(17);
    Object.assign(quantities, { co2: 400, tvoc: 0 });
    expect(seconds(1).slice(0, 2)).toEqual([400, 0]);
  });

  it('starts the chip again after a sample that did not end', () => {
    const { bench: b, chip, seconds } = bench();
    seconds(17);
    chip.faults.absent = true;
    expect(b.sample()).toBe(Code.Absent);
    chip.faults.absent = false;
    expect(seconds(1).slice(0, 2)).toEqual(NONE);
    expect(chip.state.starts).toBe(2);
  });

  it('refuses to go on after a pause, which the algorithm of the chip does not bear', () => {
    const { bench: b, seconds } = bench();
    seconds(17);
    b.rig.advance(30001);
    expect(b.sample()).toBe(Code.Fault);
    expect(seconds(1)).toEqual([...TRUTH, ...NONE]);
  });

  it('tells the chip the water in the air before each measurement', () => {
    const { bench: b, chip, seconds } = bench({ temperature: 25000, humidity: 50000 });
    seconds(2);
    // 11.48 g/m3.
    expect(chip.state.water).toBe(2940);
    expect(b.sent.filter((bytes) => bytes.startsWith('20 61 0b 7c')).length).toBe(2);
  });

  it('knows the water in any air', () => {
    fc.assert(
      fc.property(fc.integer({ min: -40000, max: 85000 }), fc.integer({ min: 0, max: 100000 }), (t, h) => {
        const { bench: b, chip } = bench({ temperature: t, humidity: h });
        b.values();
        const word = absoluteHumidity(t / 1000, h / 1000) * 256;
        expect(Math.abs(chip.state.water - Math.min(65535, Math.max(1, word)))).toBeLessThanOrEqual(0.5001);
      }),
      {
        examples: [
          [-40000, 0],
          [85000, 100000],
          [0, 0],
        ],
      },
    );
  });

  it('finds no SGP30 in an SGPC3', () => {
    const { bench: b, chip } = bench();
    chip.faults.wrongId = true;
    expect(b.sample()).toBe(Code.WrongId);
  });

  it.each(['20 2f', '20 15', '20 08'])('refuses zeros behind %s', (which) => {
    const { bench: b } = bench();
    b.tamper = (into, command) => void (command === which && into.fill(0));
    expect(b.sample()).toBe(Code.Crc);
  });

  it.each([
    [399, 0],
    [60000, 0],
    [400, 60000],
    [65535, 65535],
  ])('refuses %i ppm and %i ppb', (co2, tvoc) => {
    const { bench: b, seconds } = bench(BASELINE);
    seconds(17);
    b.tamper = (into, command) => {
      if (command !== '20 08') return;
      putWord(into, 0, co2, false);
      putWord(into, 3, tvoc, false);
    };
    expect(b.sample()).toBe(Code.Range);
  });

  it.each([2, 3])('takes no old frame for a new one when the bus is held down at step %i', (step) => {
    const { bench: b, seconds } = bench();
    seconds(17);
    b.rig.advance(b.driver.start(b.rig.now()));
    for (let i = 1; i < step; i++) b.rig.advance(b.driver.poll(b.rig.now(), b.out));
    b.rig.i2c.stuck = true;
    expect(b.driver.poll(b.rig.now(), b.out)).toBe(Code.Timeout);
  });
});

describe('simulated SGP30', () => {
  it('gives 400 and 0 for fifteen seconds, and is busy for twelve milliseconds', () => {
    const { chip } = bench();
    const frame = new Uint8Array(6);
    chip.write([0x20, 0x03], 0);
    expect(chip.write([0x20, 0x08], 9)).toBe(false);
    chip.write([0x20, 0x08], 14000);
    expect(chip.read(frame, 14011)).toBe(false);
    expect(chip.read(frame, 14012)).toBe(true);
    expect([frame[0], frame[1], frame[3], frame[4]]).toEqual([1, 0x90, 0, 0]);
    chip.write([0x20, 0x08], 15000);
    chip.read(frame, 15012);
    expect(frame[1]).toBe(0x6c);
  });

  it('has learned after an hour', () => {
    const { chip } = bench();
    const frame = new Uint8Array(6);
    chip.write([0x20, 0x03], 0);
    chip.write([0x20, 0x15], 3599000);
    chip.read(frame, 3599010);
    expect(frame[0]).toBe(0);
    chip.write([0x20, 0x15], 3600000);
    chip.read(frame, 3600010);
    expect(frame[0]).toBe(0x89);
  });

  it('refuses words whose CRC is wrong', () => {
    const { chip } = bench();
    chip.write([0x20, 0x03], 0);
    expect(chip.write([0x20, 0x61, 0x0b, 0x7c, 0x00], 20)).toBe(false);
    expect(chip.state.water).toBe(0);
  });
});
