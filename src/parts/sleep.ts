// A mote that sleeps: it wakes, samples each sensor once into the outbox, and sleeps again with the radio off; now and then it sends all
// that waits in one session. Deep sleep forgets the RAM, so what has to be known at the next wake is in the outbox's flash.
// It gives up no message: what does not leave is there at the next session.

import { createBuffer } from '../bytes/bytes.ts';
import type { Bytes } from '../bytes/bytes.ts';
import { CURRENTS } from '../board.ts';
import { LOG } from '../features.ts';
import { BACKOFF_TOP_MS, backoffMs, ceilingMs } from '../link/backoff.ts';
import type { BackoffOptions } from '../link/backoff.ts';
import { LEAVE_MS } from '../link/link.ts';
import type { Mote, MotePart, Sleeper } from '../part.ts';
import { NEVER_MS, after, elapsed, remaining, sooner, wallSeconds } from '../ports/clock.ts';
import type { WallTime } from '../ports/clock.ts';
import { Close, Event } from '../ports/codes.ts';
import { STATE_MAX, StateKey } from '../ports/outbox.ts';
import type { Outbox } from '../ports/outbox.ts';
import { WakeCause } from '../ports/power.ts';
import type { Power } from '../ports/power.ts';
import { Stage } from '../ports/stage.ts';
import { phaseOf } from '../telemetry/phase.ts';
import { addressText, takeAddress } from './address.ts';
import { untilInterval, untilPoint } from './grid.ts';
import { BOOTS_MAX, Spend, createLedger } from './ledger.ts';
import { readState, writeState } from './sleep-state.ts';
import type { SleepState } from './sleep-state.ts';

export interface SleepOptions {
  /** openPower() of the board. */
  readonly power: Power;
  /** From wake to wake: whole seconds, 1 s to 24 h. While the time is known, wakes are points of a grid that is the mote's own. */
  readonly intervalMs: number;
  /** The radio comes on when so many messages wait. Default 20. */
  readonly sendCount?: number;
  /** Or when the last session, or the oldest message, is so long ago, up to 7 days. Default 6 h. */
  readonly sendAgeMs?: number;
  /** Or when messages take so many bytes of flash. Default 32 KB. */
  readonly sendBytes?: number;
  /** Longest time with the radio on, from its start to the end of the session. Default 30 s. */
  readonly sendMs?: number;
  /** Stay so long in a session at least, for commands to arrive. Default 0. */
  readonly awakeMs?: number;
  /** Longest wait for the sensors. Default 60 s. */
  readonly sampleMs?: number;
  /** Waits after tries that failed. Default: 500 microamperes in the mean. */
  readonly backoff?: BackoffOptions;
  /** What the whole board draws in deep sleep, microamperes. Default: what the bare chip does. */
  readonly sleepUa?: number;
}

const INTERVAL_MAX_SEC = 86400;
const AGE_MAX_MS = 604800000;
/** Below what the engine's microseconds can say. */
const NAP_MAX_MS = 2100000;
/** After power-on the time may be on its way. */
const FIRST_AWAKE_MS = 3000;
const LOOK_MS = 100;
/** After a failure, for the next broker to be tried, if there is one. */
const FAIL_MS = 50;
/** Sessions after which the broker is told everything again, and its address is asked for. */
const RENEW_SESSIONS = 24;
/** Of `SleepState.waited`. */
const WAITED_SHIFT = 14;
const BYTE_MAX = 255;
const DEFAULT_BACKOFF: BackoffOptions = { ceilingUa: 500 };

const enum Mode {
  Sampling,
  Sending,
  /** DISCONNECT is on its way. */
  Leaving,
  /** Nothing more to do: it sleeps, or cannot. */
  Over,
}

function or(value: number | undefined, byDefault: number): number {
  return value === undefined ? byDefault : value;
}

/** @returns `value`, or the most that a byte holds. */
function byteOf(value: number): number {
  return value > BYTE_MAX ? BYTE_MAX : value;
}

/** @returns whether messages outlast the power: else a sleep would lose what was accepted. */
function isLasting(outbox: Outbox<Bytes>): boolean {
  return outbox.oldestSec !== undefined && outbox.used !== undefined;
}

/** @returns what time is spent on in a stage of the link. */
function spendOf(stage: Stage): Spend {
  if (stage === Stage.Opening) return Spend.Open;
  if (stage === Stage.Login) return Spend.Login;
  return stage === Stage.Waiting || stage === Stage.Joining ? Spend.Join : Spend.Send;
}

/** Start-up only. Impossible options are found when the mote starts. */
export function createSleep(options: SleepOptions): Sleeper {
  const power = options.power;
  const intervalSec = (options.intervalMs / 1000) | 0;
  const intervalMs = intervalSec * 1000;
  const sendCount = or(options.sendCount, 20);
  const sendAgeMs = or(options.sendAgeMs, 21600000);
  const sendAgeSec = (sendAgeMs / 1000) | 0;
  const sendBytes = or(options.sendBytes, 32768);
  const sendMs = or(options.sendMs, 30000);
  const awakeMs = or(options.awakeMs, 0);
  const sampleMs = or(options.sampleMs, 60000);
  const backoff = options.backoff === undefined ? DEFAULT_BACKOFF : options.backoff;
  const waits: BackoffOptions = {
    windowMs: or(backoff.windowMs, 2 * intervalMs),
    maxMs: or(backoff.maxMs, BACKOFF_TOP_MS),
  };
  const ledger = createLedger(CURRENTS, or(options.sleepUa, CURRENTS.sleepUa));
  const state: SleepState = { told: 0, sessions: 0, waited: 0, left: 0, restSec: 0, high: 0, low: 0 };
  /** The broker has a name, no address. */
  let hasName = false;
  /** The broker was told what it would be told now. */
  let isUnchanged = false;
  let isResumed = (): boolean => false;

  function hostOf(host: string): string {
    return hasName && state.high > 0 ? addressText(state.high, state.low) : host;
  }

  function isKnown(): boolean {
    return isUnchanged && isResumed();
  }

  function isPossible(): boolean {
    const isInterval =
      intervalSec >= 1 && intervalSec <= INTERVAL_MAX_SEC && intervalMs === options.intervalMs;
    const isTrigger = sendCount >= 1 && sendAgeMs >= 0 && sendAgeMs <= AGE_MAX_MS && sendBytes >= 0;
    return isInterval && isTrigger && sendMs >= 1000 && sampleMs >= 0 && awakeMs >= 0;
  }

  function create(mote: Mote): MotePart | null {
    const ports = mote.ports;
    const outbox = ports.outbox;
    const clock = ports.clock;
    const link = mote.link;
    const client = link.client;
    const sleepTopic = client.topic(mote.id + '/sleep', 1, true);
    const energyTopic = client.topic(mote.id + '/energy', 1);
    if (!isPossible() || !isLasting(outbox) || sleepTopic === null || energyTopic === null) return null;

    const wall: WallTime = { day: -1, ms: 0 };
    const phaseSec = phaseOf(ports.serial, intervalSec);
    const bornAt = clock.now();
    const cause = power.wakeCause();
    const before = outbox.count();
    let buffer = createBuffer(STATE_MAX);
    let mode = Mode.Sampling;
    /** Sensors that have had their sample, and how many have not. */
    const sampled = new Uint8Array(mote.sensors.length);
    let pending = mote.sensors.length;
    /** Messages that a wake makes. */
    let perWake = 0;
    let napMs = 0;
    let checksum = -1;
    let deliveredBefore = 0;
    /** When the radio came on, when the session began, when a try failed, when the radio may go; -1: it did not. */
    let sendAt = -1;
    let onlineAt = -1;
    let failedAt = -1;
    let leaveAt = -1;
    let isTold = false;
    let isLedgerTold = false;
    let isAsked = false;
    let isDraining = false;
    /** Once more, by the broker's name. */
    let isAgain = false;

    function say(event: Event, detail: number): void {
      if (LOG) ports.log.write(event, detail);
    }

    /** @returns whether the time is known; it stands in `wall` then. */
    function readWall(): boolean {
      clock.wall(wall);
      return wall.day >= 0;
    }

    function untilNext(now: number): number {
      if (readWall()) return untilPoint(wall, intervalSec, phaseSec);
      return untilInterval(bornAt, now, intervalSec, CURRENTS.bootMs);
    }

    /** Plan to sleep for `ms`, in naps as long as the engine can. @returns whether flash knows of it. */
    function plan(ms: number): boolean {
      const naps = (ms - (ms % NAP_MAX_MS)) / NAP_MAX_MS + 1;
      napMs = ((ms / naps) | 0) + 1;
      const seconds = (napMs / 1000) | 0;
      state.restSec = ms > napMs ? ((ms - napMs) / 1000) | 0 : 0;
      if (outbox.settle !== undefined) outbox.settle();
      ledger.sleep(seconds);
      buffer = writeState(buffer, state, ledger);
      if (outbox.remember(StateKey.Sleep, buffer) >= 0) return true;
      ledger.sleep(-seconds);
      return false;
    }

    function planNext(now: number): boolean {
      ledger.enter(Spend.Sample, now);
      return plan(untilNext(now));
    }

    /** On a board it does not return. */
    function sleep(): void {
      mode = Mode.Over;
      mote.scheduler.close();
      mote.tellSleep();
      say(Event.Sleeps, (napMs / 1000) | 0);
      power.sleep(napMs);
    }

    /** @returns true once in as many wakes as the wait was to have: a full flash cannot count them. */
    function isLucky(): boolean {
      // This wake was taken off already.
      return state.waited > 0 && ports.random.next() * (state.left + 2) < 0x10000;
    }

    /** @returns whether it is time for the radio. */
    function isDue(): boolean {
      if (cause !== WakeCause.Timer) return true;
      if (state.left > 0) {
        state.left--;
        return false;
      }
      const since = ledger.counts.asleepSec;
      const oldest = outbox.oldestSec!();
      const age = (since > oldest ? since : oldest) + (intervalSec >> 1);
      const isFull = outbox.count() >= sendCount || outbox.used!() >= sendBytes;
      return state.waited > 0 || isFull || age >= sendAgeSec;
    }

    function beginSending(now: number): void {
      mode = Mode.Sending;
      perWake = outbox.count() - before;
      // It takes its time, so before the radio is on.
      checksum = mote.checksum();
      isUnchanged = checksum === state.told && state.sessions > 0 && state.sessions < RENEW_SESSIONS;
      if (isUnchanged) client.assumeSubscribed();
      else state.high = state.low = 0;
      deliveredBefore = client.counters().delivered;
      sendAt = now;
      link.start();
    }

    function runSampling(now: number): number {
      const left = sampleMs - elapsed(bornAt, now);
      if (pending > 0 && left > 0) return left;
      for (let i = 0; i < sampled.length; i++) if (sampled[i] === 0) say(Event.SensorLate, i);
      if (isDue() || (!planNext(now) && isLucky())) beginSending(now);
      else sleep();
      return 0;
    }

    function askAddress(): void {
      const wifi = ports.wifi;
      if (isAsked || !hasName || state.high > 0 || wifi.resolve === undefined) return;
      isAsked = true;
      wifi.resolve(mote.host, function (address) {
        takeAddress(address, state);
      });
    }

    /** @returns seconds until the radio comes on again, if all goes on like this. */
    function secondsAsleep(now: number): number {
      const byAge = ((sendAgeSec + intervalSec - 1) / intervalSec) | 0;
      const byCount = perWake > 0 ? ((sendCount + perWake - 1) / perWake) | 0 : byAge;
      const wakes = byCount < byAge ? byCount : byAge;
      return ((untilNext(now) / 1000) | 0) + (wakes > 1 ? (wakes - 1) * intervalSec : 0);
    }

    /** Until when it sleeps, retained. */
    function tellSleep(now: number): boolean {
      const seconds = secondsAsleep(now);
      client.begin(sleepTopic!);
      client.text('{"asleep_until":');
      if (readWall()) client.integer(wallSeconds(wall) + seconds);
      else client.text('null');
      client.text(',"seconds":');
      client.integer(seconds);
      client.text('}');
      return client.end() >= 0;
    }

    function tellLedger(now: number): boolean {
      ledger.enter(Spend.Send, now);
      if (ledger.publish(client, energyTopic!) < 0) return false;
      ledger.clear();
      return true;
    }

    /** In a session: say what is to be said, last of all until when it sleeps; then leave once all is acknowledged. */
    function talk(now: number, left: number): number {
      const isNew = cause === WakeCause.PowerOn && !readWall();
      const stay = (isNew && awakeMs < FIRST_AWAKE_MS ? FIRST_AWAKE_MS : awakeMs) - elapsed(onlineAt, now);
      askAddress();
      if (stay > 0 || !mote.isTold()) return LOOK_MS;
      if (!isLedgerTold) isLedgerTold = tellLedger(now);
      if (!isTold) isTold = tellSleep(now);
      // A full outbox has room again soon.
      if (!isTold || !isLedgerTold) return LOOK_MS;
      isDraining = true;
      link.drain(left);
      return left;
    }

    /** End this try. Where the address that was kept may be why, the name is worth another one at once. */
    function giveUp(): number {
      isAgain = hasName && state.high > 0;
      state.high = state.low = 0;
      link.drain(0);
      return 0;
    }

    /** No radio: leave, or try the name. */
    function rest(now: number, left: number): number {
      if (isAgain && left > 0) {
        isAgain = false;
        link.start();
        return 0;
      }
      mode = Mode.Leaving;
      leaveAt = onlineAt < 0 ? now : after(now, LEAVE_MS);
      return 0;
    }

    function runSending(now: number): number {
      const left = sendMs - elapsed(sendAt, now);
      const stage = link.stage();
      if (stage === Stage.Asleep || stage === Stage.Stopped) return rest(now, left);
      // Draining ends by itself.
      if (left <= 0) return isDraining ? LOOK_MS : giveUp();
      if (stage === Stage.Running) return talk(now, left);
      if (failedAt < 0) return left;
      const wait = FAIL_MS - elapsed(failedAt, now);
      return wait > 0 ? sooner(wait, left) : giveUp();
    }

    /** What the try that is over means for the next ones. */
    function judge(now: number): void {
      const waiting = outbox.count();
      if (waiting > 0) say(Event.LeftOver, waiting);
      if (onlineAt >= 0 && (waiting === 0 || client.counters().delivered > deliveredBefore)) {
        state.waited = state.left = 0;
        // What was said with QoS 0 came before what is acknowledged.
        if (waiting > 0 || !isTold || checksum < 0) return;
        state.sessions = isKnown() ? state.sessions + 1 : 1;
        state.told = checksum;
        return;
      }
      const wait = backoffMs(state.waited << WAITED_SHIFT, waits, ports.random);
      const rest = ceilingMs(elapsed(sendAt, now), backoff);
      state.waited = byteOf((wait >> WAITED_SHIFT) + 1);
      state.left = byteOf(((wait > rest ? wait : rest) / intervalMs) | 0);
      state.high = state.low = 0;
    }

    function runLeaving(now: number): number {
      const left = remaining(now, leaveAt);
      if (left > 0) return left;
      judge(now);
      planNext(now);
      sleep();
      return NEVER_MS;
    }

    function run(now: number): number {
      if (mode === Mode.Sampling) return runSampling(now);
      if (mode === Mode.Sending) return runSending(now);
      return mode === Mode.Leaving ? runLeaving(now) : NEVER_MS;
    }

    function take(index: number): void {
      if (sampled[index] === 0) pending--;
      sampled[index] = 1;
    }

    function onStage(stage: Stage, why: Close): void {
      const now = clock.now();
      if (mode !== Mode.Sending) return;
      ledger.enter(spendOf(stage), now);
      if (stage === Stage.Running) onlineAt = now;
      // Another broker may be tried at once.
      if (stage === Stage.Waiting && why !== Close.None) failedAt = now;
      else if (stage !== Stage.Asleep) failedAt = -1;
    }

    hasName = !takeAddress(mote.host, { high: 0, low: 0 });
    isResumed = link.isResumed;
    readState(outbox.recall(StateKey.Sleep), state, ledger);
    if (ledger.counts.boots < BOOTS_MAX) ledger.counts.boots++;
    ledger.enter(Spend.Sample, bornAt);
    if (!power.canSleep) {
      mode = Mode.Over;
      say(Event.CannotSleep, 0);
      link.start();
    } else if (cause === WakeCause.Timer && state.restSec > 0 && plan(state.restSec * 1000)) {
      // What flash does not know of would be the same at each wake.
      sleep();
    }
    return { onReading: take, onFailure: take, onStage, run };
  }

  return { quietSec: sendAgeSec + intervalSec, create, hostOf, isKnown };
}
