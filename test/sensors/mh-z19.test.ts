// The MH-Z19 driver beyond what all drivers must do: answers in any stream, settings, and what a fresh start looks like.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMhZ19Chip } from '../../sim/chips/mh-z19.ts';
import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { createRig } from '../../sim/rig/rig.ts';
import { createUartLine } from '../../sim/rig/uart.ts';
import { Code } from '../../src/ports/codes.ts';
import { createMhZ19 } from '../../src/sensors/mh-z19.ts';
import type { MhZ19Options } from '../../src/sensors/mh-z19.ts';
import {
  anyBytes,
  anyCuts,
  createHandUart,
  createReading,
  cut,
  sample,
  text,
  valuesOf,
} from './uart-bench.ts';

/** Bytes 1 to 7 with their checksum as the manual has it: invert the sum, add 1. */
function packet(...bytes: number[]): string {
  const sum = bytes.reduce((all, byte) => all + byte, 0) & 255;
  return text(0xff, ...bytes, (~sum + 1) & 255);
}

const answer = (ppm: number, degrees = 22): string =>
  packet(0x86, ppm >> 8, ppm & 255, degrees + 40, 0, 4, 0x9c);
const ask = (command: number, ...bytes: number[]): string =>
  packet(1, command, ...[...bytes, 0, 0, 0, 0, 0].slice(0, 5));

const READ = ask(0x86);

/** A driver that has asked, and what it makes of the chunks that come then. */
function afterAsking(chunks: string[], options: MhZ19Options = {}) {
  const uart = createHandUart();
  const driver = createMhZ19(uart, options);
  const out = createReading(driver);
  let now = 0;
  const clock = { now: () => now, advance: (ms: number) => void (now += ms) };
  let waits = 0;
  const { code } = sample(driver, clock, out, () => {
    waits++;
    if (waits === 3) chunks.forEach(uart.give);
  });
  return { code, values: valuesOf(out), uart, driver, out, clock };
}

function bench(options: MhZ19Options = {}, seed = 5, isMute = false) {
  const truth = createQuantities();
  const rig = createRig(1000);
  const chip = createMhZ19Chip({ surroundings: createStill(truth), isMute });
  const line = createUartLine(rig, chip, { seed });
  const said: string[] = [];
  const write = (bytes: string): void => {
    said.push(bytes);
    line.write(bytes);
  };
  const create = () => createMhZ19({ write, listen: line.listen }, options);
  const driver = create();
  const out = createReading(driver);
  return { truth, rig, chip, said, driver, out, create, run: (d = driver) => sample(d, rig, out) };
}

describe('MH-Z19, answers', () => {
  it('knows the examples of the manual', () => {
    expect(READ).toBe('\xff\x01\x86\0\0\0\0\0\x79');
    // 0x0260 are 608 ppm.
    expect(afterAsking([text(0xff, 0x86, 0x02, 0x60, 0x47, 0, 0, 0, 0xd1)])).toMatchObject({
      code: 0,
      values: [608],
    });
  });

  it('finds the answer behind any garbage, however the stream is cut', () => {
    fc.assert(
      fc.property(
        // Nine bytes that are an answer by chance are one.
        anyBytes.filter((bytes) => !bytes.includes('\xff\x86')),
        anyBytes,
        anyCuts,
        fc.integer({ min: 1, max: 4999 }),
        (before, behind, at, ppm) => {
          const head = before.endsWith('\xff') ? before + '\0' : before;
          const { code, values } = afterAsking(cut(head + answer(ppm) + behind, at));
          expect([code, values]).toEqual([0, [ppm]]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('finds the answer behind one that broke off anywhere', () => {
    for (let at = 0; at < 9; at++) {
      expect(afterAsking([answer(999).slice(0, at) + answer(777)]).values).toEqual([777]);
      expect(afterAsking(['\xff'.repeat(at) + answer(777)]).values).toEqual([777]);
    }
  });

  it('refuses an answer with any single bit wrong, and what is none', () => {
    const good = answer(1234);
    for (let bit = 0; bit < 72; bit++) {
      const at = bit >> 3;
      const bad = good.slice(0, at) + text(good.charCodeAt(at) ^ (1 << (bit & 7))) + good.slice(at + 1);
      expect(afterAsking([bad]).code, `bit ${bit}`).toBeLessThan(0);
    }
    expect(afterAsking([good.slice(0, 8) + '\0']).code).toBe(Code.Crc);
    expect(afterAsking([packet(0x85, 4, 210, 60, 0, 0, 0)]).code).toBe(Code.Timeout);
    expect(afterAsking([READ]).code).toBe(Code.Timeout);
    expect(afterAsking(['\0'.repeat(2000), '\xff'.repeat(2000)]).code).toBe(Code.Timeout);
    expect(afterAsking(['']).code).toBe(Code.Absent);
  });

  it('does not take what came before it asked', () => {
    const { driver, uart, clock, out } = afterAsking([answer(500)]);
    uart.give(answer(1111));
    uart.give(answer(1111).slice(0, 8));
    const { code } = sample(driver, clock, out, () => uart.give(answer(1111).slice(8) + answer(600)));
    expect([code, valuesOf(out)]).toEqual([0, [600]]);
  });

  it('does not put an answer together from two', () => {
    const { code, driver, uart, clock, out } = afterAsking([answer(1111).slice(0, 8)]);
    expect(code).toBe(Code.Timeout);
    let waits = 0;
    const next = sample(driver, clock, out, () => {
      if (++waits === 3) uart.give(answer(1111).slice(8) + answer(600));
    });
    expect([next.code, valuesOf(out)]).toEqual([0, [600]]);
    const broken = answer(1111).slice(2, 8) + answer(1111).slice(8);
    expect(sample(driver, clock, out, () => uart.give(broken)).code).toBe(Code.Timeout);
  });

  it('does not remember that an answer was broken', () => {
    const { code, driver, clock, out } = afterAsking([answer(1111).slice(0, 8) + '\0']);
    expect(code).toBe(Code.Crc);
    expect(sample(driver, clock, out).code).toBe(Code.Absent);
  });

  it('does not look at what comes unasked', () => {
    const { uart } = afterAsking([]);
    let looks = 0;
    uart.give({ length: 32, charCodeAt: () => looks++ } as unknown as string);
    expect(looks).toBe(0);
  });

  it('refuses what is no air, what is at the end of the range, and what a chip shows that has just started', () => {
    expect(afterAsking([answer(0)]).code).toBe(Code.Range);
    expect(afterAsking([answer(4999)]).code).toBe(Code.Ok);
    expect(afterAsking([answer(5000)]).code).toBe(Code.Range);
    expect(afterAsking([answer(2000)], { range: 2000 }).code).toBe(Code.Range);
    expect(afterAsking([answer(9999)], { range: 10000 }).code).toBe(Code.Ok);
    expect(afterAsking([answer(10000)], { range: 10000 }).code).toBe(Code.Range);
    expect(afterAsking([packet(0x86, 1, 0x9a, 60, 0, 0x3a, 0x98)]).code).toBe(Code.Fault);
  });

  // Not wanted, but what the chip is like: the page of the driver says so.
  it('publishes what a B whose bytes 6 and 7 are always 0 shows while it warms up after a dip between two samples', () => {
    const { truth, rig, chip, out, run } = bench({}, 5, true);
    truth.co2 = 1200;
    expect([run().code, out.values[0]]).toEqual([0, 1200]);
    chip.brownOut(rig.now());
    rig.advance(2000);
    expect([run().code, out.values[0]]).toEqual([0, 410]);
    rig.advance(170000);
    expect([run().code, out.values[0]]).toEqual([0, 410]);
    rig.advance(10000);
    expect([run().code, out.values[0]]).toEqual([0, 1200]);
  });

  it('refuses the same of a chip that shows in bytes 6 and 7 that it has just started', () => {
    const { rig, chip, run } = bench();
    run();
    chip.brownOut(rig.now());
    rig.advance(2000);
    expect(run().code).toBe(Code.Fault);
    rig.advance(170000);
    expect(run().code).toBe(Code.Fault);
    rig.advance(10000);
    expect(run().code).toBe(0);
  });

  it('publishes the temperature of its inside only when asked', () => {
    expect(bench().driver.channels.map(({ key }) => key)).toEqual(['co2']);
    const { driver, truth, out, run } = bench({ temperature: true });
    expect(driver.channels.map(({ key }) => key)).toEqual(['co2', 'temperature']);
    for (const [truly, shown] of [
      [21540, 22000],
      [-4800, -5000],
      [0, 0],
      [48499, 48000],
    ] as const) {
      truth.temperature = truly;
      expect(run().code).toBe(0);
      expect(out.values[1]).toBe(shown);
    }
    truth.temperature = -40000;
    expect(run().code).toBe(Code.Range);
  });
});

describe('MH-Z19, settings', () => {
  it('are left alone where they are right', () => {
    const { run, said, chip } = bench({ range: 5000, selfCalibration: true });
    expect(run().code).toBe(0);
    expect(said).toEqual([ask(0x9b), ask(0x7d), READ]);
    expect(chip.inside.writes).toBe(0);
    run();
    expect(said.slice(3)).toEqual([READ]);
  });

  it('are written where they differ, once', () => {
    for (const range of [2000, 10000] as const) {
      const { run, said, chip, truth, out, create } = bench({ range, selfCalibration: false });
      truth.co2 = 1999;
      expect(run().code).toBe(0);
      expect(out.values[0]).toBe(1999);
      expect(said).toEqual([
        ask(0x9b),
        ask(0x99, 0, 0, 0, range >> 8, range & 255),
        ask(0x7d),
        ask(0x79, 0),
        READ,
      ]);
      expect(chip.inside).toMatchObject({ range, selfCalibration: false, writes: 2 });
      // A board that starts again finds them.
      expect(run(create()).code).toBe(0);
      expect(chip.inside.writes).toBe(2);
    }
  });

  it('are told to a chip that does not say how it is set', () => {
    const { run, said, chip } = bench({ selfCalibration: true });
    chip.inside.tellsSettings = false;
    chip.inside.selfCalibration = false;
    expect(run().code).toBe(0);
    expect(said).toContain(ask(0x99, 0, 0, 0, 5000 >> 8, 5000 & 255));
    expect(said).toContain(ask(0x79, 0xa0));
    expect(chip.inside).toMatchObject({ range: 5000, selfCalibration: true });
  });

  it('are not believed where their checksum is wrong', () => {
    for (const [wait, command] of [
      [1, 0x9b],
      [3, 0x7d],
    ] as const) {
      const uart = createHandUart();
      const driver = createMhZ19(uart, { selfCalibration: true });
      const out = createReading(driver);
      let now = 0;
      let waits = 0;
      const right = packet(command, 0, 0, 5000 >> 8, 5000 & 255, 0, 1);
      sample(driver, { now: () => now, advance: (ms) => void (now += ms) }, out, () => {
        if (++waits === wait) uart.give(right.slice(0, 8) + '\0');
      });
      expect(uart.said[wait]![2]).toBe(command === 0x9b ? '\x99' : '\x79');
    }
  });

  it('of its calibration are not touched unless asked for, and nothing is calibrated ever', () => {
    for (const selfCalibration of [true, false]) {
      const { run, said, chip, rig, driver } = bench();
      chip.inside.selfCalibration = selfCalibration;
      run();
      chip.brownOut(rig.now());
      rig.advance(200000);
      run();
      driver.configure({ range: 2000 });
      run();
      expect(said.filter((bytes) => bytes[2] === '\x79' || bytes[2] === '\x7d')).toEqual([]);
      expect(chip.inside.calibrations).toBe(0);
    }
  });

  it('come back when the chip lost them', () => {
    const { run, rig, chip, out, truth } = bench({ selfCalibration: false });
    run();
    expect(chip.inside.selfCalibration).toBe(false);
    chip.brownOut(rig.now());
    expect(chip.inside.selfCalibration).toBe(true);
    for (let i = 0; i < 20; i++) {
      rig.advance(10000);
      const { code } = run();
      expect([0, Code.Fault]).toContain(code);
      if (code === 0) expect(out.values[0]).toBe(truth.co2);
    }
    expect(run().code).toBe(0);
    expect(chip.inside.selfCalibration).toBe(false);
  });
});

describe('MH-Z19, self calibration while it measures', () => {
  it('is asked for every 60 samples when it was told, and never else', () => {
    for (const selfCalibration of [true, false, undefined]) {
      const { run, said } = bench(selfCalibration === undefined ? {} : { selfCalibration });
      run();
      const before = said.length;
      for (let i = 0; i < 120; i++) expect(run().code).toBe(0);
      const reads = said.slice(before).filter((bytes) => bytes === READ).length;
      const asks = said.slice(before).filter((bytes) => bytes === ask(0x7d)).length;
      expect([reads, asks]).toEqual([120, selfCalibration === undefined ? 0 : 2]);
      expect(said.length - before).toBe(reads + asks);
    }
  });

  it('comes back, with a fault in between, on a B that does not show that its supply dipped', () => {
    const { run, rig, chip } = bench({ selfCalibration: false }, 5, true);
    run();
    chip.brownOut(rig.now());
    rig.advance(200000);
    expect(chip.inside.selfCalibration).toBe(true);
    const codes = Array.from({ length: 60 }, () => run().code);
    expect(codes.filter((code) => code !== 0)).toEqual([Code.Fault]);
    expect(chip.inside.selfCalibration).toBe(false);
  });

  it('is left to itself on a chip that does not say how it is set', () => {
    const { run, chip } = bench({ selfCalibration: false });
    chip.inside.tellsSettings = false;
    for (let i = 0; i < 130; i++) expect(run().code).toBe(0);
    expect(chip.inside.writes).toBe(2);
  });

  it('is not believed to be lost by an answer whose checksum is wrong', () => {
    const uart = createHandUart();
    const driver = createMhZ19(uart, { selfCalibration: false });
    const out = createReading(driver);
    let now = 0;
    const clock = { now: () => now, advance: (ms: number) => void (now += ms) };
    const codes = new Set<number>();
    const lost = packet(0x7d, 0, 0, 0, 0, 0, 1);
    for (let i = 0; i < 130; i++) {
      const { code } = sample(driver, clock, out, () => {
        const last = uart.said[uart.said.length - 1];
        uart.give(last === READ ? answer(700) : lost.slice(0, 8) + '\0');
      });
      codes.add(code);
    }
    expect([...codes]).toEqual([0]);
    expect(uart.said.filter((bytes) => bytes === ask(0x7d)).length).toBeGreaterThan(2);
  });
});

describe('MH-Z19, the simulated chip', () => {
  it('shows nothing but zeros in bytes 5 to 7 when it is such a B, warm or not', () => {
    for (const ms of [1000, 200000]) {
      const rig = createRig(1000);
      const chip = createMhZ19Chip({ surroundings: createStill(createQuantities()), isMute: true });
      const line = createUartLine(rig, chip, { seed: 2 });
      let heard = '';
      line.listen((bytes) => (heard += bytes));
      chip.brownOut(rig.now());
      rig.advance(ms);
      line.write(READ);
      rig.advance(200);
      expect(heard.length).toBe(9);
      expect(heard.slice(5, 8)).toBe('\0\0\0');
    }
  });

  it('shows 410 until it is warm, and clips at its range', () => {
    const truth = createQuantities();
    const rig = createRig(1000);
    const chip = createMhZ19Chip({ surroundings: createStill(truth) });
    const line = createUartLine(rig, chip, { seed: 2 });
    let heard = '';
    line.listen((bytes) => (heard += bytes));
    chip.brownOut(rig.now());
    line.write(READ);
    rig.advance(1000);
    expect(heard).toBe('');
    truth.co2 = 9000;
    line.write(READ);
    rig.advance(14);
    expect(heard).toBe('');
    rig.advance(200);
    expect(heard.slice(0, 4)).toBe('\xff\x86\x01\x9a');
    rig.advance(180000);
    heard = '';
    line.write(READ);
    rig.advance(200);
    expect(heard.slice(0, 4)).toBe('\xff\x86\x13\x88');
  });
});
