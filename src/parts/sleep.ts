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
import { Close, Code, Event } from '../ports/codes.ts';
import { STATE_MAX, StateKey } from '../ports/outbox.ts';
import type { Outbox } from '../ports/outbox.ts';
import { WakeCause } from '../ports/power.ts';
import type { Reading } from '../ports/reading.ts';
import type { Power } from '../ports/power.ts';
import { Stage } from '../ports/stage.ts';
import { phaseOf } from '../telemetry/phase.ts';
import { addressText, takeAddress } from './address.ts';
import { untilInterval, untilPoint } from './grid.ts';
import { BOOTS_MAX, Spend, createLedger } from './ledger.ts';
import { orDefault } from './options.ts';
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
  /** Longest time with the radio on, from its start to the end of the session, `awakeMs` not counted. Default 30 s. */
  readonly sendMs?: number;
  /** Stay so long in a session at least, for commands to arrive; less than `sendMs`. Default 0. */
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
/** What became of a sensor's sample. */
const SAMPLED = 1;
const FAILED = 2;
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
  const sendCount = orDefault(options.sendCount, 20);
  const sendAgeMs = orDefault(options.sendAgeMs, 21600000);
  const sendAgeSec = (sendAgeMs / 1000) | 0;
  const sendBytes = orDefault(options.sendBytes, 32768);
  const sendMs = orDefault(options.sendMs, 30000);
  const awakeMs = orDefault(options.awakeMs, 0);
  const sampleMs = orDefault(options.sampleMs, 60000);
  const backoff = options.backoff === undefined ? DEFAULT_BACKOFF : options.backoff;
  const maxMs = sooner(orDefault(backoff.maxMs, BACKOFF_TOP_MS), BACKOFF_TOP_MS);
  const waits: BackoffOptions = { windowMs: orDefault(backoff.windowMs, 2 * intervalMs), maxMs };
  /** Rest after the longest try. */
  const restMs = ceilingMs(sendMs, backoff);
  /** `SleepState.left` counts so many wakes as one, that the longest wait fits in. */
  const wakesEach = (((maxMs > restMs ? maxMs : restMs) / intervalMs / (BYTE_MAX + 1)) | 0) + 1;
  const ledger = createLedger(CURRENTS, orDefault(options.sleepUa, CURRENTS.sleepUa));
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

  /** @returns wakes of a wait, as `SleepState.left` counts them. */
  function wakesOf(ms: number): number {
    return byteOf((ms / intervalMs / wakesEach) | 0);
  }

  function isStayPossible(): boolean {
    return sendMs >= 1000 && awakeMs >= 0 && awakeMs < sendMs;
  }

  function isPossible(): boolean {
    const isInterval =
      intervalSec >= 1 && intervalSec <= INTERVAL_MAX_SEC && intervalMs === options.intervalMs;
    const isTrigger = sendCount >= 1 && sendAgeMs >= 0 && sendAgeMs <= AGE_MAX_MS && sendBytes >= 0;
    return isInterval && isTrigger && isStayPossible() && sampleMs >= 0;
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
    const countBefore = outbox.count();
    let buffer = createBuffer(STATE_MAX);
    let mode = Mode.Sampling;
    /** What became of the samples, by sensor, and how many there are not yet. */
    const sampled = new Uint8Array(mote.sensors.length);
    let pending = mote.sensors.length;
    /** Flash had no room for a reading. */
    let isFull = false;
    /** Messages that a wake makes. */
    let perWake = 0;
    let napMs = 0;
    let checksum = -1;
    let deliveredBefore = 0;
    /** When the radio came on, until when it may be, when the session began, when a try failed, when the radio may go; -1: it did not. */
    let sendAt = -1;
    let limitAt = -1;
    let onlineAt = -1;
    let failedAt = -1;
    let leaveAt = -1;
    let isTold = false;
    let isLedgerTold = false;
    let isAsked = false;
    let isDraining = false;
    /** Once more: by the broker's name, or because a part has given the link back. */
    let isAgain = false;
    let isHeld = false;
    /** The last CONNECT was not answered: the broker may have begun a session that knows nothing. */
    let isUnanswered = false;
    /** Who is there has changed since the checksum. */
    let isStale = false;
    let before = Stage.Asleep;

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

    /** Plan to sleep for `ms`, in naps as long as the engine can. @returns 0, or a code of `remember`: flash does not know of it. */
    function plan(ms: number): number {
      const naps = (ms - (ms % NAP_MAX_MS)) / NAP_MAX_MS + 1;
      napMs = ((ms / naps) | 0) + 1;
      const seconds = (napMs / 1000) | 0;
      state.restSec = ms > napMs ? ((ms - napMs) / 1000) | 0 : 0;
      if (outbox.settle !== undefined) outbox.settle();
      ledger.sleep(seconds);
      buffer = writeState(buffer, state, ledger);
      const code = outbox.remember(StateKey.Sleep, buffer);
      if (code !== Code.Ok) ledger.sleep(-seconds);
      return code;
    }

    function planNext(now: number): number {
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

    /** @returns whether this wake counts. */
    function isCounted(): boolean {
      return wakesEach === 1 || ports.random.next() % wakesEach === 0;
    }

    /**
     * A full flash cannot count wakes, neither to the next session nor after a try that failed.
     * @returns true once in as many of them as the wait was to have, or as the longest try would cost: the last one may have been that.
     */
    function isLucky(code: number): boolean {
      if (state.waited === 0 && code !== Code.Full) return false;
      const whole = state.waited > 0 ? wakesOf(state.waited << WAITED_SHIFT) : wakesOf(restMs);
      // This wake was taken off already.
      const wakes = whole > state.left + 1 ? whole : state.left + 1;
      return ports.random.next() * (wakes + 1) < 0x10000 && isCounted();
    }

    /** @returns whether it is time for the radio. */
    function isDue(): boolean {
      if (cause !== WakeCause.Timer) return true;
      if (state.left > 0) {
        if (isCounted()) state.left--;
        return false;
      }
      const since = ledger.counts.asleepSec;
      const oldest = outbox.oldestSec!();
      const age = (since > oldest ? since : oldest) + (intervalSec >> 1);
      const isMuch = outbox.count() >= sendCount || outbox.used!() >= sendBytes;
      return state.waited > 0 || isMuch || age >= sendAgeSec;
    }

    function beginSending(now: number): void {
      mode = Mode.Sending;
      perWake = outbox.count() - countBefore;
      // It takes its time, so before the radio is on.
      checksum = mote.checksum();
      // After any other start the firmware may be another.
      const isSame = cause === WakeCause.Timer || cause === WakeCause.Pin;
      isUnchanged =
        isSame && checksum === state.told && state.sessions > 0 && state.sessions < RENEW_SESSIONS;
      if (isUnchanged) client.assumeSubscribed();
      else state.high = state.low = 0;
      deliveredBefore = client.counters().delivered;
      sendAt = now;
      limitAt = after(now, sendMs);
      link.start();
    }

    /** @returns whether it sleeps on without the radio. */
    function isQuiet(now: number): boolean {
      const isNow = isDue();
      // The end of a wait stands in a full flash, too, and would be so at each wake.
      const isStuck = isFull && cause === WakeCause.Timer && state.waited > 0;
      if (isNow && (!isStuck || isLucky(Code.Full))) return false;
      const code = planNext(now);
      return isNow || code === Code.Ok || !isLucky(code);
    }

    function runSampling(now: number): number {
      const left = sampleMs - elapsed(bornAt, now);
      if (pending > 0 && left > 0) return left;
      for (let i = 0; i < sampled.length; i++) if (sampled[i] === 0) say(Event.SensorLate, i);
      if (isQuiet(now)) sleep();
      else beginSending(now);
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

    /** @returns how long to stay in a session at least. */
    function stayMs(): number {
      return cause === WakeCause.PowerOn && awakeMs < FIRST_AWAKE_MS && !readWall()
        ? FIRST_AWAKE_MS
        : awakeMs;
    }

    /** In a session: say what is to be said, last of all until when it sleeps; then leave once all is acknowledged. */
    function talk(now: number, left: number): number {
      askAddress();
      if (elapsed(onlineAt, now) < stayMs() || !mote.isTold()) return LOOK_MS;
      if (!isLedgerTold) isLedgerTold = tellLedger(now);
      if (!isTold) isTold = tellSleep(now);
      // A full outbox has room again soon.
      if (!isTold || !isLedgerTold) return LOOK_MS;
      isDraining = true;
      link.drain(left);
      return left;
    }

    /** A try ends in `stage`: where the address that was kept may be why, the name is worth another one at once. */
    function blame(stage: Stage): void {
      if (stage !== Stage.Opening && stage !== Stage.Login) return;
      if (hasName && state.high > 0) isAgain = true;
      state.high = state.low = 0;
    }

    /** End this try. */
    function giveUp(): number {
      blame(link.stage());
      link.drain(0);
      return 0;
    }

    /** A part needs the link: what fails now is its business, and the session ends later. */
    function hold(now: number, stage: Stage): number {
      isHeld = true;
      limitAt = after(now, sendMs);
      failedAt = -1;
      if (!isDraining && stage !== Stage.Asleep) return LOOK_MS;
      isDraining = isTold = false;
      link.start();
      return 0;
    }

    /** The part is done. @returns whether the link is where it was left. */
    function isGivenBack(stage: Stage): boolean {
      if (!isHeld) return true;
      isHeld = false;
      isAgain = stage !== Stage.Running;
      // Its waits were of the part's tries.
      if (isAgain) link.drain(0);
      return !isAgain;
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
      const stage = link.stage();
      if (mote.isBusy()) return hold(now, stage);
      if (!isGivenBack(stage)) return 0;
      const left = remaining(now, limitAt);
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
      judgeTry(now);
      if (isUnanswered || isStale) state.sessions = 0;
    }

    function judgeTry(now: number): void {
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
      state.left = wakesOf(wait > rest ? wait : rest);
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

    function take(index: number, what: number): void {
      if (sampled[index] === 0) pending--;
      if (mode !== Mode.Sampling && sampled[index] !== what) {
        isStale = true;
        isUnchanged = false;
      }
      sampled[index] = what;
    }

    function onReading(index: number, _reading: Reading, code: number): void {
      if (code === Code.Full) isFull = true;
      take(index, SAMPLED);
    }

    function onFailure(index: number): void {
      take(index, FAILED);
    }

    function beginLogin(): void {
      if (isUnanswered) isUnchanged = false;
      isUnanswered = true;
    }

    function beginSession(now: number): void {
      isUnanswered = isAgain = false;
      // What it is to stay is not taken off the time that joining may take.
      if (onlineAt < 0) limitAt = after(limitAt, stayMs());
      onlineAt = now;
    }

    function onStage(stage: Stage, why: Close): void {
      const now = clock.now();
      if (mode !== Mode.Sending) return;
      ledger.enter(spendOf(stage), now);
      if (stage === Stage.Login) beginLogin();
      if (before === Stage.Login && (stage === Stage.Running || stage === Stage.Draining)) beginSession(now);
      // Another broker may be tried at once; and one that was left on purpose has not failed.
      if (stage === Stage.Waiting && why !== Close.None && why !== Close.Local) {
        blame(before);
        failedAt = now;
      } else if (stage !== Stage.Asleep) failedAt = -1;
      before = stage;
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
    } else if (cause === WakeCause.Timer && state.restSec > 0 && plan(state.restSec * 1000) === Code.Ok) {
      // What flash does not know of would be the same at each wake.
      sleep();
    }
    return { onReading, onFailure, onStage, run };
  }

  return { quietSec: sendAgeSec + intervalSec, create, hostOf, isKnown };
}
