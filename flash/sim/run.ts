// `mote sim`: build a firmware, give it a broker, run it, and show what an independent client receives.

import { basename, resolve } from 'node:path';
import { build, STRAY_VARIABLE } from '../build/build.ts';
import type { BuildResult } from '../build/build.ts';
import { locateFirmware } from '../build/firmware.ts';
import { createHider, readSecrets, withFiles } from '../build/secrets.ts';
import { readSettings, toBytes } from '../build/settings.ts';
import { formatFinding } from '../check/check.ts';
import { decodeLogLine } from '../codes.ts';
import { ExitCode, MoteError } from '../errors.ts';
import type { Account, Bookkeeper } from './account.ts';
import { formatBrokerAddress, parseBrokerAddress } from './address.ts';
import type { BrokerAddress } from './address.ts';
import { startBroker } from './broker.ts';
import { startObserver } from './observer.ts';
import type { Cutter } from './power.ts';
import { readScene } from './scene.ts';
import type { Scene } from './scene.ts';
import type { Screen } from './screen.ts';
import { createViewState } from './view.ts';
import type { BoardFigures, ViewState } from './view.ts';

/** The power of a virtual board, and what became of what it accepted. */
export interface Power extends Pick<Cutter, 'cut' | 'plan'>, Pick<Bookkeeper, 'received' | 'account'> {}

/** A board that runs. */
export interface RunningBoard {
  figures(): BoardFigures[];
  /** Of a board whose power is ours. */
  readonly power?: Power;
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
  /** The power was cut; it comes back by itself. */
  onPowerCut(isTorn: boolean): void;
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
  /** Laid over the firmware's settings.json; the broker's address comes on top. */
  settings: Record<string, unknown>;
  features: Record<string, boolean>;
  screen: Screen;
  /** How often the power is cut; undefined leaves it alone. */
  cutPower?: number | undefined;
  /** Given a function that cuts the power now. @returns whether there is a key for it. */
  onPowerKey?: (cut: () => void) => boolean;
  /** Settles when the person wants it to end. */
  stopped: Promise<void>;
}

/** Between two power cuts of a run without an end. */
const DEFAULT_CUT_SECONDS = 3;

interface Closable {
  close(): Promise<void>;
}

/** Everything that must be closed again, in reverse order. */
interface Cleanup {
  add<T extends Closable>(item: T): T;
  run(): Promise<void>;
}

function createCleanup(): Cleanup {
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

interface BrokerSettings {
  username?: unknown;
  password?: unknown;
}

/** Settings of the firmware with the broker's address in place of its own. */
function settingsFor(options: SimOptions, address: BrokerAddress): Record<string, unknown> {
  const { host, port, username, password } = address;
  const login = username === '' ? {} : { username, password };
  const given = options.settings['broker'] as object | undefined;
  return { ...options.settings, broker: { ...given, host, port, ...login } };
}

/** The observer logs in as the firmware does where the address names nobody. */
function withLogin(address: BrokerAddress, settings: Record<string, unknown> | undefined): BrokerAddress {
  const { username, password } = (settings?.['broker'] ?? {}) as BrokerSettings;
  if (address.username !== '' || typeof username !== 'string') return address;
  return { ...address, username, password: typeof password === 'string' ? password : '' };
}

/** What a person wrote into the address of the broker, which is laid over the settings. */
function loginOf({ username, password }: BrokerAddress): string[] {
  return [username, password].filter((text) => text !== '').flatMap((text) => [text, toBytes(text)]);
}

/** Topics of this mote only, so that other traffic on a shared broker is not taken for ours. */
function topicFilter(settings: Record<string, unknown> | undefined): string {
  const id = settings?.['id'];
  return typeof id === 'string' && id !== '' ? `${id}/#` : '#';
}

/**
 * Run a firmware until `seconds` have passed, `stopped` settles, or the board dies.
 * @returns the exit code: 0 when telemetry arrived. @throws MoteError when it cannot start.
 */
export async function simulate(options: SimOptions): Promise<number> {
  const { firmware, screen } = options;
  const cleanup = createCleanup();
  try {
    const scene = readScene(firmware);
    let power: Power | undefined;
    const address =
      options.broker === undefined
        ? await embeddedBroker(options.port, cleanup, screen)
        : parseBrokerAddress(options.broker);
    const overrides = settingsFor(options, address);
    const { folder } = locateFirmware(firmware);
    const settings = withFiles(readSettings(folder, overrides), folder);
    // Before the build: a wrong address is noticed at once.
    cleanup.add(
      await startObserver(withLogin(address, settings), topicFilter(settings), {
        onMessage(observation, payload) {
          power?.received(observation.topic, payload);
          screen.message(observation);
        },
        onLost: () => screen.note('observer: connection to the broker lost, trying again'),
        onBack: () => screen.note('observer: the broker is back'),
      }),
    );
    const bundle = await build({
      firmware,
      board: options.board,
      settings: overrides,
      features: options.features,
      // It runs on another broker than the one that it is for.
      brokerProfile: null,
      onProgress: (step) => screen.progress(`building ${firmware}: ${step}`),
    });
    for (const warning of bundle.warnings) {
      if (warning.rule === STRAY_VARIABLE) screen.progress(formatFinding(warning));
    }
    const size = `${(bundle.bytes / 1024).toFixed(1)} KB in ${(bundle.milliseconds / 1000).toFixed(1)} s`;
    screen.progress(`built ${firmware}: ${size}`);
    const title = `${basename(resolve(firmware))} on ${options.board}, engine ${options.engineName}, built ${size}`;
    const state = createViewState(title, formatBrokerAddress(address), Date.now());
    const hide = createHider([...readSecrets(folder, options.settings), ...loginOf(address)]);
    const { lastWords, account } = await runBoard(
      options,
      { bundle, scene, hide },
      state,
      cleanup,
      (running) => {
        power = running;
      },
    );
    if (account !== undefined && account.lost + account.disordered > 0) {
      throw new MoteError(
        'readings were lost or came out of order',
        'report it, with what stands above',
        firmware,
        ExitCode.Lost,
      );
    }
    if (state.messages > 0) return 0;
    throw new MoteError(
      'no telemetry arrived',
      `see the board's last words: ${lastWords}`,
      firmware,
      ExitCode.NoTelemetry,
    );
  } finally {
    await cleanup.run();
  }
}

async function embeddedBroker(port: number, cleanup: Cleanup, screen: Screen): Promise<BrokerAddress> {
  const broker = cleanup.add(await startBroker(port));
  screen.progress(`broker on 127.0.0.1:${broker.port}`);
  return { host: '127.0.0.1', port: broker.port, username: '', password: '' };
}

/** Run the board to its end. @returns the last thing that it said, and the account where power was cut. */
async function runBoard(
  options: SimOptions,
  { hide, ...firmware }: Pick<EngineOptions, 'bundle' | 'scene'> & { hide(line: string): string },
  state: ViewState,
  cleanup: Cleanup,
  onPower: (power: Power) => void,
): Promise<{ lastWords: string; account: Account | undefined }> {
  const { screen, cutPower, seconds } = options;
  let lastWords = 'it said nothing';
  let ended: Account | undefined;
  let board: RunningBoard | undefined;
  screen.begin(state, () => board?.figures() ?? []);
  try {
    board = await options.startEngine({
      ...firmware,
      board: options.board,
      onConsole(line) {
        lastWords = decodeLogLine(line) ?? hide(line);
        screen.note(lastWords);
      },
      onPowerCut: (isTorn) =>
        screen.note(isTorn ? 'power cut, in the middle of a flash operation' : 'power cut'),
    });
    const running = board;
    const { power } = running;
    if (power !== undefined) {
      onPower(power);
      state.hasPowerKey = options.onPowerKey?.(power.cut) ?? false;
      if (cutPower !== undefined) power.plan(cutPower, seconds ?? cutPower * DEFAULT_CUT_SECONDS);
    }
    cleanup.add({ close: () => running.stop() });
    const death = await Promise.race([options.stopped, timeUp(options.seconds), board.died]);
    if (typeof death !== 'string') {
      const account = power?.account();
      if (account !== undefined && account.cuts > 0) ended = account;
      return { lastWords, account: ended };
    }
    throw new MoteError(
      `the board stopped: ${hide(death)}`,
      'see what it printed above',
      undefined,
      ExitCode.Environment,
    );
  } finally {
    screen.end(ended);
  }
}

/** Settles after `seconds`, never when undefined. */
function timeUp(seconds: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (seconds !== undefined) setTimeout(resolve, seconds * 1000).unref();
  });
}
