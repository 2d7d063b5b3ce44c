// What every driver must do on its chip, whatever the chip is: true values over the whole range, the right code for each
// fault and never a wrong value, patience, and a way back. ES5 subset: runs on Node, and in engines as a device program.

import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import type { Quantities } from '../../sim/environment/surroundings.ts';
import { createRandom } from '../../sim/environment/random.ts';
import { createRig } from '../../sim/rig/rig.ts';
import type { Rig } from '../../sim/rig/rig.ts';
import { elapsed } from '../../src/ports/clock.ts';
import { Code } from '../../src/ports/codes.ts';
import { NO_VALUE } from '../../src/ports/reading.ts';
import type { Reading } from '../../src/ports/reading.ts';
import type { DriverCase, FaultCase, Pair } from './case.ts';

declare const process: { memory?: () => unknown } | undefined;

/** What was checked, and what was wrong. */
export interface CaseResult {
  /** Single values held against the truth. */
  values: number;
  /** Faults, each before and in the middle of a sample. */
  faults: number;
  /** Bytes of the longest transfer on the bus, and milliseconds of that; 0 where there is no such thing: pins. */
  longest: number;
  longestMs: number;
  /** A line each; none when all is well. */
  failures: string[];
}

/** More polls than any sample takes: a driver that never ends is a failure, not a test that never ends. */
const POLLS_MAX = 400;
/** Time between samples where a chip has to come back: longer than any start-up. */
const PAUSE_MS = 2500;
/** Where a reading was never filled. */
const UNTOUCHED = -77;
/** What a sample gives that does not end. */
const ENDLESS = -999;

interface Bench {
  readonly rig: Rig;
  readonly truth: Quantities;
  readonly pair: Pair;
  readonly out: Reading;
}

function createBench(driverCase: DriverCase, startMs: number, seed: number): Bench {
  // Espruino clears away benches of before, which hold each other, only when it is idle, or when it is asked for its memory.
  if (typeof process !== 'undefined' && process.memory !== undefined) process.memory();
  const rig = createRig(startMs);
  const truth = createQuantities();
  const pair = driverCase.create(rig, createStill(truth), seed);
  const out: Reading = { values: new Int32Array(pair.driver.channels.length), time: UNTOUCHED };
  return { rig, truth, pair, out };
}

function clear(out: Reading): void {
  for (let i = 0; i < out.values.length; i++) out.values[i] = UNTOUCHED;
  out.time = UNTOUCHED;
}

/** Go on with a sample that was started. @returns 0, a negative code, or ENDLESS. */
function finish(bench: Bench, answer: number): number {
  const { rig, pair, out } = bench;
  for (let polls = 0; answer > 0; polls++) {
    if (polls === POLLS_MAX) return ENDLESS;
    rig.advance(answer);
    answer = pair.driver.poll(rig.now(), out);
  }
  return answer;
}

/** A whole sample, waiting as told. */
function sample(bench: Bench): number {
  const answer = bench.pair.driver.start(bench.rig.now());
  // A driver may be done at once.
  return answer === 0 ? bench.pair.driver.poll(bench.rig.now(), bench.out) : finish(bench, answer);
}

/** Power-up, and the samples that nobody believes. @returns as `sample`. */
function warmUp(bench: Bench): number {
  const { rig, pair } = bench;
  let code = 0;
  rig.advance(pair.driver.warmUpMs);
  for (let i = 0; i <= pair.driver.discard; i++) {
    code = sample(bench);
    rig.advance(pair.driver.minIntervalMs);
  }
  return code;
}

/** Each check is a function by itself, so that its benches go when it ends. */
/** Nine bits at 100 kHz. */
const I2C_BYTE_MS = 0.09;

export function checkCase(driverCase: DriverCase): CaseResult {
  const result: CaseResult = { values: 0, faults: 0, longest: 0, longestMs: 0, failures: [] };
  const channels = driverCase.channels;

  function wrong(what: string): void {
    if (result.failures.length < 20) result.failures.push(driverCase.file + ': ' + what);
  }

  function expect(what: string, seen: number, wanted: number): void {
    if (seen !== wanted) wrong(what + ': ' + seen + ', not ' + wanted);
  }

  /** @returns whether all channels of the reading show what is around the chip. @param mayBeNone or say that they have no value. */
  function isTrue(bench: Bench, tell: (line: string) => void, mayBeNone = false): boolean {
    let ok = true;
    for (let i = 0; i < channels.length; i++) {
      const channel = channels[i];
      if (channel === null) continue;
      const truth = bench.truth[channel.of];
      const wanted = channel.expected === undefined ? truth : channel.expected(truth);
      const seen = bench.out.values[i];
      if (mayBeNone && seen === NO_VALUE) continue;
      result.values++;
      const distance = seen < wanted ? wanted - seen : seen - wanted;
      if (distance <= channel.tolerance) continue;
      ok = false;
      tell('channel ' + i + ': ' + seen + ', not ' + wanted + ' (' + channel.of + ' ' + truth + ')');
    }
    return ok;
  }

  /** No value may come out but a true one. */
  function expectNoLie(what: string, bench: Bench, code: number): void {
    if (code === 0) isTrue(bench, (line) => wrong(what + ': ' + line), true);
    else if (code === ENDLESS) wrong(what + ': never ends');
    else expectUntouched(what, bench);
  }

  function expectUntouched(what: string, bench: Bench): void {
    let touched = bench.out.time !== UNTOUCHED;
    for (let i = 0; i < bench.out.values.length; i++) {
      touched = touched || bench.out.values[i] !== UNTOUCHED;
    }
    if (touched) wrong(what + ': the reading was touched');
  }

  function expectRecovery(what: string, bench: Bench): void {
    let code = -1;
    for (let tries = 0; tries < 3 && code < 0; tries++) {
      bench.rig.advance(PAUSE_MS);
      code = sample(bench);
    }
    // After a loss of power the chip warms up again, which is the scheduler's business.
    bench.rig.advance(bench.pair.driver.warmUpMs);
    for (let i = 0; i < bench.pair.driver.discard; i++) code = sample(bench);
    if (bench.pair.driver.warmUpMs > PAUSE_MS) code = sample(bench);
    expect(what + ', afterwards', code, 0);
    if (code === 0) isTrue(bench, (line) => wrong(what + ', afterwards, ' + line));
  }

  /** @apart */
  function checkValues(): void {
    const random = createRandom(9);
    const seeds = 24;
    for (let round = 0; round < seeds; round++) {
      const bench = createBench(driverCase, 1000, round);
      for (let i = 0; i < channels.length; i++) {
        const channel = channels[i];
        if (channel === null) continue;
        const share = round === 0 ? 0 : round === 1 ? 65535 : random.next();
        const span = channel.max - channel.min;
        bench.truth[channel.of] = channel.min + Math.floor((span * share) / 65535);
      }
      expect('round ' + round, warmUp(bench), 0);
      isTrue(bench, (line) => wrong('round ' + round + ', ' + line));
      const pair = bench.pair;
      const longest = pair.longest === undefined ? bench.rig.i2c.longest : pair.longest();
      if (longest > result.longest) result.longest = longest;
      result.longestMs = result.longest * (pair.byteMs === undefined ? I2C_BYTE_MS : pair.byteMs);
    }
  }

  /** @apart */
  function checkFault(fault: FaultCase): void {
    const bench = createBench(driverCase, 1000, 1);
    expect(fault.name + ', before', warmUp(bench), 0);
    clear(bench.out);
    const begun = fault.isMidway === true ? bench.pair.driver.start(bench.rig.now()) : 0;
    fault.make(bench.pair, bench.rig);
    const code = fault.isMidway === true ? finish(bench, begun) : sample(bench);
    expect(fault.name, code, fault.code);
    expectUntouched(fault.name, bench);
    fault.undo(bench.pair, bench.rig);
    expectRecovery(fault.name, bench);
    result.faults++;
  }

  /** The same in the middle of a sample, or between two of them: any code will do, but no lie. @apart */
  function checkMidway(fault: FaultCase): void {
    const bench = createBench(driverCase, 1000, 2);
    warmUp(bench);
    clear(bench.out);
    const begun = fault.isMidway === true ? 0 : bench.pair.driver.start(bench.rig.now());
    fault.make(bench.pair, bench.rig);
    if (fault.isMidway === true) bench.rig.advance(PAUSE_MS);
    expectNoLie(
      fault.name + ', midway',
      bench,
      fault.isMidway === true ? sample(bench) : finish(bench, begun),
    );
    fault.undo(bench.pair, bench.rig);
    expectRecovery(fault.name + ', midway', bench);
    result.faults++;
  }

  /** A chip that is broken when the board starts. @apart */
  function checkFirst(fault: FaultCase): void {
    const bench = createBench(driverCase, 1000, 3);
    fault.make(bench.pair, bench.rig);
    bench.rig.advance(bench.pair.driver.warmUpMs);
    clear(bench.out);
    expectNoLie(fault.name + ', from the start', bench, sample(bench));
    fault.undo(bench.pair, bench.rig);
    expectRecovery(fault.name + ', from the start', bench);
    result.faults++;
  }

  /** @apart */
  function checkPatience(): void {
    const bench = createBench(driverCase, 1000, 4);
    const { rig, pair } = bench;
    const transfers = (): number => (pair.transfers === undefined ? rig.i2c.transfers : pair.transfers());
    expect('poll before start', pair.driver.poll(rig.now(), bench.out), Code.NotReady);
    warmUp(bench);
    expect('poll after a sample', pair.driver.poll(rig.now(), bench.out), Code.NotReady);
    const wait = pair.driver.start(rig.now());
    if (wait > 2) {
      const before = transfers();
      rig.advance(1);
      expect('early poll', pair.driver.poll(rig.now(), bench.out), wait - 1);
      expect('transfers of an early poll', transfers(), before);
    }
    rig.advance(PAUSE_MS);
    expect('started again in the middle', sample(bench), 0);
    isTrue(bench, (line) => wrong('started again in the middle, ' + line));
    pair.driver.start(rig.now());
    pair.driver.close();
    rig.advance(PAUSE_MS);
    expect('poll after close', pair.driver.poll(rig.now(), bench.out), Code.NotReady);
    expectRecovery('close', bench);
  }

  /** @apart */
  function checkWrap(): void {
    // How long it takes to where the sample begins, and the sample.
    const trial = createBench(driverCase, 1000, 5);
    warmUp(trial);
    trial.rig.advance(PAUSE_MS);
    const beginsAt = elapsed(1000, trial.rig.now());
    sample(trial);
    const lasts = elapsed(1000, trial.rig.now()) - beginsAt;
    for (let tenth = 0; tenth < 10; tenth++) {
      const before = beginsAt + Math.floor((lasts * tenth) / 10);
      const bench = createBench(driverCase, (0x8000000 - before - 1) & 0x7ffffff, 5);
      expect('warm-up before the wrap of the clock', warmUp(bench), 0);
      bench.rig.advance(PAUSE_MS);
      const startedAt = bench.rig.now();
      expect('at the wrap of the clock', sample(bench), 0);
      isTrue(bench, (line) => wrong('at the wrap of the clock, ' + line));
      if (elapsed(startedAt, bench.out.time) > PAUSE_MS) wrong('time of a reading: ' + bench.out.time);
    }
  }

  /** @apart */
  function checkOptions(): void {
    const bench = createBench(driverCase, 1000, 6);
    warmUp(bench);
    for (let i = 0; i < driverCase.badOptions.length; i++) {
      const what = 'bad options ' + i;
      expect(what, bench.pair.driver.configure(driverCase.badOptions[i]), Code.BadOptions);
      clear(bench.out);
      expect(what + ', sampled', sample(bench), Code.BadOptions);
      expectUntouched(what, bench);
    }
    bench.pair.driver.configure(driverCase.goodOptions);
    bench.rig.advance(PAUSE_MS);
    const begun = bench.pair.driver.start(bench.rig.now());
    expect('options during a sample', bench.pair.driver.configure(driverCase.goodOptions), Code.Ok);
    if (begun > 0) expectNoLie('options during a sample', bench, finish(bench, begun));
    expect('good options', bench.pair.driver.configure(driverCase.goodOptions), Code.Ok);
    expectRecovery('good options', bench);
  }

  /** @apart */
  function checkMeta(): void {
    const driver = createBench(driverCase, 1000, 7).pair.driver;
    expect('channels', driver.channels.length, channels.length);
    for (let i = 0; i < driver.channels.length; i++) {
      const meta = driver.channels[i];
      if (meta.precision > meta.decimals || meta.decimals > 6) wrong(meta.key + ': decimals');
      if (meta.min >= meta.max || meta.min <= NO_VALUE || meta.max > 0x7ffffff) wrong(meta.key + ': range');
    }
  }

  checkMeta();
  checkValues();
  for (let i = 0; i < driverCase.faults.length; i++) {
    checkFault(driverCase.faults[i]);
    checkMidway(driverCase.faults[i]);
    checkFirst(driverCase.faults[i]);
  }
  checkPatience();
  checkWrap();
  checkOptions();
  return result;
}
