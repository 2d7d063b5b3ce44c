// The sensor scheduler in virtual time: scripted drivers for its rules, real drivers on simulated chips for the whole way.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBme280Chip } from '../../sim/chips/bme280.ts';
import { createConstantAir } from '../../sim/environment/environment.ts';
import { createI2cBus } from '../../sim/rig/i2c.ts';
import { createManualClock } from '../../sim/manual.ts';
import { CLOCK_PERIOD_MS, NEVER_MS, after, elapsed } from '../../src/ports/clock.ts';
import { Code } from '../../src/ports/codes.ts';
import type { ChannelMeta, Reading } from '../../src/ports/reading.ts';
import { createBme280 } from '../../src/sensors/bme280.ts';
import type { Driver, Wake } from '../../src/sensors/driver.ts';
import { RETRY_MAX_MS, createScheduler } from '../../src/sensors/scheduler.ts';
import type { Scheduler, Slot } from '../../src/sensors/scheduler.ts';

const CHANNEL: ChannelMeta = {
  ...{ key: 'count', unit: '', deviceClass: '', decimals: 0, precision: 0, min: 0, max: 1e6 },
};

/** A driver that does what it is told, and tells what was asked of it. */
interface Script extends Driver {
  /** What the next answers are; the last one stays. */
  startAnswers: number[];
  pollAnswers: number[];
  readonly starts: number[];
  readonly polls: number[];
  closed: number;
  /** What the scheduler gave it to call. */
  wake: Wake;
}

interface ScriptOptions {
  conversionMs?: number;
  warmUpMs?: number;
  minIntervalMs?: number;
  discard?: number;
}

function createScript(options: ScriptOptions = {}): Script {
  const next = (answers: number[]): number => (answers.length > 1 ? answers.shift()! : answers[0]);
  const script: Script = {
    channels: [CHANNEL, CHANNEL],
    warmUpMs: options.warmUpMs ?? 0,
    minIntervalMs: options.minIntervalMs ?? 0,
    discard: options.discard ?? 0,
    wake: () => {},
    attach: (wake) => (script.wake = wake),
    configure: () => 0,
    startAnswers: [options.conversionMs ?? 10],
    pollAnswers: [0],
    starts: [],
    polls: [],
    closed: 0,
    start(now) {
      script.starts.push(now);
      return next(script.startAnswers);
    },
    poll(now, out) {
      script.polls.push(now);
      const answer = next(script.pollAnswers);
      if (answer === 0) {
        out.values[0] = script.polls.length;
        out.time = now;
      }
      return answer;
    },
    close() {
      script.closed++;
    },
  };
  return script;
}

interface Bench {
  readonly scheduler: Scheduler;
  /** `r0@15`: reading of sensor 0; `f0:-1x2@30`: failure, code and count; `b0@40`: back. Times since the bench began. */
  readonly log: string[];
  readonly readings: Reading[];
  readonly runs: number[];
  now(): number;
  /** Somebody wants it to be called soon. */
  wake(): void;
  /** Call `run` when it asks for it, until `ms` have passed; `lateMs` later than asked. A sensor that wakes it is heard at once. */
  pass(ms: number, lateMs?: number): void;
}

function createBench(slots: Slot[], startMs = 0): Bench {
  let now = startMs;
  let wanted = 0;
  const log: string[] = [];
  const readings: Reading[] = [];
  const runs: number[] = [];
  const at = (): number => elapsed(startMs, now);
  const scheduler = createScheduler(slots, {
    onReading(index, reading) {
      log.push(`r${index}@${at()}`);
      readings.push(reading);
    },
    onFailure: (index, code, failures) => log.push(`f${index}:${code}x${failures}@${at()}`),
    onRecovered: (index) => log.push(`b${index}@${at()}`),
    onWake: () => (wanted = 0),
  });
  return {
    scheduler,
    log,
    readings,
    runs,
    now: () => now,
    wake: () => (wanted = 0),
    pass(ms, lateMs = 0) {
      let left = ms;
      while (wanted + lateMs <= left) {
        const step = wanted + lateMs;
        left -= step;
        now = after(now, step);
        runs.push(at());
        wanted = scheduler.run(now);
        expect(Number.isInteger(wanted) && wanted >= 0 && wanted <= NEVER_MS).toBe(true);
      }
      wanted -= left;
      now = after(now, left);
    },
  };
}

const fixed = (driver: Driver, intervalMs: number): Slot => ({ driver, intervalMs });

describe('sensor scheduler', () => {
  it('waits for ever without sensors', () => {
    expect(createBench([]).scheduler.run(5)).toBe(NEVER_MS);
  });

  it('samples at its interval, however long the conversion takes', () => {
    const bench = createBench([fixed(createScript({ conversionMs: 37 }), 100)]);
    bench.pass(450);
    expect(bench.log).toEqual(['r0@37', 'r0@137', 'r0@237', 'r0@337', 'r0@437']);
    expect(bench.runs).toEqual([0, 37, 100, 137, 200, 237, 300, 337, 400, 437]);
  });

  it('does not touch a driver before its warm-up, nor let it shift afterwards', () => {
    const script = createScript({ warmUpMs: 250 });
    const bench = createBench([fixed(script, 100)], 7000);
    bench.pass(500);
    expect(script.starts.map((t) => t - 7000)).toEqual([250, 350, 450]);
  });

  it('polls again when a driver asks for more time', () => {
    const script = createScript();
    script.pollAnswers = [4, 3, 0];
    const bench = createBench([fixed(script, 100)]);
    bench.pass(99);
    expect(script.polls).toEqual([10, 14, 17]);
    expect(bench.log).toEqual(['r0@17']);
  });

  it('polls at once after a start that needs no time', () => {
    const script = createScript({ conversionMs: 0 });
    const bench = createBench([fixed(script, 100)]);
    bench.pass(250);
    expect(bench.log).toEqual(['r0@0', 'r0@100', 'r0@200']);
    expect(bench.runs).toEqual([0, 100, 200]);
  });

  it('is not disturbed by calls that nobody asked for', () => {
    const script = createScript();
    const bench = createBench([fixed(script, 100)]);
    bench.pass(40);
    for (let i = 0; i < 50; i++) expect(bench.scheduler.run(bench.now())).toBe(60);
    expect(script.starts).toEqual([0]);
    bench.pass(100);
    expect(script.starts).toEqual([0, 100]);
  });

  it('keeps its phase when every call comes late', () => {
    const script = createScript();
    const bench = createBench([fixed(script, 100)]);
    bench.pass(1000, 7);
    // The first call makes the grid, 7 + n * 100; the others come 7 late, and the lateness does not add up.
    expect(script.starts).toEqual([7, 114, 214, 314, 414, 514, 614, 714, 814, 914]);
  });

  it('skips what it missed, and does not make up for it', () => {
    const script = createScript();
    const bench = createBench([fixed(script, 100)]);
    bench.pass(50);
    // Nothing runs from 50 to 555.
    let wait = bench.scheduler.run(555);
    expect(script.starts).toEqual([0, 555]);
    expect(wait).toBe(10);
    wait = bench.scheduler.run(565);
    expect(wait).toBe(35);
    bench.scheduler.run(600);
    expect(script.starts).toEqual([0, 555, 600]);
  });

  it('skips intervals that a conversion lasts over', () => {
    const script = createScript({ conversionMs: 130 });
    const bench = createBench([fixed(script, 100)]);
    bench.pass(700);
    expect(script.starts).toEqual([0, 200, 400, 600]);
  });

  it('fills one reading per sensor, with a value per channel', () => {
    const [a, b] = [createScript(), createScript()];
    const bench = createBench([fixed(a, 100), fixed(b, 100)]);
    bench.pass(300);
    expect(new Set(bench.readings).size).toBe(2);
    expect(bench.readings[0].values).toHaveLength(2);
    expect(bench.readings[0].values[0]).toBe(a.polls.length);
  });

  it('runs sensors of different speed side by side', () => {
    const slots = [30, 50, 70].map((interval) => fixed(createScript({ conversionMs: 8 }), interval));
    const bench = createBench(slots);
    bench.pass(107);
    expect(bench.log).toEqual(['r0@8', 'r1@8', 'r2@8', 'r0@38', 'r1@58', 'r0@68', 'r2@78', 'r0@98']);
  });

  it.each([
    [0, 1],
    [-5, 1],
    [NEVER_MS + 1, NEVER_MS],
  ])('takes an interval of %i as %i', (given, used) => {
    const script = createScript({ conversionMs: 0 });
    const bench = createBench([fixed(script, given)]);
    expect(bench.scheduler.run(0)).toBe(used);
  });

  it('puts the chips to sleep, and starts all over when run again', () => {
    const script = createScript({ warmUpMs: 20 });
    const bench = createBench([fixed(script, 100)]);
    bench.pass(25);
    bench.scheduler.close();
    expect(script.closed).toBe(1);
    bench.pass(200);
    // Asked for at 30, so run there; power-up and warm-up from then.
    expect(script.starts).toEqual([20, 50, 150]);
  });
});

describe('sensor scheduler, what a chip asks for', () => {
  it('does not sample faster than the chip can', () => {
    const script = createScript({ minIntervalMs: 200 });
    const bench = createBench([fixed(script, 50)]);
    bench.pass(700);
    expect(script.starts).toEqual([0, 200, 400, 600]);
  });

  it('throws the first samples away, as fast as the chip gives them, and keeps its grid', () => {
    const script = createScript({ discard: 2, minIntervalMs: 20, warmUpMs: 5 });
    const bench = createBench([fixed(script, 1000)]);
    bench.pass(2500);
    expect(script.starts).toEqual([5, 35, 65, 1005, 2005]);
    expect(bench.log).toEqual(['r0@75', 'r0@1015', 'r0@2015']);
  });

  it('throws the first samples away again after the chip was gone', () => {
    const script = createScript({ discard: 1, minIntervalMs: 30 });
    script.startAnswers = [10, 10, Code.Absent, 10];
    const bench = createBench([fixed(script, 100)]);
    bench.pass(450);
    expect(bench.log).toEqual(['r0@50', 'f0:-1x1@100', 'b0@250', 'r0@250', 'r0@310', 'r0@410']);
  });

  it('starts later by its phase, once', () => {
    const script = createScript({ warmUpMs: 10 });
    const bench = createBench([{ driver: script, intervalMs: 1000, phaseMs: 370 }]);
    bench.pass(2500);
    expect(script.starts).toEqual([380, 1380, 2380]);
  });

  it('samples a sensor out of turn that asks for it, and leaves the grid and the others alone', () => {
    const [door, other] = [createScript({ conversionMs: 0 }), createScript()];
    const bench = createBench([fixed(door, 1000), fixed(other, 400)]);
    bench.pass(130);
    door.wake(0);
    bench.pass(30);
    door.wake(0);
    bench.pass(1900);
    expect(door.starts).toEqual([0, 130, 160, 1000, 2000]);
    expect(other.starts).toEqual([0, 400, 800, 1200, 1600, 2000]);
  });

  it('samples a sensor that asks in the middle of a sample when that is over', () => {
    const script = createScript({ conversionMs: 50 });
    const bench = createBench([fixed(script, 1000)]);
    bench.pass(20);
    script.wake(0);
    bench.pass(500);
    expect(script.starts).toEqual([0, 50]);
    expect(bench.log).toEqual(['r0@50', 'r0@100']);
  });

  it('samples it later where it asks for that, and takes the soonest of several calls', () => {
    const script = createScript({ conversionMs: 0 });
    const bench = createBench([fixed(script, 1000)]);
    bench.pass(100);
    script.wake(500);
    script.wake(200);
    script.wake(300);
    bench.pass(850);
    script.wake(3000);
    bench.pass(1200);
    expect(script.starts).toEqual([0, 300, 1000, 2000]);
  });

  it('samples it no more often than its chip can be', () => {
    const script = createScript({ conversionMs: 0, minIntervalMs: 400 });
    const bench = createBench([fixed(script, 1000)]);
    bench.pass(100);
    script.wake(0);
    bench.pass(850);
    expect(script.starts).toEqual([0, 400]);
  });

  it('does not sample it before it is warm, nor sooner after a failure', () => {
    const script = createScript({ conversionMs: 0, warmUpMs: 300 });
    script.startAnswers = [Code.Crc, 0];
    const bench = createBench([fixed(script, 1000)]);
    bench.pass(100);
    script.wake(0);
    bench.pass(400);
    script.wake(0);
    bench.pass(1000);
    expect(script.starts).toEqual([300, 1300]);
  });
});

describe('sensor scheduler, told otherwise while it runs', () => {
  it('samples at another interval, on the same grid', () => {
    const [a, b] = [createScript(), createScript()];
    const bench = createBench([fixed(a, 1000), fixed(b, 300)]);
    bench.pass(250);
    expect(bench.scheduler.changeInterval(0, 200)).toBe(Code.Ok);
    expect(bench.scheduler.intervalOf(0)).toBe(200);
    bench.wake();
    bench.pass(600);
    // 1000 is a point of the new grid too: 400, 600, 800.
    expect(a.starts).toEqual([0, 400, 600, 800]);
    expect(b.starts).toEqual([0, 300, 600]);
    expect(bench.scheduler.changeInterval(0, 5000)).toBe(Code.Ok);
    bench.wake();
    bench.pass(10_000);
    expect(a.starts.slice(4)).toEqual([1000, 6000]);
  });

  it('takes no interval that its chip cannot do, and knows no other sensor', () => {
    const { scheduler } = createBench([fixed(createScript({ minIntervalMs: 200 }), 1000)]);
    for (const ms of [199, 0, -1, NaN, NEVER_MS + 1]) {
      expect(scheduler.changeInterval(0, ms)).toBe(Code.Range);
    }
    expect(scheduler.changeInterval(1, 500)).toBe(Code.Range);
    expect(scheduler.intervalOf(1)).toBe(Code.Range);
    expect(scheduler.sampleNow(-1)).toBe(Code.Range);
    expect(scheduler.intervalOf(0)).toBe(1000);
  });

  it('keeps warm-up and, within the interval, phase when it is told before it runs', () => {
    const script = createScript({ warmUpMs: 250 });
    const bench = createBench([{ driver: script, intervalMs: 5000, phaseMs: 3030 }]);
    bench.scheduler.changeInterval(0, 100);
    bench.pass(500);
    expect(script.starts).toEqual([280, 380, 480]);
  });

  it('does not touch a chip before it is warm', () => {
    const script = createScript({ warmUpMs: 250 });
    const bench = createBench([fixed(script, 5000)]);
    bench.pass(10);
    bench.scheduler.changeInterval(0, 100);
    bench.scheduler.sampleNow(0);
    bench.wake();
    bench.pass(490);
    expect(script.starts).toEqual([250, 350, 450]);
  });

  it('lets a sample that is under way come to its end', () => {
    const script = createScript({ conversionMs: 300 });
    const bench = createBench([fixed(script, 1000)]);
    bench.pass(100);
    bench.scheduler.changeInterval(0, 50);
    bench.wake();
    bench.pass(600);
    expect(script.starts).toEqual([0, 350, 700]);
    expect(bench.log).toEqual(['r0@300', 'r0@650']);
  });

  it('samples out of turn, no sooner than the chip can, and leaves the grid alone', () => {
    const script = createScript({ minIntervalMs: 400, conversionMs: 0 });
    const bench = createBench([fixed(script, 1000)]);
    bench.pass(100);
    bench.scheduler.sampleNow(0);
    bench.wake();
    bench.pass(1950);
    expect(script.starts).toEqual([0, 400, 1000, 2000]);
  });

  it('tries a sensor that failed, too, and sooner when its interval is shorter', () => {
    const script = createScript();
    script.startAnswers = [Code.Crc, Code.Crc, Code.Crc, 10];
    const bench = createBench([fixed(script, 1000)]);
    bench.pass(1500);
    expect(script.starts).toEqual([0, 1000]);
    bench.scheduler.sampleNow(0);
    bench.wake();
    bench.pass(100);
    expect(script.starts).toEqual([0, 1000, 1500]);
    bench.scheduler.changeInterval(0, 250);
    bench.wake();
    bench.pass(300);
    expect(script.starts).toEqual([0, 1000, 1500, 1750]);
    expect(bench.log.slice(3)).toEqual(['b0@1760', 'r0@1760']);
  });

  it('samples each of many sensors when it is due, whatever the intervals become', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 5, max: 200 }), { minLength: 1, maxLength: 9 }),
        fc.array(
          fc.tuple(
            fc.nat(8),
            fc.integer({ min: 5, max: 200 }),
            fc.integer({ min: 1, max: 150 }),
            fc.boolean(),
          ),
          { maxLength: 12 },
        ),
        (intervals, changes) => {
          const scripts = intervals.map(() => createScript({ conversionMs: 0 }));
          const bench = createBench(scripts.map((script, i) => fixed(script, intervals[i]!)));
          const current = [...intervals];
          bench.pass(1);
          for (const [sensor, ms, after, isNow] of changes) {
            const at = sensor % intervals.length;
            if (isNow) bench.scheduler.sampleNow(at);
            else current[at] = Math.max(bench.scheduler.changeInterval(at, ms), 0) || ms;
            bench.wake();
            bench.pass(after);
          }
          const from = bench.now();
          bench.pass(2000);
          scripts.forEach((script, i) => {
            const late = script.starts.filter((start) => start > from + 200).sort((a, b) => a - b);
            const gaps = late.slice(1).map((start, k) => start - late[k]!);
            expect(new Set(gaps)).toEqual(new Set([current[i]]));
          });
        },
      ),
    );
  });
});

describe('sensor scheduler, failures', () => {
  it.each([Code.Absent, Code.Timeout, Code.Crc, Code.WrongId, Code.Fault])(
    'publishes nothing for code %i, counts, and says when it is over',
    (code) => {
      const script = createScript();
      script.startAnswers = [code, code, 10];
      const bench = createBench([fixed(script, 100)]);
      bench.pass(450);
      expect(bench.log).toEqual([`f0:${code}x1@0`, `f0:${code}x2@100`, 'b0@310', 'r0@310', 'r0@410']);
    },
  );

  it('counts failed polls like failed starts, and a success ends the count', () => {
    const script = createScript();
    script.pollAnswers = [Code.Crc, Code.Crc, 0, Code.Crc, 0];
    const bench = createBench([fixed(script, 100)]);
    bench.pass(650);
    expect(bench.log).toEqual([
      'f0:-3x1@10',
      'f0:-3x2@110',
      'b0@310',
      'r0@310',
      'f0:-3x1@410',
      'b0@510',
      'r0@510',
      'r0@610',
    ]);
  });

  it('pauses longer from failure to failure, on the grid, up to five minutes', () => {
    const script = createScript();
    script.startAnswers = [Code.Absent];
    const bench = createBench([fixed(script, 10000)]);
    bench.pass(2000000);
    const pauses = script.starts.slice(1).map((t, i) => (t - script.starts[i]) / 10000);
    expect(pauses.slice(0, 7)).toEqual([1, 2, 4, 8, 16, 16, 16]);
    expect(Math.max(...pauses) * 10000).toBeLessThanOrEqual(RETRY_MAX_MS);
  });

  it('tries a slow sensor at its interval', () => {
    const script = createScript();
    script.startAnswers = [Code.Absent];
    const interval = RETRY_MAX_MS + 1;
    const bench = createBench([fixed(script, interval)]);
    bench.pass(interval * 5);
    expect(script.starts).toEqual([0, 1, 2, 3, 4, 5].map((n) => n * interval));
  });

  it('starts with short pauses again after a success', () => {
    const script = createScript();
    script.startAnswers = [-1, -1, -1, 10, -1, -1];
    const bench = createBench([fixed(script, 100)]);
    bench.pass(1150);
    expect(script.starts).toEqual([0, 100, 300, 700, 800, 900, 1100]);
  });

  it('lets one sensor fail without the others noticing', () => {
    const [bad, good] = [createScript(), createScript()];
    bad.startAnswers = [Code.Absent];
    const bench = createBench([fixed(bad, 100), fixed(good, 100)]);
    bench.pass(1000);
    expect(bench.log.filter((line) => line.startsWith('r1'))).toHaveLength(10);
    expect(bench.log.filter((line) => line.startsWith('r0'))).toHaveLength(0);
  });

  it.each([Code.Absent, Code.Fault])('lets a sensor warm up again that lost its supply (%i)', (code) => {
    const script = createScript({ warmUpMs: 250 });
    script.startAnswers = [10, code, 10];
    const bench = createBench([fixed(script, 100)]);
    bench.pass(1000);
    // Seen again at 450: trusted from 700.
    expect(bench.log).toEqual(['r0@260', `f0:${code}x1@350`, 'b0@760', 'r0@760', 'r0@860', 'r0@960']);
  });

  it('counts the warm-up from when a sensor is seen for good', () => {
    const script = createScript({ warmUpMs: 150 });
    script.startAnswers = [Code.Absent, 10, Code.Absent, 10];
    const bench = createBench([fixed(script, 100)]);
    bench.pass(1000);
    // Lost at 150, seen at 250, lost at 350, seen at 550.
    expect(bench.log).toEqual(['f0:-1x1@150', 'f0:-1x2@350', 'b0@760', 'r0@760', 'r0@860', 'r0@960']);
  });

  it('does not warm up again after an error that is no loss of supply', () => {
    const script = createScript({ warmUpMs: 250 });
    script.startAnswers = [10, Code.Crc, 10];
    const bench = createBench([fixed(script, 100)]);
    bench.pass(600);
    expect(bench.log).toEqual(['r0@260', 'f0:-3x1@350', 'b0@460', 'r0@460', 'r0@560']);
  });
});

describe('sensor scheduler, for any sensors and any clock', () => {
  const sensor = fc.record({
    intervalMs: fc.integer({ min: 20, max: 5000 }),
    conversionMs: fc.nat(19),
    warmUpMs: fc.nat(500),
  });

  it('takes every sample on its grid, once, at any start of the clock', () => {
    fc.assert(
      fc.property(
        fc.array(sensor, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: CLOCK_PERIOD_MS - 20000, max: CLOCK_PERIOD_MS - 1 }),
        (sensors, startMs) => {
          const scripts = sensors.map((options) => createScript(options));
          const bench = createBench(
            scripts.map((script, i) => fixed(script, sensors[i].intervalMs)),
            startMs,
          );
          bench.pass(20000);
          sensors.forEach(({ intervalMs, warmUpMs }, i) => {
            const starts = scripts[i].starts.map((t) => elapsed(startMs, t));
            const count = Math.floor((20000 - warmUpMs) / intervalMs) + 1;
            expect(starts).toEqual(Array.from({ length: count }, (_, n) => warmUpMs + n * intervalMs));
          });
        },
      ),
      { numRuns: 100 },
    );
  });

  it('never samples twice in one interval, and never polls too early, however late it is called', () => {
    fc.assert(
      fc.property(
        fc.array(sensor, { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(3000), { minLength: 1, maxLength: 60 }),
        fc.nat(CLOCK_PERIOD_MS - 1),
        (sensors, lateness, startMs) => {
          const scripts = sensors.map((options) => createScript(options));
          const scheduler = createScheduler(
            scripts.map((script, i) => fixed(script, sensors[i].intervalMs)),
            { onReading() {}, onFailure() {}, onRecovered() {}, onWake() {} },
          );
          let now = startMs;
          for (const late of lateness) now = after(now, scheduler.run(now) + late);
          sensors.forEach(({ intervalMs, warmUpMs, conversionMs }, i) => {
            const { starts, polls } = scripts[i];
            const slots = starts.map((t) => Math.floor((elapsed(startMs, t) - warmUpMs) / intervalMs));
            expect(new Set(slots).size).toBe(slots.length);
            polls.forEach((t, n) => expect(elapsed(starts[n], t)).toBeGreaterThanOrEqual(conversionMs));
          });
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('sensor scheduler with BME280s', () => {
  it('publishes true values, notices a pulled plug, and comes back by itself', () => {
    const clock = createManualClock(CLOCK_PERIOD_MS - 30000);
    const air = createConstantAir(-5250, 81000, 99000);
    const chips = [0x76, 0x77].map((address) =>
      createBme280Chip({ environment: air, address, seed: address }),
    );
    const bus = createI2cBus(chips, clock);
    const log: string[] = [];
    const scheduler = createScheduler(
      [
        { driver: createBme280(bus), intervalMs: 1000 },
        { driver: createBme280(bus, { address: 0x77, pressureOversampling: 16 }), intervalMs: 700 },
      ],
      {
        onReading(index, reading) {
          expect(Math.abs(reading.values[0] - air.temperature)).toBeLessThan(50);
          expect(Math.abs(reading.values[1] - air.humidity)).toBeLessThan(600);
          expect(Math.abs(reading.values[2] - air.pressure)).toBeLessThan(30);
          log.push(`r${index}`);
        },
        onFailure: (index, code, failures) => log.push(`f${index}:${code}x${failures}`),
        onRecovered: (index) => log.push(`b${index}`),
        onWake() {},
      },
    );
    const pass = (ms: number): string => {
      for (let left = ms; left > 0;) {
        const wait = Math.max(1, Math.min(left, scheduler.run(clock.now())));
        clock.advance(wait);
        left -= wait;
      }
      return log.splice(0).join(' ');
    };

    expect(pass(60000).match(/r0/g)).toHaveLength(60);
    chips[0].faults.absent = true;
    const gone = pass(4000);
    expect(gone).toMatch(/f0:-1x1 .*f0:-1x2/);
    expect(gone).not.toMatch(/r0/);
    expect(gone.match(/r1/g)?.length).toBeGreaterThan(4);
    chips[0].brownOut(clock.now());
    chips[0].faults.absent = false;
    expect(pass(9000)).toMatch(/b0 r0.*r0/);
    chips[1].brownOut(clock.now());
    expect(pass(2000)).toMatch(/^(r0 )?f1:-7x1 .*b1 r1/);
  });
});
