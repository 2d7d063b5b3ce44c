// A client and what a test needs to talk to it as its broker, byte by byte.

import { createManualClock, createManualSocket } from '../../sim/manual.ts';
import type { Bytes } from '../../src/bytes/bytes.ts';
import { createClient, type Client, type ClientOptions } from '../../src/mqtt/client.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { SEND_WINDOW, type Socket } from '../../src/ports/socket.ts';
import { spoil, text } from './bytes.ts';
import { chop } from './generate.ts';

/** A message as a handler gets it. */
export interface Heard {
  topic: string;
  payload: string;
  first: number;
}

export interface Peer {
  readonly client: Client;
  readonly heard: Heard[];
  /** Ends of connections: why, detail. */
  readonly ends: [number, number][];
  /** Take what the client wrote, and let it write what waits. @returns all of it. */
  wrote(): string;
  /** Say something, in chunks of these sizes. */
  say(stream: string, sizes?: readonly number[]): void;
}

const OPTIONS: ClientOptions = { clientId: 'mote', keepAliveSec: 60, cleanSession: true, receiveMax: 2048 };

/** A client whose CONNECT is out. @param filters what it subscribes to, as UTF-8. */
export function connectPeer(filters: readonly (readonly [string, number])[] = []): Peer {
  const manual = createManualSocket();
  let unsent = 0;
  let broken: Error | undefined;

  const socket: Socket<Bytes> = {
    open: (host, port, events) =>
      manual.open(host, port, {
        onOpen: (connection) =>
          events.onOpen({
            write(chunk) {
              unsent += chunk.length;
              // The client catches what is thrown here.
              if (unsent > SEND_WINDOW) broken = new Error(`${unsent} bytes unsent`);
              connection.write(chunk);
            },
          }),
        onData(chunk) {
          events.onData(chunk);
          spoil(chunk);
        },
        onDrain: events.onDrain,
        onClose: events.onClose,
      }),
    close: manual.close,
  };
  const heard: Heard[] = [];
  const ends: [number, number][] = [];
  const client = createClient(
    { socket, clock: createManualClock(), outbox: createRamOutbox(8, 1024) },
    OPTIONS,
    {
      onOpen() {},
      onOnline() {},
      onOffline: (why, detail) => void ends.push([why, detail]),
      onReport() {},
    },
  );
  for (const [filter, qos] of filters) {
    const taken = client.subscription(filter, qos, (payload, topic, first) => {
      heard.push({ topic: text(topic), payload: text(payload), first });
    });
    if (taken === null) throw new Error(`no subscription to ${filter}`);
  }

  function wrote(): string {
    let all = '';
    for (let more = manual.take(); more !== ''; more = manual.take()) {
      all += more;
      unsent = 0;
      if (manual.isOpen()) manual.drain();
    }
    if (broken !== undefined) throw broken;
    return all;
  }

  client.connect('broker', 1883);
  manual.accept();
  wrote();
  return {
    client,
    heard,
    ends,
    wrote,
    say(stream, sizes = []) {
      for (const chunk of chop(stream, sizes)) manual.deliver(chunk);
    },
  };
}

/** A client that is online. @param filters what it subscribes to, as UTF-8. */
export function online(filters: readonly (readonly [string, number])[] = []): Peer {
  const peer = connectPeer(filters);
  peer.say('\x20\x02\0\0');
  return peer;
}
