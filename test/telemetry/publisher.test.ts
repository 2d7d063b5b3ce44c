import { describe, expect, it } from 'vitest';
import { createManualClock, createManualSocket, type ManualSocket } from '../../sim/manual.ts';
import { createClient, type Client } from '../../src/mqtt/client.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { Code } from '../../src/ports/codes.ts';
import type { ChannelMeta } from '../../src/ports/reading.ts';
import { createPublisher } from '../../src/telemetry/publisher.ts';

const channel = (over: Partial<ChannelMeta>): ChannelMeta => ({
  key: 'temperature',
  unit: '\xc2\xb0C',
  deviceClass: 'temperature',
  decimals: 3,
  precision: 2,
  min: -40000,
  max: 85000,
  ...over,
});

function createQuietClient(socket: ManualSocket): Client {
  return createClient(
    { socket, clock: createManualClock(), outbox: createRamOutbox(8, 100) },
    { clientId: 'm', keepAliveSec: 60, cleanSession: true, receiveMax: 1024 },
    { onOpen: () => {}, onOnline: () => {}, onOffline: () => {}, onReport: () => {} },
  );
}

/** What a reading of one channel looks like on the wire. */
function publish(
  value: number,
  over: Partial<ChannelMeta> = {},
  hasTime = false,
): { topic: string; payload: string } {
  const socket = createManualSocket();
  const client = createQuietClient(socket);
  client.connect('broker', 1883);
  socket.accept();
  socket.drain();
  socket.deliver('\x20\x02\x00\x00');
  socket.take();
  const publisher = createPublisher(client, 'm/outdoor', [channel(over)], 0, hasTime)!;
  expect(publisher.publish({ values: Int32Array.of(value), time: 0 })).toBe(Code.Ok);
  const packet = Buffer.from(socket.take(), 'latin1');
  const topicEnd = 4 + packet.readUInt16BE(2);
  return { topic: packet.toString('utf8', 4, topicEnd), payload: packet.toString('utf8', topicEnd) };
}

describe('publisher', () => {
  it('writes a value that explains itself, as valid JSON', () => {
    const message = publish(21537);
    expect(message).toEqual({ topic: 'm/outdoor/temperature', payload: '{"value":21.54,"unit":"°C"}' });
    expect(JSON.parse(message.payload)).toEqual({ value: 21.54, unit: '°C' });
  });

  it('says when it was taken where that is wanted', () => {
    const { payload } = publish(21537, {}, true);
    expect(payload).toBe('{"value":21.54,"unit":"°C","time":null}');
    expect(JSON.parse(payload)).toEqual({ value: 21.54, unit: '°C', time: null });
  });

  it.each([
    [21534, 2, '21.53'],
    [21535, 2, '21.54'],
    [-21535, 2, '-21.54'],
    [-4, 2, '0.00'],
    [4, 3, '0.004'],
    [-499, 0, '0'],
    [-500, 0, '-1'],
  ])('rounds %i thousandths to %i decimals: %s', (value, precision, expected) => {
    expect(publish(value, { precision }).payload).toBe(`{"value":${expected},"unit":"°C"}`);
  });

  it('writes integers as they are', () => {
    const pressure = { key: 'pressure', unit: 'Pa', decimals: 0, precision: 0 };
    expect(publish(101325, pressure)).toEqual({
      topic: 'm/outdoor/pressure',
      payload: '{"value":101325,"unit":"Pa"}',
    });
  });

  it('says which code refused the first channel, and tries the others', () => {
    const socket = createManualSocket();
    const client = createQuietClient(socket);
    const publisher = createPublisher(client, 'm/s', [channel({}), channel({ key: 'b' })], 0, false)!;
    expect(publisher.publish({ values: Int32Array.of(1, 2), time: 0 })).toBe(Code.Closed);
    expect(client.counters().refused).toBe(2);
  });

  it('publishes with the QoS that is asked for', () => {
    const outbox = createRamOutbox(8, 100);
    const client = createClient(
      { socket: createManualSocket(), clock: createManualClock(), outbox },
      { clientId: 'm', keepAliveSec: 60, cleanSession: true, receiveMax: 1024 },
      { onOpen: () => {}, onOnline: () => {}, onOffline: () => {}, onReport: () => {} },
    );
    const publisher = createPublisher(client, 'm/s', [channel({}), channel({ key: 'b' })], 1, false)!;
    expect(publisher.publish({ values: Int32Array.of(1, 2), time: 0 })).toBe(Code.Ok);
    expect(outbox.count()).toBe(2);
  });

  it('refuses names that cannot stand in a topic', () => {
    const client = createQuietClient(createManualSocket());
    expect(createPublisher(client, 'm/+', [channel({})], 0, false)).toBeNull();
  });
});
