// A scene on the virtual board: makes its chips and wires them to the board's bench, where they outlast the power.

import type { Bench } from '../board/bench.ts';
import type { World } from '../board/world.ts';
import type { FaultyChip } from '../chips/faults.ts';
import { connectInput } from '../device/input.ts';
import type { Place } from '../device/place.ts';
import { startUart } from '../device/uart.ts';
import { createAirOf } from '../environment/environment.ts';
import type { Surroundings } from '../environment/surroundings.ts';
import { CHIPS } from './chips.ts';
import type { ChipOptions, ChipType } from './chips.ts';
import { ENVIRONMENTS } from './environments.ts';
import type { Scene, SceneChip } from './scene.ts';

/** A scene that lives. */
export interface WiredScene {
  /** In the scene's order. */
  readonly chips: readonly FaultyChip[];
  /** Nothing happens by itself any more. */
  stop(): void;
}

/** @returns what the factory of a chip is given. */
function optionsOf(type: ChipType, place: SceneChip, around: ChipOptions): object {
  const sources = Object.entries(type.sources ?? {}).map(([name, quantity]) => [
    name,
    around.surroundings[quantity as keyof Surroundings],
  ]);
  return { ...around, ...place, ...Object.fromEntries(sources), ...type.fixed };
}

/** Make one chip and put it to its place on the board. */
function wire(type: ChipType, chip: SceneChip, around: ChipOptions, bench: Bench, place: Place): void {
  const options = optionsOf(type, chip, around);
  if (type.kind === 'i2c') {
    const made = type.create(options);
    bench.i2c(chip['bus'] as number).devices.push(made);
    place.chips.push(made);
  } else if (type.kind === 'onewire') {
    const made = type.create(options);
    bench.oneWire(chip['pin'] as number).push(made);
    place.chips.push(made);
  } else if (type.kind === 'uart') {
    const made = type.create(options);
    const cable = bench.serial(chip['port'] as number);
    cable.onData(startUart(made, type.baud, around.seed, place, cable.write));
    place.chips.push(made);
  } else {
    const made = type.create(options);
    connectInput(made, chip['pin'] as number, bench.pins, place);
    place.chips.push(made);
  }
}

/** Wire the scene's chips to `bench`. @param world whose time is theirs. */
export function wireScene(scene: Scene, bench: Bench, world: Pick<World, 'now' | 'setTimer'>): WiredScene {
  const chips: FaultyChip[] = [];
  let stopped = false;
  const place: Place = {
    chips,
    now: () => Math.floor(world.now()),
    later(callback, ms) {
      if (!stopped) world.setTimer(ms, callback);
    },
  };
  const surroundings = ENVIRONMENTS[scene.environment]!.create({ seed: scene.seed });
  const environment = createAirOf(surroundings);
  scene.chips.forEach((chip, index) =>
    wire(CHIPS[chip.chip]!, chip, { surroundings, environment, seed: scene.seed + index }, bench, place),
  );
  return { chips, stop: () => void (stopped = true) };
}
