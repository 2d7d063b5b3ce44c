// Which version of MQTT a link speaks: 5.0 first, 3.1.1 where that is refused, and 5.0 again a day later.

import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Close, Code, Event } from '../../src/ports/codes.ts';
import { StateKey } from '../../src/ports/outbox.ts';
import { createLinkWorld, type Kept, type LinkWorld, type Setup } from './five.ts';

const build = { number: 7 };
vi.mock('../../src/link/build.ts', () => ({
  get BUILD() {
    return build.number;
  },
}));

const HOUR_MS = 3_600_000;
const DAY_SEC = 86_400;
/** 2026-11-01. */
const THEN = 1_793_491_200;

const OPEN5 = 'broker:1883 5';
const OPEN4 = 'broker:1883 4';

let kept: Kept;
let world: LinkWorld;

function boot(setup: Setup = {}): LinkWorld {
  world = createLinkWorld({ kept, ...setup });
  return world;
}

/** The broker closes after CONNECT. @returns what was spoken. */
function close(): string {
  const spoken = world.next();
  world.socket.drop();
  return spoken;
}

/** A session. @returns what was spoken. */
function session(): string {
  const spoken = world.next();
  world.answer(Number(spoken.at(-1)));
  expect(world.link.client.isOnline()).toBe(true);
  return spoken;
}

/** 5.0 is refused, and a session with 3.1.1 begins. */
function fallBack(): void {
  expect(world.next()).toBe(OPEN5);
  world.socket.deliver('\x20\x02\0\x01');
  expect(session()).toBe(OPEN4);
}

beforeEach(() => {
  kept = new Map();
  build.number = 7;
});

describe('5.0 is refused', () => {
  it.each([
    ['with CONNACK code 1 of 3.1.1', '\x20\x02\0\x01'],
    ['with reason code 0x84', '\x20\x03\0\x84\0'],
  ])('%s: 3.1.1 is tried at once', (_how, connack) => {
    boot();
    expect(world.next()).toBe(OPEN5);
    world.socket.deliver(connack);
    expect(world.causes()).toEqual([Close.BadVersion]);
    expect(world.details(Event.OldVersion)).toEqual([0]);
    expect(world.details(Event.NextTry)).toEqual([1]);
    expect(world.next(1)).toBe(OPEN4);
    // It reached no CONNACK yet.
    expect(kept.has(StateKey.Version)).toBe(false);
    world.answer(4);
    expect(kept.get(StateKey.Version)).toHaveLength(6);
    world.socket.drop();
    expect(session()).toBe(OPEN4);
  });

  it('by closing three connections in a row: 3.1.1 is tried after the usual wait', () => {
    boot();
    expect([close(), close(), close()]).toEqual([OPEN5, OPEN5, OPEN5]);
    expect(world.details(Event.OldVersion)).toEqual([0]);
    expect(world.isAtOnce()).toBe(false);
    expect(session()).toBe(OPEN4);
    for (const waitMs of world.details(Event.NextTry)) expect(waitMs).toBeGreaterThan(300);
  });

  it('not by two, by three that are not in a row, or by what is closed before CONNECT', () => {
    boot();
    close();
    close();
    // No CONNACK in time: nobody closed.
    expect(world.next()).toBe(OPEN5);
    world.pass(10_000);
    expect(world.causes().at(-1)).toBe(Close.ConnackTimeout);
    close();
    close();
    // A session.
    expect(session()).toBe(OPEN5);
    world.socket.drop();
    close();
    close();
    // Nothing answers: no connection.
    world.socket.openResult = Code.Refused;
    world.pass(5000);
    world.socket.openResult = 0;
    expect(world.details(Event.OldVersion)).toEqual([]);
    expect([close(), world.next()]).toEqual([OPEN5, OPEN4]);
  });

  it('not by a login that is not taken', () => {
    boot();
    for (const code of [0x85, 0x86, 0x87, 0x88, 0x9f, 0x80]) {
      expect(world.next()).toBe(OPEN5);
      world.answer(5, code);
    }
    expect(world.next()).toBe(OPEN5);
  });
});

describe('3.1.1 fails, too', () => {
  it('goes back to 5.0, in the usual waits', () => {
    boot();
    world.next();
    world.socket.deliver('\x20\x02\0\x01');
    expect(close()).toBe(OPEN4);
    expect(world.isAtOnce()).toBe(false);
    expect(world.next()).toBe(OPEN5);
    world.socket.deliver('\x20\x02\0\x01');
    world.next();
    world.socket.deliver('\x20\x02\0\x01');
    expect(world.isAtOnce()).toBe(false);
    expect(session()).toBe(OPEN5);
    expect(kept.size).toBe(0);
  });

  it('stays with a choice that was reached, until that is refused', () => {
    boot();
    fallBack();
    world.socket.drop();
    for (let i = 0; i < 5; i++) expect(close()).toBe(OPEN4);
    expect(world.next()).toBe(OPEN4);
    world.answer(4, 5);
    expect(world.next()).toBe(OPEN4);
    world.answer(4, 1);
    expect(session()).toBe(OPEN5);
    // It is forgotten in flash, too.
    boot();
    expect(world.next()).toBe(OPEN5);
  });
});

describe('an address', () => {
  const fallbacks = [
    { host: 'second', port: 1883 },
    { host: 'broker', port: 1884 },
  ];

  it('has a choice of its own: host and port', () => {
    boot({ fallbacks });
    world.next();
    world.socket.deliver('\x20\x02\0\x01');
    // At once with the same one, before others have their turn.
    expect(close()).toBe(OPEN4);
    expect(world.next()).toBe('second:1883 5');
    world.socket.deliver('\x20\x02\0\x01');
    expect(session()).toBe('second:1883 4');
    world.socket.drop();
    expect(close()).toBe(OPEN5);
    expect(close()).toBe('second:1883 4');
    expect(close()).toBe('broker:1884 5');
  });

  it('may be another after a move, and is known by its name where that was asked for before', () => {
    boot({ hostOf: () => '10.0.0.7' });
    world.next();
    world.socket.deliver('\x20\x02\0\x01');
    expect(session()).toBe('10.0.0.7:1883 4');
    world.link.move({ host: 'other', port: 1 }, false);
    expect(session()).toBe('other:1 5');
    world.link.move(null, false);
    expect(session()).toBe('10.0.0.7:1883 4');
    boot({ hostOf: (host) => host });
    expect(world.next()).toBe(OPEN4);
  });

  it('is forgotten where there are more than flash has room for', () => {
    boot();
    for (let i = 0; i < 9; i++) {
      world.link.move({ host: 'h', port: i + 1 }, false);
      expect(world.next()).toBe(`h:${i + 1} 5`);
      world.socket.deliver('\x20\x02\0\x01');
      expect(session()).toBe(`h:${i + 1} 4`);
    }
    expect(kept.get(StateKey.Version)).toHaveLength(30);
    const levels: string[] = [];
    boot();
    for (let i = 8; i >= 0; i--) {
      world.link.move({ host: 'h', port: i + 1 }, false);
      levels.push(session().at(-1)!);
    }
    expect(levels.join('')).toBe('444444455');
  });
});

describe('the choice is kept', () => {
  it('over a reboot, without another write', () => {
    boot({ wallSec: THEN });
    fallBack();
    expect(world.writes).toBe(1);
    boot({ wallSec: THEN + 3600 });
    expect(session()).toBe(OPEN4);
    world.socket.drop();
    expect(session()).toBe(OPEN4);
    expect(world.writes).toBe(0);
  });

  it('not over an update', () => {
    boot({ wallSec: THEN });
    fallBack();
    build.number = 8;
    boot({ wallSec: THEN + 60 });
    fallBack();
    boot({ wallSec: THEN + 120 });
    expect(session()).toBe(OPEN4);
  });

  it('for a day by the wall clock, also of a board that starts every few minutes', () => {
    boot({ wallSec: THEN + 1000 });
    fallBack();
    const tries: number[] = [];
    for (let minute = 1; minute < 2.5 * 1440; minute += 10) {
      boot({ wallSec: THEN + 1000 + 60 * minute, asleep: true });
      world.link.start();
      const spoken = world.next();
      if (spoken === OPEN5) {
        tries.push(minute);
        world.socket.deliver('\x20\x02\0\x01');
        expect(world.next()).toBe(OPEN4);
      }
      world.answer(4);
    }
    // Hours are counted, so it may be one hour less.
    expect(tries).toHaveLength(2);
    for (const [i, minute] of tries.entries()) {
      const before = tries[i - 1] ?? 0;
      expect(minute - before).toBeGreaterThan(23 * 60);
      expect(minute - before).toBeLessThanOrEqual(24 * 60);
    }
  });

  it('over years in which hours begin anew', () => {
    const last = (65_000 - (Math.floor(THEN / 3600) % 65_000) - 1) * 3600 + THEN;
    boot({ wallSec: last });
    fallBack();
    boot({ wallSec: last + 2 * 3600 });
    expect(world.next()).toBe(OPEN4);
    boot({ wallSec: last + DAY_SEC });
    expect(world.next()).toBe(OPEN5);
  });

  it('for a day of uptime where nobody tells the time', () => {
    boot({ startMs: 0x7fffe00 });
    fallBack();
    world.pass(23 * HOUR_MS);
    world.socket.drop();
    expect(session()).toBe(OPEN4);
    world.pass(HOUR_MS);
    world.socket.drop();
    fallBack();
    // And again from then on.
    world.pass(23 * HOUR_MS);
    world.socket.drop();
    expect(session()).toBe(OPEN4);
    world.pass(40 * HOUR_MS);
    world.socket.drop();
    expect(session()).toBe(OPEN5);
  });

  it('knows the time as soon as somebody tells it', () => {
    boot();
    fallBack();
    world.clock.setWall(THEN);
    world.socket.drop();
    expect(session()).toBe(OPEN4);
    boot({ wallSec: THEN + DAY_SEC });
    expect(world.next()).toBe(OPEN5);
  });

  it('for one of 256 boots on average where none lasts a day and nobody tells the time, and nothing is written', () => {
    boot();
    fallBack();
    boot({ random: [256] });
    expect(session()).toBe(OPEN4);
    expect(world.writes).toBe(0);
    boot({ random: [255, 0] });
    expect(world.next()).toBe(OPEN5);
  });

  it('not where 5.0 is spoken by now', () => {
    boot({ wallSec: THEN });
    fallBack();
    boot({ wallSec: THEN + DAY_SEC });
    expect(session()).toBe(OPEN5);
    boot();
    expect(session()).toBe(OPEN5);
  });
});

describe('a mote that sleeps', () => {
  it('counts over its boots what was closed', () => {
    const spoken: string[] = [];
    for (let i = 0; i < 5; i++) {
      boot({ asleep: true });
      world.link.start();
      spoken.push(world.next());
      if (i < 4) world.socket.drop();
    }
    // Three in a row, a try of 3.1.1 that fails, and 5.0 again.
    expect(spoken).toEqual([OPEN5, OPEN5, OPEN5, OPEN4, OPEN5]);
    world.answer(5);
    expect(kept.get(StateKey.Version)).toHaveLength(2);
  });

  it('writes nothing where all is well', () => {
    boot({ asleep: true });
    world.link.start();
    session();
    expect(world.writes).toBe(0);
  });
});

it('writes nothing of what is closed on a mote that stays awake', () => {
  boot();
  close();
  close();
  expect(session()).toBe(OPEN5);
  expect(world.writes).toBe(0);
});
