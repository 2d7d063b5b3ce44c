// Which version of MQTT to speak with each broker: 5.0, until it has refused that, then 3.1.1 for a day, or until the firmware is another
// one. It decides, and keeps what it decided in flash; it opens no connection.

import { BUILD } from './build.ts';
import { createBuffer, emptied, joinWord, wordAt } from '../bytes/bytes.ts';
import { LOG, STATE } from '../features.ts';
import { after, elapsed, type Clock, type WallTime } from '../ports/clock.ts';
import { Close, Event } from '../ports/codes.ts';
import type { Log } from '../ports/log.ts';
import { STATE_MAX, StateKey, type Outbox } from '../ports/outbox.ts';
import type { Random } from '../ports/random.ts';
import type { Bytes } from '../bytes/bytes.ts';

/** Addresses that are known: as many as flash has room for, each a hash 2 and a state 2, behind the number of the build 2. */
const ADDRESSES = 7;
const HEAD_SIZE = 2;
const ENTRY_SIZE = 4;

// The state of an address. Below: so many connections in a row were closed after CONNECT and before CONNACK.
/** 5.0 is refused: the next connection tries 3.1.1. */
const REFUSED = 3;
/** A session with 3.1.1 began, at a time that nobody knew. Above: the hour in which that was, modulo HOURS. */
const CHOSEN = 4;
const HOURS = 65000;

const HOUR_MS = 3600000;
/** 5.0 is tried again after so many hours. */
const DAY_HOURS = 24;
/**
 * Where nobody tells the time and no boot lasts a day, a boot tries 5.0 again if it draws one of so many of 65,536 numbers: counting would be
 * a write to flash in each.
 */
const LOTS = 256;

/** CONNACK of a broker that does not speak the version: of 3.1.1, and of 5.0. */
const OLD_REFUSAL = 1;
const REFUSAL = 0x84;

export interface VersionPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly outbox: Outbox<Bytes>;
  readonly log: Log;
}

export interface Versions {
  /** A connection is about to be opened. @returns what to speak on it: 5, or 4 for 3.1.1. */
  choose(host: string, port: number): number;
  /** That connection has got a session. */
  succeed(): void;
  /**
   * It ended after CONNECT, without a session. @param code of CONNACK with Close.Refused.
   * @returns whether the same broker is to be tried again at once.
   */
  fail(why: Close, code: number): boolean;
  /** Time has passed. To be called at least once a day. */
  pass(now: number): void;
}

/** Start-up only. @param isBrief a boot may be too short for three tries, so what becomes of each is kept, too. */
export function createVersions(ports: VersionPorts, isBrief: boolean): Versions {
  const clock = ports.clock;
  const outbox = ports.outbox;
  const wall: WallTime = { day: -1, ms: 0 };
  const hashes: number[] = [];
  const states: number[] = [];
  /** When it was chosen, in hours since the start. */
  const since: number[] = [];
  let value = createBuffer(STATE ? STATE_MAX : 0);
  /** The next place to be given to another address. */
  let next = 0;
  let current = 0;
  let hours = 0;
  let hourAt = clock.now();

  /** @returns the state of an address that 3.1.1 is chosen for now. */
  function stamp(): number {
    clock.wall(wall);
    return wall.day < 0 ? CHOSEN : CHOSEN + 1 + ((wall.day * 24 + ((wall.ms / HOUR_MS) | 0)) % HOURS);
  }

  /** @returns whether a day has passed since 3.1.1 was chosen, as far as anybody knows. */
  function isOver(state: number): boolean {
    const now = stamp();
    const age = state > CHOSEN && now > CHOSEN ? (now - state + HOURS) % HOURS : hours - since[current];
    return age >= DAY_HOURS;
  }

  function keep(): void {
    value = joinWord(emptied(value), BUILD);
    for (let i = 0; i < ADDRESSES; i++) {
      if (states[i] > (isBrief ? 0 : REFUSED)) value = joinWord(joinWord(value, hashes[i]), states[i]);
    }
    // Where there was nothing, there is nothing to be taken back.
    if (value.length + outbox.recall(StateKey.Version).length > HEAD_SIZE) {
      outbox.remember(StateKey.Version, value);
    }
  }

  function choose(host: string, port: number): number {
    let hash = port;
    for (let i = 0; i < host.length; i++) hash = (hash * 31 + host.charCodeAt(i)) & 0xffff;
    current = hashes.indexOf(hash);
    if (current < 0) {
      current = next;
      next = (next + 1) % ADDRESSES;
      hashes[current] = hash;
      states[current] = 0;
    }
    if (states[current] >= CHOSEN && isOver(states[current])) states[current] = 0;
    return states[current] < REFUSED ? 5 : 4;
  }

  function succeed(): void {
    const state = states[current];
    if (state < REFUSED) states[current] = 0;
    else if (state <= CHOSEN) states[current] = stamp();
    if (state === REFUSED) since[current] = hours;
    if (STATE) keep();
  }

  /** @returns the state of an address where a connection got no session. */
  function stateAfter(state: number, why: Close, isRefusal: boolean): number {
    if (state > REFUSED && !isRefusal) return state;
    if (state >= REFUSED) return 0;
    if (isRefusal) return REFUSED;
    return why === Close.Peer ? state + 1 : 0;
  }

  function fail(why: Close, code: number): boolean {
    const isRefusal = why === Close.Refused && (code === OLD_REFUSAL || code === REFUSAL);
    const former = states[current];
    const state = stateAfter(former, why, isRefusal);
    states[current] = state;
    const isNew = state === REFUSED;
    if (LOG && isNew) ports.log.write(Event.OldVersion, 0);
    if (STATE && isBrief && state !== former) keep();
    return isNew && isRefusal;
  }

  function pass(now: number): void {
    for (; elapsed(hourAt, now) >= HOUR_MS; hourAt = after(hourAt, HOUR_MS)) hours++;
  }

  /** Take what another boot has kept, if it was of this build. */
  function recall(): void {
    const kept = outbox.recall(StateKey.Version);
    if (kept.length <= HEAD_SIZE || wordAt(kept, 0) !== BUILD) return;
    for (let at = HEAD_SIZE; at + ENTRY_SIZE <= kept.length; at += ENTRY_SIZE) {
      const state = wordAt(kept, at + 2);
      hashes[next] = wordAt(kept, at);
      states[next] = state === CHOSEN && ports.random.next() < LOTS ? 0 : state;
      next = (next + 1) % ADDRESSES;
    }
  }

  for (let i = 0; i < ADDRESSES; i++) {
    hashes.push(-1);
    states.push(0);
    since.push(0);
  }
  if (STATE) recall();

  return { choose, succeed, fail, pass };
}
