// A mote that sleeps, and what it keeps: where flash is full or worn, its count of starts, and what its broker was told.
import { describe, expect, it } from 'vitest';
import { createBuffer } from '../../src/bytes/bytes.ts';
import type { CreatePart } from '../../src/part.ts';
import { BOOTS_MAX, createLedger } from '../../src/parts/ledger.ts';
import { writeState } from '../../src/parts/sleep-state.ts';
import { Event } from '../../src/ports/codes.ts';
import { StateKey } from '../../src/ports/outbox.ts';
import { WakeCause } from '../../src/ports/power.ts';
import { createHomeAssistant } from '../../src/telemetry/discovery/home-assistant.ts';
import { list } from '../power/bench.ts';
import { createRig, type Rig, type RigOptions } from './commands/rig.ts';
import {
  createOutbox,
  createPlace,
  detailsOf,
  EACH,
  fill,
  hasRadio,
  HOUR,
  lastOf,
  SECOND,
  wake,
} from './wakes.ts';

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
