// The client as in mqtt.ts, for what a message of QoS 1 costs that goes through flash: 16 pages of 4096 bytes of the engine's own.

import { createClient, PACKET_MAX, type Client } from '../../src/mqtt/client.ts';
import { createFlashOutbox } from '../../src/outbox/flash.ts';
import { createClock } from '../../src/ports/espruino/clock.ts';
import { openFlashBytes } from '../../src/ports/espruino/flash.ts';
import { createSocket } from '../../src/ports/espruino/socket.ts';
import { OPTIONS, OWNER } from './quiet-client.ts';

/** Takes what the client can do. */
declare function expose(client: Partial<Client>): void;

const outbox = createFlashOutbox(
  openFlashBytes({ base: 0x10020000, pageSize: 4096, pages: 16, programUnit: 4, ecc: false }),
  PACKET_MAX,
);
outbox.format(1);

const client = createClient({ socket: createSocket(), clock: createClock(), outbox }, OPTIONS, OWNER);

expose({
  publish: client.publish,
  connect: client.connect,
  disconnect: client.disconnect,
  isOnline: client.isOnline,
  tick: client.tick,
  topic: client.topic,
});
