// The time of a message as the writer of its payload puts it in: at once, or by the outbox when it is sent.
import { expect, it } from 'vitest';
import { createManualClock } from '../../sim/manual.ts';
import { createNor, createNorPort } from '../../sim/nor.ts';
import { PACKET_MAX } from '../../src/mqtt/client.ts';
import { createFlashBytes } from '../../src/outbox/flash-bytes.ts';
import { createFlashOutbox } from '../../src/outbox/flash.ts';
import { Code } from '../../src/ports/codes.ts';
import { TIME_AT_MAX } from '../../src/ports/outbox.ts';
import { bytes, createWorld, type World } from './client.ts';

const NOON = 20454 * 86400 + 43200;

/** A client over flash that keeps times. */
function createTimedWorld(): World {
  const nor = createNor({ base: 0, bytes: 16384, pageBytes: 4096, programUnit: 4, ecc: false });
  const clock = createManualClock(5);
  const flash = createFlashBytes(createNorPort(nor, 0, 4), PACKET_MAX + 64);
  const outbox = createFlashOutbox(flash, PACKET_MAX, { clock });
  expect(outbox.open(7)).toBe(Code.Ok);
  return createWorld({ outbox, clock });
}

function write({ client }: World, topic: ReturnType<World['topic']>, before: string, after = '}'): number {
  client.begin(topic);
  client.text(before);
  client.time();
  client.text(after);
  return client.end();
}

it('is put in at once with QoS 0, and by an outbox that keeps none', () => {
  const world = createWorld();
  const [zero, one] = [world.topic('zero', 0), world.topic('one', 1)];
  world.online();
  write(world, zero, '{');
  write(world, one, '{');
  world.clock.setWall(NOON);
  write(world, zero, '{');
  write(world, one, '{');
  expect(world.sent()).toEqual([
    'publish 0 zero {null}',
    'publish 1 #1 one {null}',
    `publish 0 zero {${NOON}}`,
    `publish 1 #2 one {${NOON}}`,
  ]);
});

it('is put in when the message is sent, and is the same when it is sent again', () => {
  const world = createTimedWorld();
  const one = world.topic('one', 1);
  expect(write(world, one, '{"at":')).toBe(Code.Ok);
  world.clock.advance(30_000);
  world.clock.setWall(NOON);
  world.client.tick(world.clock.now());
  world.online();
  expect(world.sent()).toEqual([`publish 1 #1 one {"at":${NOON - 30}}`]);
  write(world, one, '');
  expect(world.sent()).toEqual([`publish 1 #2 one ${NOON}}`]);
  world.clock.advance(1000);
  world.reconnect();
  expect(world.sent()).toEqual([`publish 1 #1 dup one {"at":${NOON - 30}}`, `publish 1 #2 dup one ${NOON}}`]);
});

it('belongs to its message only', () => {
  const world = createTimedWorld();
  const one = world.topic('one', 1);
  world.online();
  world.client.begin(one);
  world.client.time();
  // Dropped; and only the first one of a message is put in late.
  world.client.begin(one);
  world.client.text('none');
  world.client.end();
  world.clock.setWall(NOON);
  world.client.begin(one);
  world.client.time();
  world.client.text(' ');
  world.client.time();
  world.client.end();
  expect(world.sent()).toEqual(['publish 1 #1 one none', `publish 1 #2 one ${NOON} ${NOON}`]);
});

it('is put in at once behind the last place that a record can say', () => {
  const world = createTimedWorld();
  world.client.begin(world.topic('o', 1));
  world.client.text('x'.repeat(TIME_AT_MAX + 1));
  world.client.time();
  expect(world.client.end()).toBe(Code.TooLong);
});

it('counts with all its digits against what a packet may have', () => {
  const world = createTimedWorld();
  const one = world.topic('one', 1);
  // Header 3, topic 5, identifier 2, time 10; the outbox's own fields are 8 more, and the header is not among them.
  const room = PACKET_MAX - 20;
  expect(write(world, one, 'x'.repeat(room - 1), '')).toBe(Code.Ok);
  expect(write(world, one, 'x'.repeat(room + 1), '')).toBe(Code.TooLong);
  expect(world.client.counters()).toMatchObject({ refused: 1, needed: PACKET_MAX + 1 });
});

it('is refused with what is no message', () => {
  const world = createTimedWorld();
  world.client.begin(world.topic('one', 1));
  world.client.time();
  world.client.bytes(null as never);
  expect(world.client.end()).toBe(Code.BadTopic);
  world.client.begin(world.topic('one', 1));
  world.client.bytes(bytes('y'));
  expect(world.client.end()).toBe(Code.Ok);
  let code = 0;
  while (code >= 0) code = write(world, world.topic('one', 1), 'x'.repeat(900));
  expect(code).toBe(Code.Full);
});
