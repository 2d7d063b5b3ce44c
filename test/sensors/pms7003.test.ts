// The Plantower driver beyond what all drivers must do: frames in any stream, modes, sleep, and the half minute of steady air.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPms7003Chip } from '../../sim/chips/pms7003.ts';
import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { createRig } from '../../sim/rig/rig.ts';
import { createUartLine } from '../../sim/rig/uart.ts';
import { Code } from '../../src/ports/codes.ts';
import { createPms7003 } from '../../src/sensors/pms7003.ts';
import type { Pms7003Options } from '../../src/sensors/pms7003.ts';
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

/** A frame as the manual's appendix I has it: thirteen words behind the length. */
function frame(words: number[]): string {
  const body = [0x42, 0x4d, 0, 28, ...words.flatMap((word) => [word >> 8, word & 255])];
  const sum = body.reduce((all, byte) => all + byte, 0);
  return text(...body, sum >> 8, sum & 255);
}

const reading = (pm1: number, pm25: number, pm10: number): string =>
  frame([901, 902, 903, pm1, pm25, pm10, 1, 2, 3, 4, 5, 6, 0x9700]);

/** A warm driver that listens, and what it makes of the chunks that come then. */
function afterAsking(chunks: string[], options: Pms7003Options = { mode: 'active' }) {
  const uart = createHandUart();
  const driver = createPms7003(uart, options);
  const out = createReading(driver);
  let now = 0;
  const clock = { now: () => now, advance: (ms: number) => void (now += ms) };
  let waits = 0;
  const { code } = sample(driver, clock, out, () => {
    waits++;
    // wake, mode, fan; then it has asked.
    if (waits === 4) chunks.forEach(uart.give);
  });
  return { code, values: valuesOf(out), said: uart.said, out, driver, clock, uart };
}

function bench(options: Pms7003Options = {}, chipOptions: { intervalMs?: number } = {}, seed = 5) {
  const truth = createQuantities();
  const rig = createRig(1000);
  const chip = createPms7003Chip({ surroundings: createStill(truth), ...chipOptions });
  const line = createUartLine(rig, chip, { seed });
  const said: string[] = [];
  const driver = createPms7003(
    {
      write(bytes) {
        said.push(bytes);
        line.write(bytes);
      },
      listen: line.listen,
    },
    options,
  );
  const out = createReading(driver);
  return { truth, rig, chip, line, driver, out, said, run: () => sample(driver, rig, out) };
}

const WAKE = 'BM\xe4\x00\x01\x01t';
const SLEEP = 'BM\xe4\x00\x00\x01s';
const PASSIVE = 'BM\xe1\x00\x00\x01p';
const ACTIVE = 'BM\xe1\x00\x01\x01q';
const READ = 'BM\xe2\x00\x00\x01q';

describe('PMS7003, frames', () => {
  it('publishes the words for breathed air, not those for factories', () => {
    // A frame that was printed by a reader of a real PMS5003.
    const real = text(
      ...[0x42, 0x4d, 0x00, 0x1c, 0x00, 0x05, 0x00, 0x0d, 0x00, 0x16, 0x00, 0x05, 0x00, 0x0d, 0x00, 0x16],
      ...[0x02, 0xfd, 0x00, 0xfc, 0x00, 0x5c, 0x00, 0x10, 0x00, 0x08, 0x00, 0x04, 0x97, 0x00, 0x03, 0xf1],
    );
    const sum = [...real.slice(0, 30)].reduce((all, c) => all + c.charCodeAt(0), 0);
    const right = real.slice(0, 30) + text(sum >> 8, sum & 255);
    expect(afterAsking([right]).values).toEqual([50, 130, 220]);
    expect(afterAsking([reading(7, 8, 9)]).values).toEqual([70, 80, 90]);
  });

  it('finds a frame behind any garbage, however the stream is cut', () => {
    fc.assert(
      fc.property(
        anyBytes,
        anyBytes,
        anyCuts,
        fc.nat(5000),
        fc.nat(5000),
        fc.nat(5000),
        (before, behind, at, pm1, pm25, pm10) => {
          const { code, values } = afterAsking(cut(before + reading(pm1, pm25, pm10) + behind, at));
          expect([code, values]).toEqual([0, [pm1 * 10, pm25 * 10, pm10 * 10]]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('finds the frame behind one that broke off anywhere, or that lost a byte', () => {
    const good = reading(11, 22, 33);
    for (let at = 0; at < 32; at++) {
      const bad = reading(5, 5, 5);
      expect(afterAsking([bad.slice(0, at) + good]).values).toEqual([110, 220, 330]);
      expect(afterAsking([bad.slice(0, at) + bad.slice(at + 1) + good]).values).toEqual([110, 220, 330]);
      expect(afterAsking(['B'.repeat(at) + good]).values).toEqual([110, 220, 330]);
    }
  });

  it('takes no garbage for a frame', () => {
    fc.assert(
      fc.property(fc.array(anyBytes, { maxLength: 20 }), (chunks) => {
        expect(afterAsking(chunks).code).toBeLessThan(0);
      }),
    );
    expect(afterAsking(['']).code).toBe(Code.Absent);
    expect(afterAsking(['\0'.repeat(5000)]).code).toBe(Code.Timeout);
    expect(afterAsking(['\xff'.repeat(5000)]).code).toBe(Code.Timeout);
  });

  it('refuses a frame with any single bit wrong', () => {
    const good = reading(11, 22, 33);
    for (let bit = 0; bit < 32 * 8; bit++) {
      const at = bit >> 3;
      const bad = good.slice(0, at) + text(good.charCodeAt(at) ^ (1 << (bit & 7))) + good.slice(at + 1);
      expect(afterAsking([bad]).code, `bit ${bit}`).toBeLessThan(0);
    }
    expect(afterAsking([good.slice(0, 30) + '\0\0']).code).toBe(Code.Crc);
  });

  it('tells frames of other lengths from its own, and from the answer to a command', () => {
    const other = (length: number) => text(0x42, 0x4d, 0, length, ...Array<number>(length).fill(7));
    expect(afterAsking([other(20)]).code).toBe(Code.WrongId);
    expect(afterAsking([other(36)]).code).toBe(Code.WrongId);
    expect(afterAsking([text(0x42, 0x4d, 0, 4, 0xe1, 0, 1, 0x74)]).code).toBe(Code.Timeout);
    expect(afterAsking([reading(1, 2, 3).slice(0, 31)]).code).toBe(Code.Timeout);
  });

  it('refuses readings of a chip that says it is broken, and of far too much', () => {
    expect(afterAsking([frame([1, 1, 1, 7, 8, 9, 0, 0, 0, 0, 0, 0, 0x9702])]).code).toBe(Code.Fault);
    expect(afterAsking([reading(5000, 5000, 5000)]).code).toBe(Code.Ok);
    expect(afterAsking([reading(1, 1, 5001)]).code).toBe(Code.Range);
    expect(afterAsking([reading(65535, 1, 1)]).code).toBe(Code.Range);
  });
});

describe('PMS7003, modes', () => {
  it('asks a passive chip for each reading, and says what the manual says', () => {
    const { run, said, chip } = bench();
    expect(run().code).toBe(0);
    expect(said).toEqual([WAKE, PASSIVE, READ]);
    expect(chip.inside.isActive).toBe(false);
    expect(run()).toEqual({ code: 0, ms: expect.closeTo(70, -1.7) as number });
    expect(said).toEqual([WAKE, PASSIVE, READ, READ]);
  });

  it('hears an active chip, fast or slow, and does not have to be heard itself', () => {
    for (const intervalMs of [200, 800, 2300]) {
      for (let seed = 1; seed < 12; seed++) {
        const { run, said, rig, truth, out, chip, line } = bench({ mode: 'active' }, { intervalMs }, seed);
        if (seed === 3) line.write = () => {};
        expect(run().code).toBe(0);
        expect(said.slice(0, 2)).toEqual([WAKE, ACTIVE]);
        for (let i = 0; i < 5; i++) {
          truth.pm25 = 100 + i * 10;
          rig.advance(137 * i + seed);
          expect(run().code).toBe(0);
          expect(out.values[1]).toBe(truth.pm25);
        }
        expect(chip.inside.isActive).toBe(true);
        expect(said.length).toBe(2);
      }
    }
  });

  it('does not take what an active chip sent before it was asked', () => {
    const { driver, uart, clock, out } = afterAsking([reading(1, 1, 1)]);
    uart.give(reading(99, 99, 99));
    uart.give(reading(98, 98, 98).slice(0, 31));
    let waits = 0;
    const { code } = sample(driver, clock, out, () => {
      if (++waits === 2) uart.give(reading(98, 98, 98).slice(31) + reading(3, 2, 1));
    });
    expect([code, valuesOf(out)]).toEqual([0, [30, 20, 10]]);
  });

  it('does not take the end of what a passive chip began before it was asked', () => {
    const { driver, uart, clock, out } = afterAsking([reading(1, 1, 1)], {});
    uart.give(reading(98, 98, 98).slice(0, 31));
    let waits = 0;
    const { code } = sample(driver, clock, out, () => {
      waits++;
      if (waits === 1) uart.give(reading(98, 98, 98).slice(31));
      if (waits === 3) uart.give(reading(3, 2, 1));
    });
    expect([code, valuesOf(out)]).toEqual([0, [30, 20, 10]]);
  });

  it('does not look at what an active chip sends between samples', () => {
    const { uart } = afterAsking([reading(1, 1, 1)]);
    let looks = 0;
    uart.give({ length: 32, charCodeAt: () => looks++ } as unknown as string);
    expect(looks).toBe(0);
  });

  it('waits for steady air also when the supply failed right behind a broken frame', () => {
    const { run, rig, chip } = bench();
    run();
    chip.faults.badCrc = true;
    expect(run().code).toBe(Code.Crc);
    chip.faults.badCrc = false;
    chip.brownOut(rig.now());
    rig.advance(2300);
    expect(run().ms).toBeGreaterThan(30000);
  });

  it('is not lied to when it asks again at once after the supply failed', () => {
    for (const pause of [0, 100, 300, 600]) {
      const { run, rig, chip, driver, truth, out } = bench();
      run();
      let answer = driver.start(rig.now());
      chip.brownOut(rig.now());
      while (answer > 0) {
        rig.advance(answer);
        answer = driver.poll(rig.now(), out);
      }
      for (let i = 0; i < 5; i++) {
        rig.advance(pause);
        if (run().code === 0) expect(Math.abs(out.values[1]! - truth.pm25)).toBeLessThanOrEqual(5);
      }
    }
  });

  it('waits half a minute after it woke the chip, and not again as long as that runs', () => {
    const { run, rig, chip, driver, truth, out } = bench();
    expect(run().ms).toBeGreaterThan(30000);
    expect(run().ms).toBeLessThan(200);
    chip.faults.badCrc = true;
    expect(run().code).toBe(Code.Crc);
    chip.faults.badCrc = false;
    // One broken frame is no reason to wait for the fan.
    expect(run()).toEqual({ code: 0, ms: expect.closeTo(300, -2.3) as number });
    driver.close();
    rig.advance(100);
    expect(chip.inside.isAsleep).toBe(true);
    expect(run().ms).toBeGreaterThan(30000);
    expect(out.values[2]).toBeCloseTo(truth.pm10, -1);
  });

  it('lets fan and laser rest between samples where that is asked for', () => {
    for (const mode of ['passive', 'active'] as const) {
      const { run, rig, chip, said, out, truth } = bench({ mode, sleeps: true });
      for (let i = 0; i < 3; i++) {
        truth.pm1 = 300 + 10 * i;
        said.length = 0;
        const before = rig.now();
        const { code, ms } = run();
        expect(code).toBe(0);
        expect(ms).toBeGreaterThan(30000);
        expect(out.values[0]).toBe(truth.pm1);
        // The time of the reading is that of the question, not that of waking.
        expect(out.time - before).toBeGreaterThan(30000);
        expect(said).toEqual(mode === 'passive' ? [WAKE, PASSIVE, READ, SLEEP] : [WAKE, ACTIVE, SLEEP]);
        rig.advance(60000);
        expect(chip.inside.isAsleep).toBe(true);
      }
    }
  });

  it('goes to sleep also when a sample fails', () => {
    const { run, rig, chip } = bench({ sleeps: true });
    chip.faults.badCrc = true;
    expect(run().code).toBe(Code.Crc);
    rig.advance(100);
    expect(chip.inside.isAsleep).toBe(true);
    chip.faults.badCrc = false;
    expect(run().code).toBe(0);
  });

  it('notices at any time that a passive chip lost its supply, and waits for steady air', () => {
    for (let at = 0; at < 4000; at += 97) {
      const { run, rig, chip, driver, out, truth } = bench();
      run();
      // Somewhere between two samples, or in the middle of one.
      const wait = at < 60 ? driver.start(rig.now()) : 0;
      rig.advance(at);
      chip.brownOut(rig.now());
      if (wait > 0) {
        let answer = wait;
        while (answer > 0) {
          rig.advance(answer);
          answer = driver.poll(rig.now(), out);
        }
        expect(answer).toBe(Code.Absent);
      }
      for (let i = 0; i < 6; i++) {
        rig.advance(2300);
        out.values.fill(0);
        if (run().code === 0) expect(Math.abs(out.values[1] - truth.pm25)).toBeLessThanOrEqual(5);
        else expect(out.values[1]).toBe(0);
      }
      expect(out.values[1]).not.toBe(0);
    }
  });

  it('is not lied to by a supply that fails while the fan brings steady air', () => {
    const { rig, chip, driver, out } = bench();
    let answer = driver.start(rig.now());
    for (let polls = 0; polls < 3; polls++) {
      rig.advance(answer);
      answer = driver.poll(rig.now(), out);
      if (polls === 1) chip.brownOut(rig.now() + 20000);
    }
    expect(answer).toBe(Code.Fault);
  });
});

describe('PMS7003, the simulated chip', () => {
  it('wakes into active mode, and is deaf while it boots', () => {
    const { line, rig, chip } = bench();
    line.write(PASSIVE);
    rig.advance(100);
    expect(chip.inside.isActive).toBe(false);
    line.write(SLEEP);
    rig.advance(100);
    line.write(READ);
    rig.advance(3000);
    expect(chip.inside.isAsleep).toBe(true);
    line.write(WAKE);
    rig.advance(20);
    expect([chip.inside.isAsleep, chip.inside.isActive]).toEqual([false, true]);
    line.write(PASSIVE);
    rig.advance(100);
    expect(chip.inside.isActive).toBe(true);
  });
});
