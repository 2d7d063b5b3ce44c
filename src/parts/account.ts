// What became of all readings and messages, told as `<id>/account` so that a fleet owner can prove that nothing is missing. What the
// outbox knows is exact over the loss of power; what is counted here is written to flash now and then, and it says when that may be short.

import { createBuffer, emptied, joinDouble, joinWord, wordAt, type Bytes } from '../bytes/bytes.ts';
import { V5 } from '../features.ts';
import type { CreatePart } from '../part.ts';
import { elapsed, NEVER_MS, sooner } from '../ports/clock.ts';
import { Code } from '../ports/codes.ts';
import { ACCOUNT_MAX, SEQUENCE_MAX, STATE_MAX, StateKey } from '../ports/outbox.ts';
import { Stage } from '../ports/stage.ts';

/** What is counted here, in the order in which it is kept: four bytes each. */
const enum Count {
  Sampled,
  Refused,
  Sent,
  Duplicates,
  Overtaken,
  Moved,
  /** Two bytes each from here on, up to 65,535. */
  Damaged,
  Connects,
}
const COUNTS = 8;
/** Behind them: number of the boot, and above it whether the mote had time to write all down; the first boot that counts may lack. */
const BOOTS_AT = 28;
const SINCE_AT = 30;
/** And with MQTT 5.0 behind those, four bytes each. */
const REJECTED_AT = 32;
const EXPIRED_AT = 36;
const CLEAN = 0x8000;
/** It stays there: a number that begins anew would say that nothing is missing. */
const BOOTS_MAX = CLEAN - 1;

const HEARTBEAT_MS = 60000;
const SAVE_MS = 300000;
/** Flash takes a value of a key no more often. */
const SAVE_MIN_MS = 10000;
const SAY_AGAIN_MS = 100;

export interface AccountOptions {
  /** Between two messages while there is a session; each session begins with one. 1 s to NEVER_MS, default 60 s. */
  readonly heartbeatMs?: number;
  /** Between two writes to flash, which are 44 bytes each: 12.7 KB a day by default. 10 s to NEVER_MS, default 5 minutes. */
  readonly saveMs?: number;
}

function doubleAt(bytes: Bytes, at: number): number {
  return wordAt(bytes, at) | (wordAt(bytes, at + 2) << 16);
}

/** @returns whether a time between two of something is possible. */
function isInterval(ms: number, least: number): boolean {
  return ms >= least && ms <= NEVER_MS;
}

/** @returns a part of a mote. It needs STATE; over an outbox in RAM everything is counted since the start. */
export function createAccount(options: AccountOptions = {}): CreatePart {
  const heartbeatMs = options.heartbeatMs === undefined ? HEARTBEAT_MS : options.heartbeatMs;
  const saveMs = options.saveMs === undefined ? SAVE_MS : options.saveMs;

  return (mote) => {
    const { outbox, clock } = mote.ports;
    const link = mote.link;
    const client = link.client;
    const topic = client.topic(mote.id + '/account', 0, true);
    if (topic === null || !isInterval(heartbeatMs, 1000) || !isInterval(saveMs, SAVE_MIN_MS)) return null;
    /** As it was when this boot began, and as it is. */
    const base = new Int32Array(COUNTS);
    const counts = new Int32Array(COUNTS);
    let sampled = 0;
    let refused = 0;
    let connects = 0;
    let boots = 1;
    let since = 0;
    /** Over an outbox that does not count itself. */
    let stored = 0;
    let newest = outbox.newest();
    let given = 0;
    let waiting = 0;
    let oldest = 0;
    let isUnsure = false;
    /** With MQTT 5.0: given up because the broker refused them, or they were too old. As it was when this boot began, and as it is. */
    let rejectedBefore = 0;
    let expiredBefore = 0;
    let rejected = 0;
    let expired = 0;
    let value = createBuffer(V5 ? ACCOUNT_MAX : STATE_MAX);
    let now = clock.now();
    let beatMs = now;
    let savedMs = now;
    /** As flash says it, nothing was counted since. */
    let isClean = true;
    let isLeaving = false;
    /** The stage before this one. */
    let before = Stage.Waiting;
    /** Something was counted since. */
    let isTouched = false;
    let isBeatDue = false;

    /** Read what is kept. */
    function open(): void {
      const kept = outbox.recall(StateKey.Account);
      if (kept.length < STATE_MAX) {
        // What is there already was taken before anything was counted.
        const before = outbox.counters === undefined ? 0 : outbox.counters().stored;
        since = before > 0 ? 1 : 0;
        return;
      }
      for (let i = 0; i < Count.Damaged; i++) base[i] = doubleAt(kept, 4 * i);
      base[Count.Damaged] = wordAt(kept, 24);
      base[Count.Connects] = wordAt(kept, 26);
      if (V5 && kept.length === ACCOUNT_MAX) {
        rejectedBefore = doubleAt(kept, REJECTED_AT);
        expiredBefore = doubleAt(kept, EXPIRED_AT);
      }
      const last = wordAt(kept, BOOTS_AT);
      since = wordAt(kept, SINCE_AT);
      boots = (last & (CLEAN - 1)) + 1;
      if (boots > BOOTS_MAX) boots = BOOTS_MAX;
      if (since === 0 && last < CLEAN) since = boots - 1;
    }

    /** Bring everything up to date. @param isQuick but for what waits, which takes a look at all of flash. */
    function collect(isQuick: boolean): void {
      const sent = client.counters();
      counts[Count.Sampled] = base[Count.Sampled] + sampled;
      counts[Count.Refused] = base[Count.Refused] + refused;
      counts[Count.Sent] = base[Count.Sent] + sent.sent;
      counts[Count.Duplicates] = base[Count.Duplicates] + sent.unanswered;
      counts[Count.Connects] = base[Count.Connects] + connects;
      if (V5) {
        rejected = rejectedBefore + sent.rejected!;
        expired = expiredBefore + sent.expired!;
      }
      given = stored;
      waiting = outbox.count();
      if (outbox.counters === undefined) return;
      const of = outbox.counters(isQuick);
      counts[Count.Overtaken] = base[Count.Overtaken] + of.overtaken;
      counts[Count.Moved] = base[Count.Moved] + of.moved;
      counts[Count.Damaged] = base[Count.Damaged] + of.unreadable;
      given = of.stored - counts[Count.Moved];
      waiting = of.waiting;
      oldest = of.oldest;
      isUnsure = of.isUnsure;
    }

    function clamped(word: number): number {
      return word > 0xffff ? 0xffff : word;
    }

    /** @returns milliseconds until it has to be done again. */
    function save(isLast: boolean): number {
      collect(true);
      value = emptied(value);
      for (let i = 0; i < Count.Damaged; i++) value = joinDouble(value, counts[i]);
      value = joinWord(joinWord(value, clamped(counts[Count.Damaged])), clamped(counts[Count.Connects]));
      value = joinWord(joinWord(value, boots | (isLast ? CLEAN : 0)), since);
      if (V5) value = joinDouble(joinDouble(value, rejected), expired);
      const code = outbox.remember(StateKey.Account, value);
      if (code !== Code.Ok) return SAVE_MIN_MS;
      savedMs = now;
      isClean = isLast;
      isTouched = false;
      isLeaving = false;
      return saveMs;
    }

    function put(name: string, count: number): void {
      client.text(name);
      client.integer(count);
    }

    function say(): number {
      collect(false);
      const damaged = counts[Count.Damaged];
      const overtaken = counts[Count.Overtaken];
      client.begin(topic!);
      put('{"boots":', boots);
      put(',"sampled":', counts[Count.Sampled]);
      put(',"refused":', counts[Count.Refused]);
      put(',"stored":', given);
      put(',"sent":', counts[Count.Sent]);
      put(',"acknowledged":', given - waiting - oldest - damaged - overtaken - (V5 ? rejected + expired : 0));
      put(',"waiting":', waiting);
      put(',"oldest":', oldest);
      put(',"damaged":', damaged);
      put(',"overtaken":', overtaken);
      if (V5) {
        put(',"rejected":', rejected);
        put(',"expired":', expired);
      }
      put(',"duplicates":', counts[Count.Duplicates]);
      put(',"connects":', counts[Count.Connects]);
      put(',"cause":', link.cause());
      if (since > 0) put(',"since":', since);
      client.text(isUnsure ? ',"unsure":true}' : '}');
      return client.end();
    }

    /** How many sequences were given; called often enough that not half of all were given in between. */
    function follow(): void {
      const last = outbox.newest();
      if (last !== newest) stored += (last - newest + SEQUENCE_MAX) % SEQUENCE_MAX;
      newest = last;
    }

    function runSave(): number {
      if (isLeaving) return save(true);
      const age = elapsed(savedMs, now);
      if (isClean && isTouched) return save(false);
      return age >= saveMs ? (isClean ? saveMs : save(false)) : saveMs - age;
    }

    function runBeat(): number {
      const age = elapsed(beatMs, now);
      if (!isBeatDue && age < heartbeatMs) return heartbeatMs - age;
      if (!client.isOnline()) {
        // The session that comes begins with one.
        beatMs = now;
        isBeatDue = false;
        return heartbeatMs;
      }
      isBeatDue = say() === Code.Busy;
      if (isBeatDue) return SAY_AGAIN_MS;
      beatMs = now;
      return heartbeatMs;
    }

    open();
    return {
      onReading(_index, _reading, code) {
        sampled++;
        isTouched = true;
        if (code < 0) refused++;
        if (outbox.counters === undefined) follow();
      },
      onStage(stage) {
        // A session may begin with draining: what came before that was its login.
        if (stage === Stage.Running || stage === Stage.Draining) {
          isBeatDue = true;
          if (before === Stage.Login) {
            connects++;
            isTouched = true;
          }
        } else isLeaving = stage === Stage.Asleep;
        before = stage;
        if (isBeatDue || isLeaving) mote.wake();
      },
      onSleep() {
        if (!isClean || isTouched) save(true);
      },
      run(at) {
        now = at;
        if (outbox.counters === undefined) follow();
        return sooner(runSave(), runBeat());
      },
    };
  };
}
