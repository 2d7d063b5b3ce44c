// A contact between a pin with a pull-up and ground: reed switch with its magnet, float, button, two wires in water. It bounces when
// it changes: a reed for half a millisecond to 3 ms, a button for up to 20 ms (Ganssle, "A Guide to Debouncing", measured 18
// types: 1.5 ms on average, 6.2 ms at most, one at 157 ms). It has none of the faults of chips, but it may chatter.
// ES5 subset: runs in engines.

import { createRandom } from '../environment/random.ts';
import type { Source } from '../environment/surroundings.ts';
import { createBouncing, createEdgeInput } from '../rig/inputs.ts';
import type { SimulatedEdgeInput } from '../rig/inputs.ts';
import { createFaults, createUnwrapped } from './faults.ts';
import type { FaultyChip } from './faults.ts';

export interface SwitchChipOptions {
  /** 1: closed, pressed. */
  readonly closed: Source;
  readonly bounceMs: number;
  readonly seed: number;
}

export interface SwitchChip extends FaultyChip {
  readonly input: SimulatedEdgeInput;
  /** A loose wire: open and closed again all the time. */
  isLoose: boolean;
  /** To be called each millisecond. */
  tick(now: number): void;
}

export function createSwitchChip(options: SwitchChipOptions): SwitchChip {
  const input = createEdgeInput(1);
  const bouncing = createBouncing(input, options.bounceMs, createRandom(options.seed));
  const timeOf = createUnwrapped();

  function tick(now: number): void {
    const time = timeOf(now);
    const open = options.closed(time) ^ 1;
    bouncing.tick(time, chip.isLoose && time % 8 < 4 ? open ^ 1 : open);
  }

  const chip: SwitchChip = { input, faults: createFaults(), isLoose: false, tick, brownOut() {} };
  return chip;
}
