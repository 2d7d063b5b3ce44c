// What a mote spends: sums by stage, charge in integers, and all of it over a sleep.

import { describe, expect, it } from 'vitest';
import { createBuffer } from '../../src/bytes/bytes.ts';
import { BOOTS_MAX, SPENT_MAX, Spend, chargeOf, createLedger, sleepCharge } from '../../src/parts/ledger.ts';
import { readState, writeState } from '../../src/parts/sleep-state.ts';
import type { SleepState } from '../../src/parts/sleep-state.ts';
import type { PacketWriter, Topic } from '../../src/ports/packet-writer.ts';

const CURRENTS = { bootMs: 500, activeMa: 50, radioMa: 120, sleepUa: 10 };
/** Beyond this an engine allocates for an integer. */
const SMALL = 2 ** 27;

function publish(ledger: ReturnType<typeof createLedger>): Record<string, number> {
  let draft = '';
  const writer = {
    begin: () => (draft = ''),
    text: (text: string) => (draft += text),
    integer: (value: number) => (draft += value),
    fixed: (value: number, decimals: number) => (draft += (value / 10 ** decimals).toFixed(decimals)),
    end: () => 0,
  } as unknown as PacketWriter;
  expect(ledger.publish(writer, {} as Topic)).toBe(0);
  return JSON.parse(draft) as Record<string, number>;
}

describe('charge', () => {
  it.each([
    [0, 120, 0],
    [1, 120, 1],
    [999, 120, 1198],
    [1000, 120, 1200],
    [3_600_000, 100, 3_600_000],
    [SPENT_MAX, 120, 20_132_658],
  ])('of %d ms at %d mA is %d tenths of a millicoulomb', (ms, ma, tenths) => {
    expect(chargeOf(ms, ma)).toBe(tenths);
    expect(Math.abs(chargeOf(ms, ma) - (ms * ma) / 100)).toBeLessThan(1);
    expect(chargeOf(ms, ma)).toBeLessThan(SMALL);
  });

  it.each([
    [0, 10, 0],
    [99, 10, 9],
    [86_400, 10, 8640],
    [604_800, 20_000, 120_960_000],
    [SPENT_MAX, 10, 1_677_721],
  ])('of %d s at %d uA is %d tenths of a millicoulomb', (seconds, ua, tenths) => {
    expect(sleepCharge(seconds, ua)).toBe(tenths);
    expect(sleepCharge(seconds, ua)).toBeLessThan(SMALL);
  });
});

describe('a ledger', () => {
  it('sums up by stage, and says so once', () => {
    const ledger = createLedger(CURRENTS, 10);
    ledger.counts.boots = 4;
    // Over the end of the clock.
    ledger.enter(Spend.Sample, 0x7ffffff - 99);
    ledger.enter(Spend.Join, 100);
    ledger.enter(Spend.Open, 2100);
    ledger.enter(Spend.Login, 2150);
    ledger.enter(Spend.Send, 2200);
    ledger.enter(Spend.Sample, 2700);
    ledger.sleep(3600);
    expect(publish(ledger)).toEqual({
      boots: 4,
      boot_ms: 2000,
      boot_mc: 100,
      sample_ms: 200,
      sample_mc: 10,
      join_ms: 2000,
      join_mc: 240,
      open_ms: 50,
      open_mc: 6,
      login_ms: 50,
      login_mc: 6,
      send_ms: 500,
      send_mc: 60,
      asleep_s: 3600,
      asleep_mc: 36,
      total_mc: 458,
    });
    ledger.clear();
    ledger.enter(Spend.Send, 2710);
    expect(publish(ledger)).toMatchObject({ boots: 0, sample_ms: 10, join_ms: 0, asleep_s: 0 });
  });

  it('stops at the most that it can keep', () => {
    const ledger = createLedger(CURRENTS, 10);
    for (let i = 0; i < 3; i++) {
      ledger.enter(Spend.Join, 0);
      ledger.enter(Spend.Sample, SPENT_MAX - 5);
      ledger.sleep(SPENT_MAX - 5);
    }
    expect(ledger.spent[Spend.Join]).toBe(SPENT_MAX);
    expect(ledger.counts.asleepSec).toBe(SPENT_MAX);
  });
});

describe('what is kept over a sleep', () => {
  const full = (): SleepState => ({
    told: 0xfedc,
    sessions: 200,
    waited: 255,
    left: 129,
    restSec: 0xabcdef,
    high: 0xc0a8,
    low: 0x010a,
  });
  const empty = (): SleepState => ({ told: 0, sessions: 0, waited: 0, left: 0, restSec: 0, high: 0, low: 0 });

  it('is read as it was written, in 32 bytes', () => {
    const ledger = createLedger(CURRENTS, 10);
    ledger.counts.boots = BOOTS_MAX;
    ledger.counts.asleepSec = 0x123456;
    for (let i = 0; i < ledger.spent.length; i++) ledger.spent[i] = 0x810203 + i * 0x111111;
    const bytes = writeState(createBuffer(32), full(), ledger);
    expect(bytes).toHaveLength(32);
    const state = empty();
    const other = createLedger(CURRENTS, 10);
    readState(bytes, state, other);
    expect(state).toEqual(full());
    expect(other.counts).toEqual(ledger.counts);
    expect([...other.spent]).toEqual([...ledger.spent]);
  });

  it('is nothing at the first start', () => {
    const state = empty();
    readState(createBuffer(32), state, createLedger(CURRENTS, 10));
    expect(state).toEqual(empty());
  });
});
