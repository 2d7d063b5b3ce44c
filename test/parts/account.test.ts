// The account of a mote: what it says, what it keeps over a reboot and a cut, and that its sums come out.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../sim/network/random.ts';
import type { Nor } from '../../sim/nor.ts';
import { createAccount } from '../../src/parts/account.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { constant, toText, type Bytes } from '../../src/bytes/bytes.ts';
import { Code } from '../../src/ports/codes.ts';
import { StateKey, type Outbox } from '../../src/ports/outbox.ts';
import { createBench, createChip, cutPower, restorePower, type Region } from '../power/bench.ts';
import { WakeCause } from '../../src/ports/power.ts';
import { createFlash, createRig } from './commands/rig.ts';
import { boot, hog, type World } from './world.ts';

const REGION: Region = { pages: 4, pageBytes: 2048, unit: 4, ecc: false };
const MINUTE = 60_000;

interface AccountMessage {
  boots: number;
  sampled: number;
  refused: number;
  stored: number;
  sent: number;
  acknowledged: number;
  waiting: number;
  oldest: number;
  damaged: number;
  overtaken: number;
  duplicates: number;
  connects: number;
  cause: number;
  since?: number;
  unsure?: boolean;
}

function accounts(world: World): AccountMessage[] {
  return world.messages
    .filter(({ topic }) => topic === 'm/account')
    .map(({ payload }) => JSON.parse(payload) as AccountMessage);
}

const last = (world: World): AccountMessage => accounts(world).at(-1)!;

function expectSum(one: AccountMessage): void {
  const { stored, acknowledged, waiting, oldest, damaged, overtaken } = one;
  expect(acknowledged + waiting + oldest + damaged + overtaken, JSON.stringify(one)).toBe(stored);
}

const start = (nor: Nor, options: { whenFull?: 'refuse' | 'drop-oldest'; saveMs?: number } = {}) =>
  boot(
    nor,
    { ...REGION, options: { whenFull: options.whenFull ?? 'refuse' } },
    {
      parts: [createAccount({ heartbeatMs: MINUTE, saveMs: options.saveMs ?? 5 * MINUTE })],
    },
  );

describe('account', () => {
  it('begins each session, and comes once a heartbeat', () => {
    const world = start(createChip(REGION));
    world.online();
    world.pass(150_000);
    expect(accounts(world)).toHaveLength(3);
    const one = last(world);
    expectSum(one);
    expect(one).toMatchObject({ boots: 1, refused: 0, duplicates: 0, connects: 1, cause: 0 });
    expect(one).not.toHaveProperty('since');
    // One reading a second, one message each; the last minute has them all.
    expect(one.sampled).toBeGreaterThanOrEqual(120);
    expect(one.stored).toBe(one.sampled);
    expect(one.sent).toBe(one.stored);
  });

  it('is retained, of QoS 0, and one packet', () => {
    const world = start(createChip(REGION));
    world.online();
    const one = world.messages.find(({ topic }) => topic === 'm/account')!;
    expect(one).toMatchObject({ qos: 0, retain: true });
    expect(one.payload.length).toBeLessThan(400);
  });

  it('counts what waits, what goes out again, and why a connection ended', () => {
    const world = start(createChip(REGION));
    world.answers = false;
    world.online();
    world.pass(20_000);
    world.drop();
    world.answers = true;
    world.pass(200_000);
    world.online();
    world.pass(2 * MINUTE);
    const one = last(world);
    expectSum(one);
    // Eight were in flight; the last try before this session found nobody.
    expect(one).toMatchObject({ duplicates: 8, connects: 2, cause: 16 });
    expect(one.sent).toBe(one.stored - one.waiting + 8);
  });

  it('goes on after a drain as if nothing had happened', () => {
    const nor = createChip(REGION);
    const first = start(nor);
    first.online();
    first.pass(100_000);
    first.link.drain(30_000);
    first.pass(300);
    const before = first.sampled();
    const second = start(nor);
    second.online();
    const one = last(second);
    expectSum(one);
    expect(one.boots).toBe(2);
    expect(one).not.toHaveProperty('since');
    expect(one.connects).toBe(2);
    expect(one.sampled).toBe(before + second.sampled());
  });

  it('says since which boot it may be short after a cut', () => {
    const nor = createChip(REGION);
    const first = start(nor);
    first.online();
    first.pass(100_000);
    const { stored } = last(first);
    const second = start(nor);
    second.online();
    expect(last(second)).toMatchObject({ boots: 2, since: 1 });
    expect(last(second).stored).toBeGreaterThanOrEqual(stored);
    second.pass(20_000);
    const third = start(nor);
    third.online();
    expect(last(third)).toMatchObject({ boots: 3, since: 1 });
  });

  it('is on the safe side when a mote that slept went on sampling', () => {
    const nor = createChip(REGION);
    const first = start(nor);
    first.online();
    first.link.drain(5000);
    first.pass(60_000);
    const second = start(nor);
    second.online();
    expect(last(second)).toMatchObject({ boots: 2, since: 1 });
  });

  it('counts readings that found no room', () => {
    const world = start(createChip(REGION));
    world.pass(400_000);
    world.online();
    const one = last(world);
    expectSum(one);
    expect(one.refused).toBeGreaterThan(0);
    expect(one.sampled).toBe(one.stored + one.refused);
  });

  it('counts what was given up, over boots', () => {
    const nor = createChip(REGION);
    const first = start(nor, { whenFull: 'drop-oldest' });
    first.pass(400_000);
    const second = start(nor, { whenFull: 'drop-oldest' });
    second.pass(100_000);
    second.online();
    second.pass(2 * MINUTE);
    const one = last(second);
    expectSum(one);
    expect(one.refused).toBe(0);
    expect(one.oldest).toBeGreaterThan(100);
    // The first boot was cut 100 s after it had last written down what it had sampled; the outbox needs no such writing.
    expect(one.since).toBe(1);
    expect(one.stored - one.sampled).toBeGreaterThanOrEqual(90);
    expect(first.accepted() + second.accepted() - one.stored).toBeLessThanOrEqual(60);
  });

  it('counts in RAM what it has since the start', () => {
    const world = boot(createChip(REGION), REGION, {
      parts: [createAccount()],
      outbox: createRamOutbox(8, 200),
    });
    world.online();
    world.pass(150_000);
    const one = last(world);
    expectSum(one);
    expect(one.stored).toBe(one.sampled);
    expect(one.boots).toBe(1);
  });

  it('refuses times that cannot be', () => {
    for (const options of [
      { heartbeatMs: 0 },
      { heartbeatMs: NaN },
      { saveMs: 9999 },
      { saveMs: 0x4000000 },
    ]) {
      const world = boot(createChip(REGION), REGION, { parts: [createAccount(options)] });
      expect(world.code, JSON.stringify(options)).toBe(Code.BadOptions);
    }
  });

  it('adds up, never goes backwards, and knows all that was stored, whatever happens', () => {
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 90_000 }) }),
      },
      { weight: 2, arbitrary: fc.constant({ kind: 'online' as const }) },
      { weight: 2, arbitrary: fc.constant({ kind: 'drop' as const }) },
      { weight: 1, arbitrary: fc.constant({ kind: 'boot' as const }) },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constant('cut' as const), after: fc.integer({ min: 0, max: 40 }) }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('answer' as const), on: fc.boolean() }) },
      { weight: 1, arbitrary: fc.constant({ kind: 'drain' as const }) },
    );
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 5, maxLength: 25 }),
        fc.constantFrom('refuse' as const, 'drop-oldest' as const),
        fc.integer({ min: 1, max: 1e6 }),
        (steps, whenFull, seed) => {
          const random = createRandom(seed);
          const nor = createChip(REGION);
          const seen: AccountMessage[] = [];
          let accepted = 0;
          let sampled = 0;
          // What was being taken when the power went away may have been taken.
          let cuts = 0;
          let world = start(nor, { whenFull });
          const leave = () => {
            seen.push(...accounts(world));
            accepted += world.accepted();
            sampled += world.sampled();
          };
          const reboot = () => {
            leave();
            restorePower(nor);
            world = start(nor, { whenFull });
          };
          for (const one of steps) {
            if (one.kind === 'pass') world.pass(one.ms);
            else if (one.kind === 'online') {
              world.link.start();
              world.online();
            } else if (one.kind === 'drop') world.drop();
            else if (one.kind === 'boot') reboot();
            else if (one.kind === 'answer') world.answers = one.on;
            else if (one.kind === 'drain') world.link.drain(20_000);
            else {
              world.isDark = cutPower(nor, REGION, one.after, random);
              for (let i = 0; i < 200 && !world.isDark(); i++) world.pass(1000);
              cuts++;
              reboot();
            }
          }
          world.answers = true;
          world.link.start();
          // A new session begins with an account.
          world.drop();
          world.online();
          leave();
          for (const one of seen) expectSum(one);
          const keys = ['boots', 'stored', 'acknowledged', 'oldest'] as const;
          for (let i = 1; i < seen.length; i++) {
            for (const key of keys) {
              expect(seen[i]![key], `${key} of ${i}`).toBeGreaterThanOrEqual(seen[i - 1]![key]);
            }
          }
          const end = seen.at(-1);
          if (end === undefined) return;
          expect(end.stored).toBeGreaterThanOrEqual(accepted - 2);
          expect(end.stored).toBeLessThanOrEqual(accepted + cuts);
          expect(end.sampled).toBeLessThanOrEqual(sampled + cuts);
          if (end.since === undefined) {
            // The reading at which the power went away may be one that was taken and not counted.
            expect(end.sampled).toBeGreaterThanOrEqual(sampled - 1 - cuts);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** An outbox in RAM that keeps its state in `kept`. */
const keeping = (kept: Map<number, string>): Outbox<Bytes> => ({
  ...createRamOutbox(8, 300),
  recall: (key) => constant(kept.get(key) ?? ''),
  remember(key, value) {
    kept.set(key, toText(value, 0, value.length));
    return Code.Ok;
  },
});

/** One start over what former ones kept. @returns what it says of itself at its end. */
function lifeOver(kept: Map<number, string>) {
  const world = boot(createChip(REGION), REGION, {
    parts: [createAccount({ saveMs: 10_000 })],
    outbox: keeping(kept),
  });
  world.online();
  world.pass(20_000);
  return last(world);
}

describe('account, at its ends', () => {
  it('counts a session that begins with draining, and none twice', () => {
    const world = start(createChip(REGION));
    world.link.drain(MINUTE);
    world.online();
    world.pass(1000);
    expect(last(world).connects).toBe(1);
    // It sleeps; the next session is another one, and a drain that is taken back is none.
    world.link.start();
    world.pass(5000);
    world.answers = false;
    world.pass(2000);
    world.link.drain(MINUTE);
    world.pass(10);
    world.link.start();
    world.answers = true;
    world.pass(MINUTE);
    expect(last(world).connects).toBe(2);
  });

  it('does not say that nothing is missing when the number of starts ends', () => {
    const kept = new Map<number, string>();
    const life = () => lifeOver(kept);
    life();
    // As after so many starts, the last of which came to no good end.
    const value = kept.get(StateKey.Account)!;
    kept.set(StateKey.Account, `${value.slice(0, 28)}\xfe\x7f${value.slice(30)}`);
    for (let i = 0; i < 4; i++) {
      const { boots, since } = life();
      expect(boots).toBe(0x7fff);
      expect(since).toBeGreaterThan(0);
    }
  });

  it('says from the first start on that it may be short, where flash was in use before', () => {
    const nor = createChip(REGION);
    const before = boot(nor, REGION, { parts: [] });
    before.pass(5000);
    const world = start(nor);
    world.online();
    const one = last(world);
    expectSum(one);
    expect(one).toMatchObject({ boots: 1, since: 1 });
    expect(one.stored - one.sampled).toBe(before.accepted());
  });

  it('does not begin anew when the number of sessions ends', () => {
    const kept = new Map<number, string>();
    const life = () => lifeOver(kept).connects;
    life();
    const value = kept.get(StateKey.Account)!;
    kept.set(StateKey.Account, `${value.slice(0, 26)}\xff\xff${value.slice(28)}`);
    for (let i = 0; i < 3; i++) expect(life()).toBeGreaterThanOrEqual(0xffff);
  });

  it('writes nothing while there is nothing to count', () => {
    const kept = new Map<number, string>();
    const world = boot(createChip(REGION), REGION, {
      parts: [createAccount({ saveMs: 10_000 })],
      outbox: keeping(kept),
      over: { sensors: [] },
    });
    world.pass(60 * MINUTE);
    expect([...kept.keys()]).not.toContain(StateKey.Account);
    world.online();
    world.pass(10_000);
    expect([...kept.keys()]).toContain(StateKey.Account);
  });

  it('comes a little later where the network has not taken what was said before', () => {
    const world = boot(createChip(REGION), REGION, { parts: [hog, createAccount()], over: { sensors: [] } });
    world.online();
    expect(world.written.find((bytes) => bytes.includes('large'))).not.toContain('m/account');
    world.pass(200);
    expect(accounts(world)).toHaveLength(1);
    expectSum(last(world));
  });

  it('of a mote that sleeps is whole over its wakes', () => {
    const nor = createFlash();
    const wake = (cause: WakeCause) => {
      const sleep = { sendCount: 4, sendAgeMs: 24 * 60 * MINUTE };
      const rig = createRig({ nor, cause, qos: 1, isPlain: true, sleep, parts: [createAccount()] });
      rig.pass(MINUTE);
      expect(rig.asleep()).toBeGreaterThan(0);
      return rig.said.filter(({ topic }) => topic === 'm/account');
    };
    const said = [WakeCause.PowerOn, ...Array<WakeCause>(6).fill(WakeCause.Timer)].flatMap(wake);
    const all = said.map(({ payload }) => JSON.parse(payload) as AccountMessage);
    expect(all.length).toBeGreaterThan(2);
    for (const one of all) {
      expectSum(one);
      expect(one).not.toHaveProperty('since');
      // Two sensors, one sample a wake.
      expect(one.sampled).toBe(2 * one.boots);
    }
  });

  it('does not look at all of flash to write down what it has counted', () => {
    const nor = createChip(REGION);
    const first = start(nor);
    first.pass(60_000);
    const bench = createBench(nor, { ...REGION, recordMax: 200 });
    bench.patience = Infinity;
    expect(bench.outbox.open(9)).toBe(Code.Ok);
    expect(bench.outbox.count()).toBeGreaterThan(40);
    const asked: unknown[] = [];
    const { outbox } = bench;
    const world = boot(nor, REGION, {
      parts: [createAccount({ saveMs: 10_000 })],
      outbox: { ...outbox, counters: (isQuick) => (asked.push(isQuick), outbox.counters(isQuick)) },
    });
    world.pass(30_000);
    expect(asked.length).toBeGreaterThan(1);
    expect(new Set(asked)).toEqual(new Set([true]));
    const before = nor.counters.reads;
    outbox.counters(true);
    expect(nor.counters.reads - before).toBeLessThanOrEqual(1);
  });
});
