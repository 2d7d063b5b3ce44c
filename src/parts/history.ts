// The last 16 transitions of the link with their causes, kept over a reboot and told to the broker with each new session, as
// `<id>/history`. It writes to flash as seldom as its options say; what came after that a loss of power takes along.

import { byteAt, createBuffer, emptied, joinWord } from '../bytes/bytes.ts';
import { V5 } from '../features.ts';
import type { CreatePart } from '../part.ts';
import { elapsed, NEVER_MS, sooner } from '../ports/clock.ts';
import { Close, Code } from '../ports/codes.ts';
import { STATE_MAX, StateKey } from '../ports/outbox.ts';
import { Stage } from '../ports/stage.ts';

/** Transitions that are known, two bytes each. */
const ENTRIES = STATE_MAX / 2;
/** In the place of a cause: the board was started. */
export const STARTED = 31;
const CAUSE_BITS = 5;
/** A reason code of MQTT 5.0 is no such cause: it follows in an entry of its own, in the place of the seconds. */
const REASON = 30;
const REASON_FOLLOWS = (Stage.Stopped << CAUSE_BITS) | REASON;
/** Between writes to flash, and least. */
const SAVE_MS = 300000;
const SAVE_MIN_MS = 10000;
const SAY_AGAIN_MS = 100;
/** Of the seconds in a byte: the lower bits. */
const PART_BITS = 4;
const PARTS = 16;
const SECONDS_MAX = 0x7ffff;

/** @returns a byte for 0 to 507,904 seconds: up to 31 exact, then with 16 steps an octave. */
export function packSeconds(seconds: number): number {
  let rest = seconds > SECONDS_MAX ? SECONDS_MAX : seconds;
  let octave = 0;
  while (rest >= 2 * PARTS) {
    rest >>= 1;
    octave++;
  }
  return rest < PARTS ? rest : (((octave + 1) << PART_BITS) | (rest - PARTS)) & 255;
}

/** @returns the seconds that a byte stands for. */
export function unpackSeconds(byte: number): number {
  const octave = byte >> PART_BITS;
  const part = byte & (PARTS - 1);
  return octave === 0 ? part : (part + PARTS) << (octave - 1);
}

/**
 * @param saveMs between two writes to flash, at least, 10 s to NEVER_MS. Default 5 minutes: a network that comes and goes wears no more than
 * 13.2 KB a day, little more than three pages.
 */
export function createHistory(saveMs = SAVE_MS): CreatePart {
  return (mote) => {
    const outbox = mote.ports.outbox;
    const clock = mote.ports.clock;
    const topic = mote.link.client.topic(mote.id + '/history', 0, true);
    if (topic === null || !(saveMs >= SAVE_MIN_MS && saveMs <= NEVER_MS)) return null;
    /** Of each transition, the oldest first: stage and cause; seconds since the one before. */
    const kinds = new Uint8Array(ENTRIES);
    const waits = new Uint8Array(ENTRIES);
    let value = createBuffer(STATE_MAX);
    let count = 0;
    let lastMs = clock.now();
    let ms = 0;
    let seconds = 0;
    let savedMs = lastMs;
    let isChanged = false;
    let isDue = false;
    let isLeaving = false;

    /** Time passes. To be called at least once a day. */
    function pass(now: number): void {
      ms += elapsed(lastMs, now);
      lastMs = now;
      const whole = (ms - (ms % 1000)) / 1000;
      ms -= whole * 1000;
      seconds = seconds + whole > SECONDS_MAX ? SECONDS_MAX : seconds + whole;
    }

    function add(kind: number, wait: number): void {
      if (count === ENTRIES) {
        for (let i = 1; i < ENTRIES; i++) {
          kinds[i - 1] = kinds[i];
          waits[i - 1] = waits[i];
        }
        count--;
      }
      kinds[count] = kind;
      waits[count] = wait;
      count++;
    }

    function note(stage: Stage, cause: number): void {
      const isReason = V5 && cause > STARTED;
      add((stage << CAUSE_BITS) | (isReason ? REASON : cause), packSeconds(seconds));
      if (isReason) add(REASON_FOLLOWS, cause);
      seconds = ms = 0;
      isChanged = true;
    }

    /** @returns milliseconds until it can be tried again. */
    function save(now: number): number {
      value = emptied(value);
      for (let i = 0; i < count; i++) value = joinWord(value, kinds[i] | (waits[i] << 8));
      const code = outbox.remember(StateKey.History, value);
      // Flash may be full: it is as good a little later.
      if (code !== Code.Ok) return SAVE_MIN_MS;
      savedMs = now;
      isChanged = isLeaving = false;
      return saveMs;
    }

    function say(): number {
      const client = mote.link.client;
      client.begin(topic!);
      // What it belonged to is gone.
      const from = V5 && kinds[0] === REASON_FOLLOWS ? 1 : 0;
      for (let i = from; i < count; i++) {
        if (V5 && kinds[i] === REASON_FOLLOWS) continue;
        client.text(i === from ? '[[' : ',[');
        client.integer(kinds[i] >> CAUSE_BITS);
        client.text(',');
        client.integer(
          V5 && i + 1 < count && kinds[i + 1] === REASON_FOLLOWS ? waits[i + 1] : kinds[i] & STARTED,
        );
        client.text(',');
        client.integer(unpackSeconds(waits[i]));
        client.text(']');
      }
      client.text(']');
      return client.end();
    }

    const kept = outbox.recall(StateKey.History);
    for (let at = 0; at + 1 < kept.length; at += 2) add(byteAt(kept, at), byteAt(kept, at + 1));
    note(Stage.Waiting, STARTED);

    return {
      onStage(stage, cause) {
        pass(clock.now());
        note(stage, cause);
        if (stage === Stage.Running) isDue = true;
        if (stage === Stage.Asleep) isLeaving = true;
        if (cause !== Close.None || isDue) mote.wake();
      },
      run(now) {
        pass(now);
        let wait = saveMs;
        if (isChanged) {
          const age = elapsed(savedMs, now);
          wait = isLeaving || age >= saveMs ? save(now) : saveMs - age;
        }
        if (isDue) {
          isDue = say() === Code.Busy;
          if (isDue) wait = sooner(wait, SAY_AGAIN_MS);
        }
        return wait;
      },
    };
  };
}
