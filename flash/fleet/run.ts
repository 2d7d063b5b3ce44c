// `mote fleet`: many motes of one firmware against a broker, in real time or in virtual time, and what came of it. Bounded in count and
// time; whatever was opened is closed again.

import { ExitCode, MoteError } from '../errors.ts';
import type { BrokerAddress } from '../sim/address.ts';
import { formatBrokerAddress } from '../sim/address.ts';
import { startEmbedded } from './embedded.ts';
import type { FleetFirmware } from './firmware.ts';
import { checkHandles } from './handles.ts';
import { measureLive } from './measure-live.ts';
import { measureVirtual } from './measure-virtual.ts';
import { checkBrokers } from './observer.ts';
import type { FleetOptions, Run } from './options.ts';
import { prepareInThread } from './prepare.ts';
import type { FleetReport } from './report.ts';

/** Most motes that are switched on in a second. */
const STARTS_PER_SEC = 400;
const MINUTE = 60_000;
/** Beside the first wait: to join, to connect, and to be seen online. */
const SETTLE_MS = 10_000;
/** For what was accepted and is on its way at the end; after an outage the last mote tries again within two minutes. */
const DRAIN_MS = 240_000;

function plansOf(options: FleetOptions, prepared: FleetFirmware, startMs: number): Run['shares'] {
  const { motes, workers, seed, board, minutes, outageSec } = options;
  const virtual = {
    settleMs: startMs + prepared.firstWaitMs + SETTLE_MS,
    windowMs: minutes * MINUTE,
    outageMs: outageSec * 1000,
    drainMs: DRAIN_MS,
  };
  return Array.from({ length: workers }, (_, index) => {
    const first = Math.floor((index * motes) / workers);
    const count = Math.floor(((index + 1) * motes) / workers) - first;
    const { code, scene } = prepared;
    // Numbers of motes begin at 1.
    const share = { code, scene, board, first: first + 1, count, seed: seed + index, startMs };
    return { share, virtual };
  });
}

/** Run a fleet of a firmware that was looked at. @throws MoteError when its motes do not come online. */
export async function measureFleet(options: FleetOptions, prepared: FleetFirmware): Promise<FleetReport> {
  const { broker, motes } = options;
  const startMs = Math.max(Math.min(prepared.intervalMs, MINUTE), (motes * 1000) / STARTS_PER_SEC);
  const run: Run = { ...options, prepared, startMs, shares: plansOf(options, prepared, startMs) };
  if (broker === 'virtual') return measureVirtual(run);
  if (broker !== 'embedded') return measureLive(run, broker, undefined);
  const embedded = await startEmbedded();
  try {
    const address = { host: '127.0.0.1', port: embedded.port, username: '', password: '' };
    return await measureLive(run, [address], embedded);
  } finally {
    embedded.close();
  }
}

/**
 * Run a fleet to its end, or until `stopped` settles.
 * @throws MoteError when it cannot start: options, firmware, broker, open files.
 */
export async function runFleet(options: FleetOptions): Promise<FleetReport> {
  const { broker, motes, onProgress } = options;
  const isEmbedded = broker === 'embedded';
  const addresses = typeof broker === 'string' ? [] : broker;
  if (broker !== 'virtual') {
    checkHandles(motes, isEmbedded ? [{ host: '127.0.0.1', port: 0 }] : addresses, isEmbedded);
  }
  // Before the build: a wrong address is noticed at once.
  await checkBrokers([...addresses, ...(options.observer ?? [])]);
  onProgress(`building ${options.name}`);
  const { username, password } = addresses[0] ?? { username: '', password: '' };
  const { firmware, name, board, settings, features, intervalSec } = options;
  const wanted = { firmware, name, board, settings, features, intervalSec, username, password };
  return measureFleet(options, await prepareInThread(wanted));
}

/** @throws MoteError when something was lost. */
export function judge(report: FleetReport, addresses: readonly BrokerAddress[]): void {
  const { lost } = report.account;
  if (lost === 0) return;
  const what = `${lost} of ${report.account.accepted} accepted messages did not arrive, and no mote holds them`;
  const fix =
    'see whether the broker keeps what it acknowledges: sessions and messages on disk, queues long enough';
  const where = addresses.map(formatBrokerAddress).join(', ');
  throw new MoteError(what, fix, where === '' ? undefined : where, ExitCode.Lost);
}
