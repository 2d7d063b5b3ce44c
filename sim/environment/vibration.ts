// A machine on which the board is mounted: it stands, speeds up, runs and shakes, and gets warm.

import { MINUTE_MS, chance, createResponse, drift, orElse, wave, whole } from './curves.ts';
import { createSurroundings } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';

export interface VibrationOptions {
  readonly seed: number;
  /** Turns a second, 1 to 100, default 25. */
  readonly hz?: number;
  /** Of the shaking, millimetres a second squared, default 3000. */
  readonly amplitude?: number;
}

const GRAVITY = 9807;
/** It runs or stands for so long at least. */
const STEP_MS = 10 * MINUTE_MS;
/** From standing to full speed, and back. */
const SPEED_UP_MS = 4000;

export function createVibration(options: VibrationOptions): Surroundings {
  const seed = options.seed;
  const period = 1000 / orElse(options.hz, 25);
  const amplitude = orElse(options.amplitude, 3000);

  /** 1: it runs. */
  function runs(step: number): number {
    return chance(seed + 80, step) < 0.55 ? 1 : 0;
  }

  /** @returns 0 to 1: how much of its speed it has. */
  function speedAt(time: number): number {
    const step = Math.floor(time / STEP_MS);
    const from = runs(step - 1);
    const share = (time - step * STEP_MS) / SPEED_UP_MS;
    return share >= 1 ? runs(step) : from + (runs(step) - from) * share;
  }

  /** A shake along or around an axis, with a harmonic and a bearing that has known better days. */
  function shake(time: number, strength: number, lag: number): number {
    const speed = speedAt(time);
    if (speed === 0) return 0;
    const turn = wave(time - lag * period, period);
    const twice = 0.25 * wave(time - lag * period, period / 2);
    return strength * speed * (turn + twice + 0.08 * drift(seed + 81, time, 3));
  }

  /** A sensor is never quite still. */
  function noise(n: number, time: number): number {
    return 6 * drift(seed + n, time, 2);
  }

  function along(n: number, strength: number, lag: number, rest: number) {
    return (time: number): number =>
      whole(rest + shake(time, strength, lag) + noise(n, time), -150000, 150000);
  }

  const heat = createResponse(runs, 0.85, STEP_MS);

  return createSurroundings({
    accelerationX: along(82, amplitude, 0, 0),
    accelerationY: along(83, 0.6 * amplitude, 0.25, 0),
    accelerationZ: along(84, 0.35 * amplitude, 0.1, GRAVITY),
    rotationX: along(85, 4 * amplitude, 0.3, 0),
    rotationY: along(86, 2 * amplitude, 0.05, 0),
    rotationZ: along(87, amplitude, 0.6, 0),
    probeTemperature: (time) =>
      whole(21000 + 4200 * heat(time) + 60 * drift(seed + 88, time, MINUTE_MS), 0, 120000),
    // What the motor takes; most when it speeds up.
    current: (time) => {
      const speed = speedAt(time);
      const torque = speed > 0 && speed < 1 ? 3 : speed;
      return whole(20000 + 1400000 * torque + 4000 * drift(seed + 89, time, 500), 0, 100000000);
    },
  });
}
