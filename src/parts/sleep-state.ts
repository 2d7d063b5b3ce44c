// What a mote that sleeps keeps in flash, 32 bytes under one key: where it stands between tries, what the broker was told, where the broker
// was, and the ledger. Bytes only: decides nothing.

import { emptied, joinWord, wordAt, type Bytes } from '../bytes/bytes.ts';
import { STATE_MAX } from '../ports/outbox.ts';
import { Spend } from './ledger.ts';
import type { Ledger } from './ledger.ts';

export interface SleepState {
  /** Checksum of what the broker was told. */
  told: number;
  /** Sessions since then, that one included; 0: it was told nothing. */
  sessions: number;
  /** The wait after the last try that failed, in units of 2^14 ms; 0: it did not fail. */
  waited: number;
  /** Wakes that are left of it. */
  left: number;
  /** Seconds to sleep on before it is time. */
  restSec: number;
  /** The broker's IPv4 address in two words, 0 and 0: it has to be asked for. */
  high: number;
  low: number;
}

/** Where each lies. */
const TOLD = 0;
const WAIT = 2;
const SESSIONS = 4;
const SEND = 6;
const ADDRESS = 8;
const BOOTS = 12;
const REST = 14;
const SAMPLE = 20;
const OPEN = 26;

/** Two numbers of 24 bits in three words: the lower words, and the upper bytes between them. */
function joinPair(head: Bytes, first: number, second: number): Bytes {
  let bytes = joinWord(head, first & 0xffff);
  bytes = joinWord(bytes, (first >> 16) | ((second >> 16) << 8));
  return joinWord(bytes, second & 0xffff);
}

function firstAt(bytes: Bytes, at: number): number {
  return wordAt(bytes, at) | ((wordAt(bytes, at + 2) & 255) << 16);
}

function secondAt(bytes: Bytes, at: number): number {
  return wordAt(bytes, at + 4) | ((wordAt(bytes, at + 2) >> 8) << 16);
}

/** Read what was kept; anything but a state leaves all as it is. */
export function readState(bytes: Bytes, state: SleepState, ledger: Ledger): void {
  if (bytes.length !== STATE_MAX) return;
  state.told = wordAt(bytes, TOLD);
  state.waited = wordAt(bytes, WAIT) & 255;
  state.left = wordAt(bytes, WAIT) >> 8;
  state.sessions = wordAt(bytes, SESSIONS) & 255;
  state.high = wordAt(bytes, ADDRESS);
  state.low = wordAt(bytes, ADDRESS + 2);
  state.restSec = firstAt(bytes, REST);
  ledger.counts.boots = wordAt(bytes, BOOTS);
  ledger.counts.asleepSec = secondAt(bytes, REST);
  ledger.spent[Spend.Sample] = firstAt(bytes, SAMPLE);
  ledger.spent[Spend.Join] = secondAt(bytes, SAMPLE);
  ledger.spent[Spend.Open] = firstAt(bytes, OPEN);
  ledger.spent[Spend.Login] = secondAt(bytes, OPEN);
  ledger.spent[Spend.Send] = wordAt(bytes, SEND) | ((wordAt(bytes, SESSIONS) >> 8) << 16);
}

/** @returns `state` and `ledger` as bytes, in `buffer`. */
export function writeState(buffer: Bytes, state: SleepState, ledger: Ledger): Bytes {
  const spent = ledger.spent;
  let bytes = joinWord(emptied(buffer), state.told);
  bytes = joinWord(bytes, state.waited | (state.left << 8));
  bytes = joinWord(bytes, state.sessions | ((spent[Spend.Send] >> 16) << 8));
  bytes = joinWord(bytes, spent[Spend.Send] & 0xffff);
  bytes = joinWord(bytes, state.high);
  bytes = joinWord(bytes, state.low);
  bytes = joinWord(bytes, ledger.counts.boots);
  bytes = joinPair(bytes, state.restSec, ledger.counts.asleepSec);
  bytes = joinPair(bytes, spent[Spend.Sample], spent[Spend.Join]);
  return joinPair(bytes, spent[Spend.Open], spent[Spend.Login]);
}
