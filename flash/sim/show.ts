// What runs now, live or in virtual time, and the page that shows it. A page may ask for another run: then the board before it stops.

import { ExitCode, MoteError } from '../errors.ts';
import { startPageServer } from '../page/server.ts';
import { openEngineStage } from '../stage/engine-stage.ts';
import { replayOffer } from '../stage/replay-offer.ts';
import type { ReplayStage } from '../stage/replay.ts';
import { createRuns } from '../stage/runs.ts';
import type { ModeOffer, Opener } from '../stage/runs.ts';
import type { Observed, Stage } from '../stage/stage.ts';
import type { EngineOptions, Power, RunningBoard, StartEngine } from './engine.ts';
import type { Observation } from './observer.ts';
import type { BoardFigures } from './view.ts';
import { startVirtual } from './vm.ts';

export interface ShowOptions {
  readonly engineName: string;
  readonly startEngine: StartEngine;
  readonly virtualSpeed?: number | undefined;
  readonly pagePort?: number | undefined;
  readonly onPage?: (address: string) => void;
}

export interface Show {
  /** The independent client of the real broker received something. */
  received(observation: Observation, payload: string): void;
  /** It has lost the broker, or has it again. */
  reached(isThere: boolean): void;
  figures(): BoardFigures[];
  /** Where the power is ours: that of what runs now. */
  readonly power: Power | undefined;
  readonly died: Promise<string>;
  /** Milliseconds since what runs now began, and its wall clock. */
  elapsed(): number;
  wall(): number;
  /** Settles after so many seconds of the run, never when undefined. */
  after(seconds: number | undefined): Promise<void>;
  close(): Promise<void>;
}

/** Speed of a run in virtual time that a page asks for. */
const PAGE_SPEED = 1;
const LOOK_MS = 20;
/** Of a scene. */
export const SEED_MAX = 65535;

/** Start the first run. @param onMessage told of what arrived. @throws MoteError when it cannot start. */
export async function openShow(
  options: ShowOptions,
  engine: EngineOptions,
  onMessage: (observation: Observation) => void,
): Promise<Show> {
  const { virtualSpeed } = options;
  const isVirtualBoard = options.engineName === 'vm';
  let current: RunningBoard & { readonly stage: Stage & Observed; readonly isLive: boolean };

  /** What a real engine prints goes to its stage, once there is one. */
  let tell: (line: string) => void = () => {};
  const heard: EngineOptions = {
    ...engine,
    onConsole(line) {
      tell(line);
      engine.onConsole(line);
    },
  };

  const withSeed = (seed: number | undefined): EngineOptions => {
    if (seed === undefined) return heard;
    if (seed <= SEED_MAX) return { ...heard, scene: { ...heard.scene, seed } };
    throw new MoteError(
      `the seed is greater than ${SEED_MAX}`,
      'greater ones are for a replay',
      'seed',
      ExitCode.Usage,
    );
  };

  const take = (running: RunningBoard, isLive: boolean): Stage => {
    const around = running.stage === undefined ? openEngineStage(engine, running) : undefined;
    if (around !== undefined) tell = around.said;
    const stage = running.stage ?? around!;
    current = { ...running, stage, isLive };
    return { ...stage, stop: running.stop };
  };
  const live = async (seed: number | undefined) => take(await options.startEngine(withSeed(seed)), true);
  const virtual = (seed: number | undefined, speed: number) =>
    take(startVirtual(withSeed(seed), speed, onMessage), false);

  const first = virtualSpeed === undefined ? await live(undefined) : virtual(undefined, virtualSpeed);
  const only: ModeOffer = {
    why: `${options.engineName} runs in its own time, and once`,
    fix: 'start mote sim without --engine',
  };
  const openLive: Opener = async (seed) => {
    withSeed(seed);
    return () => live(seed);
  };
  const openVirtual: Opener = async (seed) => {
    withSeed(seed);
    return async () => virtual(seed, virtualSpeed ?? PAGE_SPEED);
  };
  const takeReplay = (stage: ReplayStage): Stage => {
    current = {
      stage: { ...stage, received: () => {}, reached: () => {} },
      figures: stage.figures,
      died: new Promise(() => {}),
      stop: stage.stop,
      isLive: false,
    };
    return stage;
  };
  const runs = createRuns(first, {
    live: isVirtualBoard ? openLive : only,
    virtual: isVirtualBoard ? openVirtual : only,
    replay: isVirtualBoard ? replayOffer(virtualSpeed ?? PAGE_SPEED, takeReplay) : only,
  });
  const page =
    options.pagePort === undefined ? undefined : await startPageServer({ runs, port: options.pagePort });
  if (page !== undefined) options.onPage?.(page.address);

  const now = () => current;
  return {
    received(observation, payload) {
      if (!now().isLive) return;
      now().stage.received(observation, payload);
      onMessage(observation);
    },
    reached(isThere) {
      if (now().isLive) now().stage.reached(isThere);
    },
    figures: () => now().figures(),
    power: now().power && {
      cut: () => now().power?.cut(),
      plan: (times, seconds) => now().power?.plan(times, seconds),
      account: () => now().stage.account(0),
    },
    died: now().died,
    elapsed: () => now().stage.elapsed(),
    wall: () => (now().isLive ? Date.now() : now().stage.wall()),
    after: (seconds) =>
      new Promise((resolve) => {
        if (seconds === undefined) return;
        if (virtualSpeed === undefined) return void setTimeout(resolve, seconds * 1000).unref();
        const timer = setInterval(() => {
          if (now().stage.elapsed() < seconds * 1000) return;
          clearInterval(timer);
          resolve();
        }, LOOK_MS);
        timer.unref();
      }),
    async close() {
      await page?.close();
      await runs.stop();
    },
  };
}
