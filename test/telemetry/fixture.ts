// A publisher over a real client and a broker in the test's hands, and what it sends; channels as drivers describe them.

import { createManualClock, createManualSocket } from '../../sim/manual.ts';
import { createClient } from '../../src/mqtt/client.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { NO_VALUE } from '../../src/ports/reading.ts';
import type { ChannelMeta } from '../../src/ports/reading.ts';
import { prepareChannels } from '../../src/telemetry/channel.ts';
import type { ChannelOptions, CreateStage } from '../../src/telemetry/channel.ts';
import type { CreateFormat } from '../../src/telemetry/formats/format.ts';
import { createPublisher } from '../../src/telemetry/publisher.ts';

export const channelOf = (over: Partial<ChannelMeta> = {}): ChannelMeta => ({
  key: 'temperature',
  unit: '\xc2\xb0C',
  deviceClass: 'temperature',
  decimals: 3,
  precision: 2,
  min: -40000,
  max: 85000,
  ...over,
});

export interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
}

/** @returns the PUBLISH packets in `bytes`, remaining lengths of one or two bytes. */
export function messagesIn(bytes: string): Message[] {
  const packet = Buffer.from(bytes, 'latin1');
  const messages: Message[] = [];
  for (let at = 0; at < packet.length;) {
    const first = packet[at]!;
    let length = packet[at + 1]! & 0x7f;
    let from = at + 2;
    if (packet[at + 1]! & 0x80) length += packet[from++]! << 7;
    at = from + length;
    if (first >> 4 !== 3) continue;
    const topicEnd = from + 2 + packet.readUInt16BE(from);
    const qos = (first >> 1) & 3;
    messages.push({
      topic: packet.toString('utf8', from + 2, topicEnd),
      payload: packet.toString('utf8', topicEnd + (qos > 0 ? 2 : 0), at),
      qos,
      retain: (first & 1) === 1,
    });
  }
  return messages;
}

export interface BenchOptions {
  readonly channels?: readonly ChannelMeta[];
  readonly wanted?: readonly ChannelOptions[];
  readonly sensor?: string;
  readonly id?: string;
  readonly hasTime?: boolean;
  readonly wall?: number;
  readonly qos?: number;
  readonly retain?: boolean;
}

/** @returns null where the settings are refused; else `publish`, which gives the code and what went out. */
export function createBench(createFormat: CreateFormat, options: BenchOptions = {}) {
  const clock = createManualClock();
  if (options.wall !== undefined) clock.setWall(options.wall);
  const socket = createManualSocket();
  const client = createClient(
    { socket, clock, outbox: createRamOutbox(8, 300) },
    { clientId: 'm', keepAliveSec: 60, cleanSession: true, receiveMax: 1024 },
    { onOpen: () => {}, onOnline: () => {}, onOffline: () => {}, onReport: () => {} },
  );
  client.connect('broker', 1883);
  socket.accept();
  socket.drain();
  socket.deliver('\x20\x02\x00\x00');
  socket.take();
  const channels = prepareChannels(options.channels ?? [channelOf()], options.wanted);
  if (channels === null) return null;
  const publisher = createPublisher(
    client,
    {
      id: options.id ?? 'm',
      sensor: options.sensor ?? 'outdoor',
      channels,
      hasTime: options.hasTime ?? false,
      clock,
    },
    createFormat,
    options.qos ?? 0,
    options.retain ?? false,
  );
  if (publisher === null) return null;
  return {
    publisher,
    socket,
    refused: () => client.counters().refused,
    publish(values: number[], time = 0): { code: number; messages: Message[] } {
      const code = publisher.publish({ values: Int32Array.from(values), time });
      socket.drain();
      client.tick(clock.now());
      return { code, messages: messagesIn(socket.take()) };
    },
  };
}

/** What a step makes of values that come `everyMs`; null where nothing goes on. */
export function through(
  create: CreateStage,
  values: readonly number[],
  everyMs = 1000,
  over: Partial<ChannelMeta> = {},
): (number | null)[] {
  const stage = create(channelOf(over))!;
  return values.map((value, i) => {
    const taken = stage.take(value, (0x7ffff00 + i * everyMs) & 0x7ffffff);
    return taken === NO_VALUE ? null : taken;
  });
}
