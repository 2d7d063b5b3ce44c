// The measured program (mqtt.ts) with a conversation before CONNACK, requests and answers, each where its feature is built in: what those
// two cost. Whoever runs it has globals `expose` and `prove`.

import { REQUESTS, V5, V5_AUTH } from '../../src/features.ts';
import { createClient, PACKET_MAX, type ClientOptions } from '../../src/mqtt/client.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { createRequests } from '../../src/parts/requests.ts';
import { createResponses } from '../../src/parts/responses.ts';
import { createClock } from '../../src/ports/espruino/clock.ts';
import { createSocket } from '../../src/ports/espruino/socket.ts';
import { OPTIONS, OWNER } from './quiet-client.ts';

/** Takes what the program can do. */
declare function expose(members: Record<string, unknown>): void;
declare function prove(data: string, isLast: boolean): string | null;

const PLACES = 4;
const OUTBOX_PLACES = 8;

function ignore(): void {
  return;
}

const options: ClientOptions = {
  clientId: OPTIONS.clientId,
  keepAliveSec: OPTIONS.keepAliveSec,
  cleanSession: OPTIONS.cleanSession,
  receiveMax: OPTIONS.receiveMax,
  username: OPTIONS.username,
  password: OPTIONS.password,
  authentication: V5 && V5_AUTH ? { method: 'PROOF', first: () => 'x', authenticate: prove } : undefined,
};
const clock = createClock();
const client = createClient(
  { socket: createSocket(), clock, outbox: createRamOutbox(OUTBOX_PLACES, PACKET_MAX) },
  options,
  OWNER,
);

const members: Record<string, unknown> = {
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
};
if (V5 && V5_AUTH) members.reauthenticate = client.reauthenticate;
if (REQUESTS) {
  const host = {
    id: 'bench',
    ports: { clock, random: { next: () => 1 } },
    link: { client },
    wake: ignore,
  };
  const requests = createRequests(host, { places: PLACES })!;
  const responses = createResponses(host, { places: PLACES })!;
  members.prepare = requests.prepare;
  members.ask = requests.ask;
  members.onStage = requests.onStage;
  members.run = requests.run;
  members.serve = responses.serve;
  members.answer = responses.answer;
}
expose(members);
