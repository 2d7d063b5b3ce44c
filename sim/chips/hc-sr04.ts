// An HC-SR04 as its two pins show it: a pulse in, eight periods of ultrasound out, and a pulse as long as their echo takes. From the
// modules' data sheets. Knows no driver. Faults that it can have: `absent`, and `stuckHigh` and `stuckLow` of the echo's pin, which
// show no edges; `slowMs` makes the answer begin later.

import type { Surroundings } from '../environment/surroundings.ts';
import { createFaults, createUnwrapped } from './faults.ts';
import type { FaultyChip } from './faults.ts';
import type { EchoDevice } from './line-device.ts';

export interface HcSr04ChipOptions {
  /** Of the air, the temperature counts, too. */
  readonly surroundings: Surroundings;
  /** How long the pulse is without an echo, milliseconds: 38 (default), 200 for some clones, 0 for those that show none. */
  readonly noEchoMs?: number;
}

export interface HcSr04Chip extends EchoDevice, FaultyChip {
  /** Triggers that came while an answer was going on, modulo 256. */
  ignored: number;
}

const START_US = 450;
/** Farther than this nothing comes back. */
const FAR_MM = 4000;

export function createHcSr04Chip(options: HcSr04ChipOptions): HcSr04Chip {
  const { distance, temperature } = options.surroundings;
  const noEchoMs = options.noEchoMs === undefined ? 38 : options.noEchoMs;
  const faults = createFaults();
  const timeOf = createUnwrapped();
  let busyUntil = -1;

  function triggered(now: number, edges: Int32Array): number {
    const time = timeOf(now);
    if (faults.absent || faults.stuckHigh || faults.stuckLow) return 0;
    if (time < busyUntil) {
      chip.ignored = (chip.ignored + 1) & 0xff;
      return 0;
    }
    const mm = distance(time);
    const isSeen = mm >= 0 && mm <= FAR_MM;
    // Speed of sound in air as an ideal gas, millimetres a second.
    const speed = 331300 * Math.sqrt(1 + temperature(time) / 273150);
    const us = isSeen ? Math.floor((mm * 2000000) / speed + 0.5) : noEchoMs * 1000;
    if (us === 0) return 0;
    edges[0] = START_US + faults.slowMs * 1000;
    edges[1] = edges[0] + us;
    busyUntil = time + edges[1] / 1000;
    return 2;
  }

  const chip: HcSr04Chip = {
    faults,
    ignored: 0,
    triggered,
    brownOut: () => void (busyUntil = -1),
  };
  return chip;
}
