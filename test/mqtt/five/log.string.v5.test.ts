// The packets of docs/mqtt5-log.md: each section shows what it says it does, and the page is what the code does.
// `npm run docs:mqtt5-log` writes it.

import type { IPublishPacket, Packet } from 'mqtt-packet';
import { expect, it } from 'vitest';
import {
  alias,
  DOCUMENT,
  expiry,
  logDocument,
  LONG_TOPIC,
  negative,
  packetMaximum,
  READING,
  receiveMaximum,
  session,
} from './log.ts';
import type { Scene } from './scene.ts';

const publishes = ({ sent }: Scene): IPublishPacket[] =>
  sent.filter((packet): packet is IPublishPacket => packet.cmd === 'publish');
const payloads = (scene: Scene) => publishes(scene).map(({ payload }) => payload.toString());
/** Bytes of a short packet. */
const size = (packet: Packet) => packet.length! + 2;
const counters = ({ world }: Scene) => world.client.counters();

it('makes 42 bytes of 78 with an alias', () => {
  const scene = alias.play();
  expect([LONG_TOPIC.length, READING.length]).toEqual([40, 32]);
  expect(publishes(scene).map(size)).toEqual([78, 79, 82, 42, 42]);
  expect(scene.world.outbox.count()).toBe(0);
});

it('says what is left of an expiry, and gives up what has none left', () => {
  const scene = expiry.play();
  const left = publishes(scene).map(({ payload, properties }) => [
    payload.toString(),
    properties?.messageExpiryInterval,
  ]);
  expect(left).toEqual([
    ['second', 10],
    ['third', 35],
    ['fourth', 60],
  ]);
  expect(counters(scene)).toMatchObject({ expired: 1, rejected: 0, delivered: 3 });
  expect(scene.world.outbox.count()).toBe(0);
});

it('gives up what is refused, counts it, and goes on', () => {
  const scene = negative.play();
  expect(payloads(scene)).toEqual(['one', 'two', 'three']);
  expect(counters(scene)).toMatchObject({ rejected: 1, delivered: 2 });
  expect(scene.world.outbox.count()).toBe(0);
});

it('has one message in flight where the broker takes one', () => {
  const scene = receiveMaximum.play();
  expect(scene.sent.map(({ cmd, messageId }) => [cmd, messageId])).toEqual([
    ['connect', undefined],
    ['publish', 1],
    ['publish', 2],
    ['pubrel', 2],
    ['publish', 3],
  ]);
  expect(
    scene.lines.filter((line) => /> PUBLISH|< PUB(ACK|COMP)/.test(line)).map((line) => line.slice(11, 21)),
  ).toEqual(['> PUBLISH ', '< PUBACK 1', '> PUBLISH ', '< PUBCOMP ', '> PUBLISH ', '< PUBACK 3']);
});

it('sends no packet over the size that the broker takes', () => {
  const scene = packetMaximum.play();
  expect(publishes(scene).map(size)).toEqual([64, 18]);
  expect(counters(scene)).toMatchObject({ rejected: 1, refused: 1, delivered: 2, needed: 65, available: 64 });
});

it('goes on with a session over a reboot, and publishes anew what is stored where it has expired', () => {
  const scene = session.play();
  const told = scene.sent.map((packet) => {
    if (packet.cmd === 'connect') return `connect ${packet.clean}`;
    if (packet.cmd === 'publish') return `${packet.payload.toString()} ${packet.dup}`;
    return `${packet.cmd} ${packet.messageId}`;
  });
  expect(told).toEqual([
    'connect true',
    'one false',
    'two false',
    'three, exactly once false',
    'pubrel 3',
    'connect false',
    'two true',
    'pubrel 3',
    'four false',
    'connect false',
    'four false',
  ]);
  expect(
    scene.lines.filter((line) => line.includes('CONNACK')).map((line) => line.includes('session present')),
  ).toEqual([false, true, false]);
  expect(scene.world.outbox.count()).toBe(0);
});

it('is docs/mqtt5-log.md', async () => {
  await expect(await logDocument()).toMatchFileSnapshot(DOCUMENT);
});
