// The object ESP32: deep sleep, after which the program starts anew, and why it started.

import type { Machine } from './machine.ts';
import { Wake } from './machine.ts';

export function createEsp32(machine: Machine): object {
  return machine.realm.methods({
    /** Microseconds are a signed 32-bit integer; a negative one is taken for a time that never comes. */
    deepSleep(us: number): never {
      const time = us | 0;
      return machine.restart(Wake.Timer, time < 0 ? undefined : time / 1000);
    },
    getWakeupCause: () => machine.wakeCause,
    reboot: () => machine.restart(Wake.PowerOn, 0),
  });
}
