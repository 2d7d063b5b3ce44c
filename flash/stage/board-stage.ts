// A virtual board with the chips of its scene, in a world whose time somebody paces; beside it the listeners that tell of it. What its broker
// is, and who receives, is not known here: live.ts and virtual.ts bring that.

import type { BoardData } from '../../boards/board.ts';
import type { CompiledBundle } from '../../sim/board/bundle.ts';
import { createBoard } from '../../sim/board/board.ts';
import type { Board } from '../../sim/board/board.ts';
import type { VirtualWorld } from '../../sim/board/world.ts';
import type { Network } from '../../sim/network/network.ts';
import { createRandom } from '../../sim/network/random.ts';
import type { Paced } from '../../sim/paced.ts';
import { wireScene } from '../../sim/scene/bench.ts';
import { ENVIRONMENTS } from '../../sim/scene/environments.ts';
import { decodeLogLine } from '../codes.ts';
import { createCutter } from '../sim/power.ts';
import type { Cutter } from '../sim/power.ts';
import type { Scene } from '../sim/scene.ts';
import { createFaultDesk } from './desk.ts';
import type { FaultScene } from './fault-scene.ts';
import type { Mode, RunFacts } from './events.ts';
import { createListeners } from './listeners.ts';
import { bundleRows } from './memory.ts';
import type { Observed, Stage } from './stage.ts';
import { createTap } from './tap.ts';
import { createClockDesk } from './time.ts';

/** The broker of a stage, as it is from outside of the network. */
export interface StageBroker {
  readonly name: string;
  /** undefined: it is not ours to stop. */
  readonly power: FaultScene['broker'];
  publish(topic: string, payload: string): void;
  close(): Promise<void>;
}

export interface BoardStageOptions {
  readonly mode: Mode;
  readonly title: string;
  readonly firmware: string;
  readonly seed: number;
  readonly bundle: CompiledBundle;
  readonly bundleBytes: number;
  readonly board: BoardData;
  readonly scene: Scene;
  readonly world: VirtualWorld;
  readonly network: Network;
  readonly paced: Paced;
  /** Whether a page may say how fast time passes. */
  readonly hasTime: boolean;
  readonly broker: StageBroker;
  /** A line of the console, as it is. */
  onConsole(line: string): void;
  /** For lines that are shown: without secrets. */
  hide(line: string): string;
  onPowerCut?(isTorn: boolean): void;
}

export interface BoardStage extends Stage, Observed {
  readonly board: Pick<Board, 'flash' | 'isRunning' | 'powerOn' | 'powerOff' | 'counters'>;
  /** Cuts its power at random. */
  readonly cutter: Cutter;
}

/** Chips that send a checksum (sim/chips: those that look at `badCrc`). */
export const CRC_CHIPS = new Set([
  'aht20',
  'dht11',
  'dht22',
  'ds18b20',
  'ds18s20',
  'gps',
  'htu21d',
  'mh-z19',
  'pms7003',
  'scd30',
  'scd41',
  'scd4x',
  'sgp30',
  'sgp40',
  'sht3x',
  'sht4x',
  'si7021',
]);

/** @returns a name for each chip of the scene; those of one kind are numbered. */
function sensorNames({ chips }: Scene): string[] {
  return chips.map(({ chip }, index) => {
    const alike = chips.filter((one) => one.chip === chip);
    return alike.length === 1
      ? chip
      : `${chip} ${chips.slice(0, index + 1).filter((one) => one.chip === chip).length}`;
  });
}

/** Put it together, and give it power. */
export function openBoardStage(options: BoardStageOptions): BoardStage {
  const { world, network, paced, board: data, scene, broker, seed } = options;
  const listeners = createListeners(world.now, data, bundleRows(data, options.bundleBytes));
  const { timeline } = listeners;
  const tap = createTap(world, listeners);
  let hasPower = false;
  const made = createBoard({
    bundle: options.bundle,
    world: tap.world,
    board: data,
    onConsole(line) {
      const sentence = decodeLogLine(line);
      timeline.say('log', sentence === undefined ? 'print' : 'code', sentence ?? options.hide(line));
      if (sentence !== undefined) listeners.hearing.onSentence(sentence);
      options.onConsole(line);
    },
    onRun: listeners.onRun,
  });
  listeners.watch(made, world.accessPoint);
  const wired = wireScene(scene, made.bench, world);
  const board: BoardStage['board'] = {
    flash: made.flash,
    counters: made.counters,
    isRunning: made.isRunning,
    powerOn() {
      hasPower = true;
      made.powerOn();
    },
    powerOff(how) {
      hasPower = false;
      made.powerOff(how);
    },
  };
  const cutPower = (isTorn: boolean) => {
    listeners.bookkeeper.cut(isTorn);
    options.onPowerCut?.(isTorn);
  };
  const cutter = createCutter(board, world.setTimer, seed, cutPower);
  const names = sensorNames(scene);
  const faultScene: FaultScene = {
    now: world.now,
    setTimer: world.setTimer,
    random: createRandom(seed).fork(),
    network,
    accessPoint: world.accessPoint,
    flash: made.flash,
    outbox: data.flash!.outbox,
    power: {
      isOn: () => hasPower,
      off(cause, isTorn) {
        timeline.because(cause);
        board.powerOff('silent');
        cutPower(isTorn);
      },
      on(cause) {
        timeline.because(cause);
        board.powerOn();
      },
    },
    connections: tap,
    broker: broker.power && {
      stop() {
        timeline.say('broker', 'down', 'it was stopped');
        broker.power!.stop();
      },
      start() {
        timeline.say('broker', 'up', 'it was started again');
        broker.power!.start();
      },
    },
    sensors: new Map(
      wired.chips.map((chip, i) => [names[i]!, { chip, hasCrc: CRC_CHIPS.has(scene.chips[i]!.chip) }]),
    ),
    environments: Object.keys(ENVIRONMENTS),
    setEnvironment: wired.setEnvironment,
    jumpClock: made.jumpClock,
    sensor: (state, cause) => timeline.say('sensor', state, cause),
  };
  const desk = createFaultDesk(faultScene, listeners);
  const clock = createClockDesk(paced, options.hasTime);
  const facts: Omit<RunFacts, 'run'> = {
    mode: options.mode,
    title: options.title,
    firmware: options.firmware,
    board: data.id,
    broker: broker.name,
    seed,
    startMs: world.wall() - world.now(),
    hasTime: options.hasTime,
    hasCommands: true,
    faults: desk.offers,
  };
  timeline.say('broker', 'up', broker.name);
  board.powerOn();

  return {
    facts,
    journal: listeners.journal,
    board,
    cutter,
    fault(name, args) {
      paced.sync();
      return desk.begin(name, args);
    },
    setSpeed: clock.setSpeed,
    step: clock.step,
    command(topic, payload) {
      paced.sync();
      broker.publish(topic, payload);
    },
    packets: listeners.packets,
    received(observation, payload) {
      paced.sync();
      listeners.received(observation, payload);
    },
    reached(isThere) {
      paced.sync();
      if (isThere) timeline.say('broker', 'up', 'the independent client has it again');
      else timeline.say('broker', 'down', 'the independent client lost it');
    },
    refresh() {
      listeners.refresh();
      if (listeners.journal.isWatched()) listeners.tell(clock.event(world.now()));
    },
    account: listeners.account,
    elapsed: world.now,
    wall: world.wall,
    figures: () => listeners.figures(made.counters),
    async stop() {
      paced.stop();
      cutter.stop();
      wired.stop();
      made.powerOff();
      await broker.close();
    },
  };
}
