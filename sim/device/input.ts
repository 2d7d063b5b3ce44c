// A device that changes the level of a pin by itself: switch, motion sensor, rain gauge. ES5 subset: runs in engines.

import type { FaultyChip } from '../chips/faults.ts';
import type { SimulatedEdgeInput } from '../rig/inputs.ts';
import { HELD_MAX_US } from '../../src/ports/gpio.ts';
import type { Level, Pins, Times } from './place.ts';
import { startTicking } from './ticker.ts';

/** Such a device as its file in sim/chips makes it. */
export interface InputChip extends FaultyChip {
  readonly input: SimulatedEdgeInput;
  /** To be called now and then, each millisecond where that costs nothing. */
  tick(now: number): void;
}

/** An engine has more to do than to look at a switch each millisecond. */
const LOOK_MS = 5;

/** Wire `chip` to `pin`. */
export function connectInput(chip: InputChip, pin: number, pins: Pins, times: Times): void {
  const input = chip.input;
  let edgeAt = 0;

  function drive(level: number, heldUs: number): void {
    edgeAt = heldUs < HELD_MAX_US ? edgeAt + heldUs / 1000 : times.now();
    pins.drive(pin, level as Level, edgeAt);
  }

  input.watch(drive);
  pins.drive(pin, input.read() as Level);
  startTicking(chip.tick, LOOK_MS, times);
}
