// What every implementation of a port must do, whatever it runs on. A world brings the implementation, the other side of
// it, and the passing of time; nothing here waits for a fixed time.

import { beforeEach, describe, expect, it } from 'vitest';
import { CLOCK_PERIOD_MS, elapsed, NEVER_MS } from '../../src/ports/clock.ts';
import type { Clock, CreateTimer } from '../../src/ports/clock.ts';
import { Code } from '../../src/ports/codes.ts';
import type { Flash } from '../../src/ports/flash.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Random } from '../../src/ports/random.ts';

/** A clock and a timer, and a way to let their time pass. */
export interface TimeWorld {
  readonly clock: Clock;
  readonly createTimer: CreateTimer;
  /** Let events happen until `done`, or fail. */
  until(done: () => boolean): Promise<void>;
  /** Set the world's wall clock, milliseconds since 1970. */
  setWall(ms: number): void;
}

export function clockContract(createWorld: () => TimeWorld): void {
  describe('clock contract', () => {
    it('counts whole milliseconds below its period, never backwards', async () => {
      const { clock, until } = createWorld();
      const start = clock.now();
      let last = start;
      await until(() => {
        const now = clock.now();
        expect(Number.isInteger(now)).toBe(true);
        expect(now).toBeGreaterThanOrEqual(0);
        expect(now).toBeLessThan(CLOCK_PERIOD_MS);
        expect(elapsed(last, now)).toBeLessThanOrEqual(NEVER_MS);
        last = now;
        return elapsed(start, now) >= 20;
      });
    });

    it('tells the day and the time of the day', () => {
      const { clock, setWall } = createWorld();
      const time = { day: 0, ms: 0 };
      setWall(Date.UTC(2031, 6, 4, 23, 59, 59, 999));
      clock.wall(time);
      expect(time).toEqual({ day: 22464, ms: 86_399_999 });
      setWall(Date.UTC(2031, 6, 5));
      clock.wall(time);
      expect(time).toEqual({ day: 22465, ms: 0 });
    });

    it('does not go back when the wall clock does', () => {
      const { clock, setWall } = createWorld();
      setWall(Date.UTC(2031, 6, 4));
      const before = clock.now();
      setWall(Date.UTC(2030, 0, 1));
      expect(elapsed(before, clock.now())).toBeLessThan(1000);
    });
  });

  describe('timer contract', () => {
    it('fires once, from the event loop, not before its time', async () => {
      const { clock, createTimer, until } = createWorld();
      const fired: number[] = [];
      const timer = createTimer(() => fired.push(clock.now()));
      const start = clock.now();
      timer.set(15);
      expect(fired).toEqual([]);
      const later = createTimer(() => fired.push(-1));
      later.set(40);
      await until(() => fired.includes(-1));
      expect(fired).toHaveLength(2);
      expect(elapsed(start, fired[0])).toBeGreaterThanOrEqual(15);
    });

    it('fires from the event loop even after 0 ms', async () => {
      const { createTimer, until } = createWorld();
      let fired = false;
      const timer = createTimer(() => (fired = true));
      timer.set(0);
      expect(fired).toBe(false);
      await until(() => fired);
    });

    it('forgets its former deadline when it is set again', async () => {
      const { createTimer, until } = createWorld();
      const fired: string[] = [];
      const timer = createTimer(() => fired.push('timer'));
      timer.set(30);
      timer.set(5);
      createTimer(() => fired.push('end')).set(45);
      await until(() => fired.includes('end'));
      expect(fired).toEqual(['timer', 'end']);
    });

    it('stops, and stopping twice or before it was set does no harm', async () => {
      const { createTimer, until } = createWorld();
      const fired: string[] = [];
      const timer = createTimer(() => fired.push('timer'));
      timer.stop();
      timer.set(5);
      timer.stop();
      timer.stop();
      createTimer(() => fired.push('end')).set(20);
      await until(() => fired.includes('end'));
      expect(fired).toEqual(['end']);
    });

    it('can be set from inside its own callback', async () => {
      const { createTimer, until } = createWorld();
      let fired = 0;
      const timer = createTimer(() => {
        fired++;
        if (fired < 3) timer.set(1);
      });
      timer.set(1);
      await until(() => fired === 3);
    });

    it('leaves another timer alone when it is stopped after it has fired', async () => {
      const { createTimer, until } = createWorld();
      const fired: string[] = [];
      const first = createTimer(() => fired.push('first'));
      const second = createTimer(() => fired.push('second'));
      first.set(1);
      await until(() => fired.includes('first'));
      // An engine may give the number of the timer that has fired to the next one.
      second.set(5);
      first.stop();
      await until(() => fired.includes('second'));
    });
  });
}

/** @param create makes one from a seed. */
export function randomContract(create: () => Random): void {
  describe('random contract', () => {
    it('gives integers of 16 bits, each bit as often set as not', () => {
      const random = create();
      const draws = 4000;
      const ones = new Array<number>(16).fill(0);
      for (let i = 0; i < draws; i++) {
        const value = random.next();
        expect(Number.isInteger(value) && value >= 0 && value <= 65535).toBe(true);
        for (let bit = 0; bit < 16; bit++) ones[bit] += (value >> bit) & 1;
      }
      // Five standard deviations of a fair coin.
      for (const count of ones) expect(Math.abs(count - draws / 2)).toBeLessThan(5 * Math.sqrt(draws / 4));
    });
  });
}

/** @param create makes an erased flash of at least two pages without ECC. */
export function flashContract(create: () => Flash): void {
  describe('flash contract', () => {
    let flash: Flash;
    beforeEach(() => {
      flash = create();
    });

    const bytesAt = (address: number, length: number) => {
      const bytes = new Uint8Array(length);
      expect(flash.read(address, bytes, 0, length)).toBe(Code.Ok);
      return [...bytes];
    };

    it('reads 0xFF where it is erased', () => {
      expect(bytesAt(flash.geometry.base, 8)).toEqual(new Array(8).fill(0xff));
    });

    it('programs part of an array and reads into part of one', () => {
      const { base, programUnit } = flash.geometry;
      const from = Uint8Array.from({ length: 2 * programUnit + 3 }, (_, i) => i + 1);
      expect(flash.write(base + programUnit, from, 3, 2 * programUnit)).toBe(Code.Ok);
      const into = new Uint8Array(2 * programUnit + 4).fill(7);
      expect(flash.read(base + programUnit, into, 2, 2 * programUnit)).toBe(Code.Ok);
      expect([...into]).toEqual([7, 7, ...from.subarray(3), 7, 7]);
    });

    it('only clears bits', () => {
      const { base, programUnit } = flash.geometry;
      flash.write(base, new Uint8Array(programUnit).fill(0b11001100), 0, programUnit);
      flash.write(base, new Uint8Array(programUnit).fill(0b10101010), 0, programUnit);
      expect(bytesAt(base, programUnit)).toEqual(new Array(programUnit).fill(0b10001000));
    });

    it('erases one page and no other', () => {
      const { base, pageSize, programUnit } = flash.geometry;
      const zeros = new Uint8Array(programUnit);
      flash.write(base + pageSize - programUnit, zeros, 0, programUnit);
      flash.write(base + pageSize, zeros, 0, programUnit);
      expect(flash.erase(1)).toBe(Code.Ok);
      expect(bytesAt(base + pageSize - 1, 2)).toEqual([0, 0xff]);
    });

    it('takes the last bytes of the region and an empty transfer at its end', () => {
      const { base, pageSize, pages, programUnit } = flash.geometry;
      const end = base + pageSize * pages;
      expect(flash.write(end - programUnit, new Uint8Array(programUnit), 0, programUnit)).toBe(Code.Ok);
      expect(bytesAt(end - 1, 1)).toEqual([0]);
      expect(flash.read(end, new Uint8Array(0), 0, 0)).toBe(Code.Ok);
      expect(flash.write(end, new Uint8Array(0), 0, 0)).toBe(Code.Ok);
    });

    it('refuses what lies outside of the region, of the array, or off the program unit, and changes nothing', () => {
      const { base, pageSize, pages, programUnit } = flash.geometry;
      const end = base + pageSize * pages;
      const zeros = new Uint8Array(2 * programUnit);
      for (const address of [base - programUnit, end, end - programUnit]) {
        expect(flash.write(address, zeros, 0, 2 * programUnit)).toBe(Code.Range);
        expect(flash.read(address, zeros, 0, 2 * programUnit)).toBe(Code.Range);
      }
      expect(flash.write(base, zeros, programUnit + 1, programUnit)).toBe(Code.Range);
      expect(flash.write(base, zeros, -1, programUnit)).toBe(Code.Range);
      expect(flash.read(base, zeros, programUnit + 1, programUnit)).toBe(Code.Range);
      expect(flash.read(base, zeros, 0, -1)).toBe(Code.Range);
      expect(flash.write(base + 1, zeros, 0, programUnit)).toBe(Code.Range);
      expect(flash.write(base, zeros, 0, programUnit + 1)).toBe(Code.Range);
      expect(flash.erase(-1)).toBe(Code.Range);
      expect(flash.erase(pages)).toBe(Code.Range);
      expect(bytesAt(base, pageSize)).toEqual(new Array(pageSize).fill(0xff));
    });
  });
}

/** @param create makes a log and gives access to what it printed, one string a line. */
export function logContract(create: () => { log: Log; lines: () => string[] }): void {
  it('log contract: one line an event, number and detail', () => {
    const { log, lines } = create();
    log.write(6, 0);
    log.write(8, 102);
    expect(lines()).toEqual(['#6 0', '#8 102']);
  });
}
