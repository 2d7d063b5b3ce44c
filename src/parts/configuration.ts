// The configuration of a mote as two retained messages: `<id>/config/desired` says what it should be, `<id>/config/reported` what it is.
// A desired one is put on trial: it stays when the broker takes a session with it, and else the former one comes back by itself, after some
// minutes or some starts. It never tries the same document twice, and what it tries is in flash before it is tried.

import { createView, cut, toText, wordAt, type Bytes } from '../bytes/bytes.ts';
import { LOG, STATE } from '../features.ts';
import type { Address } from '../link/link.ts';
import type { Mote } from '../part.ts';
import { after, NEVER_MS, remaining, sooner } from '../ports/clock.ts';
import { Code, Event } from '../ports/codes.ts';
import { Stage } from '../ports/stage.ts';
import { createBucket } from './commands/bucket.ts';
import { createDesiredReader, INTERVAL_KEY, isInterval } from './commands/desired.ts';
import type { Gate } from './commands/gate.ts';
import { crcOf } from './commands/hash.ts';
import { orDefault } from './options.ts';
import {
  copyMark,
  copySettings,
  createMark,
  createSettings,
  createSettingsStore,
  INTERVALS_MAX,
  isSame,
  isThere,
  NO_SLOT,
  Trial,
  type Settings,
} from './commands/settings.ts';

export interface ConfigurationOptions {
  /** A new configuration has so long to reach the broker, minutes, 1 to 60. Default 5. */
  readonly minutes?: number;
}

const DEFAULT_MINUTES = 5;
/** Flash takes each key of small state every ten seconds at most, and all that is written here has time for that. */
const WRITE_MS = 15000;
const MINUTES_TOP = 60;
const MINUTE_MS = 60000;
/** The board may restart so often during a trial, a loss of power being no fault of the settings; then they are rolled back. */
const BOOTS_MAX = 2;
/** Documents that are looked at. Each that is tried is some programs of the flash. */
const PER_MINUTE = 4;
/** Until the next try to write what flash does not take now, or to say what finds no room. */
const AGAIN_MS = 1000;
/** Until the broker is asked for the document that was passed over. */
const ASK_AGAIN_MS = 15000;

/** What became of the last document. */
const enum Outcome {
  /** There was none. */
  Own = 0,
  Probation = 1,
  Applied = 2,
  RolledBack = 3,
  Refused = 4,
}

const OUTCOMES = ['default', 'probation', 'applied', 'rolled-back', 'refused'];

export interface Configuration {
  /** Another interval for a sensor, as if the configuration that holds had said it. @returns 0, Code.Busy during a trial, Code.BadValue. */
  changeInterval(index: number, ms: number): number;
  onStage(stage: Stage): void;
  /** @returns whether a document is on its way to a trial, or a trial to its end, or something to flash. It is so for one trial a start. */
  isBusy(): boolean;
  run(now: number): number;
}

/** Start-up only. @returns null when its options are impossible. */
export type CreateConfiguration = (mote: Mote, gate: Gate) => Configuration | null;

/** A mote that is told its configuration, given to `createCommands`. */
export function createConfiguration(options?: ConfigurationOptions): CreateConfiguration {
  const minutes = options === undefined ? DEFAULT_MINUTES : orDefault(options.minutes, DEFAULT_MINUTES);
  return function (mote, gate) {
    return STATE && minutes >= 1 && minutes <= MINUTES_TOP
      ? startConfiguration(mote, gate, minutes * MINUTE_MS)
      : null;
  };
}

function startConfiguration(mote: Mote, gate: Gate, trialMs: number): Configuration | null {
  const link = mote.link;
  const client = link.client;
  const clock = mote.ports.clock;
  const scheduler = mote.scheduler;
  const reader = gate.reader;
  const count = mote.sensors.length < INTERVALS_MAX ? mote.sensors.length : INTERVALS_MAX;
  const reported = client.topic(mote.id + '/config/reported', 0, true);
  const store = createSettingsStore(mote.ports.outbox, mote.sensors);
  const desired = createDesiredReader(scheduler, mote.sensors, gate.leastMs);
  const bucket = createBucket(PER_MINUTE, clock.now());
  const record = store.record;
  const view = createView();
  const owned = new Int32Array(count);
  /** What holds, and what came last. */
  const current = createSettings(count);
  const next = createSettings(count);
  /** The last document that was looked at, and the one that comes in. */
  const last = createMark();
  const mark = createMark();
  const none = createMark();
  let outcome = Outcome.Own;
  /** Of a document that was refused. */
  let refusal = Code.Ok;
  let place = 0;
  /** `next` is to be written, and then tried. */
  let isStaged = false;
  /** When the trial ends; -1: there is none. */
  let trialEnd = -1;
  /** When the first trial since the start, or else the first write, is over for certain: nobody who goes on sending documents keeps a mote from its sleep. */
  let busyEnd = -1;
  let hasTried = false;
  /** A trial goes on once the link tries to connect: a mote that sleeps has most of its starts without that. */
  let isTrialDue = false;
  /** Of the link. */
  let before = link.stage();
  /** Record, or intervals that a command gave, are to be written. */
  let isRecordDue = false;
  let areIntervalsDue = false;
  let isReportDue = false;
  /** When to ask for a document that was passed over; -1: none was. */
  let askAt = -1;
  /** Not before. */
  let writeAt = clock.now();

  function say(event: Event, detail: number): void {
    if (LOG) mote.ports.log.write(event, detail);
  }

  /** Where to, as the link wants it. */
  function startAddress(of: Settings): Address | null {
    const bytes = of.address;
    return bytes.length > 2 ? { host: toText(bytes, 2, bytes.length - 2), port: wordAt(bytes, 0) } : null;
  }

  function apply(of: Settings): void {
    for (let i = 0; i < count; i++) {
      scheduler.changeInterval(i, of.intervals[i] > 0 ? of.intervals[i] : owned[i]);
    }
  }

  function conclude(what: Outcome, detail: number): void {
    outcome = what;
    isReportDue = true;
    say(Event.Configured, detail);
  }

  /** The settings of `next` hold, until something is known about them. */
  function startTrial(now: number): void {
    apply(next);
    const address = startAddress(next);
    trialEnd = after(now, trialMs + link.move(address, address !== null));
    if (!hasTried) busyEnd = after(trialEnd, WRITE_MS);
    hasTried = true;
  }

  function rollBack(why: number): void {
    trialEnd = -1;
    record.trial = Trial.Failed;
    record.why = why;
    isRecordDue = true;
    apply(current);
    link.move(startAddress(current), false);
    conclude(Outcome.RolledBack, 2 + why);
  }

  function promote(): void {
    trialEnd = -1;
    record.trial = Trial.None;
    record.active = otherSlot();
    copyMark(record.accepted, record.tried);
    isRecordDue = true;
    copySettings(current, next);
    conclude(Outcome.Applied, 1);
  }

  function refuse(code: number): void {
    outcome = Outcome.Refused;
    refusal = code;
    isReportDue = true;
    say(Event.CommandRefused, -code);
  }

  function otherSlot(): number {
    return record.active === 0 ? 1 : 0;
  }

  /** @returns whether it is known what becomes of a document. */
  function isKnown(): boolean {
    if (isSame(mark, last)) return true;
    const isHeld = isSame(mark, record.accepted);
    if (!isHeld && !isSame(mark, record.tried)) return false;
    outcome = isHeld ? Outcome.Applied : Outcome.RolledBack;
    // With its id: this time it was not read.
    copyMark(last, isHeld ? record.accepted : record.tried);
    isReportDue = true;
    return true;
  }

  function onDesired(payload: Bytes, topic: Bytes): void {
    const now = clock.now();
    if (payload.length === 0) return;
    if (isStaged || trialEnd >= 0 || !bucket.take(now)) {
      // The broker keeps the last one.
      if (askAt < 0) askAt = after(now, ASK_AGAIN_MS);
      mote.wake();
      return;
    }
    crcOf(payload, mark);
    mote.wake();
    if (isKnown()) return;
    const code = gate.open(topic, payload, true);
    const result = code === Code.Ok ? desired.read(reader, gate.inner(), next, mark) : code;
    copyMark(last, mark);
    place = reader.place();
    if (result === Code.Ok) isStaged = true;
    else refuse(result);
  }

  /** Write settings where they are not in use, and then that they are on trial. */
  function stage(now: number): void {
    let code = store.saveSlot(otherSlot(), next);
    if (code === Code.Ok) {
      record.trial = Trial.Running;
      record.boots = record.why = 0;
      copyMark(record.tried, last);
      code = store.save();
    }
    if (code === Code.Busy) return;
    isStaged = false;
    if (code === Code.Ok) {
      conclude(Outcome.Probation, 0);
      report();
      startTrial(now);
      return;
    }
    // Nothing was tried, so the record is as flash has it, if there is one.
    store.load();
    if (record.trial === Trial.Running) {
      record.trial = Trial.None;
      copyMark(record.tried, none);
    }
    refuse(code);
  }

  function keepIntervals(): number {
    const slot = record.active === NO_SLOT ? 0 : record.active;
    const code: number = store.saveSlot(slot, current);
    if (code !== Code.Ok) return code;
    if (record.active === NO_SLOT) isRecordDue = true;
    record.active = slot;
    return code;
  }

  /** What is in flash stays as it is. */
  function giveUp(code: number): void {
    areIntervalsDue = isRecordDue = false;
    say(Event.CommandRefused, -code);
  }

  /** Write what holds. @returns 0, or a code of `remember`. */
  function writeHeld(): number {
    let code = Code.Ok;
    if (areIntervalsDue) code = keepIntervals();
    if (code < 0) return code;
    areIntervalsDue = false;
    if (isRecordDue) code = store.save();
    if (code === Code.Ok) isRecordDue = false;
    return code;
  }

  /** @returns milliseconds until there is something to write. */
  function write(now: number): number {
    if (!areIntervalsDue && !isRecordDue && !isStaged) return NEVER_MS;
    const left = remaining(now, writeAt);
    if (left > 0) return left;
    const code = writeHeld();
    if (code === Code.Ok && isStaged) stage(now);
    // What flash has no room for now it may have later: messages leave.
    if (code < 0 && code !== Code.Busy && code !== Code.Full) giveUp(code);
    writeAt = after(now, AGAIN_MS);
    return AGAIN_MS;
  }

  function writeMember(key: string, value: number): void {
    client.text(',"');
    client.text(key);
    client.text('":');
    client.integer(value);
  }

  function writeReport(): number {
    client.begin(reported!);
    client.text('{"state":"');
    client.text(OUTCOMES[outcome]);
    client.text('"');
    if (outcome !== Outcome.Own && last.id >= 0) writeMember('id', last.id);
    if (outcome === Outcome.Refused) {
      writeMember('result', refusal);
      writeMember('at', place);
    }
    if (outcome === Outcome.RolledBack) writeMember('cause', record.why);
    const address = current.address;
    if (address.length > 2) {
      client.text(',"host":"');
      client.bytes(cut(view, address, 2, address.length - 2));
      client.text('"');
      writeMember('port', wordAt(address, 0));
    }
    for (let i = 0; i < count; i++) {
      client.text(',"');
      client.text(INTERVAL_KEY);
      writeName(i);
    }
    client.text('}');
    return client.end();
  }

  function writeName(index: number): void {
    client.text(mote.sensors[index]);
    client.text('":');
    client.integer(scheduler.intervalOf(index));
  }

  /** @returns milliseconds until the next try. */
  function report(): number {
    if (!isReportDue || !client.isOnline()) return NEVER_MS;
    const code = writeReport();
    if (code === Code.Busy) return AGAIN_MS;
    if (code < 0) say(Event.Untold, -code);
    isReportDue = false;
    return NEVER_MS;
  }

  /** @returns milliseconds until the document that was passed over is asked for. */
  function ask(now: number): number {
    if (askAt < 0) return NEVER_MS;
    const left = remaining(now, askAt);
    if (left > 0) return left;
    const isBusy =
      isStaged || trialEnd >= 0 || !client.isOnline() || client.subscribe(subscription) !== Code.Ok;
    askAt = isBusy ? after(now, ASK_AGAIN_MS) : -1;
    return isBusy ? ASK_AGAIN_MS : NEVER_MS;
  }

  function run(now: number): number {
    if (trialEnd >= 0 && remaining(now, trialEnd) === 0) rollBack(link.cause());
    let wait = sooner(write(now), report());
    wait = sooner(wait, ask(now));
    return trialEnd < 0 ? wait : sooner(wait, remaining(now, trialEnd));
  }

  function isSession(stage: Stage): boolean {
    return stage === Stage.Running || stage === Stage.Draining;
  }

  function onStage(stage: Stage): void {
    const isNew = isSession(stage) && !isSession(before);
    before = stage;
    if (stage === Stage.Waiting) {
      // Also in a session that the broker has kept, what it keeps of the document comes with SUBSCRIBE only.
      client.subscribe(subscription);
      if (isTrialDue) resumeTrial();
    }
    if (!isNew) return;
    // So with a session the document comes by itself.
    askAt = -1;
    isReportDue = true;
    if (trialEnd >= 0) promote();
  }

  function isBusy(): boolean {
    if (!isStaged && trialEnd < 0 && !isRecordDue && !areIntervalsDue) return false;
    const now = clock.now();
    if (busyEnd < 0) busyEnd = after(now, WRITE_MS);
    return remaining(now, busyEnd) > 0;
  }

  function changeInterval(index: number, ms: number): number {
    if (isStaged || trialEnd >= 0) return Code.Busy;
    if (!isInterval(scheduler, index, ms, gate.leastMs)) return Code.BadValue;
    const code = scheduler.changeInterval(index, ms);
    if (index < count && code === Code.Ok) {
      current.intervals[index] = ms;
      areIntervalsDue = true;
      isReportDue = true;
    }
    return code;
  }

  /** Settings that were on trial when the board went off: once more, if it did not go off too often. */
  function resumeTrial(): void {
    isTrialDue = false;
    copyMark(last, record.tried);
    record.boots++;
    // A start that cannot be counted is the last one.
    if (record.boots > BOOTS_MAX || store.save() !== Code.Ok) {
      rollBack(0);
      return;
    }
    store.loadSlot(otherSlot(), next);
    outcome = Outcome.Probation;
    startTrial(clock.now());
  }

  function resume(): void {
    store.load();
    if (record.active !== NO_SLOT) store.loadSlot(record.active, current);
    const isTrial = record.trial === Trial.Running;
    isTrialDue = isTrial && before === Stage.Asleep;
    if (isTrial && !isTrialDue) {
      resumeTrial();
      return;
    }
    const hasFailed = record.trial === Trial.Failed;
    if (hasFailed) outcome = Outcome.RolledBack;
    else if (isThere(record.accepted)) outcome = Outcome.Applied;
    copyMark(last, hasFailed ? record.tried : record.accepted);
    apply(current);
    link.move(startAddress(current), false);
  }

  const subscription = client.subscription(mote.id + '/config/desired', 1, onDesired);
  if (reported === null || subscription === null) return null;
  for (let i = 0; i < count; i++) owned[i] = scheduler.intervalOf(i);
  resume();
  return { changeInterval, onStage, isBusy, run };
}
