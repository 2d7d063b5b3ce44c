// A mote that sleeps: when the radio comes on, and for how long, where time, sensors or the broker are not as they should be.
import { describe, expect, it } from 'vitest';
import { createManualWifi } from '../../sim/manual.ts';
import { Event } from '../../src/ports/codes.ts';
import { WakeCause } from '../../src/ports/power.ts';
import { list } from '../power/bench.ts';
import type { Mode, RigOptions } from './commands/rig.ts';
import {
  createOutbox,
  createPlace,
  detailsOf,
  EACH,
  hasRadio,
  HOUR,
  INTERVAL,
  lastOf,
  OWN,
  SECOND,
  wake,
} from './wakes.ts';

describe('the time', () => {
  it('is known: it wakes at points that are the same each time, and says until when it sleeps', () => {
    const then = 1_793_491_200;
    const points = [0, 123, 456].map((second) => {
      const place = createPlace();
      const rig = wake(place, { wallSec: then + second }, SECOND);
      const wokenAt = then + second + (rig.clock.now() - SECOND) / 1000;
      const { asleep_until: until, seconds } = lastOf(rig, 'm/sleep');
      expect(until).toBeGreaterThan(then + second);
      expect(Math.abs(until! - wokenAt - seconds!)).toBeLessThan(2);
      return until! % (INTERVAL / 1000);
    });
    expect(Math.max(...points) - Math.min(...points)).toBeLessThan(2);
  });

  it('is not: it says for how long it sleeps', () => {
    const { asleep_until: until, seconds } = lastOf(wake(createPlace(), {}, SECOND), 'm/sleep');
    expect(until).toBeNull();
    expect(seconds).toBeGreaterThan(800);
    expect(seconds).toBeLessThan(901);
  });

  it('to the next session is the one that its readings fill, or that is agreed', () => {
    const sleep = { sendCount: 10, sendAgeMs: 6 * HOUR };
    // Two readings a wake: the fifth wake sends.
    const byCount = lastOf(wake(createPlace(), { cause: WakeCause.PowerOn, sleep }, 5 * SECOND), 'm/sleep');
    expect(Math.round(byCount.seconds! / 900)).toBe(5);
    const rare = { ...sleep, sendCount: 100 };
    const byAge = lastOf(
      wake(createPlace(), { cause: WakeCause.PowerOn, sleep: rare }, 5 * SECOND),
      'm/sleep',
    );
    expect(Math.round(byAge.seconds! / 900)).toBe(24);
  });

  it('asleep is longer than the engine can count: it sleeps on, without a sample', () => {
    const place = createPlace();
    const sleep = { ...EACH, intervalMs: 2 * HOUR };
    const first = wake(place, { cause: WakeCause.PowerOn, sleep }, 5 * SECOND);
    let asleepMs = first.asleep();
    for (let naps = 1; naps < 4; naps++) {
      const nap = wake(place, { sleep }, SECOND);
      expect([...nap.samples.values()].flat()).toEqual([]);
      expect(hasRadio(nap)).toBe(false);
      expect(nap.asleep()).toBeLessThan(2_147_000);
      asleepMs += nap.asleep();
    }
    expect(Math.abs(asleepMs - 2 * HOUR)).toBeLessThan(10 * SECOND);
    const next = wake(place, { sleep }, 5 * SECOND);
    expect([...next.samples.values()].flat()).toHaveLength(2);
    expect(lastOf(next, 'm/energy')).toMatchObject({ boots: 4 });
  });
});

describe('a sensor that does not answer', () => {
  it('is waited for as long as agreed, and the readings of the others are sent', () => {
    const poll = (name: string) => (name === 'soil' ? 100 : 0);
    const rig = wake(createPlace(), { poll, sleep: { ...EACH, sampleMs: 7 * SECOND } }, 10 * SECOND);
    expect(detailsOf(rig, Event.SensorLate)).toEqual([1]);
    expect(rig.said.filter(({ topic }) => topic.endsWith('/t')).map(({ topic }) => topic)).toEqual([
      'm/air/t',
    ]);
    const { sample_ms: sampleMs } = lastOf(rig, 'm/energy');
    expect(sampleMs).toBeGreaterThan(6900);
    expect(sampleMs).toBeLessThan(7500);
  });
});

describe('the address of the broker', () => {
  const resolving = (address: string): RigOptions => ({
    ports: {
      wifi: { ...createManualWifi(), resolve: (_host: string, on: (address: string) => void) => on(address) },
    },
    sleep: { ...EACH, awakeMs: 200 },
  });

  it('is asked for once, and used from then on', () => {
    const place = createPlace();
    place.brokers.set('10.0.0.7:1883', 'up');
    const opened = [1, 2, 3].map(() => wake(place, resolving('10.0.0.7')).opened);
    expect(opened).toEqual([[OWN], ['10.0.0.7:1883'], ['10.0.0.7:1883']]);
  });

  it.each<[string, Mode]>([
    ['where nobody is', 'refuses'],
    ['where somebody is who says nothing', 'silent'],
  ])('is not used any more %s: the name is tried in the same wake', (_where, mode) => {
    const place = createPlace();
    place.brokers.set('10.0.0.7:1883', mode);
    // The link itself would wait for long.
    const broker = { host: 'own', port: 1883, backoff: { windowMs: HOUR, maxMs: HOUR } };
    const options: RigOptions = { ...resolving('10.0.0.7'), random: [0xffff], mote: { broker } };
    wake(place, options);
    const rig = wake(place, options);
    expect(rig.opened).toEqual(['10.0.0.7:1883', OWN]);
    expect(lastOf(rig, 'm/sleep').seconds).toBeGreaterThan(0);
  });

  it('is none where the name server says something else', () => {
    const place = createPlace();
    for (let i = 0; i < 2; i++) expect(wake(place, resolving('fe80::1')).opened).toEqual([OWN]);
  });
});

describe('a broker', () => {
  it('that acknowledges nothing is left when the time for a session is over, and nothing is lost', () => {
    const place = createPlace();
    const sleep = { ...EACH, sendMs: 5 * SECOND };
    const first = wake(place, { acknowledges: () => false, sleep }, 10 * SECOND);
    expect(detailsOf(first, Event.LeftOver)[0]).toBeGreaterThanOrEqual(2);
    expect(first.clock.now()).toBe(10 * SECOND);
    const all = [1, 2, 3, 4].flatMap(() => wake(place, { sleep }, 10 * SECOND).said);
    expect(all.filter(({ topic }) => topic === 'm/air/t').length).toBeGreaterThanOrEqual(2);
    expect(list(createOutbox(place.nor))).toEqual([]);
  });

  it('that acknowledges some is tried again with the next wake', () => {
    const place = createPlace();
    let left = 1;
    const acknowledges = () => left-- > 0;
    const sleep = { ...EACH, sendMs: 5 * SECOND, backoff: { windowMs: 2 * HOUR, maxMs: 2 * HOUR } };
    const first = wake(place, { acknowledges, sleep, random: [0xffff] }, 10 * SECOND);
    expect(detailsOf(first, Event.LeftOver)).toHaveLength(1);
    expect(hasRadio(wake(place, { sleep, random: [0xffff] }))).toBe(true);
  });

  it('that says nothing is left when the time is over, and tried again after the longest wait there is', () => {
    const place = createPlace('silent');
    const backoff = { windowMs: 5_000_000, maxMs: 5_000_000 };
    const sleep = { sendCount: 1000, sendAgeMs: 7 * 24 * HOUR, sendMs: 3 * SECOND, backoff };
    const options: RigOptions = { sleep, random: [0xffff] };
    const first = wake(place, { ...options, cause: WakeCause.PowerOn }, 5 * SECOND);
    expect(first.opened).toEqual([OWN]);
    place.brokers.set(OWN, 'up');
    const radios = Array.from({ length: 6 }, () => hasRadio(wake(place, options, 5 * SECOND)));
    // 4,194,303 ms are four wakes; and with the fifth it has got through.
    expect(radios).toEqual([false, false, false, false, true, false]);
  });
});
