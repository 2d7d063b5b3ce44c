// Restarts a board whose program hangs. Nothing else is a reason to: no broker, no Wi-Fi and no sensor is mended by a restart,
// and all of them have deadlines of their own.

import type { CreatePart } from '../part.ts';
import type { Power } from '../ports/power.ts';

/**
 * The longest that an ESP32 blocks by itself: 18 s for a TCP connection (lwIP sends six SYNs, three seconds apart), and 14 s for
 * a name at each of three servers.
 */
const BLOCKING_SEC = 60;
const DEFAULT_SEC = 120;
/** Fed so often in its time, at least. */
const FEEDS = 4;

/**
 * @param power of the board. @param seconds without a sign of life, more than 60. Default 120.
 * @returns a part that feeds it; its options are impossible when the engine itself would block for longer.
 */
export function createWatchdog(power: Power, seconds: number = DEFAULT_SEC): CreatePart {
  return function () {
    if (!(seconds > BLOCKING_SEC)) return null;
    const everyMs = ((seconds * 1000) / FEEDS) | 0;
    let isOn = false;

    function run(): number {
      // From the first look on: where nothing runs, nobody would feed it.
      if (!isOn) power.watch(seconds);
      isOn = true;
      power.feed();
      return everyMs;
    }

    return { run };
  };
}
