// A client of MQTT 5.0 and its broker, whose packets are put together by hand here: mqtt-packet writes none that MQTT forbids.
// Bytes are text, one character each.

import { expect } from 'vitest';
import { encodeProperties, FOR_TOPIC } from '../../../src/property-list.ts';
import type { Bytes } from '../../../src/bytes/bytes.ts';
import type { Topic } from '../../../src/ports/packet-writer.ts';
import { Close, Code } from '../../../src/ports/codes.ts';
import type { Property } from '../../../src/ports/properties.ts';
import { packet } from '../../fuzz/wire.ts';
import { createWorld5, type World5 } from '../../mqtt/five/world.ts';

export const byte = (value: number): string => String.fromCharCode(value);
export const word = (value: number): string => byte(value >> 8) + byte(value & 255);
/** @returns text behind its length. */
export const field = (text: string): string => word(text.length) + text;
/** @returns properties behind their length. */
export const list = (...properties: string[]): string => {
  const all = properties.join('');
  // A packet without its first byte: a length and what it is the length of.
  return packet(0, all).slice(1);
};
export { packet };

export const ack = (first: number, id: number, ...more: string[]): string =>
  packet(first, word(id) + more.join(''));
/** @returns a PUBLISH with these properties; its identifier is 9. */
export const publish = (first: number, topic: string, properties: string, payload = 'x'): string =>
  packet(first, field(topic) + (first > 0x31 ? '\x00\x09' : '') + properties + payload);

/** Code points as UTF-8, one character a byte. */
export function utf8(value: string): string {
  return Buffer.from(value).toString('latin1');
}

/** Text that may not be in any packet: lone and missing bytes, long forms, halves of pairs, beyond Unicode, U+0000. */
export const BAD_TEXTS: [string, string][] = [
  ['is no UTF-8', 'a\xff'],
  ['begins inside of a character', '\x80a'],
  ['is cut off', 'a\xe2\x82'],
  ['is longer than it need be', 'a\xc0\xaf'],
  ['is half a pair', 'a\xed\xa0\xbd'],
  ['is beyond Unicode', 'a\xf4\x90\x80\x80'],
  ['has U+0000', 'a\x00b'],
];

/** Answer each SUBSCRIBE and UNSUBSCRIBE that was sent. @returns all that was sent. */
export function grant(world: World5, ...codes: number[]): ReturnType<World5['sent']> {
  const all = world.sent();
  for (const { cmd, messageId } of all) {
    if (cmd === 'subscribe') world.deliver({ cmd: 'suback', messageId, granted: codes });
    if (cmd === 'unsubscribe') world.deliver({ cmd: 'unsuback', messageId, granted: codes });
  }
  return all;
}

/** @returns a topic with properties. */
export function topicWith(world: World5, name: string, qos: number, ...properties: Property[]): Topic<Bytes> {
  const topic = world.client.topic(name, qos, false, encodeProperties(properties, FOR_TOPIC));
  expect(topic).not.toBeNull();
  return topic!;
}

/** Another connection, which goes on with the session. @returns what is said behind CONNACK; no parser is asked, since tables do this often. */
export function resume(world: World5): string {
  world.socket.drop();
  expect(world.client.connect('broker', 1883)).toBe(Code.Ok);
  world.socket.accept();
  world.flush();
  world.said.length = 0;
  world.socket.deliver('\x20\x03\x01\x00\x00');
  expect(world.said.shift()).toBe('online true');
  return world.flush();
}

/** Online, with one message of each QoS under way in each direction: 1 sent, 2 with PUBREC, 3 sent; 7 taken. */
export function busy(connack: object = {}, onProperty?: () => void): World5 {
  const world = createWorld5({ places: 8, ...(onProperty && { on: { onProperty } }) });
  world.subscribe('a', 2);
  world.online(connack);
  grant(world, 2);
  world.publish(world.topic('o', 1), '1');
  world.publish(world.topic('e', 2), '2');
  world.publish(world.topic('e', 2), '3');
  world.socket.deliver('\x50\x02\x00\x02');
  world.socket.deliver('\x34\x07\x00\x01a\x00\x07\x00x');
  expect(world.flush()).toBe(
    '\x32\x07\x00\x01o\x00\x01\x001' +
      '\x34\x07\x00\x01e\x00\x02\x002' +
      '\x34\x07\x00\x01e\x00\x03\x003' +
      '\x62\x02\x00\x02' +
      '\x50\x02\x00\x07',
  );
  world.said.length = 0;
  return world;
}

/** The connection of `busy` has ended because of what came: the broker was told why, and the owner once. @param count of such so far. */
export function expectLeft(world: World5, reason: number, count = 1): void {
  expect(world.socket.take()).toBe(`\xe0\x01${byte(reason)}`);
  expectOff(world, count);
}

/** It has ended as a violation. */
export function expectOff(world: World5, count = 1): void {
  expect(world.said.filter((line) => line.startsWith('offline'))).toEqual([
    `offline ${Close.ProtocolError} 0`,
  ]);
  expect(world.client.counters().violations).toBe(count);
  expect(world.socket.isOpen()).toBe(false);
  expect(world.client.isOnline()).toBe(false);
}

/** What is said of packets: their names and identifiers. */
export function names(packets: ReturnType<World5['sent']>): string[] {
  return packets.map((packet) => {
    const isAgain = packet.cmd === 'publish' && packet.dup;
    return `${packet.cmd} ${packet.messageId}${isAgain ? ' dup' : ''}`;
  });
}

/**
 * The next connection goes on where that of `busy` ended.
 * @param asksAgain a CONNACK was lost, which may have been that of a new session: so what is wanted is said again.
 */
export function expectRecovery(world: World5, asksAgain = false): void {
  const said = resume(world);
  const asked = asksAgain ? said.slice(0, 9) : '';
  if (asksAgain) expect(asked).toBe(`\x82\x07${asked.slice(2, 4)}\x00\x00\x01a\x02`);
  expect(said.slice(asked.length)).toBe(
    '\x3a\x07\x00\x01o\x00\x01\x001' + '\x62\x02\x00\x02' + '\x3c\x07\x00\x01e\x00\x03\x003',
  );
  world.socket.deliver('\x3c\x07\x00\x01a\x00\x07\x00x' + '\x62\x02\x00\x07');
  world.socket.deliver('\x40\x02\x00\x01' + '\x70\x02\x00\x02' + '\x50\x02\x00\x03' + '\x70\x02\x00\x03');
  expect(world.flush()).toBe('\x50\x02\x00\x07' + '\x70\x02\x00\x07' + '\x62\x02\x00\x03');
  expect(world.outbox.count()).toBe(0);
  expect(world.got.filter((line) => line === 'a x 34')).toHaveLength(1);
}
