// Watchdog and restart of any board, deep sleep of an ESP32.

import type { Power } from '../power.ts';
import { WakeCause } from '../power.ts';

/** The engine hands the microseconds over as a signed 32-bit integer. */
const SLEEP_MAX_MS = 2147000;

/** Causes as the ESP32 numbers them. */
const enum Esp32Wake {
  None = 0,
  Ext0 = 2,
  Ext1 = 3,
  Timer = 4,
  Gpio = 7,
}

export function createPower(): Power {
  const canSleep = typeof ESP32 !== 'undefined';

  function watch(seconds: number): void {
    E.enableWatchdog(seconds, false);
  }

  function feed(): void {
    E.kickWatchdog();
  }

  function sleep(ms: number): void {
    if (canSleep) ESP32.deepSleep((ms > SLEEP_MAX_MS ? SLEEP_MAX_MS : ms) * 1000);
  }

  function wakeCause(): WakeCause {
    const cause = canSleep ? ESP32.getWakeupCause() : Esp32Wake.None;
    if (cause === Esp32Wake.None) return WakeCause.PowerOn;
    if (cause === Esp32Wake.Timer) return WakeCause.Timer;
    const isPin = cause === Esp32Wake.Ext0 || cause === Esp32Wake.Ext1 || cause === Esp32Wake.Gpio;
    return isPin ? WakeCause.Pin : WakeCause.Other;
  }

  function restart(): void {
    // Its engine on a host ends here.
    E.reboot();
  }

  return { canSleep, watch, feed, sleep, wakeCause, restart };
}
