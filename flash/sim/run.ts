// `mote sim`: build a firmware, give it a broker, run it, and show what an independent client receives.

import { basename, resolve } from 'node:path';
import { build } from '../build/build.ts';
import type { BuildResult } from '../build/build.ts';
import { decodeLogLine } from '../codes.ts';
import { ExitCode, MoteError } from '../errors.ts';
import { formatBrokerAddress, parseBrokerAddress } from './address.ts';
import type { BrokerAddress } from './address.ts';
import { startBroker } from './broker.ts';
import { startObserver } from './observer.ts';
import { readScene } from './scene.ts';
import type { Scene } from './scene.ts';
import type { Screen } from './screen.ts';
import { createViewState } from './view.ts';
import type { BoardFigures } from './view.ts';

/** A board that runs. */
export interface RunningBoard {
  figures(): BoardFigures[];
  /** Settles with a sentence when the board stopped by itself. */
  readonly died: Promise<string>;
  stop(): Promise<void>;
}

export interface EngineOptions {
  bundle: BuildResult;
  board: string;
  scene: Scene;
  /** A line that the firmware printed. */
  onConsole(line: string): void;
}

/** Starts the bundle in one kind of engine. */
export type StartEngine = (options: EngineOptions) => Promise<RunningBoard>;

export interface SimOptions {
  firmware: string;
  board: string;
  engineName: string;
  startEngine: StartEngine;
  /** mqtt://…; undefined starts an embedded broker. */
  broker: string | undefined;
  /** Port of the embedded broker, 0 for a free one. */
  port: number;
  /** undefined runs until `stopped`. */
  seconds: number | undefined;
  features: Record<string, boolean>;
  screen: Screen;
  /** Settles when the person wants it to end. */
  stopped: Promise<void>;
}

interface Closable {
  close(): Promise<void>;
}

/** Everything that must be closed again, in reverse order. */
function createCleanup(): { add<T extends Closable>(item: T): T; run(): Promise<void> } {
  const items: Closable[] = [];
  return {
    add(item) {
      items.push(item);
      return item;
    },
    async run() {
      for (const item of items.reverse()) await item.close();
    },
  };
}

function brokerSettings(address: BrokerAddress): Record<string, unknown> {
  const { host, port, username, password } = address;
  return { broker: { host, port, ...(username === '' ? {} : { username, password }) } };
}

/** Topics of this mote only, so that other traffic on a shared broker is not taken for ours. */
function topicFilter(id: unknown): string {
  return typeof id === 'string' && id !== '' ? `${id}/#` : '#';
}

/**
 * Run a firmware until `seconds` have passed, `stopped` settles, or the board dies.
 * @returns the exit code: 0 when telemetry arrived. @throws MoteError when it cannot start.
 */
export async function simulate(options: SimOptions): Promise<number> {
  const { screen } = options;
  const cleanup = createCleanup();
  try {
    const scene = readScene(options.firmware);
    const given = options.broker === undefined ? undefined : parseBrokerAddress(options.broker);
    const address = given ?? (await embedded(options.port, cleanup, screen));
    screen.progress(`building ${options.firmware}`);
    const bundle = await build({
      firmware: options.firmware,
      board: options.board,
      settings: brokerSettings(address),
      features: options.features,
      onProgress: (step) => screen.progress(`building ${options.firmware}: ${step}`),
    });
    const name = basename(resolve(options.firmware));
    const size = `${(bundle.bytes / 1024).toFixed(1)} KB in ${(bundle.milliseconds / 1000).toFixed(1)} s`;
    screen.progress(`built ${name}: ${size}`);
    return await runBundle(
      options,
      bundle,
      scene,
      address,
      cleanup,
      `${name} on ${options.board}, ${options.engineName}, ${size}`,
    );
  } finally {
    await cleanup.run();
  }
}

async function embedded(
  port: number,
  cleanup: ReturnType<typeof createCleanup>,
  screen: Screen,
): Promise<BrokerAddress> {
  const broker = cleanup.add(await startBroker(port));
  screen.progress(`broker on 127.0.0.1:${broker.port}`);
  return { host: '127.0.0.1', port: broker.port, username: '', password: '' };
}

async function runBundle(
  options: SimOptions,
  bundle: BuildResult,
  scene: Scene,
  address: BrokerAddress,
  cleanup: ReturnType<typeof createCleanup>,
  title: string,
): Promise<number> {
  const { screen } = options;
  const state = createViewState(title, formatBrokerAddress(address), Date.now());
  cleanup.add(
    await startObserver(address, topicFilter(bundle.settings['id']), {
      onMessage: (observation) => screen.message(observation),
      onLost: () => screen.note('observer: connection to the broker lost, trying again'),
      onBack: () => screen.note('observer: the broker is back'),
    }),
  );
  let lastEvent = 'the board said nothing';
  const board = await options.startEngine({
    bundle,
    board: options.board,
    scene,
    onConsole(line) {
      lastEvent = decodeLogLine(line) ?? line;
      screen.note(lastEvent);
    },
  });
  cleanup.add({ close: () => board.stop() });
  screen.begin(state, () => board.figures());
  const timeUp = options.seconds === undefined ? new Promise<never>(() => {}) : sleep(options.seconds * 1000);
  const death = await Promise.race([options.stopped, timeUp, board.died]);
  screen.end();
  if (typeof death === 'string') {
    throw new MoteError(
      `the board stopped: ${death}`,
      'see what it printed above',
      undefined,
      ExitCode.Environment,
    );
  }
  if (state.messages > 0) return 0;
  throw new MoteError(
    'no telemetry arrived',
    `the board's last words: ${lastEvent}`,
    options.firmware,
    ExitCode.NoTelemetry,
  );
}

function sleep(ms: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, ms).unref();
  });
}
