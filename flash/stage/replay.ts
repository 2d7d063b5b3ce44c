// A seed of the system simulation as a stage: its schedule of faults, its oracles and its verdict, at any speed and step by step. Whoever looks
// on changes nothing: the run is the one that `npm run replay` tells of.

import { esp32 } from '../../boards/esp32.ts';
import type { CompiledBundle } from '../../sim/board/bundle.ts';
import type { VirtualWorld } from '../../sim/board/world.ts';
import { createPaced } from '../../sim/paced.ts';
import type { Fault } from '../../sim/system/faults.ts';
import { nameOf, startSystem } from '../../sim/system/run.ts';
import type { Run, SystemRun } from '../../sim/system/run.ts';
import type { Scene } from '../../sim/system/scene.ts';
import { drawSchedule } from '../../sim/system/schedule.ts';
import { decodeLogLine } from '../codes.ts';
import { ExitCode, MoteError } from '../errors.ts';
import { readPayload } from '../sim/observer.ts';
import type { Observation } from '../sim/observer.ts';
import { createListeners } from './listeners.ts';
import type { Listeners } from './listeners.ts';
import { bundleRows } from './memory.ts';
import type { Stage } from './stage.ts';
import { createTap } from './tap.ts';
import { createClockDesk } from './time.ts';

export interface ReplayOptions {
  readonly seed: number;
  readonly bundle: CompiledBundle;
  readonly bundleBytes: number;
  /** Virtual seconds a real second. */
  readonly speed: number;
  onMessage?(observation: Observation): void;
}

export interface ReplayStage extends Stage {
  /** Let so many milliseconds pass, as fast as they do. */
  run(ms: number): void;
  /** Once it is over. */
  verdict(): Run | undefined;
}

const SHOWN = 10;

const cannot = (what: string) =>
  new MoteError(what, 'choose live or virtual time for that', 'replay', ExitCode.Environment);

/** Its world, which tells when the run is over. */
function withEnd(run: SystemRun, onEnd: () => void): VirtualWorld {
  let isTold = false;
  const look = () => {
    if (isTold || !run.isOver()) return;
    isTold = true;
    onEnd();
  };
  return {
    ...run.world,
    run(ms) {
      run.world.run(ms);
      look();
    },
    runUntil(done, ms) {
      const is = run.world.runUntil(done, ms);
      look();
      return is;
    },
    step() {
      const is = run.world.step();
      look();
      return is;
    },
  };
}

/** @returns the verdict in sentences. */
function sentences({ violations, figures, felt, boots }: Run): string[] {
  const struck = [...felt.values()].reduce((sum, count) => sum + count, 0);
  const head = `${struck} faults of ${felt.size} kinds struck, and it started ${boots} times.`;
  const account = `${figures.accepted} readings accepted, ${figures.refused} refused, ${figures.repeated} came again.`;
  if (violations.length === 0) return [head, account, 'No violation.'];
  const more = violations.length > SHOWN ? [`… and ${violations.length - SHOWN} more.`] : [];
  return [head, account, ...violations.slice(0, SHOWN).map((what) => `Violation: ${what}`), ...more];
}

export function openReplayStage(options: ReplayOptions): ReplayStage {
  const { seed, bundle } = options;
  const schedule = drawSchedule(seed);
  let scene: Scene | undefined;
  let listeners: Listeners | undefined;
  let verdict: Run | undefined;

  const onFault = (fault: Fault, isOver: boolean) =>
    listeners!.timeline.say('fault', isOver ? 'over' : fault.kind, nameOf(fault));

  const run = startSystem({
    bundle,
    seed,
    schedule,
    watch: {
      tap(world) {
        listeners = createListeners(world.now, esp32, bundleRows(esp32, options.bundleBytes));
        return createTap(world, listeners).world;
      },
      onScene(made) {
        scene = made;
        listeners!.watch(made.board, made.world.accessPoint);
      },
      onRun: (isRunning, wakeMs) => listeners!.onRun(isRunning, wakeMs),
      onConsole(line) {
        const sentence = decodeLogLine(line);
        listeners!.timeline.say('log', sentence === undefined ? 'print' : 'code', sentence ?? line);
      },
      onPowerCut: (isTorn) => listeners!.bookkeeper.cut(isTorn),
      onMessage({ topic, payload }) {
        const bytes = Buffer.from(payload, 'latin1');
        const observation = readPayload(topic, bytes, Math.round(scene!.world.wall()));
        listeners!.received(observation, bytes.toString('utf8'));
        options.onMessage?.(observation);
      },
      onFault,
    },
  });
  const { world } = scene!;
  const { journal, timeline } = listeners!;

  const end = () => {
    verdict = run.finish();
    const isWell = verdict.violations.length === 0;
    timeline.say('fault', 'verdict', isWell ? 'no violation' : `${verdict.violations.length} violations`);
    journal.emit({
      type: 'outcome',
      t: world.now(),
      fault: 1,
      name: 'replay',
      label: `Seed ${seed}: ${schedule.length} faults`,
      beganAt: 0,
      isOver: true,
      what: sentences(verdict),
      account: listeners!.account(),
    });
  };
  const paced = createPaced(withEnd(run, end), options.speed);
  const clock = createClockDesk(paced, true);

  return {
    facts: {
      mode: 'replay',
      title: `seed ${seed} of the system simulation: ${schedule.length} faults in an hour`,
      firmware: 'two counters, QoS 1 and 2',
      board: esp32.id,
      broker: 'the model broker',
      seed,
      startMs: world.wall() - world.now(),
      hasTime: true,
      hasCommands: false,
      faults: [],
    },
    journal,
    fault() {
      throw cannot('a replay has its own faults');
    },
    setSpeed: clock.setSpeed,
    step: clock.step,
    command() {
      throw cannot('a replay has its own commands');
    },
    packets: listeners!.packets,
    refresh() {
      listeners!.refresh();
      if (journal.isWatched()) listeners!.tell(clock.event(world.now()));
    },
    account: listeners!.account,
    elapsed: world.now,
    wall: world.wall,
    figures: () => listeners!.figures(scene!.board.counters),
    run(ms) {
      paced.setSpeed(0);
      run.world.run(ms);
      if (run.isOver() && verdict === undefined) end();
    },
    verdict: () => verdict,
    async stop() {
      paced.stop();
      scene!.board.powerOff();
    },
  };
}
