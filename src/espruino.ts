// What a firmware for Espruino imports: the mote wired to Espruino's ports, and the buses to give to drivers.

import { startMote as startOnPorts } from './mote.ts';
import type { MoteOptions } from './mote.ts';
import { createClock } from './ports/espruino/clock.ts';
import { createLog } from './ports/espruino/log.ts';
import { createRandom } from './ports/espruino/random.ts';
import { createSocket } from './ports/espruino/socket.ts';
import { createTimer } from './ports/espruino/timer.ts';
import { createWifi } from './ports/espruino/wifi.ts';

export { openI2c } from './ports/espruino/i2c.ts';
export type { MoteOptions, MoteSensor } from './mote.ts';

/** Start a mote on this board. Bad names in the options are reported on the console; nothing runs then. */
export function startMote(options: MoteOptions): number {
  return startOnPorts(
    {
      socket: createSocket(),
      clock: createClock(),
      random: createRandom(),
      log: createLog(),
      wifi: createWifi(),
      createTimer,
    },
    options,
  );
}
