// `mote fleet`: thousands of motes against a broker, or in virtual time.

import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { findBoard } from '../boards.ts';
import { ExitCode, MoteError } from '../errors.ts';
import type { FleetOptions } from '../fleet/options.ts';
import type { BrokerAddress } from '../sim/address.ts';
import { addFirmwareOptions, firmwareOptions, type FirmwareFlags } from './options.ts';
import { createProgress } from './output.ts';

interface FleetFlags extends FirmwareFlags {
  readonly motes: string;
  readonly broker: string;
  readonly observer?: string;
  readonly minutes: string;
  readonly interval?: string;
  readonly workers?: string;
  readonly outage?: string;
  readonly seed: string;
  readonly board: string;
  readonly virtual?: boolean;
  readonly json?: boolean;
}

const MOTES_MAX = 100_000;
const MINUTES_MAX = 1440;
const WORKERS_MAX = 64;
const DAY_SEC = 86_400;
/** A progress line into a file or a pipe comes as often. */
const QUIET_MS = 10_000;

export function addFleet(program: Command): void {
  addFirmwareOptions(
    program
      .command('fleet')
      .description('run thousands of motes of one firmware against a broker, and account for every message')
      .argument('[firmware]', 'folder with main.ts, or a .ts file; without it a small one that counts')
      .option('--motes <n>', 'how many', '1000')
      .option(
        '--broker <mqtt://host:port|embedded>',
        'the broker, or nodes of one cluster with commas between them; embedded is one of its own',
        'embedded',
      )
      .option('--observer <mqtt://host:port>', 'nodes that the observer connects to; default: as --broker')
      .option('--minutes <n>', 'how long is measured, once all are online', '5')
      .option(
        '--interval <seconds>',
        'from one reading to the next: settings intervalMs; 60 without a firmware',
      )
      .option('--workers <n>', 'threads; default: as many as cores')
      .option('--outage <seconds>', 'take the broker away so long, after a third of the time')
      .option('--seed <n>', 'of virtual time and of what the network does', '1')
      .option('--board <id>', 'the board it is built for', 'esp32')
      .option('--virtual', 'in virtual time, as fast as it goes, with a model broker'),
  )
    .option('--json', 'print one JSON object at the end')
    .action(runFleetCommand);
}

const usage = (what: string, fix: string, where: string) => new MoteError(what, fix, where, ExitCode.Usage);

/** @returns a number; whole where `isWhole`. @throws MoteError */
function numberOf(text: string, option: string, least: number, greatest: number, isWhole = true): number {
  const value = Number(text);
  const isNumber = isWhole ? /^\d+$/.test(text) : /^\d+(\.\d+)?$/.test(text);
  if (isNumber && value >= least && value <= greatest) return value;
  const kind = isWhole ? 'a whole number' : 'a number';
  throw usage(
    `${JSON.stringify(text)} is not ${kind} from ${least} to ${greatest}`,
    `write ${option} N`,
    option,
  );
}

/** @returns the nodes of a cluster. @throws MoteError when they have different logins. */
async function addressesOf(text: string, option: string): Promise<BrokerAddress[]> {
  const { parseBrokerAddress } = await import('../sim/address.ts');
  const all = text.split(',').map((one) => parseBrokerAddress(one.trim()));
  const { username, password } = all[0]!;
  if (all.some((one) => one.username !== username || one.password !== password)) {
    throw usage('nodes of one cluster have one login', 'write the same user and password in each', option);
  }
  return all;
}

/** Settles at the first Ctrl-C or SIGTERM; a second one ends the process at once. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

/** @throws MoteError */
async function optionsOf(
  firmware: string,
  name: string,
  flags: FleetFlags,
): Promise<Omit<FleetOptions, 'onProgress'>> {
  const motes = numberOf(flags.motes, '--motes', 2, MOTES_MAX);
  const minutes = numberOf(flags.minutes, '--minutes', 0.05, MINUTES_MAX, false);
  const workers =
    flags.workers === undefined
      ? Math.min(availableParallelism(), motes)
      : numberOf(flags.workers, '--workers', 1, Math.min(WORKERS_MAX, motes));
  const outageSec = flags.outage === undefined ? 0 : numberOf(flags.outage, '--outage', 1, DAY_SEC);
  const isOwn = flags.broker === 'embedded';
  if (outageSec > 0 && !isOwn) {
    const fix = 'leave --broker out, or stop the broker by hand: an outage that is seen is told of';
    throw usage('only a broker of its own can be taken away', fix, '--outage');
  }
  if (outageSec > minutes * 20) {
    throw usage(
      `${outageSec} s is more than a third of ${minutes} minutes`,
      'write more --minutes',
      '--outage',
    );
  }
  if (flags.virtual && (!isOwn || flags.observer !== undefined)) {
    throw usage('in virtual time there is no real broker', 'leave --broker and --observer out', '--virtual');
  }
  if (flags.observer !== undefined && isOwn) {
    throw usage('the observer of an embedded broker is at it', 'leave it out, or add --broker', '--observer');
  }
  if (findBoard(flags.board).engine !== 'espruino') {
    throw usage('the virtual board runs Espruino only', 'choose another --board', '--board');
  }
  return {
    ...firmwareOptions(firmware, flags),
    firmware,
    name,
    board: flags.board,
    intervalSec:
      flags.interval === undefined ? undefined : numberOf(flags.interval, '--interval', 0.1, DAY_SEC, false),
    motes,
    minutes,
    workers,
    outageSec,
    broker: flags.virtual ? 'virtual' : isOwn ? 'embedded' : await addressesOf(flags.broker, '--broker'),
    observer: flags.observer === undefined ? undefined : await addressesOf(flags.observer, '--observer'),
    seed: numberOf(flags.seed, '--seed', 0, 0xffffffff),
    stopped: untilStopped(),
  };
}

/** @returns what shows the progress: the last line of a terminal, or a line now and then and as each phase begins. */
function createQuietProgress() {
  const progress = createProgress();
  let shownAt = -QUIET_MS;
  let phase = '';
  return {
    step(text: string) {
      const [begun = ''] = text.split(':');
      if (!process.stderr.isTTY && begun === phase && performance.now() - shownAt < QUIET_MS) return;
      phase = begun;
      shownAt = performance.now();
      progress.step(text);
    },
    clear: () => progress.clear(),
  };
}

async function runNamed(firmware: string, name: string, flags: FleetFlags): Promise<void> {
  const options = await optionsOf(firmware, name, flags);
  const { judge, runFleet } = await import('../fleet/run.ts');
  const progress = createQuietProgress();
  const report = await runFleet({ ...options, onProgress: progress.step }).finally(progress.clear);
  if (flags.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else {
    const { reportText } = await import('../fleet/plot.ts');
    process.stdout.write(`${reportText(report)}\n`);
  }
  judge(report, typeof options.broker === 'string' ? [] : options.broker);
}

async function runFleetCommand(firmware: string | undefined, flags: FleetFlags): Promise<void> {
  if (firmware !== undefined) return runNamed(firmware, firmware, flags);
  const { writeSmallFirmware } = await import('../fleet/small-firmware.ts');
  const small = writeSmallFirmware();
  try {
    await runNamed(small.folder, 'a counter', flags);
  } finally {
    small.remove();
  }
}
