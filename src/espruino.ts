// What a firmware for Espruino imports: the mote wired to Espruino's ports, and the buses to give to drivers.

import { startMote as startOnPorts } from './mote.ts';
import type { MoteOptions } from './mote.ts';
import { PACKET_MAX } from './mqtt/client.ts';
import { createRamOutbox } from './outbox/ram.ts';
import { createClock } from './ports/espruino/clock.ts';
import { createLog } from './ports/espruino/log.ts';
import { createRandom } from './ports/espruino/random.ts';
import { createSocket } from './ports/espruino/socket.ts';
import { createTimer } from './ports/espruino/timer.ts';
import { createWifi } from './ports/espruino/wifi.ts';

export { openI2c } from './ports/espruino/i2c.ts';
export type { MoteOptions, MoteSensor } from './mote.ts';

/** Messages of QoS 1 and 2 that wait for the broker. */
const OUTBOX_PLACES = 8;

/** Start a mote on this board. Bad names in the options are reported on the console; nothing runs then. */
export function startMote(options: MoteOptions): number {
  return startOnPorts(
    {
      socket: createSocket(),
      clock: createClock(),
      random: createRandom(),
      log: createLog(),
      outbox: createRamOutbox(OUTBOX_PLACES, PACKET_MAX),
      wifi: createWifi(),
      createTimer,
    },
    options,
  );
}
