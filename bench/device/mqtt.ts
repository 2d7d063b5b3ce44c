// The program whose cost is measured: the client with everything it needs on Espruino, and all that it can do in the
// features that are built in, but for its counters and its round-trip time, which come with the other extras. Whoever runs it
// has a global `expose`.

import { INBOUND, STREAM, V5 } from '../../src/features.ts';
import { createClient, PACKET_MAX, type Client, type ClientPorts } from '../../src/mqtt/client.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { createClock } from '../../src/ports/espruino/clock.ts';
import { createSocket } from '../../src/ports/espruino/socket.ts';
import { OPTIONS, OWNER } from './quiet-client.ts';

/** Takes what the client can do. */
declare function expose(client: Partial<Client>): void;

const OUTBOX_PLACES = 8;

function createPorts(clock: Clock): ClientPorts {
  const outbox = createRamOutbox(OUTBOX_PLACES, PACKET_MAX, clock.now);
  return { socket: createSocket(), clock, outbox };
}

const client = createClient(
  V5
    ? createPorts(createClock())
    : { socket: createSocket(), clock: createClock(), outbox: createRamOutbox(OUTBOX_PLACES, PACKET_MAX) },
  OPTIONS,
  OWNER,
);

const members: Partial<Client> = {
  publish: client.publish,
  connect: client.connect,
  disconnect: client.disconnect,
  isOnline: client.isOnline,
  tick: client.tick,
  topic: client.topic,
  begin: client.begin,
  text: client.text,
  integer: client.integer,
  fixed: client.fixed,
  bytes: client.bytes,
  end: client.end,
};
if (INBOUND) {
  members.subscription = client.subscription;
  members.subscribe = client.subscribe;
  members.unsubscribe = client.unsubscribe;
}
if (V5) members.speak = client.speak!;
if (STREAM) {
  members.stream = client.stream;
  members.abandon = client.abandon;
  members.counters = client.counters;
  members.rttMs = client.rttMs;
}
expose(members);
