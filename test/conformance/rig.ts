// A client, with the test in the place of its broker, its network and its clock: what it says is compared byte by byte.
// Bytes are text, one character each, whichever form is built in.

import { expect } from 'vitest';
import { createManualClock, createManualSocket } from '../../sim/manual.ts';
import type { ManualClock, ManualSocket } from '../../sim/manual.ts';
import type { Bytes } from '../../src/bytes/bytes.ts';
import { createClient, type Client, type ClientOptions } from '../../src/mqtt/client.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { Close, Code } from '../../src/ports/codes.ts';
import type { Outbox } from '../../src/ports/outbox.ts';
import type { Topic } from '../../src/ports/packet-writer.ts';
import { SEND_WINDOW } from '../../src/ports/socket.ts';
import { bytes, spoil, text } from '../fuzz/bytes.ts';

/** What a handler got: topic, payload, and the first byte of the PUBLISH. */
export type Heard = [topic: string, payload: string, first: number];

export interface Rig {
  readonly client: Client;
  readonly socket: ManualSocket;
  readonly clock: ManualClock;
  readonly outbox: Outbox<Bytes>;
  /** What the client told its owner: `open`, `online 0`, `offline <why> <detail>`; not the reports. */
  readonly said: string[];
  /** What it reported: `<event> <detail>`. */
  readonly reports: string[];
  readonly heard: Heard[];
  /** Run at each event of the client's owner. */
  onEvent: (event: string) => void;
  /** Want messages, noting them in `heard`. */
  want(filter: string, qos?: number): void;
  topic(name: string, qos?: number, retain?: boolean): Topic<Bytes>;
  publish(topic: Topic<Bytes>, payload: string): number;
  /** Open a connection. @returns all that the client says on it before CONNACK. */
  connect(): string;
  /** Open a connection and take the client in. @returns all that it says behind CONNECT. */
  online(present?: boolean): string;
  /** Be the network and the broker: chunks as they come, as long as the connection stands. */
  say(stream: string): void;
  /** @returns all that the client says: everything leaves, and so does what waited for that. */
  wrote(): string;
  /** `ms` pass, and all that is due in them is done. */
  pass(ms: number): void;
}

export const ACCEPTED = '\x20\x02\x00\x00';
export const RESUMED = '\x20\x02\x01\x00';

/** A client that is not connected. @param places of its outbox. */
export function createRig(options: Partial<ClientOptions> = {}, places = 8): Rig {
  // Close to where the clock wraps.
  const clock = createManualClock(0x7ffff00);
  const socket = createManualSocket();
  const outbox = createRamOutbox(places, 1024);
  const said: string[] = [];
  const reports: string[] = [];
  const heard: Heard[] = [];

  const client = createClient(
    {
      // Bytes that are delivered are lent: whoever keeps them finds something else.
      socket: {
        open: (host, port, events) =>
          socket.open(host, port, {
            ...events,
            onData(chunk) {
              events.onData(chunk);
              spoil(chunk);
            },
          }),
        close: socket.close,
      },
      clock,
      outbox,
    },
    { clientId: 'mote', keepAliveSec: 60, cleanSession: false, receiveMax: 256, ...options },
    {
      onOpen: () => note('open'),
      onOnline: (present) => note(`online ${Number(present)}`),
      onOffline: (why, detail) => note(`offline ${why} ${detail}`),
      onReport: (event, detail) => void reports.push(`${event} ${detail}`),
    },
  );

  function note(event: string): void {
    said.push(event);
    rig.onEvent(event);
  }

  function wrote(): string {
    let all = '';
    for (let more = socket.take(); more !== ''; more = socket.take()) {
      all += more;
      if (socket.isOpen()) socket.drain();
    }
    return all;
  }

  const rig: Rig = {
    client,
    socket,
    clock,
    outbox,
    said,
    reports,
    heard,
    onEvent() {},
    want(filter, qos = 0) {
      const subscription = client.subscription(filter, qos, (payload, topic, first) => {
        heard.push([text(topic), text(payload), first]);
      });
      expect(subscription).not.toBeNull();
    },
    topic(name, qos, retain) {
      const topic = client.topic(name, qos, retain);
      expect(topic).not.toBeNull();
      return topic!;
    },
    publish: (topic, payload) => client.publish(topic, bytes(payload)),
    connect() {
      expect(client.connect('broker', 1883)).toBe(Code.Ok);
      socket.accept();
      return wrote();
    },
    online(present = false) {
      rig.connect();
      rig.say(present ? RESUMED : ACCEPTED);
      expect(client.isOnline()).toBe(true);
      return wrote();
    },
    say(stream) {
      for (let at = 0; at < stream.length && socket.isOpen(); at += SEND_WINDOW) {
        socket.deliver(stream.slice(at, at + SEND_WINDOW));
      }
    },
    wrote,
    pass(ms) {
      let left = ms;
      let wait = client.tick(clock.now());
      while (wait <= left) {
        clock.advance(wait);
        left -= wait;
        wait = client.tick(clock.now());
      }
      clock.advance(left);
    },
  };
  return rig;
}

/** The connection has ended because of what came, once, and the client says so. */
export function expectViolation(rig: Rig): void {
  expect(rig.said.at(-1)).toBe(`offline ${Close.ProtocolError} 0`);
  expect(rig.said.filter((event) => event.startsWith('offline'))).toHaveLength(1);
  expect(rig.client.counters().violations).toBe(1);
  expect(rig.socket.isOpen()).toBe(false);
  expect(rig.client.isOnline()).toBe(false);
  expect(rig.wrote()).toBe('');
}

/** Code points as UTF-8, one character a byte. */
export function utf8(value: string): string {
  return Buffer.from(value).toString('latin1');
}
