// Chips that answer a pulse of the board with pulses of their own: on the same line, or on another pin. Their edges come to the
// board as an engine's interrupts would bring them: late, and with the microsecond at which they were. ES5 subset: runs in engines.

import type { EchoDevice, LineDevice } from '../chips/line-device.ts';
import type { Level, Pins, Times } from './place.ts';

const EDGES_MAX = 128;
/** A line is up again so long after each fall; nobody measures that. */
const LOW_MS = 0.02;

/** Call `run` when the last of `count` edges has been. */
function whenDone(edges: Int32Array, count: number, times: Times, run: () => void): void {
  if (count > 0) times.later(run, Math.floor(edges[count - 1] / 1000) + 1);
}

/** Wire `device` to a line with a pull-up at `pin`. */
export function connectLine(device: LineDevice, pin: number, pins: Pins, times: Times): void {
  const falls = new Int32Array(EDGES_MAX);
  let isPulled = false;

  function answer(): void {
    const startedAt = times.now();
    const count = device.released(startedAt, falls);
    whenDone(falls, count, times, () => {
      for (let i = 0; i < count; i++) {
        const at = startedAt + falls[i] / 1000;
        pins.drive(pin, 0, at);
        pins.drive(pin, 1, at + LOW_MS);
      }
    });
  }

  pins.drive(pin, 1);
  pins.onOutput((changed, level) => {
    if (changed !== pin || isPulled === (level === 0)) return;
    isPulled = level === 0;
    if (isPulled) device.pulled(times.now());
    else answer();
  });
}

/** Wire `device` to the pin that starts it and the one where it answers. */
export function connectEcho(
  device: EchoDevice,
  trigger: number,
  echo: number,
  pins: Pins,
  times: Times,
): void {
  const edges = new Int32Array(EDGES_MAX);
  let shown: Level | undefined;

  function answer(): void {
    const startedAt = times.now();
    const count = device.triggered(startedAt, edges);
    whenDone(edges, count, times, () => {
      for (let i = 0; i < count; i++) pins.drive(echo, i & 1 ? 0 : 1, startedAt + edges[i] / 1000);
    });
  }

  pins.drive(echo, 0);
  pins.onOutput((changed, level) => {
    if (changed !== trigger || level === shown) return;
    // The pulse is over.
    if (shown === 1 && level === 0) answer();
    shown = level;
  });
}
