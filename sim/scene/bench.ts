// A scene on the virtual board: makes its chips and wires them to the board's bench, where they outlast the power.

import type { Bench } from '../board/bench.ts';
import type { World } from '../board/world.ts';
import type { FaultyChip } from '../chips/faults.ts';
import { shareOf } from '../device/analog.ts';
import { connectInput } from '../device/input.ts';
import { connectEcho, connectLine } from '../device/line.ts';
import type { Place } from '../device/place.ts';
import { startUart } from '../device/uart.ts';
import { createAirOf } from '../environment/environment.ts';
import { CHIPS } from './chips.ts';
import type { ChipOptions, ChipType, UartType } from './chips.ts';
import type { Surroundings } from '../environment/surroundings.ts';
import { ENVIRONMENTS } from './environments.ts';
import type { Scene, SceneChip } from './scene.ts';

/** A scene that lives. */
export interface WiredScene {
  /** In the scene's order. */
  readonly chips: readonly FaultyChip[];
  /** Put another environment around all of them, from now on. @param name one of ENVIRONMENTS. */
  setEnvironment(name: string): void;
  /** Nothing happens by itself any more. */
  stop(): void;
}

/** @returns what the factory of a chip is given. */
function optionsOf(type: ChipType, place: SceneChip, around: ChipOptions): object {
  const sources = Object.entries(type.sources ?? {}).map(([name, quantity]) => [
    name,
    around.surroundings[quantity],
  ]);
  return { ...around, ...place, ...Object.fromEntries(sources), ...type.fixed };
}

/** Connects a chip of each kind to its place on the board. */
type Connectors = {
  readonly [Kind in ChipType['kind']]: (
    made: ReturnType<Extract<ChipType, { kind: Kind }>['create']>,
    chip: SceneChip,
    bench: Bench,
    place: Place,
    type: ChipType,
    seed: number,
  ) => void;
};

const pinOf = (chip: SceneChip, name = 'pin') => chip[name] as number;

const CONNECT: Connectors = {
  i2c: (made, { bus }, bench) => void bench.i2c(bus as number).devices.push(made),
  spi: (made, { bus }, bench) => void bench.spi(bus as number).push(made),
  onewire: (made, chip, bench) => void bench.oneWire(pinOf(chip)).push(made),
  uart(made, { port }, bench, place, type, seed) {
    const cable = bench.serial(port as number);
    cable.onData(startUart(made, (type as UartType).baud, seed, place, cable.write));
  },
  input: (made, chip, bench, place) => connectInput(made, pinOf(chip), bench.pins, place),
  line: (made, chip, bench, place) => connectLine(made, pinOf(chip), bench.pins, place),
  echo: (made, chip, bench, place) =>
    connectEcho(made, pinOf(chip, 'trigger'), pinOf(chip, 'echo'), bench.pins, place),
  analog: (made, chip, bench) => bench.pins.driveAnalog(pinOf(chip), () => shareOf(made)),
};

/** Surroundings that can be exchanged for others under chips that have them. */
function createExchange(scene: Scene, now: () => number) {
  const create = (name: string) => ENVIRONMENTS[name]!.create({ seed: scene.seed });
  let current = create(scene.environment);
  /** Pulses are counted on: no meter runs backwards. */
  let pulsesBefore = 0;
  const names = Object.keys(current) as (keyof Surroundings)[];
  const sources = names.map((name) => [
    name,
    name === 'pulses'
      ? (timeMs: number) => pulsesBefore + current.pulses(timeMs)
      : (timeMs: number) => current[name](timeMs),
  ]);
  return {
    surroundings: Object.fromEntries(sources) as Surroundings,
    set(name: string) {
      const next = create(name);
      pulsesBefore += current.pulses(now()) - next.pulses(now());
      current = next;
    },
  };
}

/** Make one chip and put it to its place on the board. */
function wire(type: ChipType, chip: SceneChip, around: ChipOptions, bench: Bench, place: Place): void {
  const more = type.more === 'now' ? place.now : false;
  const made = type.create(optionsOf(type, chip, around), more);
  CONNECT[type.kind](made as never, chip, bench, place, type, around.seed);
  place.chips.push(made);
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
  const { surroundings, set } = createExchange(scene, place.now);
  const environment = createAirOf(surroundings);
  scene.chips.forEach((chip, index) =>
    wire(CHIPS[chip.chip]!, chip, { surroundings, environment, seed: scene.seed + index }, bench, place),
  );
  return { chips, setEnvironment: set, stop: () => void (stopped = true) };
}
