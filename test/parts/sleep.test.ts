// Sleep, on the virtual board in virtual time: what the radio is on for, what is told again, and that nothing accepted is lost, whatever
// happens to network, broker and power.

import { beforeAll, describe, expect, it } from 'vitest';
import type { CompiledBundle } from '../../sim/board/bundle.ts';
import { createRandom } from '../../sim/network/random.ts';
import { tornWays } from '../../sim/torn.ts';
import { HOUR, MINUTE, buildSleeper, createSleeper, energyOf } from './sleeper.ts';
import type { SleeperRig } from './sleeper.ts';

const INTERVAL_MS = 15 * MINUTE;
const SEND_COUNT = 8;
/** Wakes of a day. */
const WAKES = 96;
const SLOW = 120_000;

let bundle: CompiledBundle;

beforeAll(async () => {
  bundle = await buildSleeper();
}, SLOW);

/** Nothing that was accepted is missing, and nothing came before what is older. */
function expectAll(rig: SleeperRig, what = ''): void {
  const came = rig.numbers();
  const first = came.filter((number, index) => came.indexOf(number) === index);
  expect(first, what).toEqual([...first].sort((a, b) => a - b));
  expect(
    rig.taken.filter((number) => !first.includes(number)),
    `accepted and lost ${what}`,
  ).toEqual([]);
  expect(rig.errors, what).toEqual([]);
  expect(rig.violations(), what).toEqual([]);
}

describe('a day', () => {
  let rig: SleeperRig;
  beforeAll(() => {
    rig = createSleeper(bundle);
    rig.board.powerOn();
    // The last wake, and its session.
    rig.world.run(24 * HOUR + MINUTE);
  }, SLOW);

  it('has a reading each quarter of an hour, and sends them in one session for many', () => {
    expect(rig.taken).toEqual(Array.from({ length: WAKES + 1 }, (_, index) => index + 1));
    expect(rig.numbers()).toEqual(rig.taken.slice(0, rig.numbers().length));
    expect(rig.taken.length - rig.numbers().length).toBeLessThan(SEND_COUNT);
    expect(rig.hosts).toHaveLength(1 + WAKES / SEND_COUNT);
    expectAll({ ...rig, taken: rig.numbers() });
    expect(rig.lines.filter((line) => /wait|late|failed|impossible/.test(line))).toEqual([]);
  });

  it('knows how long its radio was on, and what that cost', () => {
    const energy = energyOf(rig);
    const radioMs = energy.join_ms + energy.open_ms + energy.login_ms + energy.send_ms;
    // The last session, from its ledger to its end, will be in the next one.
    expect(rig.radioMs() - radioMs).toBeGreaterThan(0);
    expect(rig.radioMs() - radioMs).toBeLessThan(500);
    expect(rig.radioMs()).toBeLessThan(20_000);
    expect(energy.boots).toBe(WAKES + 1);
    const awakeSec = (radioMs + energy.sample_ms + energy['boot_ms']!) / 1000;
    // Sleep counts in whole seconds, and the board of the simulator takes no time to boot.
    expect(energy.asleep_s + awakeSec).toBeGreaterThan(24 * 3600 - WAKES);
    expect(energy.asleep_s + awakeSec).toBeLessThan(24 * 3600 + WAKES);
    const parts = ['boot', 'sample', 'join', 'open', 'login', 'send', 'asleep'];
    const sum = parts.reduce((all, name) => all + energy[`${name}_mc`]!, 0);
    expect(sum).toBeCloseTo(energy.total_mc, 3);
    expect(energy['send_mc']).toBeCloseTo(energy.send_ms * 0.12, -1);
  });

  it('says what it is only once, and subscribes once', () => {
    expect(rig.discoveries()).toBe(1);
    expect(rig.heard('count/status')).toEqual(['online']);
    // The will may stand there: nobody knows how the last session ended.
    expect(rig.heard('status')).toHaveLength(rig.hosts.length);
    expect(rig.said(/^subscription/)).toBe(2);
  });

  it('says how long it sleeps, retained, as the last of a session, and no will comes of that', () => {
    const asleep = rig.messages.filter(({ topic }) => topic === 'sleeper/sleep');
    expect(asleep).toHaveLength(rig.hosts.length);
    for (const [index, message] of asleep.entries()) {
      expect(message).toMatchObject({ qos: 1, retain: true });
      const { asleep_until, seconds } = JSON.parse(message.payload) as Record<string, number | null>;
      expect(asleep_until).toBeNull();
      const next = asleep[index + 1];
      if (next === undefined) continue;
      expect(Math.abs((next.time - message.time) / 1000 - seconds!)).toBeLessThan(30);
      expect(rig.messages[rig.messages.indexOf(message) + 1]!.time).toBe(
        Math.min(...rig.messages.filter(({ time }) => time > message.time).map(({ time }) => time)),
      );
    }
    expect(rig.wills).toEqual([]);
  });

  it('goes to the address that it knows, not to the name server', () => {
    expect(rig.hosts[0]).toBe('broker');
    expect(new Set(rig.hosts.slice(1))).toEqual(new Set(['10.0.0.5']));
  });
});

describe('what is told again', () => {
  it('is everything where the broker has forgotten the session', () => {
    const rig = createSleeper(bundle);
    rig.board.powerOn();
    rig.world.run(3 * HOUR);
    rig.forget();
    rig.world.run(2 * HOUR + MINUTE);
    expect(rig.discoveries()).toBe(2);
    expect(rig.said(/^subscription/)).toBe(4);
    expect(rig.heard('count/status')).toEqual(['online', 'online']);
    expectAll({ ...rig, taken: rig.numbers() });
  });

  it('is everything after 24 sessions, and the broker is looked for by its name', () => {
    const rig = createSleeper(bundle);
    rig.board.powerOn();
    rig.world.run(23.5 * SEND_COUNT * INTERVAL_MS);
    expect(rig.hosts).toHaveLength(24);
    expect(rig.discoveries()).toBe(1);
    rig.world.run(2 * SEND_COUNT * INTERVAL_MS);
    expect(rig.discoveries()).toBe(2);
    expect(rig.hosts.map((host, index) => (host === 'broker' ? index : -1)).filter((at) => at >= 0)).toEqual([
      0, 24,
    ]);
  });
});

describe('a broker that is away', () => {
  it('costs little, and loses nothing', () => {
    const rig = createSleeper(bundle, 7);
    rig.board.powerOn();
    rig.world.run(HOUR);
    const before = rig.radioMs();
    rig.listener.close();
    rig.world.run(20 * HOUR);
    // 500 microamperes in the mean at 120 mA: five minutes of radio in 20 hours.
    expect(rig.radioMs() - before).toBeLessThan(300_000);
    const tries = rig.hosts.length;
    expect(tries).toBeGreaterThan(4);
    rig.listen('10.0.0.5');
    rig.world.run(3 * HOUR);
    expect(rig.hosts.length).toBeGreaterThan(tries);
    expect(rig.numbers().length).toBeGreaterThan(80);
    expectAll({ ...rig, taken: rig.taken.slice(0, rig.numbers().length) });
    expect(rig.said(/messages? waits? for the next session/)).toBeGreaterThan(3);
  });

  it('is tried rarely where the access point is gone', () => {
    const rig = createSleeper(bundle, 8);
    rig.board.powerOn();
    rig.world.run(HOUR);
    rig.world.accessPoint.setUp(false);
    rig.world.run(24 * HOUR);
    // A try takes the simulator 0.6 s, so what counts is the longest wait, 70 minutes.
    expect(rig.said(/no access point|access point/)).toBeLessThan(50);
    rig.world.accessPoint.setUp(true);
    rig.world.run(4 * HOUR);
    expect(rig.numbers().length).toBeGreaterThan(100);
    expectAll({ ...rig, taken: rig.taken.slice(0, rig.numbers().length) });
    // The broker's address is not to blame.
    expect(rig.hosts.filter((host) => host === 'broker')).toHaveLength(1);
  });

  it('is found in the same wake where it has moved', () => {
    const rig = createSleeper(bundle);
    rig.board.powerOn();
    rig.world.run(HOUR);
    rig.listener.close();
    rig.network.setName('broker', '10.0.0.9');
    rig.listen('10.0.0.9');
    rig.world.run(2 * HOUR);
    expect(rig.hosts).toEqual(['broker', '10.0.0.5', 'broker']);
    expect(rig.numbers()).toHaveLength(9);
    rig.world.run(2 * HOUR);
    expect(rig.hosts.at(-1)).toBe('10.0.0.9');
    expect(rig.said(/waits? for the next session/)).toBe(0);
  });

  it('is given up where another listens at its address, and found by name', () => {
    const rig = createSleeper(bundle);
    rig.board.powerOn();
    rig.world.run(HOUR);
    rig.listener.close();
    rig.network.listen('10.0.0.5', 1883, (peer) => {
      peer.onData(() => peer.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    });
    rig.network.setName('broker', '10.0.0.9');
    rig.listen('10.0.0.9');
    rig.world.run(2 * HOUR);
    expect(rig.hosts).toEqual(['broker', '10.0.0.5', 'broker']);
    expect(rig.numbers()).toHaveLength(9);
  });

  it('never answers: the session ends in its time', () => {
    const rig = createSleeper(bundle, 3);
    rig.board.powerOn();
    rig.world.run(HOUR);
    const before = rig.radioMs();
    rig.network.cut();
    rig.world.run(10 * HOUR);
    rig.network.restore();
    expect(rig.radioMs() - before).toBeLessThan(200_000);
    rig.world.run(12 * HOUR);
    expectAll({ ...rig, taken: rig.taken.slice(0, rig.numbers().length) });
    expect(rig.numbers().length).toBeGreaterThan(80);
  });
});

it(
  'keeps what it accepted when the outbox is full, and refuses what is new',
  () => {
    const rig = createSleeper(bundle, 5, { intervalMinutes: 1, sendCount: 50 });
    rig.board.powerOn();
    rig.world.run(HOUR);
    rig.listener.close();
    rig.world.run(15 * HOUR);
    expect(rig.said(/a reading was not published/)).toBeGreaterThan(10);
    const tries = rig.hosts.length;
    rig.world.run(5 * HOUR);
    // A full flash cannot count how long it has waited: it goes on trying all the same.
    expect(rig.hosts.length).toBeGreaterThan(tries);
    const taken = rig.taken.length;
    expect(taken).toBeGreaterThan(600);
    rig.listen('10.0.0.5');
    rig.world.run(5 * HOUR);
    const came = new Set(rig.numbers());
    expect(rig.taken.slice(0, taken).filter((number) => !came.has(number))).toEqual([]);
    expect(rig.taken.length).toBeGreaterThan(taken);
    expect(rig.errors).toEqual([]);
  },
  SLOW,
);

it(
  'loses nothing over cuts of the power, in sleep, in a session and in the middle of the flash',
  () => {
    const seed = Date.now() % 0x7fffffff;
    const random = createRandom(seed);
    const rig = createSleeper(bundle, seed);
    const { flash } = rig.board;
    const { programUnit } = flash.geometry;
    rig.board.powerOn();
    for (let cut = 0; cut < 60; cut++) {
      rig.world.run(random.integer(1, 3 * HOUR));
      if (random.chance(0.6)) {
        // In the middle of the next program or erase, a few operations on.
        let operations = random.integer(0, 12);
        flash.interrupt = (operation) => {
          if (operations-- > 0) return undefined;
          flash.interrupt = undefined;
          const ways = tornWays(operation, programUnit, random);
          rig.board.powerOff('silent');
          return ways[random.integer(0, ways.length - 1)]!.torn;
        };
        rig.world.run(HOUR);
        flash.interrupt = undefined;
      }
      rig.board.powerOff('silent');
      rig.world.run(random.integer(100, 10_000));
      rig.board.powerOn();
      if (random.chance(0.5)) rig.world.run(random.integer(1, 4000));
    }
    rig.world.run(8 * HOUR);
    const last = rig.numbers().at(-1)!;
    const held = rig.taken.filter((number) => number > last);
    expect(held.length, `seed ${seed}`).toBeLessThan(SEND_COUNT);
    const came = rig.numbers();
    expect(
      rig.taken.filter((number) => number <= last && !came.includes(number)),
      `seed ${seed}`,
    ).toEqual([]);
    expect(rig.errors, `seed ${seed}`).toEqual([]);
    // A cut in a session is no planned end.
    for (const topic of rig.wills) expect(topic).toBe('sleeper/status');
  },
  SLOW,
);

describe('a sleep longer than the engine can', () => {
  it(
    'is several, and samples once',
    async () => {
      const rig = createSleeper(bundle, 1, { intervalMinutes: 240, sendCount: 2 });
      rig.board.powerOn();
      rig.world.run(24 * HOUR + MINUTE);
      expect(rig.taken).toHaveLength(7);
      expect(rig.board.counters.boots).toBe(1 + 6 * 7);
      expect(rig.numbers()).toHaveLength(7);
      expect(rig.said(/Wi-Fi joined/)).toBe(4);
      expect(energyOf(rig).boots).toBe(rig.board.counters.boots);
      // Power in the middle of one: it samples and sends at once.
      rig.world.run(HOUR);
      rig.board.powerOff();
      rig.board.powerOn();
      rig.world.run(MINUTE);
      expect(rig.numbers()).toHaveLength(8);
    },
    SLOW,
  );
});

describe('a sensor', () => {
  it(
    'that takes long is waited for, but not for ever',
    async () => {
      const rig = createSleeper(bundle, 1, { warmUp: 80 });
      rig.board.powerOn();
      rig.world.run(MINUTE);
      expect(rig.numbers()).toHaveLength(1);
      const late = createSleeper(bundle, 1, { warmUp: 600 });
      late.board.powerOn();
      late.world.run(HOUR);
      expect(late.numbers()).toEqual([]);
      expect(late.said(/sensor 0 had no reading in time/)).toBe(4);
      expect(late.heard('sleep')).toHaveLength(1);
    },
    SLOW,
  );
});

it(
  'stays in a session as long as it is told to',
  () => {
    const rig = createSleeper(bundle, 1, { awake: 50 });
    rig.board.powerOn();
    rig.world.run(24 * HOUR);
    expect(rig.radioMs()).toBeGreaterThan(rig.hosts.length * 5700);
    expect(rig.radioMs()).toBeLessThan(rig.hosts.length * 6200);
  },
  SLOW,
);

it(
  'says when it is back after a stay of almost the longest session, however long joining takes',
  () => {
    const rig = createSleeper(bundle, 1, { awake: 299 });
    rig.board.powerOn();
    rig.world.run(4 * HOUR + MINUTE);
    expect(rig.hosts.length).toBeGreaterThan(2);
    expect(rig.heard('sleep')).toHaveLength(rig.hosts.length);
    expect(rig.wills).toEqual([]);
  },
  SLOW,
);
