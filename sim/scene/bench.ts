// A scene on the virtual board: makes its chips and wires them to the board's bench, where they outlast the power.

import type { FaultyChip } from '../chips/faults.ts';
import type { Bench } from '../board/bench.ts';
import { createAirOf } from '../environment/environment.ts';
import { CHIPS } from './chips.ts';
import type { ChipOptions, ChipType } from './chips.ts';
import { ENVIRONMENTS } from './environments.ts';
import type { Scene, SceneChip } from './scene.ts';

function wire(type: ChipType, place: SceneChip, options: ChipOptions, bench: Bench): FaultyChip {
  const chip = type.create({ ...options, ...place } as never);
  bench.i2c(place['bus'] as number).devices.push(chip);
  return chip;
}

/** Wire the scene's chips to `bench`. @returns them in the scene's order. */
export function wireScene(scene: Scene, bench: Bench): FaultyChip[] {
  const surroundings = ENVIRONMENTS[scene.environment]!.create({ seed: scene.seed });
  const environment = createAirOf(surroundings);
  return scene.chips.map((place, index) =>
    wire(CHIPS[place.chip]!, place, { surroundings, environment, seed: scene.seed + index }, bench),
  );
}
