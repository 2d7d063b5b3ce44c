// What a fleet runs: a small firmware of its own, or a user's. Before thousands of them are started two are, in virtual time: their names and
// topics must differ, and what stands in their flash must be what they send.

import type { BrokerMessage } from '../../sim/device/broker.ts';
import type { Scene } from '../../sim/scene/scene.ts';
import { locateFirmware } from '../build/firmware.ts';
import { readSettings } from '../build/settings.ts';
import { ExitCode, MoteError } from '../errors.ts';
import { readScene } from '../sim/scene.ts';
import { openModelBroker } from './model.ts';
import type { AcceptedMessage } from './accepted.ts';
import { createShare } from './motes.ts';
import { BROKER } from './plan.ts';

export interface FleetFirmware {
  readonly name: string;
  readonly code: string;
  readonly scene: Scene;
  /** What an observer subscribes to: topics of QoS 1 and 2, with + in the place of a mote's name. */
  readonly filters: readonly string[];
  /** Of its readings, as far as its settings say it. */
  readonly intervalMs: number;
  /** Longest wait before the first attempt to connect. */
  readonly firstWaitMs: number;
}

export interface FirmwareOptions {
  /** Folder with main.ts, or a .ts file. */
  readonly firmware: string;
  /** What a person calls it. */
  readonly name: string;
  readonly board: string;
  readonly settings: Record<string, unknown>;
  readonly features: Record<string, boolean>;
  readonly intervalSec: number | undefined;
  readonly username: string;
  readonly password: string;
}

const DEFAULT_INTERVAL_SEC = 60;
const FIRST_WAIT_MS = 60_000;
/** Two motes have both sent something by then, virtual time. */
const LOOK_LIMIT_MS = 3_600_000;
/** A mote may come online so much later than another. */
const SLOWER_MS = 120_000;
const LOOK_STEP_MS = 1000;

const refuse = (what: string, fix: string, where: string) =>
  new MoteError(what, fix, where, ExitCode.Firmware);

/** @returns the settings, over those of the firmware. */
function settingsFor(options: FirmwareOptions): Record<string, unknown> {
  const { firmware, settings, intervalSec, username, password } = options;
  const login = username === '' ? {} : { username, password };
  const broker = { ...(settings['broker'] as object | undefined), ...BROKER, ...login };
  if (intervalSec === undefined) return { ...settings, broker };
  if (readSettings(locateFirmware(firmware).folder, settings)?.['intervalMs'] !== undefined) {
    return { ...settings, intervalMs: intervalSec * 1000, broker };
  }
  const what = 'its settings.json has no "intervalMs"';
  throw new MoteError(what, 'leave --interval out, or --set what it has', '--interval', ExitCode.Usage);
}

/** @returns what the settings say of time, else what a mote does by default. */
function timesOf(settings: Record<string, unknown>): Pick<FleetFirmware, 'intervalMs' | 'firstWaitMs'> {
  const { intervalMs } = settings;
  const broker = settings['broker'] as { backoff?: { windowMs?: number } } | undefined;
  return {
    intervalMs: typeof intervalMs === 'number' ? intervalMs : DEFAULT_INTERVAL_SEC * 1000,
    firstWaitMs: broker?.backoff?.windowMs ?? FIRST_WAIT_MS,
  };
}

/** Build in 3.1.1: what is sent has to be told apart from outside, without the short topics of MQTT 5.0. */
async function buildFor(options: FirmwareOptions): Promise<Omit<FleetFirmware, 'filters'>> {
  const { firmware, name, board } = options;
  const { build } = await import('../build/build.ts');
  const { code, settings } = await build({
    firmware,
    board,
    settings: settingsFor(options),
    features: { ...options.features, V5: false },
    brokerProfile: null,
  });
  return { name, code, scene: readScene(firmware), ...timesOf(settings) };
}

interface Look {
  readonly accepted: readonly AcceptedMessage[];
  readonly sent: readonly BrokerMessage[];
  readonly online: number;
  readonly faults: readonly string[];
}

/** Run two motes until both have sent something of QoS 1 or 2. */
function look({ code, scene, intervalMs }: Omit<FleetFirmware, 'filters'>, board: string): Look {
  const accepted: AcceptedMessage[] = [];
  const sent: BrokerMessage[] = [];
  const share = createShare(
    { code, scene, board, first: 1, count: 2, seed: 1, startMs: 0 },
    { now: () => share.world.now(), onAccepted: (message) => void accepted.push(message) },
  );
  let online = 0;
  let limitMs = LOOK_LIMIT_MS;
  openModelBroker(share.world, share.network, (message) => {
    if (message.qos === 0) return;
    // The other is about as fast.
    if (sent.length === 0) limitMs = share.world.now() + 2 * intervalMs + SLOWER_MS;
    sent.push(message);
  });
  const isSeen = () => new Set(sent.map(({ clientId }) => clientId)).size > 1;
  while (share.world.now() < limitMs && !isSeen()) {
    share.world.run(LOOK_STEP_MS);
    online = Math.max(online, share.online());
  }
  const faults = [...share.faults];
  share.stop();
  return { accepted, sent, online, faults };
}

/** @returns what an observer subscribes to, after what two motes have sent. @throws MoteError when a fleet of them could not be told apart. */
function filtersOf({ accepted, sent, online, faults }: Look, name: string): string[] {
  const ids = new Set(sent.map(({ clientId }) => clientId));
  if (ids.size === 0 && online === 0) {
    const why = faults[0] === undefined ? '' : `: ${faults[0]}`;
    const fix = 'have it take broker.host and broker.port of settings.json';
    throw refuse(`it does not connect to the broker that it is given${why}`, fix, name);
  }
  if (ids.size === 0) {
    const fix = 'give it a sensor of QoS 1, and the chips for it in sim.json';
    throw refuse('it publishes nothing with QoS 1 or 2, so nobody can say what was lost', fix, name);
  }
  if (ids.size === 1) {
    const fix =
      'in main.ts write `const board = openBoard();`, and `id: board.serial` in startMote({ … }, board)';
    throw refuse(`all motes would call themselves ${JSON.stringify([...ids][0])}`, fix, name);
  }
  if (accepted.length === 0) {
    throw refuse('it keeps no messages in flash', 'do not switch the flash outbox off', name);
  }
  if (accepted.some(({ isTimed }) => isTimed)) {
    const fix = 'leave the time out of its payloads here';
    throw refuse(
      'the time in its payloads is filled in when they are sent, so they cannot be compared',
      fix,
      name,
    );
  }
  const filters = sent.map(({ clientId, topic }) => {
    const levels = topic.split('/').map((level) => (level.includes(clientId) ? '+' : level));
    if (levels.includes('+')) return levels.join('/');
    const fix = 'begin its topics with its id, as they do by default';
    throw refuse(`the topic ${JSON.stringify(topic)} would be that of all motes`, fix, name);
  });
  return [...new Set(filters)];
}

/** Look at two of them. @throws MoteError when a fleet of it makes no sense. */
export function filtersFor(built: Omit<FleetFirmware, 'filters'>, board: string): string[] {
  return filtersOf(look(built, board), built.name);
}

/** Build it, and look at two of them. @throws MoteError when it cannot be built, or a fleet of it makes no sense. */
export async function prepareFirmware(options: FirmwareOptions): Promise<FleetFirmware> {
  const built = await buildFor(options);
  return { ...built, filters: filtersFor(built, options.board) };
}
