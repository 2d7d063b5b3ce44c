// The client over the flash outbox: what a reboot leaves in it goes out first, in order, with DUP, and as it was.
import { describe, expect, it } from 'vitest';
import { createNor, createNorPort, type Nor } from '../../sim/nor.ts';
import { IN_FLIGHT_MAX } from '../../src/mqtt/client.ts';
import { createFlashBytes } from '../../src/outbox/flash-bytes.ts';
import { createFlashOutbox } from '../../src/outbox/flash.ts';
import { Code, Event } from '../../src/ports/codes.ts';
import { createWorld, type Setup } from './client.ts';
import { ack, message, PUBACK, PUBCOMP, PUBREC, PUBREL } from './wire.ts';

const RECORD_MAX = 400;

function createChip(): Nor {
  return createNor({ base: 0x310000, bytes: 4096, pageBytes: 1024, programUnit: 4, ecc: false });
}

/** A board after power-on, without a session. */
function boot(nor: Nor, setup: Setup = {}) {
  const port = createNorPort(nor, 0x310000, 4);
  const outbox = createFlashOutbox(createFlashBytes(port, RECORD_MAX + 64), RECORD_MAX);
  expect(outbox.open(nor.counters.programs)).toBe(Code.Ok);
  const world = createWorld({ ...setup, outbox });
  return { ...world, one: world.topic('one', 1), two: world.topic('two', 2, true) };
}

/** Publish until not even the smallest note has room in flash. */
function fill(world: ReturnType<typeof boot>): void {
  for (const size of [300, 60, 10, 1]) while (world.publish(world.one, 'x'.repeat(size)) === Code.Ok);
  world.sent();
}

/** The broker acknowledges all that waits. @returns what the client ends then, of what it owed. */
function empty(world: ReturnType<typeof boot>): string[] {
  while (world.outbox.count() > 0) {
    for (let id = 1; id <= world.outbox.newest(); id++) world.socket.deliver(ack(PUBACK, id));
    world.flush();
  }
  world.client.tick(world.clock.now());
  return world.sent();
}

describe('after a reboot', () => {
  it('sends what was not acknowledged, in order and with DUP, before what is new', () => {
    const nor = createChip();
    const before = boot(nor);
    before.online();
    for (const payload of ['a', 'b', 'c']) before.publish(before.one, payload);
    before.socket.deliver(ack(PUBACK, 2));
    const after = boot(nor);
    expect(after.publish(after.one, 'd')).toBe(Code.Ok);
    after.online(true);
    expect(after.sent()).toEqual(['publish 1 #1 dup one a', 'publish 1 #3 dup one c', 'publish 1 #4 one d']);
    expect(after.outbox.count()).toBe(3);
    after.socket.deliver(ack(PUBACK, 1) + ack(PUBACK, 3) + ack(PUBACK, 4));
    expect(after.outbox.count()).toBe(0);
    expect(after.client.counters()).toMatchObject({ delivered: 3, strays: 0 });
  });

  it('sends it anew, without DUP, where the broker does not know the session', () => {
    const nor = createChip();
    boot(nor).publish(boot(nor).one, 'never taken');
    const before = boot(nor);
    before.publish(before.two, 'x'.repeat(200));
    const after = boot(nor);
    after.online(false);
    expect(after.sent()).toEqual([
      'publish 1 #1 one never taken',
      `publish 2 #2 retain two ${'x'.repeat(200)}`,
    ]);
  });

  it('goes on with PUBREL where PUBREC has come', () => {
    const nor = createChip();
    const before = boot(nor);
    before.online();
    before.publish(before.two, 'a');
    before.socket.deliver(ack(PUBREC, 1));
    const after = boot(nor);
    after.online(true);
    expect(after.sent()).toEqual(['pubrel #1']);
    after.socket.deliver(ack(PUBCOMP, 1));
    expect(after.outbox.count()).toBe(0);
  });

  it('leaves to the broker what it had taken, when the session is lost', () => {
    const nor = createChip();
    const before = boot(nor);
    before.online();
    before.publish(before.two, 'a');
    before.publish(before.two, 'b');
    before.socket.deliver(ack(PUBREC, 1));
    const after = boot(nor);
    after.online(false);
    expect(after.sent()).toEqual(['publish 2 #2 retain two b']);
    expect(after.client.counters()).toMatchObject({ finished: 1 });
    expect(boot(nor).outbox.count()).toBe(1);
  });

  it('believes no acknowledgement of what was not sent on this connection', () => {
    const nor = createChip();
    const before = boot(nor);
    for (let i = 0; i < IN_FLIGHT_MAX + 1; i++) before.publish(before.one, `${i}`);
    const after = boot(nor);
    after.online(true);
    expect(after.sent()).toHaveLength(IN_FLIGHT_MAX);
    after.socket.deliver(ack(PUBACK, IN_FLIGHT_MAX + 1));
    expect(after.outbox.count()).toBe(IN_FLIGHT_MAX + 1);
    expect(after.said).toEqual([`report ${Event.StrayAck} ${IN_FLIGHT_MAX + 1}`]);
  });
});

describe('a message of QoS 2 from the broker', () => {
  /** A board that wants messages. */
  function listen(nor: Nor, cleanSession = false) {
    const world = boot(nor, { cleanSession });
    world.subscribe('#', 2);
    return world;
  }

  /** PUBLISH for the first time, and again: where the first one was lost on the way, this is all that comes. */
  const FIRST = 4;
  const AGAIN = 12;

  it('is handed over once, over a reboot too, until PUBREL [MQTT-4.3.3-2]', () => {
    const nor = createChip();
    const before = listen(nor);
    before.online();
    before.socket.deliver(message('a', 'x', 4, 7) + message('a', 'y', 4, 300));
    expect(before.got).toEqual(['a x 34', 'a y 34']);
    const after = listen(nor);
    after.online(true);
    after.socket.deliver(message('a', 'x', 12, 7) + message('a', 'z', 4, 8));
    expect(after.got).toEqual(['a z 34']);
    expect(after.client.counters()).toMatchObject({ repeated: 1 });
    expect(after.sent().slice(-2)).toEqual(['pubrec #7', 'pubrec #8']);
    after.socket.deliver(ack(PUBREL, 7) + ack(PUBREL, 300));
    expect(after.sent()).toEqual(['pubcomp #7', 'pubcomp #300']);
    const last = listen(nor);
    last.online(true);
    last.socket.deliver(
      message('a', 'new', AGAIN, 7) + message('a', 'z', AGAIN, 8) + message('a', 'also', FIRST, 300),
    );
    expect(last.got).toEqual(['a new 3c', 'a also 34']);
  });

  it('is known however many are open', () => {
    const nor = createChip();
    const before = listen(nor);
    before.online();
    for (let id = 1; id <= 32; id++) before.socket.deliver(message('a', `${id}`, 4, id));
    before.flush();
    // A whole part of them is free again, the next one is not.
    for (let id = 1; id <= 16; id++) before.socket.deliver(ack(PUBREL, id));
    const after = listen(nor);
    after.online(true);
    for (let id = 1; id <= 32; id++) after.socket.deliver(message('a', `${id}`, 12, id));
    expect(after.got.map((line) => line.split(' ')[1])).toEqual(
      Array.from({ length: 16 }, (_, i) => `${i + 1}`),
    );
  });

  it('is forgotten where it was kept', () => {
    const nor = createChip();
    const before = listen(nor);
    before.online();
    const release = (world: typeof before, from: number) => {
      for (let id = from; id < from + 16; id++) {
        world.socket.deliver(ack(PUBREL, id));
        world.flush();
      }
    };
    for (let id = 1; id <= 32; id++) before.socket.deliver(message('a', `${id}`, 4, id));
    before.flush();
    release(before, 1);
    const after = listen(nor);
    after.online(true);
    release(after, 17);
    const last = listen(nor);
    last.online(true);
    last.socket.deliver(message('a', 'new', AGAIN, 20));
    expect(last.got).toEqual(['a new 3c']);
  });

  it('is a new one where the broker has lost the session', () => {
    const nor = createChip();
    const before = listen(nor);
    before.online();
    before.socket.deliver(message('a', 'x', 4, 7));
    const after = listen(nor);
    after.online(false);
    after.socket.deliver(ack(PUBREL, 7));
    const last = listen(nor);
    last.online(true);
    last.socket.deliver(message('a', 'new', AGAIN, 7));
    expect(last.got).toEqual(['a new 3c']);
  });

  it('may be a new one, too, where a CONNACK that said so never came: then DUP tells', () => {
    const nor = createChip();
    const world = listen(nor);
    world.online();
    world.socket.deliver(message('a', 'x', 4, 7) + message('a', 'y', 4, 8));
    world.socket.drop();
    // The broker has begun another session.
    world.client.connect('broker', 1883);
    world.socket.accept();
    world.socket.drop();
    world.online(true);
    world.socket.deliver(
      message('a', 'y', AGAIN, 8) + message('a', 'new', FIRST, 7) + message('a', 'new', AGAIN, 7),
    );
    expect(world.got).toEqual(['a x 34', 'a y 34', 'a new 34']);
  });

  it('may be a new one after a loss of power, too, where flash had no room to forget a lost session: then DUP tells', () => {
    const nor = createChip();
    const before = listen(nor);
    before.online();
    before.socket.deliver(message('a', 'x', 4, 7) + message('a', 'y', 4, 8));
    before.socket.drop();
    for (const size of [300, 60, 10, 1]) while (before.publish(before.one, 'x'.repeat(size)) === Code.Ok);
    before.online(false);
    const after = listen(nor);
    after.online(true);
    after.socket.deliver(
      message('a', 'y', AGAIN, 8) + message('a', 'new', FIRST, 7) + message('a', 'new', AGAIN, 7),
    );
    expect(after.got).toEqual(['a new 34']);
    expect(after.sent().filter((line) => line.startsWith('pubrec'))).toEqual([
      'pubrec #8',
      'pubrec #7',
      'pubrec #7',
    ]);
    const last = listen(nor);
    last.online(true);
    last.socket.deliver(message('a', 'new', AGAIN, 7));
    expect(last.got).toEqual([]);
  });

  it('costs no flash where the session is not to be kept', () => {
    const nor = createChip();
    const world = listen(nor, true);
    world.online();
    const { programs } = nor.counters;
    world.socket.deliver(message('a', 'x', 4, 7) + ack(PUBREL, 7));
    expect(nor.counters.programs).toBe(programs);
  });

  it('is not ended while the flash has no room to note that, for its identifier comes again', () => {
    const nor = createChip();
    const world = listen(nor);
    world.online();
    world.socket.deliver(message('a', 'x', 4, 7));
    world.sent();
    // Until not even the smallest note has room.
    for (const size of [300, 60, 10, 1]) while (world.publish(world.one, 'x'.repeat(size)) === Code.Ok);
    world.sent();
    world.socket.deliver(ack(PUBREL, 7));
    expect(world.sent()).toEqual([]);
    expect(world.client.counters()).toMatchObject({ postponed: 1 });
    while (world.outbox.count() > 0) {
      for (let id = 1; id <= world.outbox.newest(); id++) world.socket.deliver(ack(PUBACK, id));
      world.flush();
    }
    world.reconnect();
    world.socket.deliver(ack(PUBREL, 7));
    expect(world.sent()).toContain('pubcomp #7');
  });

  it('is ended alone, where the broker has asked for that of one of two', () => {
    const world = listen(createChip());
    world.online();
    world.socket.deliver(message('a', 'x', 4, 7) + message('a', 'y', 4, 8));
    fill(world);
    world.socket.deliver(ack(PUBREL, 8));
    expect(world.sent()).toEqual([]);
    expect(empty(world)).toEqual(['pubcomp #8']);
    // The other one goes on.
    world.socket.deliver(message('a', 'x', AGAIN, 7) + ack(PUBREL, 7));
    expect(world.got).toEqual(['a x 34', 'a y 34']);
    expect(world.sent()).toEqual(['pubrec #7', 'pubcomp #7']);
  });

  it('is ended on another connection only where the broker asks for it there', () => {
    const world = listen(createChip());
    world.online();
    world.socket.deliver(message('a', 'x', 4, 7) + message('a', 'y', 4, 8));
    fill(world);
    world.socket.deliver(ack(PUBREL, 7) + ack(PUBREL, 8));
    world.reconnect();
    world.socket.deliver(ack(PUBREL, 7));
    expect(world.client.counters()).toMatchObject({ postponed: 3 });
    expect(empty(world)).toEqual(['pubcomp #7']);
    world.socket.deliver(ack(PUBREL, 8));
    expect(world.sent()).toEqual(['pubcomp #8']);
  });

  it('is ended on the same connection as soon as there is room to note that', () => {
    const nor = createChip();
    const world = listen(nor);
    world.online();
    world.socket.deliver(message('a', 'x', 4, 7) + message('a', 'y', 4, 8));
    world.sent();
    for (const size of [300, 60, 10, 1]) while (world.publish(world.one, 'x'.repeat(size)) === Code.Ok);
    world.sent();
    world.socket.deliver(ack(PUBREL, 7) + ack(PUBREL, 8));
    world.client.tick(world.clock.now());
    expect(world.sent()).toEqual([]);
    while (world.outbox.count() > 0) {
      for (let id = 1; id <= world.outbox.newest(); id++) world.socket.deliver(ack(PUBACK, id));
      world.flush();
    }
    world.client.tick(world.clock.now());
    expect(world.sent().filter((line) => line.startsWith('pubcomp'))).toEqual(['pubcomp #7', 'pubcomp #8']);
    world.client.tick(world.clock.now());
    expect(world.sent()).toEqual([]);
    const after = listen(nor);
    after.online(true);
    after.socket.deliver(message('a', 'new', AGAIN, 7));
    expect(after.got).toEqual(['a new 3c']);
  });

  it('that a lost session has ended is forgotten as soon as there is room', () => {
    const nor = createChip();
    const before = listen(nor);
    before.online();
    before.socket.deliver(message('a', 'x', 4, 7));
    before.socket.drop();
    for (const size of [300, 60, 10, 1]) while (before.publish(before.one, 'x'.repeat(size)) === Code.Ok);
    before.online(false);
    for (let id = 1; id <= before.outbox.newest(); id++) {
      before.socket.deliver(ack(PUBACK, id));
      before.flush();
    }
    before.client.tick(before.clock.now());
    before.client.tick(before.clock.now());
    const after = listen(nor);
    after.online(true);
    after.socket.deliver(message('a', 'new', AGAIN, 7));
    expect(after.got).toEqual(['a new 3c']);
  });
});

it('prepares pages while it is idle, so that a publish erases nothing', () => {
  const nor = createChip();
  const world = boot(nor);
  world.online();
  let erased = 0;
  for (let i = 1; i <= 100; i++) {
    world.client.tick(world.clock.now());
    const before = nor.counters.erases;
    expect(world.publish(world.one, 'x'.repeat(60))).toBe(Code.Ok);
    erased += nor.counters.erases - before;
    world.flush();
    world.socket.deliver(ack(PUBACK, i));
  }
  expect(erased).toBe(0);
  expect(nor.counters.erases).toBeGreaterThan(5);
});

it('refuses what does not fit, and goes on when something was acknowledged', () => {
  const nor = createChip();
  const world = boot(nor);
  expect(world.publish(world.one, 'x'.repeat(RECORD_MAX))).toBe(Code.TooLong);
  let taken = 0;
  while (world.publish(world.one, 'x'.repeat(100)) === Code.Ok) taken++;
  expect(world.publish(world.one, 'x'.repeat(100))).toBe(Code.Full);
  world.online();
  const idOf = (line: string) => Number(/#(\d+)/.exec(line)![1]);
  for (let i = 0; i < taken; i += IN_FLIGHT_MAX) {
    for (const line of world.sent()) world.socket.deliver(ack(PUBACK, idOf(line)));
  }
  for (const line of world.sent()) world.socket.deliver(ack(PUBACK, idOf(line)));
  expect(world.publish(world.one, 'again')).toBe(Code.Ok);
});
