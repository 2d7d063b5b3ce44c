// What a mote spends: milliseconds by stage, and what that is in charge with the currents of the board. Pure: no clock, no flash. An
// estimate: it knows how long, and believes the board's file how much.

import { elapsed } from '../ports/clock.ts';
import type { PacketWriter, Topic } from '../ports/packet-writer.ts';
import type { Currents } from '../board.ts';

/** What time goes into. Boots are counted, and have their length in the board's file. */
export const enum Spend {
  /** Awake with the radio off: sampling. */
  Sample = 0,
  /** Until there is an address, waits between tries included. */
  Join = 1,
  /** Name, TCP and TLS. */
  Open = 2,
  /** Until CONNACK. */
  Login = 3,
  /** The session, and 250 ms for its end to leave. */
  Send = 4,
}

const SPENDS = 5;
const NAMES = ['sample', 'join', 'open', 'login', 'send'];
/** Longest that is counted: milliseconds of a stage 4.6 hours, seconds asleep 194 days. More is that. */
export const SPENT_MAX = 0xffffff;
export const BOOTS_MAX = 0xffff;

export interface Ledger {
  /** By Spend, milliseconds; may be set at start-up. */
  readonly spent: Int32Array;
  /** Starts, and seconds asleep. */
  readonly counts: { boots: number; asleepSec: number };
  /** From now on time is of `spend`. */
  enter(spend: Spend, now: number): void;
  /** It will sleep for so long. */
  sleep(seconds: number): void;
  /** From now on all anew. */
  clear(): void;
  /** Write all of it as JSON. @returns as PacketWriter.end. */
  publish<B>(writer: PacketWriter<B>, topic: Topic<B>): number;
}

/** @returns tenths of a millicoulomb of `ms` at `ma` milliamperes; below 2^24 and 800. */
export function chargeOf(ms: number, ma: number): number {
  const rest = ms % 1000;
  return ((ms - rest) / 1000) * ma * 10 + (((rest * ma) / 100) | 0);
}

/** @returns tenths of a millicoulomb of `seconds` at `ua` microamperes; 20,000 for a week, or less for longer, is within small integers. */
export function sleepCharge(seconds: number, ua: number): number {
  const rest = seconds % 100;
  return ((seconds - rest) / 100) * ua + (((rest * ua) / 100) | 0);
}

/** Start-up only. @param sleepUa microamperes of the whole board in deep sleep. */
export function createLedger(currents: Currents, sleepUa: number): Ledger {
  const spent = new Int32Array(SPENDS);
  const counts = { boots: 0, asleepSec: 0 };
  let current = Spend.Sample;
  let since = -1;

  function enter(spend: Spend, now: number): void {
    if (since >= 0) {
      const sum = spent[current] + elapsed(since, now);
      spent[current] = sum > SPENT_MAX ? SPENT_MAX : sum;
    }
    current = spend;
    since = now;
  }

  function sleep(seconds: number): void {
    const sum = counts.asleepSec + seconds;
    counts.asleepSec = sum > SPENT_MAX ? SPENT_MAX : sum;
  }

  function clear(): void {
    for (let i = 0; i < SPENDS; i++) spent[i] = 0;
    counts.boots = counts.asleepSec = 0;
  }

  function publish<B>(writer: PacketWriter<B>, topic: Topic<B>): number {
    const bootMs = counts.boots * currents.bootMs;
    const bootCharge = chargeOf(bootMs, currents.activeMa);
    const asleep = sleepCharge(counts.asleepSec, sleepUa);
    let total = bootCharge + asleep;
    writer.begin(topic);
    writer.text('{"boots":');
    writer.integer(counts.boots);
    writer.text(',"boot_ms":');
    writer.integer(bootMs);
    writer.text(',"boot_mc":');
    writer.fixed(bootCharge, 1);
    for (let i = 0; i < SPENDS; i++) {
      const charge = chargeOf(spent[i], i === Spend.Sample ? currents.activeMa : currents.radioMa);
      total += charge;
      writer.text(',"' + NAMES[i] + '_ms":');
      writer.integer(spent[i]);
      writer.text(',"' + NAMES[i] + '_mc":');
      writer.fixed(charge, 1);
    }
    writer.text(',"asleep_s":');
    writer.integer(counts.asleepSec);
    writer.text(',"asleep_mc":');
    writer.fixed(asleep, 1);
    writer.text(',"total_mc":');
    writer.fixed(total, 1);
    writer.text('}');
    return writer.end();
  }

  return { spent, counts, enter, sleep, clear, publish };
}
