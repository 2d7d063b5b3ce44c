// When messages were made: what the wall clock says where it is known, else which boot it was and how long that had been up.
// As soon as a boot has learnt the wall clock, that gives the time of all it had made before: also after the next boot.

import {
  byteAt,
  createBuffer,
  cut,
  createView,
  emptied,
  join,
  joinWord,
  wordAt,
  type Bytes,
} from '../bytes/bytes.ts';
import { V5 } from '../features.ts';
import { elapsed, wallRest, wallSeconds, wallUnits, type Clock, type WallTime } from '../ports/clock.ts';
import { Code } from '../ports/codes.ts';
import { isAfter, STATE_MAX, StateKey } from '../ports/outbox.ts';
import type { Log } from './log.ts';

/** What a stamp says. */
export const enum Kind {
  /** Nothing. */
  Unknown = 0,
  /** Seconds since 1970-01-01, UTC. */
  Wall = 1,
  /** Seconds since power-on, 24 bits, and above them the lower 8 bits of the number of the boot. */
  Uptime = 2,
}

/** When a message was made, in two times 16 bits. */
export interface Stamp {
  kind: Kind;
  low: number;
  high: number;
}

/** Kept of boots: number of the last one 2, and of each that has learnt the wall clock, the newest first, these. */
const NUMBER_SIZE = 2;
/** The lower 8 bits of its number 1, the last message of others, or that went out without a time, 2, when it began 4. */
const BOOT_SIZE = 7;
const UPTIME_MAX = 0xffffff;

export interface Times {
  /** The log has been opened or formatted. */
  open(): void;
  /** Time has passed. To be called at least once a day. */
  tick(): void;
  /** Say in `out` that it is now. */
  stamp(out: Stamp): void;
  /**
   * The message of `sequence`, which `stamp` is of, goes out: it will have no other time again.
   * @returns seconds since 1970-01-01, UTC; -1: nobody knows.
   */
  resolve(stamp: Stamp, sequence: number): number;
  /** @returns seconds since a message was made, -1: nobody knows. */
  age(stamp: Stamp, sequence: number): number;
  /**
   * @returns the same where it is known, as of the last `tick`, and never less than what is: a message of a former boot is older than this one.
   * Nothing is written or read for it but of a stamp of Kind.Uptime.
   */
  leastAge?(stamp: Stamp, sequence: number): number;
}

/** @returns times 128 seconds of a stamp that says seconds. @inline */
export function unitsOf(stamp: Stamp): number {
  return stamp.high * 512 + (stamp.low >> 7);
}

/** Start-up only. */
export function createTimes(clock: Clock, log: Log): Times {
  const wall: WallTime = { day: -1, ms: 0 };
  const view = createView();
  let kept = createBuffer(STATE_MAX);
  let byte = createBuffer(2);
  let boot = 0;
  let isCounted = false;
  /** When this boot began, once that is known and kept; -1 before. */
  let began = -1;
  /** It is: to look at the number itself JerryScript allocates. */
  let hasBegun = false;
  /** The last message that is not of this boot, and the last one that is not or went out without a time. */
  let others = 0;
  let before = 0;
  let upSec = 0;
  let upMs = 0;
  let lastMs = clock.now();

  /** @returns what is kept of boots. */
  function recall(): Bytes {
    return log.recall(StateKey.Boots);
  }

  /** @returns place of what is kept of a boot, -1 when there is nothing. @param low the lower 8 bits of its number. */
  function find(bytes: Bytes, low: number): number {
    for (let at = NUMBER_SIZE; at + BOOT_SIZE <= bytes.length; at += BOOT_SIZE) {
      if (byteAt(bytes, at) === low) return at;
    }
    return -1;
  }

  /** Put together what is to be kept: the number of this boot, `began` if it is known, and other boots as far as there is room. */
  function joinKept(beganAt: number): void {
    const former = recall();
    kept = joinWord(emptied(kept), boot);
    if (beganAt >= 0) {
      // One byte and two: as words, whose second bytes are taken by what comes behind.
      kept = joinWord(kept, (boot & 255) | ((before & 255) << 8));
      kept = joinWord(kept, (before >> 8) | ((beganAt & 255) << 8));
      kept = joinWord(kept, (beganAt >> 8) & 0xffff);
      byte = joinWord(emptied(byte), (beganAt / 0x1000000) | 0);
      kept = join(kept, cut(view, byte, 0, 1));
    }
    for (let at = NUMBER_SIZE; at + BOOT_SIZE <= former.length; at += BOOT_SIZE) {
      // Another one with the lower bits of this boot's number cannot be told from it any more.
      if (byteAt(former, at) === (boot & 255) || kept.length + BOOT_SIZE > STATE_MAX) continue;
      kept = join(kept, cut(view, former, at, BOOT_SIZE));
    }
  }

  /** Only a boot that has something to say without knowing the time needs a number. */
  function count(): void {
    const former = recall();
    boot = former.length < NUMBER_SIZE ? 1 : (wordAt(former, 0) + 1) & 0xffff;
    joinKept(-1);
    isCounted = log.remember(StateKey.Boots, kept) === Code.Ok;
  }

  function open(): void {
    before = others = log.sequence();
    began = -1;
    hasBegun = false;
    isCounted = false;
  }

  function tick(): void {
    const now = clock.now();
    upMs += elapsed(lastMs, now);
    lastMs = now;
    const seconds = (upMs - (upMs % 1000)) / 1000;
    upSec += seconds;
    upMs -= seconds * 1000;
    if (hasBegun || !isCounted) return;
    clock.wall(wall);
    if (wall.day < 0) return;
    const beganAt = wallSeconds(wall) - upSec;
    joinKept(beganAt);
    // Only what is kept is said: the next boot has to say the same.
    if (log.remember(StateKey.Boots, kept) === Code.Ok) {
      began = beganAt;
      hasBegun = true;
    }
  }

  function set(out: Stamp, kind: Kind, low: number, high: number): void {
    out.kind = kind;
    out.low = low & 0xffff;
    out.high = high & 0xffff;
  }

  function stamp(out: Stamp): void {
    tick();
    clock.wall(wall);
    if (wall.day >= 0) {
      const units = wallUnits(wall);
      set(out, Kind.Wall, ((units & 511) << 7) | wallRest(wall), units >> 9);
      return;
    }
    if (!isCounted) count();
    if (isCounted && upSec <= UPTIME_MAX) {
      set(out, Kind.Uptime, upSec, (upSec >> 16) | (boot << 8));
    } else {
      set(out, Kind.Unknown, 0, 0);
    }
  }

  /** @returns whether a message came after the one of sequence `last`, 0: there was none. */
  function isBehind(sequence: number, last: number): boolean {
    return last === 0 || isAfter(sequence, last);
  }

  /** @returns when the boot of a message began, -1: nobody knows. */
  function beginningOf(stamp: Stamp, sequence: number): number {
    const low = stamp.high >> 8;
    if (isCounted && low === (boot & 255) && isBehind(sequence, before)) return began;
    const bytes = recall();
    const at = find(bytes, low);
    if (at < 0 || !isBehind(sequence, byteAt(bytes, at + 1) | (byteAt(bytes, at + 2) << 8))) return -1;
    return wordAt(bytes, at + 3) + wordAt(bytes, at + 5) * 0x10000;
  }

  function resolve(stamp: Stamp, sequence: number): number {
    if (stamp.kind === Kind.Wall) return stamp.low + stamp.high * 0x10000;
    if (stamp.kind !== Kind.Uptime) return -1;
    const beginning = beginningOf(stamp, sequence);
    if (beginning >= 0) return beginning + stamp.low + (stamp.high & 255) * 0x10000;
    if (!hasBegun && isBehind(sequence, before)) before = sequence;
    return -1;
  }

  function age(stamp: Stamp, sequence: number): number {
    tick();
    return ageNow(stamp, sequence);
  }

  function ageNow(stamp: Stamp, sequence: number): number {
    // The number tells, too: a message of a former boot may have been taken along behind others.
    if (stamp.kind === Kind.Uptime && isBehind(sequence, others) && stamp.high >> 8 === (boot & 255)) {
      return upSec - stamp.low - (stamp.high & 255) * 0x10000;
    }
    clock.wall(wall);
    if (stamp.kind === Kind.Wall && wall.day >= 0) {
      return (wallUnits(wall) - unitsOf(stamp)) * 128 + wallRest(wall) - (stamp.low & 127);
    }
    // Of a former boot: what is known of those does not change.
    const made = resolve(stamp, sequence);
    return made < 0 || wall.day < 0 ? -1 : wallSeconds(wall) - made;
  }

  function leastAge(stamp: Stamp, sequence: number): number {
    const known = ageNow(stamp, sequence);
    // By its number; or by its stamp, since one of this boot is known.
    const isFormer = !isBehind(sequence, others) || (known < 0 && stamp.kind === Kind.Uptime);
    const least = isFormer ? upSec : 0;
    return known > least ? known : least;
  }

  const times: Times = { open, tick, stamp, resolve, age };
  if (V5) times.leastAge = leastAge;
  return times;
}
