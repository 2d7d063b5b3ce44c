// Every fault that a page offers, in virtual time: that it does what it says, by the packets, the flash and the account, and what is told of it.
import { describe, expect, it } from 'vitest';
import { FAULTS } from '../../../flash/stage/faults.ts';
import type { StateEvent } from '../../../flash/stage/events.ts';
import { openTestStage } from './fixture.ts';
import type { TestStage } from './fixture.ts';

const CALM_MS = 20_000;
const LONG_MS = 120_000;

/** A stage that is online, and a fault on it. */
async function strike(name: string, args: Record<string, unknown> = {}, ms = LONG_MS) {
  const stage = await openTestStage();
  stage.run(CALM_MS);
  const from = stage.events.length;
  const fault = stage.fault(name, args);
  const first = stage.outcome(fault);
  stage.run(ms);
  const states = stage.events.slice(from).filter((event): event is StateEvent => event.type === 'state');
  const has = (of: string, state: string) => states.some((one) => one.of === of && one.state === state);
  return { stage, first: first!, outcome: stage.outcome(fault)!, states, has };
}

const timesOf = (states: readonly StateEvent[], of: string, state: string) =>
  states.filter((one) => one.of === of && one.state === state).map(({ t }) => t);

/** Nothing is lost, whatever happened, and the mote's packets are those of the standard. */
function expectWhole(stage: TestStage) {
  const account = stage.account();
  expect(account).toMatchObject({ lost: 0, disordered: 0 });
  expect(account.accepted).toBeGreaterThan(30);
  expect(account.delivered + account.held).toBe(account.accepted);
  expect(stage.violations).toEqual([]);
}

export function testFaults(): void {
  describe('faults', () => {
    it('power-cut: no power for so long, and the broker is told nothing', async () => {
      const { stage, first, outcome, states } = await strike('power-cut', { seconds: 7 });
      expect(first).toMatchObject({ isOver: false, name: 'power-cut', beganAt: CALM_MS });
      const [off] = timesOf(states, 'power', 'off');
      const [on] = timesOf(states, 'power', 'on');
      expect(off).toBe(CALM_MS);
      expect(on).toBe(CALM_MS + 7000);
      const meanwhile = stage.of('packet').filter(({ t }) => t > off! && t < on!);
      expect(meanwhile).toEqual([]);
      expect(stage.of('packet').filter(({ name }) => name === 'DISCONNECT')).toEqual([]);
      expect(stage.of('packet').filter(({ name }) => name === 'CONNECT')).toHaveLength(2);
      expect(outcome).toMatchObject({ isOver: true, account: { cuts: 1, torn: 0, lost: 0 } });
      expect(outcome.what.join(' ')).toMatch(
        /Without power for 7 s\. 1 connection ended\. There was a session again 7\.\d s/,
      );
      expect(outcome.what.at(-1)).toMatch(/^Account: power cut once, .* 0 lost/);
      expectWhole(stage);
      await stage.stop();
    });

    it('power-cut-at-write: in the middle of the very next operation of the flash, which is left torn', async () => {
      const stage = await openTestStage();
      stage.run(CALM_MS);
      const { programs } = stage.board.flash.counters;
      const fault = stage.fault('power-cut-at-write', { seconds: 3 });
      expect(stage.outcome(fault)!.what).toEqual(['It waits for the next program or erase of the flash.']);
      stage.run(1500);
      expect(stage.board.isRunning()).toBe(false);
      expect(stage.board.flash.counters.programs).toBe(programs + 1);
      expect(stage.account()).toMatchObject({ cuts: 1, torn: 1 });
      expect(stage.outcome(fault)!.what[1]).toMatch(
        /^The power went in the middle of a program of \d+ bytes at 0x31/,
      );
      stage.run(LONG_MS);
      expect(stage.outcome(fault)!.isOver).toBe(true);
      expectWhole(stage);
      await stage.stop();
    });

    it('power-cut-at-write: nothing is written, so the power stays', async () => {
      const stage = await openTestStage({ chips: [] });
      stage.run(5000);
      const fault = stage.fault('power-cut-at-write', {});
      stage.run(LONG_MS);
      expect(stage.account().cuts).toBe(0);
      expect(stage.outcome(fault)!.isOver).toBe(true);
      expect(stage.outcome(fault)!.what.join(' ')).toMatch(
        /Nothing was written to flash for 60 s, so the power stayed/,
      );
      await stage.stop();
    });

    it('wifi-off: the access point is away for so long; readings wait and come late', async () => {
      const { stage, outcome, states } = await strike('wifi-off', { seconds: 15 });
      const lost = timesOf(states, 'wifi', 'lost');
      expect(lost).toHaveLength(1);
      const joined = timesOf(states, 'wifi', 'joined')[0]!;
      expect(joined).toBeGreaterThan(CALM_MS + 15_000);
      const late = stage.of('reading').filter(({ isLate, t }) => isLate && t > joined);
      expect(late.length).toBeGreaterThan(10);
      for (const { at, t } of late) expect(at).toBeLessThan(t);
      expect(outcome.isOver).toBe(true);
      expect(outcome.what.join(' ')).toContain(`${late.length} readings arrived late`);
      expectWhole(stage);
      await stage.stop();
    });

    it('half-open: packets go out and arrive nowhere, until the mote finds out by itself', async () => {
      const { stage, outcome, has, states } = await strike('half-open');
      const lost = stage.of('packet').filter(({ isLost }) => isLost === true);
      expect(lost.length).toBeGreaterThan(3);
      expect(lost.every(({ direction, connection }) => direction === 'out' && connection === 1)).toBe(true);
      expect(has('wifi', 'lost')).toBe(false);
      const [offline] = timesOf(states, 'session', 'offline');
      // One keep alive until PINGREQ, one until it gives up.
      expect(offline! - CALM_MS).toBeGreaterThan(5000);
      expect(offline! - CALM_MS).toBeLessThan(25_000);
      expect(outcome.isOver).toBe(true);
      expect(outcome.what.join(' ')).toMatch(/half-open\): no|no PINGRESP within 10 s/);
      expectWhole(stage);
      await stage.stop();
    });

    it('half-open: without a connection there is nothing to be done', async () => {
      const stage = await openTestStage();
      const fault = stage.fault('half-open', {});
      stage.run(CALM_MS);
      expect(stage.outcome(fault)).toMatchObject({ isOver: true });
      expect(stage.outcome(fault)!.what[0]).toBe('No connection was open.');
      await stage.stop();
    });

    it('broker-stop: its port refuses for so long, and it has its sessions when it is back', async () => {
      const { stage, outcome, states } = await strike('broker-stop', { seconds: 12 });
      expect(timesOf(states, 'broker', 'down')).toEqual([CALM_MS]);
      expect(timesOf(states, 'broker', 'up')).toEqual([CALM_MS + 12_000]);
      const failed = states.filter(({ of, state }) => of === 'link' && state === 'failed');
      expect(failed.length).toBeGreaterThan(1);
      expect(
        failed.every(({ cause, t }) => cause.endsWith('nothing listens there') && t < CALM_MS + 12_000),
      ).toBe(true);
      const received = stage.of('reading').filter(({ t }) => t > CALM_MS + 100 && t < CALM_MS + 12_000);
      expect(received).toEqual([]);
      expect(outcome.isOver).toBe(true);
      expectWhole(stage);
      await stage.stop();
    });

    it('lossy: acknowledgements take longer while it lasts, and only then', async () => {
      const { stage, outcome } = await strike('lossy', { percent: 60, seconds: 20 });
      const delays = ackDelays(stage);
      const within = delays.filter(({ t }) => t > CALM_MS && t < CALM_MS + 20_000).map(({ ms }) => ms);
      const after = delays.filter(({ t }) => t > CALM_MS + 25_000).map(({ ms }) => ms);
      expect(Math.max(...within)).toBeGreaterThan(400);
      expect(Math.max(...after)).toBeLessThan(50);
      expect(outcome.isOver).toBe(true);
      expectWhole(stage);
      await stage.stop();
    });

    it('slow: each way takes so long while it lasts, and only then', async () => {
      const { stage, outcome } = await strike('slow', { delayMs: 700, seconds: 20 });
      const delays = ackDelays(stage);
      const within = delays.filter(({ t }) => t > CALM_MS + 3000 && t < CALM_MS + 20_000).map(({ ms }) => ms);
      expect(Math.min(...within)).toBeGreaterThanOrEqual(1400);
      expect(Math.max(...within)).toBeLessThan(3000);
      expect(Math.max(...delays.filter(({ t }) => t > CALM_MS + 25_000).map(({ ms }) => ms))).toBeLessThan(
        50,
      );
      expect(outcome.what.join(' ')).toMatch(/The slowest acknowledgement took 1\.\d s/);
      expectWhole(stage);
      await stage.stop();
    });

    it.each([
      ['unplug', 'nothing answers at its address', 'unplugged', 'plugged in'],
      ['crc', 'checksum wrong', 'checksums wrong', 'checksums right'],
    ])(
      '%s: the mote says that the sensor fails, and measures again afterwards',
      async (name, says, begins, ends) => {
        const { stage, outcome, states } = await strike(name, { sensor: 'sht3x', seconds: 15 });
        expect(timesOf(states, 'sensor', begins)).toEqual([CALM_MS]);
        expect(timesOf(states, 'sensor', ends)).toEqual([CALM_MS + 15_000]);
        const within = stage
          .of('reading')
          .filter(({ at, value }) => value !== undefined && at > CALM_MS + 500 && at < CALM_MS + 15_000);
        expect(within).toEqual([]);
        expect(outcome.isOver).toBe(true);
        expect(outcome.what.join(' ')).toContain(says);
        expect(outcome.what.join(' ')).toContain('sensor 0 answers again');
        expect(stage.of('reading').filter(({ at }) => at > CALM_MS + 15_000).length).toBeGreaterThan(10);
        expectWhole(stage);
        await stage.stop();
      },
    );

    it('weather: the sensor measures another environment', async () => {
      const { stage, outcome } = await strike('weather', { environment: 'solar' });
      const before = stage
        .of('reading')
        .filter(({ topic, at }) => topic === 'm/air/temperature' && at < CALM_MS);
      const after = stage
        .of('reading')
        .filter(({ topic, at }) => topic === 'm/air/temperature' && at > CALM_MS);
      expect(Math.abs(before.at(-1)!.value! - after[1]!.value!)).toBeGreaterThan(0.3);
      expect(outcome.isOver).toBe(true);
      expect(outcome.what.join(' ')).toMatch(/m\/air\/temperature: -?[\d.]+ before, -?[\d.]+ °C now/);
      await stage.stop();
    });

    it('clock-jump: the times that the mote says are shifted by that', async () => {
      const stage = await openTestStage();
      stage.run(CALM_MS);
      const jump = 57 * 365 * 86400;
      const fault = stage.fault('clock-jump', { seconds: jump });
      stage.run(CALM_MS);
      const times = stage
        .of('packet')
        .filter(({ name, t }) => name === 'PUBLISH' && t > CALM_MS + 2000)
        .flatMap(({ fields }) => fields.filter(([name]) => name === 'payload').map(([, value]) => value));
      // From power-on its clock says 1970, which nobody believes: after the jump it has a time that can be.
      const from = jump + CALM_MS / 1000;
      const told = times.flatMap((payload) => /"time":(\d+)/.exec(payload)?.slice(1).map(Number) ?? []);
      expect(told.length).toBeGreaterThan(10);
      for (const time of told) expect(time >= from && time <= from + CALM_MS / 1000).toBe(true);
      expect(stage.outcome(fault)!.isOver).toBe(true);
      await stage.stop();
    });

    it('flash-worn: the page is given up at its next erase, and nothing is lost', async () => {
      const stage = await openTestStage();
      stage.run(CALM_MS);
      const fault = stage.fault('flash-worn', { page: 1 });
      // Some 40 records a page of 4 KB: it comes round after 16 of them.
      stage.run(1_500_000);
      expect(stage.outcome(fault)!.what[0]).toMatch(
        /^Page 1 of the outbox is worn out: \d+ of its bits stay 0/,
      );
      stage.refresh();
      expect(stage.of('flash').at(-1)!.pages[1]!.state).not.toBe('written');
      expectWhole(stage);
      await stage.stop();
    });

    it('has a test above for each', () => {
      expect(Object.keys(FAULTS).sort()).toEqual(
        'broker-stop clock-jump crc flash-worn half-open lossy power-cut power-cut-at-write slow unplug weather wifi-off'.split(
          ' ',
        ),
      );
    });
  });

  describe('a fault that cannot be', () => {
    it.each([
      ['earthquake', {}, /there is no fault "earthquake" here/],
      ['power-cut', { seconds: -1 }, /-1 is not a number from 0.1 to 3600 s/],
      ['power-cut', { seconds: '5' }, /"5" is not a number/],
      ['power-cut', { minutes: 5 }, /takes no "minutes"/],
      ['unplug', { sensor: 'bme280' }, /"bme280" is not to be had/],
      ['weather', { environment: '__proto__' }, /"__proto__" is not to be had/],
    ])('%s %j is refused in a sentence', async (name, args, what) => {
      const stage = await openTestStage();
      expect(() => stage.fault(name, args)).toThrow(what);
      expect(stage.of('outcome')).toEqual([]);
      await stage.stop();
    });

    it('is not on offer: chips without a checksum, no chips at all', async () => {
      const plain = await openTestStage({ chips: [{ chip: 'bh1750', bus: 1, address: 0x23 }] });
      expect(plain.facts.faults.map(({ name }) => name)).not.toContain('crc');
      const bare = await openTestStage({ chips: [] });
      const names = bare.facts.faults.map(({ name }) => name);
      for (const name of ['unplug', 'crc', 'weather']) expect(names).not.toContain(name);
    });
  });
}

/** From each PUBLISH to its PUBACK. */
function ackDelays(stage: TestStage): { t: number; ms: number }[] {
  const sent = new Map<string, number>();
  return stage.of('packet').flatMap(({ name, fields, t }) => {
    const id = fields.find(([field]) => field === 'packet identifier')?.[1];
    if (name === 'PUBLISH' && id !== undefined) sent.set(id, t);
    const at = name === 'PUBACK' ? sent.get(id!) : undefined;
    return at === undefined ? [] : [{ t: at, ms: t - at }];
  });
}
