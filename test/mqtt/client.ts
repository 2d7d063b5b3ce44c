// A client whose clock, socket and broker are a test's own hands: nothing happens unless the test does it.

import { createManualClock, createManualSocket, type ManualClock } from '../../sim/manual.ts';
import { constant, toText, type Bytes } from '../../src/bytes/bytes.ts';
import { createClient, type ClientEvents, type ClientOptions } from '../../src/mqtt/client.ts';
import type { StreamSource } from '../../src/mqtt/streamer.ts';
import type { OnChunk, OnMessage, Subscription } from '../../src/mqtt/subscriptions.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { Code } from '../../src/ports/codes.ts';
import type { Outbox } from '../../src/ports/outbox.ts';
import type { Topic } from '../../src/ports/packet-writer.ts';
import { connack, lines, suback } from './wire.ts';

/** @returns bytes of the form under test. */
export const bytes = constant;

/** @returns what `value` holds now. */
export function text(value: Bytes): string {
  return toText(value, 0, value.length);
}

export interface Setup extends Partial<ClientOptions> {
  startMs?: number;
  /** Records the outbox holds at most. */
  places?: number;
  outbox?: Outbox<Bytes>;
  /** Of MQTT, where 5.0 is built in: 4 or 5. Default 5 there. */
  level?: 4 | 5;
  /** Instead of one that starts at startMs. */
  clock?: ManualClock;
  /** Called behind the line in `said`. */
  on?: Partial<ClientEvents>;
}

export type World = ReturnType<typeof createWorld>;

export function createWorld(setup: Setup = {}) {
  const { startMs = 0x7fffff0, places = 20, on = {}, level, ...rest } = setup;
  const clock = setup.clock ?? createManualClock(startMs);
  const socket = createManualSocket();
  const outbox = setup.outbox ?? createRamOutbox(places, 1024, () => clock.now());
  /** What the client told its owner. */
  const said: string[] = [];
  /** What handlers were given. */
  const got: string[] = [];
  const options = { clientId: 'mote', keepAliveSec: 60, cleanSession: false, receiveMax: 1024, ...rest };
  const client = createClient({ socket, clock, outbox }, options, {
    onOpen() {
      said.push('open');
      on.onOpen?.();
    },
    onOnline(present) {
      said.push(`online ${present}`);
      on.onOnline?.(present);
    },
    onOffline(why, detail) {
      said.push(`offline ${why} ${detail}`);
      on.onOffline?.(why, detail);
    },
    onReport(event, detail) {
      said.push(`report ${event} ${detail}`);
      on.onReport?.(event, detail);
    },
    ...(on.onProperty && { onProperty: on.onProperty }),
  });

  if (level !== undefined) client.speak?.(level);
  const world = {
    clock,
    socket,
    outbox,
    client,
    said,
    got,

    /** Up to a session; what was said and written on the way is forgotten, but for what follows CONNACK. */
    online(present = false): void {
      if (client.connect('broker', 1883) !== Code.Ok) throw new Error('not connected');
      socket.accept();
      for (let i = 0; i < 3; i++) socket.drain();
      socket.take();
      socket.deliver(connack(0, present ? 1 : 0));
      if (!client.isOnline()) throw new Error('not online');
      said.length = 0;
    },

    /** The connection breaks, and there is another one. */
    reconnect(present = true): void {
      socket.drop();
      world.online(present);
    },

    /** What the client has written, after the socket has sent it all, one line a packet. */
    sent(): string[] {
      return lines(world.flush());
    },

    /** What the client has written, after the socket has sent it all. */
    flush(): string {
      let all = '';
      for (let more = socket.take(); more.length > 0; more = socket.take()) {
        all += more;
        socket.drain();
      }
      return all;
    },

    /** What the client has written so far. */
    written(): string[] {
      return lines(socket.take());
    },

    topic(name: string, qos?: 0 | 1 | 2, retain?: boolean): Topic<Bytes> {
      const topic = client.topic(name, qos, retain);
      if (!topic) throw new Error(`no topic: ${name}`);
      return topic;
    },

    publish: (topic: Topic<Bytes>, payload: string): number => client.publish(topic, bytes(payload)),

    /** Records the message. */
    onMessage: ((payload, topic, first) => {
      got.push(`${text(topic)} ${text(payload)} ${first.toString(16)}`);
    }) as OnMessage,

    /** Records the piece. */
    onChunk: ((chunk, offset, total, topic, first) => {
      got.push(`${text(topic)} ${offset}/${total} ${text(chunk)} ${first.toString(16)}`);
    }) as OnChunk,

    /** A subscription whose messages are recorded. */
    subscribe(filter: string, qos: 0 | 1 | 2 = 1, inPieces = false): Subscription {
      const made = client.subscription(filter, qos, world.onMessage, inPieces ? world.onChunk : undefined);
      if (!made) throw new Error(`no filter: ${filter}`);
      return made;
    },

    /** Answer the SUBSCRIBE that was just sent with these codes. */
    grant(...codes: number[]): void {
      const line = world.sent().find((sent) => sent.startsWith('subscribe')) ?? '';
      socket.deliver(suback(Number(/#(\d+)/.exec(line)?.[1]), ...codes));
    },

    /** Let time pass as an owner does that calls `tick` when told to. */
    pass(ms: number): void {
      let left = ms;
      let wait = client.tick(clock.now());
      while (wait <= left) {
        clock.advance(wait);
        left -= wait;
        wait = client.tick(clock.now());
      }
      clock.advance(left);
      client.tick(clock.now());
    },
  };
  return world;
}

/** A source of a streamed message that notes its end. */
export function createSource(
  payload: string,
  most = Infinity,
): StreamSource & { ends: number[]; reads: number[] } {
  const ends: number[] = [];
  const reads: number[] = [];
  return {
    ends,
    reads,
    read(offset, max) {
      reads.push(offset);
      return bytes(payload.substr(offset, Math.min(max, most)));
    },
    onEnd(code) {
      ends.push(code);
    },
  };
}
