// The client over the flash outbox: what a reboot leaves in it goes out first, in order, with DUP, and as it was.
import { describe, expect, it } from 'vitest';
import { createNor, createNorPort, type Nor } from '../../sim/nor.ts';
import { IN_FLIGHT_MAX } from '../../src/mqtt/client.ts';
import { createFlashBytes } from '../../src/outbox/flash-bytes.ts';
import { createFlashOutbox } from '../../src/outbox/flash.ts';
import { Code, Event } from '../../src/ports/codes.ts';
import { createWorld } from './client.ts';
import { ack, PUBACK, PUBCOMP, PUBREC } from './wire.ts';

const RECORD_MAX = 400;

function createChip(): Nor {
  return createNor({ base: 0x310000, bytes: 4096, pageBytes: 1024, programUnit: 4, ecc: false });
}

/** A board after power-on, without a session. */
function boot(nor: Nor) {
  const port = createNorPort(nor, 0x310000, 4);
  const outbox = createFlashOutbox(createFlashBytes(port, RECORD_MAX + 64), RECORD_MAX);
  expect(outbox.open(nor.counters.programs)).toBe(Code.Ok);
  const world = createWorld({ outbox });
  return { ...world, one: world.topic('one', 1), two: world.topic('two', 2, true) };
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
