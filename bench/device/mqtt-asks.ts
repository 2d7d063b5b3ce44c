// The measured program (mqtt.ts) of a client that asks others (docs/requests.md): what that costs. Built with REQUESTS; whoever runs it has a
// global `expose`.

import { createClient, PACKET_MAX, type Client } from '../../src/mqtt/client.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { createRequests, type Requests } from '../../src/parts/requests.ts';
import type { Responses } from '../../src/parts/responses.ts';
import { createClock } from '../../src/ports/espruino/clock.ts';
import { createSocket } from '../../src/ports/espruino/socket.ts';
import { OPTIONS, OWNER } from './quiet-client.ts';

/** Takes what the client and its parts can do. */
declare function expose(members: object): void;

const OUTBOX_PLACES = 8;
/** Requests under way, on either side. */
export const PLACES = 4;

const clock = createClock();
const outbox = createRamOutbox(OUTBOX_PLACES, PACKET_MAX, clock.now);
const client = createClient({ socket: createSocket(), clock, outbox }, OPTIONS, OWNER);

function next(): number {
  return 1;
}

function wake(): void {
  return;
}

/** A mote, as its parts see it. */
export const host = { id: OPTIONS.clientId, ports: { clock, random: { next } }, link: { client }, wake };
const requests = createRequests(host, { places: PLACES })!;

export const members: Partial<Client & Requests & Responses> = {
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
  subscription: client.subscription,
  subscribe: client.subscribe,
  unsubscribe: client.unsubscribe,
  speak: client.speak!,
  prepare: requests.prepare,
  ask: requests.ask,
  onStage: requests.onStage!,
  run: requests.run,
};
expose(members);
