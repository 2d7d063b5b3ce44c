// The account of a mote that speaks MQTT 5.0: what the broker refuses for good, and what expires, is in its sum.

import { expect, it } from 'vitest';
import { missingIn, moteAccountText, readMoteAccount, type MoteAccount } from '../../flash/account.ts';
import { readTransitions } from '../../flash/outbox/state.ts';
import { historyText } from '../../flash/history.ts';
import { constant, toText } from '../../src/bytes/bytes.ts';
import { createAccount } from '../../src/parts/account.ts';
import { createHistory } from '../../src/parts/history.ts';
import { Close, Code, Event } from '../../src/ports/codes.ts';
import { PropertyId } from '../../src/ports/properties.ts';
import { StateKey } from '../../src/ports/outbox.ts';
import { encodeProperties, FOR_TOPIC } from '../../src/property-list.ts';
import { createBench, createChip, type Region } from '../power/bench.ts';
import { boot, createDriver, type World } from './world.ts';

const REGION: Region = { pages: 4, pageBytes: 4096, unit: 4, ecc: false };
const REFUSED = 0x97;
const EXPIRY_SEC = 10;

const chip = () => createChip(REGION);

const start = (nor: ReturnType<typeof chip>, expirySec?: number) =>
  boot(
    nor,
    { ...REGION, options: { whenFull: 'refuse' } },
    {
      parts: [createAccount({ heartbeatMs: 60_000 }), createHistory()],
      over: {
        sensors: [
          {
            name: 's',
            driver: createDriver(),
            intervalMs: 1000,
            ...(expirySec !== undefined && {
              properties: encodeProperties([[PropertyId.MessageExpiry, expirySec]], FOR_TOPIC),
            }),
          },
        ],
      },
    },
  );

const last = (world: World): MoteAccount =>
  readMoteAccount(world.messages.findLast(({ topic }) => topic === 'm/account')!.payload)!;

it('counts what the broker refuses, also over a reboot', () => {
  const nor = chip();
  const first = start(nor);
  first.online();
  first.reason = REFUSED;
  first.pass(30_000);
  first.reason = 0;
  first.pass(40_000);
  const one = last(first);
  expect(one.rejected).toBeGreaterThanOrEqual(29);
  expect(one.rejected).toBeLessThanOrEqual(31);
  expect(one.acknowledged).toBe(one.stored - one.waiting - one.rejected!);
  expect(missingIn(one)).toBe(0);
  const reports = first.log.filter((line) => line.startsWith(`${Event.MessageRejected} `));
  expect(reports).toHaveLength(one.rejected!);
  expect(Number(reports[0]!.split(' ')[1]) & 255).toBe(REFUSED);
  first.link.drain(10_000);
  first.pass(300);

  const second = start(nor);
  second.online();
  expect(last(second)).toMatchObject({ boots: 2, rejected: one.rejected, expired: 0 });
  expect(last(second)).not.toHaveProperty('since');
  expect(missingIn(last(second))).toBe(0);
  const text = moteAccountText(JSON.stringify(last(second)));
  expect(text).toContain(` dropped + ${one.rejected} rejected + 0 expired`);
  expect(text).not.toContain('missing');
});

it('counts what expires before it can be sent, also over a reboot', () => {
  const nor = chip();
  const world = start(nor, EXPIRY_SEC);
  world.online();
  world.drop();
  const before = world.accepted();
  world.pass(60_000);
  world.online();
  world.pass(61_000);
  const one = last(world);
  expect(world.accepted()).toBeGreaterThan(before + 60);
  // All but those of the last ten seconds before the session.
  expect(one.expired).toBeGreaterThan(40);
  expect(one.rejected).toBe(0);
  expect(one.stored).toBe(one.acknowledged + one.waiting + one.expired!);
  const readings = world.messages.filter(({ topic }) => topic === 'm/s/t').length;
  expect(one.acknowledged).toBeLessThanOrEqual(readings);
  expect(world.log.filter((line) => line.startsWith(`${Event.MessageExpired} `))).toHaveLength(one.expired!);
  world.link.drain(10_000);
  world.pass(300);

  const second = start(nor, EXPIRY_SEC);
  second.online();
  const two = last(second);
  expect(two).toMatchObject({ boots: 2, expired: one.expired, rejected: 0 });
  expect(two.stored).toBe(two.acknowledged + two.waiting + one.expired!);
  expect(missingIn(two)).toBe(0);
});

it('goes on with an account that was kept without MQTT 5.0', () => {
  const nor = chip();
  const { outbox } = createBench(nor, { ...REGION, recordMax: 200 });
  outbox.open(1);
  // The number of the last boot, and that it had time to write all down.
  const kept = '\x07\0\0\0' + '\0'.repeat(24) + '\x03\x80' + '\0\0';
  expect(outbox.remember(StateKey.Account, constant(kept))).toBe(Code.Ok);
  // Behind it in flash.
  expect(outbox.remember(StateKey.Session, constant('\xff'.repeat(32)))).toBe(Code.Ok);
  const world = start(nor);
  world.online();
  const one = last(world);
  expect(one).toMatchObject({ boots: 4, rejected: 0, expired: 0 });
  expect(one.sampled).toBeGreaterThanOrEqual(7);
  expect(missingIn(one)).toBe(0);
});

it.each([0, 1, 2, 3, 4])('tells whole transitions, wherever its places begin (%i)', (drops) => {
  const world = start(chip());
  world.online();
  for (let round = 0; round < 4; round++) {
    world.say('\xe0\x01\x97');
    for (let i = 0; i <= drops; i++) {
      world.pass(1000);
      world.online();
      const payload = world.messages.findLast(({ topic }) => topic === 'm/history')!.payload;
      const transitions = JSON.parse(payload) as number[][];
      expect(transitions.every((one) => one.length === 3 && one[0]! < 5)).toBe(true);
      if (i < drops) world.drop();
    }
  }
});

it('tells reason codes in the history, and keeps them', () => {
  const nor = chip();
  const world = start(nor);
  world.online();
  for (let i = 0; i < 9; i++) {
    world.say('\xe0\x01\x97');
    world.pass(1000);
    world.online();
  }
  const payload = world.messages.findLast(({ topic }) => topic === 'm/history')!.payload;
  const transitions = JSON.parse(payload) as number[][];
  expect(transitions.filter(([stage, cause]) => stage === 0 && cause === Close.QuotaExceeded)).not.toEqual(
    [],
  );
  expect(transitions.every(([stage, cause]) => stage! < 5 && (cause === 0 || cause === 0x97))).toBe(true);
  expect(historyText(payload).join('\n')).toMatch(/a quota of the broker is exceeded/);
  // Sixteen places, of which each cause takes two.
  expect(transitions.length).toBeLessThanOrEqual(16);
  world.link.drain(0);
  world.pass(2000);
  const { outbox } = createBench(nor, { ...REGION, recordMax: 200 });
  outbox.open(1);
  const kept = outbox.recall(StateKey.History);
  const read = readTransitions(Uint8Array.from(Buffer.from(toText(kept, 0, kept.length), 'latin1')));
  expect(read.some(([stage, cause]) => stage === 0 && cause === 0x97)).toBe(true);
  expect(read.every(([stage]) => stage < 7)).toBe(true);
});
