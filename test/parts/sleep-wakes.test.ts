// A mote that sleeps, wake by wake: when the radio comes on, for how long, and what it does where time, flash, sensors or the broker are
// not as they should be. Each wake is a start with the flash that the last one left.
import { describe, expect, it } from 'vitest';
import { createManualWifi } from '../../sim/manual.ts';
import type { Nor } from '../../sim/nor.ts';
import { createBuffer } from '../../src/bytes/bytes.ts';
import type { CreatePart } from '../../src/part.ts';
import { BOOTS_MAX } from '../../src/parts/ledger.ts';
import { createLedger } from '../../src/parts/ledger.ts';
import { writeState } from '../../src/parts/sleep-state.ts';
import { Code, Event } from '../../src/ports/codes.ts';
import { StateKey } from '../../src/ports/outbox.ts';
import { WakeCause } from '../../src/ports/power.ts';
import { createHomeAssistant } from '../../src/telemetry/discovery/home-assistant.ts';
import { append, createBench, list, type Region } from '../power/bench.ts';
import { createFlash, createRig, type Mode, type Rig, type RigOptions } from './commands/rig.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const INTERVAL = 15 * MINUTE;
const OWN = 'own:1883';
const REGION: Region = { pages: 4, pageBytes: 1024, unit: 4, ecc: false, recordMax: 400 };

/** The radio comes on with each wake. */
const EACH = { sendCount: 1, sendAgeMs: 0, backoff: {} };

interface Place {
  readonly nor: Nor;
  readonly brokers: Map<string, Mode>;
}

function createPlace(mode: Mode = 'up'): Place {
  return { nor: createFlash(), brokers: new Map([[OWN, mode]]) };
}

/** It starts, and sleeps before `ms` are over. */
function wake(place: Place, options: RigOptions = {}, ms = 2 * MINUTE): Rig {
  const rig = createRig(
    { nor: place.nor, cause: WakeCause.Timer, isPlain: true, qos: 1, sleep: EACH, ...options },
    place.brokers,
  );
  expect(rig.code).toBe(Code.Ok);
  rig.pass(ms);
  expect(rig.asleep()).toBeGreaterThan(0);
  return rig;
}

/** What was said last under a topic. */
function lastOf(rig: Rig, topic: string): Record<string, number | null> {
  const payload = rig.said.filter((one) => one.topic === topic).at(-1)!.payload;
  return JSON.parse(payload) as Record<string, number | null>;
}

const detailsOf = (rig: Rig, event: Event) =>
  rig.log.filter((line) => line.startsWith(`${event} `)).map((line) => Number(line.split(' ')[1]));

const hasRadio = (rig: Rig) => rig.opened.length > 0;

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

/** An outbox on the flash of a mote that is off. */
function createOutbox(nor: Nor) {
  const { outbox } = createBench(nor, REGION);
  expect(outbox.open(1)).toBe(Code.Ok);
  return outbox;
}

/** Fill the flash of a mote that is off with messages of these sizes, as far as they have room. @returns how many wait. */
function fill(nor: Nor, sizes = [300, 40, 0]): number {
  const outbox = createOutbox(nor);
  for (const size of sizes) while (append(outbox, 'x'.repeat(size)) > 0);
  return outbox.count();
}

describe('a full flash', () => {
  it('is sent, and then it says how it sleeps', () => {
    const place = createPlace();
    const waiting = fill(place.nor);
    const rig = wake(place, { cause: WakeCause.PowerOn });
    expect(rig.said.filter(({ topic }) => topic === 't1')).toHaveLength(waiting);
    expect(rig.said.slice(-2).map(({ topic }) => topic)).toEqual(['m/energy', 'm/sleep']);
    expect(list(createOutbox(place.nor))).toEqual([]);
  });

  it('that a broker empties late, has room for what it says of its sleep in the end', () => {
    const place = createPlace();
    fill(place.nor);
    let isLate = true;
    const options = { nor: place.nor, cause: WakeCause.Timer, isPlain: true, qos: 1, sleep: EACH };
    const rig = createRig({ ...options, acknowledges: () => !isLate }, place.brokers);
    rig.pass(5 * SECOND);
    expect(rig.asleep()).toBe(-1);
    isLate = false;
    rig.catchUp();
    rig.pass(5 * SECOND);
    expect(rig.asleep()).toBeGreaterThan(0);
    expect(rig.said.slice(-2).map(({ topic }) => topic)).toEqual(['m/energy', 'm/sleep']);
    expect(lastOf(rig, 'm/energy').boots).toBe(1);
    expect(list(createOutbox(place.nor))).toEqual([]);
  });

  it.each([[[300]], [[230]], [[300, 140]], [[300, 40, 0]]])(
    'that a broker does not empty, of %j, loses nothing, and is sent with the next session',
    (sizes) => {
      const place = createPlace();
      const waiting = fill(place.nor, sizes);
      const sleep = { ...EACH, sendMs: 3 * SECOND };
      const first = wake(place, { cause: WakeCause.PowerOn, acknowledges: () => false, sleep }, 10 * SECOND);
      expect(detailsOf(first, Event.LeftOver)[0]).toBeGreaterThanOrEqual(waiting);
      const second = wake(place, { cause: WakeCause.PowerOn, sleep }, 10 * SECOND);
      expect(second.said.filter(({ topic }) => topic === 't1')).toHaveLength(waiting);
      expect(lastOf(second, 'm/energy').boots).toBeGreaterThanOrEqual(1);
      expect(second.said.at(-1)!.topic).toBe('m/sleep');
    },
  );

  it.each([
    // 500 microamperes ask for 80 minutes of rest after 20 s with the radio: five wakes without, and one with it.
    [10922, true],
    [10923, false],
  ])('counts no wakes to the next try, so chance does: %i', (random, isTried) => {
    const place = createPlace('silent');
    const sleep = { sendCount: 1, sendAgeMs: 0 };
    wake(place, { cause: WakeCause.PowerOn, sleep, random: [0] });
    fill(place.nor);
    expect(hasRadio(wake(place, { sleep, random: [random] }))).toBe(isTried);
  });
});

it('a flash that takes nothing any more does not have the radio on at each wake', () => {
  const place = createPlace();
  const sleep = { sendCount: 1000 };
  wake(place, { cause: WakeCause.PowerOn, sleep });
  const { nor } = place;
  for (let i = 0; i < 5; i++) {
    const rig = wake(place, {
      sleep,
      random: [0],
      // No program comes to stand.
      before: (operation) => {
        if (operation.kind === 'program') nor.flip(operation.address + 8, 0xff);
      },
    });
    expect(hasRadio(rig)).toBe(false);
  }
});

it('starts are counted up to a number, and not beyond it', () => {
  const place = createPlace();
  const ledger = createLedger({ bootMs: 1, activeMa: 1, radioMa: 1, sleepUa: 1 }, 1);
  ledger.counts.boots = BOOTS_MAX;
  const state = { told: 0, sessions: 0, waited: 0, left: 0, restSec: 0, high: 0, low: 0 };
  expect(createOutbox(place.nor).remember(StateKey.Sleep, writeState(createBuffer(32), state, ledger))).toBe(
    0,
  );
  expect(lastOf(wake(place), 'm/energy')).toMatchObject({ boots: BOOTS_MAX });
});

describe('what a broker was told', () => {
  const discovery = (sensors: readonly string[]): RigOptions => ({
    sensors,
    mote: { discovery: createHomeAssistant() },
  });
  const configs = (rig: Rig) => rig.said.filter(({ topic }) => topic.startsWith('homeassistant/'));
  const SENSORS = ['a', 'b', 'c', 'd'];

  it.each([
    ['first', ['z', 'b', 'c', 'd'], 'z'],
    ['last', ['a', 'b', 'c', 'e'], 'e'],
  ])('is not told again, unless the very %s of it is something else', (_which, sensors, name) => {
    const place = createPlace();
    expect(configs(wake(place, { ...discovery(SENSORS), cause: WakeCause.PowerOn }))).toHaveLength(4);
    const second = wake(place, discovery(SENSORS));
    expect(configs(second)).toEqual([]);
    expect(second.subscribed).toEqual([]);
    const others = configs(wake(place, discovery(sensors)));
    expect(others.map(({ topic }) => topic).join()).toContain(`/${name}`);
  });

  it('says how long a value is one: two sessions, of which one may fail', () => {
    const sleep = { ...EACH, sendAgeMs: HOUR };
    const [config] = configs(wake(createPlace(), { ...discovery(['a']), sleep, cause: WakeCause.PowerOn }));
    expect(JSON.parse(config!.payload)).toMatchObject({ exp_aft: 2 * (3600 + 900) });
  });

  it('is told in each session where the engine has no checksums', () => {
    const place = createPlace();
    const ports = { checksum: undefined as never };
    for (let i = 0; i < 3; i++) {
      const rig = wake(place, { ...discovery(SENSORS), ports });
      expect(configs(rig)).toHaveLength(4);
      expect(rig.subscribed).not.toEqual([]);
    }
  });
});

it('its parts hear that the power goes away, when all is sent', () => {
  const heard: string[] = [];
  const part: CreatePart = () => ({ onSleep: () => void heard.push('sleep'), run: () => HOUR });
  const rig = wake(createPlace(), { parts: [part, () => ({ run: () => HOUR })] });
  expect(heard).toEqual(['sleep']);
  expect(rig.said.at(-1)!.topic).toBe('m/sleep');
});
