// A driver whose chip sends edges, as the engine runs it. ES5 subset: loaded into engines.

import type { Events } from '../../sim/rig/pins.ts';
import type { Driver } from '../../src/sensors/driver.ts';

/** Edges that have been come before the timer. */
export function throughLoop<Options>(
  driver: Driver<Options>,
  pins: Pick<Events, 'deliver'>,
): Driver<Options> {
  return {
    channels: driver.channels,
    warmUpMs: driver.warmUpMs,
    minIntervalMs: driver.minIntervalMs,
    discard: driver.discard,
    configure: driver.configure,
    close: driver.close,
    start(now) {
      pins.deliver();
      return driver.start(now);
    },
    poll(now, out) {
      pins.deliver();
      return driver.poll(now, out);
    },
  };
}
