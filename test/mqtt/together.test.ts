// Messages that are put together and taken with one program of the flash, and acknowledgements that are written when power goes.
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../sim/manual.ts';
import { createNor, createNorPort, type Nor } from '../../sim/nor.ts';
import { createFlashBytes } from '../../src/outbox/flash-bytes.ts';
import { createFlashOutbox, type FlashOutboxOptions } from '../../src/outbox/flash.ts';
import { Code } from '../../src/ports/codes.ts';
import { BATCH_MAX } from '../../src/ports/outbox.ts';
import { createWorld } from './client.ts';
import { ack, PUBACK } from './wire.ts';

const RECORD_MAX = 400;

const createChip = (): Nor =>
  createNor({ base: 0x310000, bytes: 4096, pageBytes: 1024, programUnit: 4, ecc: false });

function boot(nor: Nor, options: FlashOutboxOptions = {}) {
  const port = createNorPort(nor, 0x310000, 4);
  const outbox = createFlashOutbox(createFlashBytes(port, RECORD_MAX + 64), RECORD_MAX, options);
  expect(outbox.open(7)).toBe(Code.Ok);
  const world = createWorld({ outbox });
  const topics = { zero: world.topic('zero', 0), one: world.topic('one', 1), two: world.topic('two', 2) };
  return { ...world, ...topics };
}

describe('a client that holds messages', () => {
  it('has them accepted together, with one program', () => {
    const nor = createChip();
    const { client, outbox, publish, one } = boot(nor);
    client.hold();
    const { programs } = nor.counters;
    for (const payload of ['a', 'b', 'c']) expect(publish(one, payload)).toBe(Code.Held);
    expect(outbox.count()).toBe(0);
    expect(nor.counters.programs).toBe(programs);
    expect(client.release()).toBe(Code.Ok);
    expect(nor.counters.programs).toBe(programs + 1);
    expect(outbox.count()).toBe(3);
    expect(publish(one, 'd')).toBe(Code.Ok);
    expect(outbox.count()).toBe(4);
  });

  it('sends them when they are accepted, in order', () => {
    const { client, online, sent, publish, one, two, zero, outbox, socket } = boot(createChip());
    online();
    client.hold();
    publish(one, 'a');
    expect(publish(zero, 'at once')).toBe(Code.Ok);
    publish(one, 'b');
    expect(sent()).toEqual(['publish 0 zero at once']);
    // Exactly once goes alone, behind what was held.
    expect(publish(two, 'c')).toBe(Code.Ok);
    expect(publish(one, 'd')).toBe(Code.Held);
    expect(sent()).toEqual(['publish 1 #1 one a', 'publish 1 #2 one b', 'publish 2 #3 two c']);
    expect(client.release()).toBe(Code.Ok);
    expect(sent()).toEqual(['publish 1 #4 one d']);
    socket.deliver(ack(PUBACK, 1) + ack(PUBACK, 4) + ack(PUBACK, 2));
    expect(outbox.count()).toBe(1);
    expect(client.counters()).toMatchObject({ delivered: 3, strays: 0 });
  });

  it('has as many accepted as go together, when there are more', () => {
    const { client, outbox, publish, one } = boot(createChip());
    client.hold();
    for (let i = 0; i < BATCH_MAX; i++) expect(publish(one, 'x')).toBe(Code.Held);
    expect(outbox.count()).toBe(0);
    expect(publish(one, 'x')).toBe(Code.Held);
    expect(outbox.count()).toBe(BATCH_MAX);
    expect(client.release()).toBe(Code.Ok);
    expect(outbox.count()).toBe(BATCH_MAX + 1);
    client.hold();
    publish(one, 'y'.repeat(300));
    publish(one, 'z'.repeat(300));
    expect(outbox.count()).toBe(BATCH_MAX + 2);
    client.release();
    expect(outbox.count()).toBe(BATCH_MAX + 3);
  });

  it('refuses what is too long for the outbox, and keeps the rest', () => {
    const { client, outbox, publish, one } = boot(createChip());
    client.hold();
    publish(one, 'a');
    expect(publish(one, 'x'.repeat(RECORD_MAX))).toBe(Code.TooLong);
    expect(client.counters().refused).toBe(1);
    client.release();
    expect(outbox.count()).toBe(1);
  });

  it('keeps them together when there is no room, for another try', () => {
    const { client, outbox, publish, one, online, socket } = boot(createChip());
    let last = 0;
    while (publish(one, 'x'.repeat(200)) === Code.Ok) last++;
    client.hold();
    publish(one, 'y'.repeat(300));
    expect(client.release()).toBe(Code.Full);
    expect(publish(one, 'z'.repeat(300))).toBe(Code.Full);
    expect(client.counters().refused).toBe(3);
    online();
    for (let id = 1; id <= last; id++) {
      socket.deliver(ack(PUBACK, id));
      socket.drain();
    }
    expect(outbox.count()).toBe(0);
    expect(client.release()).toBe(Code.Ok);
    expect(outbox.count()).toBe(1);
    expect(publish(one, 'after')).toBe(Code.Ok);
  });

  it('puts the time in each when it is sent', () => {
    const clock = createManualClock();
    const world = boot(createChip(), { clock });
    clock.setWall(1_800_000_000);
    world.client.hold();
    world.client.begin(world.one);
    world.client.text('{"t":');
    world.client.time();
    world.client.text('}');
    expect(world.client.end()).toBe(Code.Held);
    expect(world.client.release()).toBe(Code.Ok);
    world.online();
    expect(world.sent()).toEqual(['publish 1 #1 one {"t":1800000000}']);
  });

  it('has nothing to release when nothing is held', () => {
    const { client } = boot(createChip());
    expect(client.release()).toBe(Code.Ok);
    client.hold();
    expect(client.release()).toBe(Code.Ok);
  });

  it('accepts each at once where the outbox lies in RAM', () => {
    const world = createWorld();
    const one = world.topic('one', 1);
    world.client.hold();
    expect(world.publish(one, 'a')).toBe(Code.Ok);
    expect(world.outbox.count()).toBe(1);
    expect(world.client.release()).toBe(Code.Ok);
  });
});

it('writes late acknowledgements when it says goodbye', () => {
  const nor = createChip();
  const before = boot(nor, { lazyAcknowledgements: 10 });
  before.online();
  for (const payload of ['a', 'b', 'c']) before.publish(before.one, payload);
  before.socket.deliver(ack(PUBACK, 1) + ack(PUBACK, 2));
  expect(boot(nor.fork()).outbox.count()).toBe(3);
  before.client.disconnect();
  expect(boot(nor.fork()).outbox.count()).toBe(1);
});
