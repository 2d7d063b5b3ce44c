// `mote sim`: build a firmware, give it a broker, run it, and show what an independent client receives.

import { basename, resolve } from 'node:path';
import { build, STRAY_VARIABLE } from '../build/build.ts';
import { locateFirmware } from '../build/firmware.ts';
import { createHider, readSecrets, withFiles } from '../build/secrets.ts';
import { readSettings } from '../build/settings.ts';
import { formatFinding } from '../check/check.ts';
import { decodeLogLine } from '../codes.ts';
import { ExitCode, MoteError } from '../errors.ts';
import type { Account } from './account.ts';
import { formatBrokerAddress, parseBrokerAddress } from './address.ts';
import type { BrokerAddress } from './address.ts';
import { startBroker } from './broker.ts';
import type { EmbeddedBroker } from './broker.ts';
import { createCleanup } from './cleanup.ts';
import type { Cleanup } from './cleanup.ts';
import type { EngineOptions, Production, RunningBoard, StartEngine } from './engine.ts';
import { loginOf, topicFilter, withBroker, withLogin } from './login.ts';
import { startObserver } from './observer.ts';
import { readScene } from './scene.ts';
import type { Scene } from './scene.ts';
import type { Screen } from './screen.ts';
import { openShow } from './show.ts';
import type { Show } from './show.ts';
import { createViewState } from './view.ts';

export interface SimOptions {
  firmware: string;
  board: string;
  engineName: string;
  startEngine: StartEngine;
  /** mqtt://…; undefined starts an embedded broker. */
  broker: string | undefined;
  /** Port of the embedded broker, 0 for a free one. */
  port: number;
  /** undefined runs until `stopped`. Of the board's own time. */
  seconds: number | undefined;
  /** Laid over the firmware's settings.json; the broker's address comes on top. */
  settings: Record<string, unknown>;
  features: Record<string, boolean>;
  screen: Screen;
  /** The first run is in virtual time, at this speed; undefined: live. */
  virtualSpeed?: number | undefined;
  /** Of everything random; undefined: that of sim.json. */
  seed?: number | undefined;
  /** A page is offered on this port, 0 for a free one; undefined: none. */
  pagePort?: number | undefined;
  /** Told where the page is. */
  onPage?: (address: string) => void;
  /** How often the power is cut; undefined leaves it alone. */
  cutPower?: number | undefined;
  /** Given a function that cuts the power now. @returns whether there is a key for it. */
  onPowerKey?: (cut: () => void) => boolean;
  /** Settles when the person wants it to end. */
  stopped: Promise<void>;
}

/** Between two power cuts of a run without an end. */
const DEFAULT_CUT_SECONDS = 3;

const withSeed = (scene: Scene, seed: number | undefined): Scene =>
  seed === undefined ? scene : { ...scene, seed };

/** Build the firmware for a broker, telling of it. */
async function produce(
  options: SimOptions,
  scene: Scene,
  address: BrokerAddress,
  around: Pick<Production, 'embedded' | 'publish'>,
): Promise<Production> {
  const { firmware, screen } = options;
  const bundle = await build({
    firmware,
    board: options.board,
    settings: withBroker(options.settings, address),
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
  const { folder } = locateFirmware(firmware);
  return {
    ...around,
    title: `${basename(resolve(firmware))} on ${options.board}, engine ${options.engineName}, built ${size}`,
    firmware: basename(resolve(firmware)),
    bundle,
    board: options.board,
    scene,
    address,
    hide: createHider([...readSecrets(folder, options.settings), ...loginOf(address)]),
  };
}

/**
 * Run a firmware until `seconds` have passed, `stopped` settles, or the board dies.
 * @returns the exit code: 0 when telemetry arrived. @throws MoteError when it cannot start.
 */
export async function simulate(options: SimOptions): Promise<number> {
  const { firmware, screen } = options;
  const cleanup = createCleanup();
  try {
    const scene = withSeed(readScene(firmware), options.seed);
    let receiver: Receiver | undefined;
    const embedded =
      options.broker === undefined ? await embeddedBroker(options.port, cleanup, screen) : undefined;
    const address = embedded === undefined ? parseBrokerAddress(options.broker!) : addressOf(embedded);
    const { folder } = locateFirmware(firmware);
    const settings = withFiles(readSettings(folder, withBroker(options.settings, address)), folder);
    // Before the build: a wrong address is noticed at once.
    const observer = cleanup.add(
      await startObserver(withLogin(address, settings), topicFilter(settings), {
        onMessage: (observation, payload) => receiver?.received(observation, payload),
        onLost() {
          receiver?.reached(false);
          screen.note('observer: connection to the broker lost, trying again');
        },
        onBack() {
          receiver?.reached(true);
          screen.note('observer: the broker is back');
        },
      }),
    );
    const production = await produce(options, scene, address, { embedded, publish: observer.publish });
    const { lastWords, account, messages } = await perform(options, production, cleanup, (show) => {
      receiver = show;
    });
    if (account !== undefined && account.lost + account.disordered > 0) {
      throw new MoteError(
        'readings were lost or came out of order',
        'report it, with what stands above',
        firmware,
        ExitCode.Lost,
      );
    }
    if (messages > 0) return 0;
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

const addressOf = ({ port }: EmbeddedBroker): BrokerAddress => ({
  host: '127.0.0.1',
  port,
  username: '',
  password: '',
});

async function embeddedBroker(port: number, cleanup: Cleanup, screen: Screen): Promise<EmbeddedBroker> {
  const broker = cleanup.add(await startBroker(port));
  screen.progress(`broker on 127.0.0.1:${broker.port}`);
  return broker;
}

interface Ending {
  readonly lastWords: string;
  /** Where power was cut. */
  readonly account: Account | undefined;
  readonly messages: number;
}

/** Who is to hear of what the independent client receives. */
type Receiver = Pick<Show, 'received' | 'reached'>;

/** Run the board to its end. */
async function perform(
  options: SimOptions,
  production: Production,
  cleanup: Cleanup,
  onReceiver: (receiver: Receiver) => void,
): Promise<Ending> {
  const { screen, cutPower, seconds } = options;
  const { hide } = production;
  let lastWords = 'it said nothing';
  let ended: Account | undefined;
  let show: Show | undefined;
  const now = () => show?.wall() ?? Date.now();
  const engine: EngineOptions = {
    ...production,
    onConsole(line) {
      lastWords = decodeLogLine(line) ?? hide(line);
      screen.note(lastWords);
    },
    onPowerCut: (isTorn) =>
      screen.note(isTorn ? 'power cut, in the middle of a flash operation' : 'power cut'),
    onTrouble: (what) => screen.note(what),
  };
  const broker =
    options.virtualSpeed === undefined ? formatBrokerAddress(production.address) : 'in virtual time';
  const state = createViewState(production.title, broker, Date.now(), now);
  screen.begin(state, () => show?.figures() ?? []);
  try {
    const onPage = (address: string) => {
      state.page = address;
      options.onPage?.(address);
    };
    show = cleanup.add(await openShow({ ...options, onPage }, engine, screen.message));
    onReceiver(show);
    state.startedAt = show.wall() - show.elapsed();
    const power: RunningBoard['power'] = show.power;
    if (power !== undefined) {
      state.hasPowerKey = options.onPowerKey?.(power.cut) ?? false;
      if (cutPower !== undefined) power.plan(cutPower, seconds ?? cutPower * DEFAULT_CUT_SECONDS);
    }
    const death = await Promise.race([options.stopped, show.after(seconds), show.died]);
    if (typeof death !== 'string') {
      const account = power?.account();
      if (account !== undefined && account.cuts > 0) ended = account;
      return { lastWords, account: ended, messages: state.messages };
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
