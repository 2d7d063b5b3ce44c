// What drivers do alike: one step after the other with waits between, patience with a chip that is not ready, and checks
// of what comes out. A driver is its steps; the sampler owns their times and never touches a bus.

import { after, remaining } from '../ports/clock.ts';
import { Code } from '../ports/codes.ts';
import { NO_VALUE } from '../ports/reading.ts';
import type { ChannelMeta, Reading } from '../ports/reading.ts';
import type { Driver, Wake } from './driver.ts';

/** A driver, as far as drivers differ. No step waits: it does its transfers and says how long the next one has to wait. */
export interface Steps<Options> {
  readonly channels: readonly ChannelMeta[];
  readonly warmUpMs: number;
  readonly minIntervalMs: number;
  readonly discard: number;
  /** Time from look to look at a chip that is not ready, milliseconds. */
  readonly retryMs: number;
  /** How long it may stay not ready before that is Code.Timeout, milliseconds. */
  readonly patienceMs: number;
  /** Take settings over. @returns 0, or Code.BadOptions. */
  configure(options: Options): number;
  /**
   * Bring the chip from power-up, or from whatever state it is in, to where it can measure: identity, reset, settings.
   * @param step counts from 0. @returns milliseconds until the next step; 0 when the chip is ready; Code.NotReady to be called for
   * the same step again; another negative Code to give up.
   */
  setUp(step: number, now: number): number;
  /**
   * Take a sample. Step 0 starts it and leaves `values` alone; the others finish it.
   * @param values one place a channel, to be filled before the last step returns 0; NO_VALUE where a channel has none.
   * @returns milliseconds until the next step; 0 of step 0: as soon as can be; 0 of a later one: done; codes as `setUp`.
   */
  measure(step: number, now: number, values: Int32Array): number;
  /** Put the chip to sleep, as far as it can; nothing has been said to it when it was never started. */
  sleep(): void;
  /** As that of the driver. */
  attach?(wake: Wake): void;
}

const enum Phase {
  /** Nothing is known of the chip. */
  Unknown,
  Ready,
  // From here on `poll` has something to do.
  SettingUp,
  Measuring,
  /** New settings came in the middle of a sample, which begins anew with them. */
  Restarting,
}

/** Make a driver of its steps. */
export function createSampler<Options>(steps: Steps<Options>, options: Options): Driver<Options> {
  const channels = steps.channels;
  /** What a check refuses must not reach the caller's reading. */
  const values = new Int32Array(channels.length);
  let refused = steps.configure(options);
  let phase = Phase.Unknown;
  let step = 0;
  let startedAt = 0;
  let readyAt = 0;
  let giveUpAt = 0;

  /** The next step, after `ms`. @returns ms. */
  function proceed(now: number, ms: number): number {
    step++;
    // The last wait but that for a late chip is that of the conversion; those before it were for the chip to wake.
    startedAt = now;
    readyAt = after(now, ms);
    giveUpAt = after(readyAt, steps.patienceMs);
    return ms;
  }

  function fail(code: number): number {
    phase = Phase.Unknown;
    return code;
  }

  /** The same step again, unless it has been tried for too long. */
  function insist(now: number): number {
    if (remaining(now, giveUpAt) === 0) return fail(Code.Timeout);
    readyAt = after(now, steps.retryMs);
    return steps.retryMs;
  }

  /** @returns milliseconds, or a negative Code. */
  function advance(now: number, answer: number): number {
    if (answer >= 0) return proceed(now, answer);
    return answer === Code.NotReady ? insist(now) : fail(answer);
  }

  function begin(now: number, next: Phase): void {
    phase = next;
    step = 0;
    giveUpAt = after(now, steps.patienceMs);
  }

  function launch(now: number): number {
    const answer = steps.measure(0, now, values);
    // 0 from here would say that there is a reading.
    return advance(now, answer === 0 ? 1 : answer);
  }

  function convert(now: number): number {
    begin(now, Phase.Measuring);
    return launch(now);
  }

  function setUp(now: number): number {
    const answer = steps.setUp(step, now);
    return answer === 0 ? convert(now) : advance(now, answer);
  }

  /** @returns false when a value is outside what its channel can be. */
  function isPlausible(): boolean {
    for (let i = 0; i < channels.length; i++) {
      const value = values[i];
      if (value !== NO_VALUE && (value < channels[i].min || value > channels[i].max)) return false;
    }
    return true;
  }

  function collect(now: number, out: Reading): number {
    if (step === 0) return launch(now);
    const answer = steps.measure(step, now, values);
    if (answer !== 0) return advance(now, answer);
    if (!isPlausible()) return fail(Code.Range);
    phase = Phase.Ready;
    out.values.set(values);
    out.time = startedAt;
    return Code.Ok;
  }

  function configure(next: Options): number {
    phase = phase >= Phase.SettingUp ? Phase.Restarting : Phase.Unknown;
    refused = steps.configure(next);
    return refused;
  }

  function start(now: number): number {
    if (refused < 0) return fail(refused);
    if (phase === Phase.Ready) return convert(now);
    begin(now, Phase.SettingUp);
    return setUp(now);
  }

  function poll(now: number, out: Reading): number {
    if (phase < Phase.SettingUp) return Code.NotReady;
    if (phase === Phase.Restarting) return start(now);
    const early = remaining(now, readyAt);
    if (early > 0) return early;
    return phase === Phase.SettingUp ? setUp(now) : collect(now, out);
  }

  function close(): void {
    steps.sleep();
    phase = Phase.Unknown;
  }

  const driver: Driver<Options> = {
    channels,
    warmUpMs: steps.warmUpMs,
    minIntervalMs: steps.minIntervalMs,
    discard: steps.discard,
    configure,
    start,
    poll,
    close,
  };
  if (steps.attach !== undefined) driver.attach = steps.attach;
  return driver;
}
