// What a firmware for Espruino imports: the mote wired to Espruino's ports, and the buses to give to drivers.

import { createLink } from './link/link.ts';
import type { LinkOptions } from './link/link.ts';
import { startMote as startOnPorts } from './mote.ts';
import type { MoteOptions } from './mote.ts';
import { PACKET_MAX } from './mqtt/client.ts';
import type { Client } from './mqtt/client.ts';
import { createRamOutbox } from './outbox/ram.ts';
import { createClock } from './ports/espruino/clock.ts';
import { createLog } from './ports/espruino/log.ts';
import { createRandom } from './ports/espruino/random.ts';
import { createSocket } from './ports/espruino/socket.ts';
import { createTimer } from './ports/espruino/timer.ts';
import { createWifi } from './ports/espruino/wifi.ts';

export { openI2c } from './ports/espruino/i2c.ts';
export type { LinkOptions } from './link/link.ts';
export type { Client } from './mqtt/client.ts';
export type { MoteOptions, MoteSensor } from './mote.ts';

/** Messages of QoS 1 and 2 that wait for the broker. */
const OUTBOX_PLACES = 8;

function openPorts() {
  return {
    socket: createSocket(),
    clock: createClock(),
    random: createRandom(),
    log: createLog(),
    outbox: createRamOutbox(OUTBOX_PLACES, PACKET_MAX),
    wifi: createWifi(),
    createTimer,
  };
}

/** Start a mote on this board. Bad names in the options are reported on the console; nothing runs then. */
export function startMote(options: MoteOptions): number {
  return startOnPorts(openPorts(), options);
}

/**
 * MQTT without a mote around it: a client that is kept connected, over Wi-Fi and broker failures, until the board stops.
 * Prepare its topics and subscriptions at once. Options that no broker can take are reported on the console.
 */
export function openMqtt(options: LinkOptions): Client {
  const ports = openPorts();
  function wake(): void {
    timer.set(0);
  }
  const link = createLink(ports, options, wake);
  function run(): void {
    timer.set(link.tick(ports.clock.now()));
  }
  const timer = ports.createTimer(run);
  wake();
  return link.client;
}
