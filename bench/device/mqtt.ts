// The program whose cost is measured: the client with everything it needs on Espruino, made when it is asked for, and
// nothing else. Whoever runs it has a global `expose` and drives the client through its public members.

import { createClient, PACKET_MAX, type Client } from '../../src/mqtt/client.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { createClock } from '../../src/ports/espruino/clock.ts';
import { createSocket } from '../../src/ports/espruino/socket.ts';

/** Takes the function that makes the client. */
declare function expose(start: () => Client): void;

const OUTBOX_PLACES = 8;

function ignore(): void {
  return;
}

function start(): Client {
  return createClient(
    { socket: createSocket(), clock: createClock(), outbox: createRamOutbox(OUTBOX_PLACES, PACKET_MAX) },
    { clientId: 'bench', keepAliveSec: 60, cleanSession: true, receiveMax: PACKET_MAX },
    { onOpen: ignore, onOnline: ignore, onOffline: ignore, onReport: ignore },
  );
}

expose(start);
