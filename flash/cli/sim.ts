// `mote sim`: a firmware on a simulated board, publishing to a real broker.

import type { Command } from 'commander';
import { ExitCode, MoteError } from '../errors.ts';
import type { StartEngine } from '../sim/run.ts';
import { addFirmwareOptions, firmwareOptions, type FirmwareFlags } from './options.ts';

interface SimFlags extends FirmwareFlags {
  readonly board: string;
  readonly broker?: string;
  readonly port: string;
  readonly seconds?: string;
  readonly engine: string;
  readonly json?: boolean;
}

/** What can run a bundle, by the name that --engine takes. */
const ENGINES: Record<string, () => Promise<StartEngine>> = {
  vm: async () => (await import('../sim/vm.ts')).startVm,
  espruino: async () => (await import('../sim/espruino.ts')).startRealEspruino,
};

export function addSim(program: Command): void {
  addFirmwareOptions(
    program
      .command('sim')
      .description('run a firmware on a simulated board and show what reaches the broker')
      .argument('[firmware]', 'folder with main.ts, or a .ts file', '.')
      .option('--board <id>', 'the board it is built for', 'esp32')
      .option('--broker <mqtt://host:port>', 'publish there; without it a broker is started on 127.0.0.1')
      .option('--port <n>', 'port of the broker that is started, 0 for a free one', '0')
      .option('--seconds <n>', 'end after this time')
      .option('--engine <vm|espruino>', 'virtual board, or the real Espruino named by ESPRUINO', 'vm'),
  )
    .option('--json', 'print one JSON object a message: topic, value, unit, time (ms since 1970)')
    .action(runSim);
}

function wholeNumber(text: string, option: string, least: number, greatest: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= greatest) return value;
  throw new MoteError(
    `${JSON.stringify(text)} is not a whole number from ${least} to ${greatest}`,
    `write ${option} N`,
    option,
    ExitCode.Usage,
  );
}

/** Settles at the first Ctrl-C or SIGTERM; a second one ends the process at once. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

async function runSim(firmware: string, flags: SimFlags): Promise<void> {
  const load = Object.hasOwn(ENGINES, flags.engine) ? ENGINES[flags.engine] : undefined;
  if (load === undefined) {
    throw new MoteError(
      `no engine ${JSON.stringify(flags.engine)}`,
      `use one of: ${Object.keys(ENGINES).join(', ')}`,
      '--engine',
      ExitCode.Usage,
    );
  }
  const port = wholeNumber(flags.port, '--port', 0, 65535);
  const seconds =
    flags.seconds === undefined ? undefined : wholeNumber(flags.seconds, '--seconds', 1, 86400 * 365);
  const { createJsonScreen, createLiveScreen, createPlainScreen } = await import('../sim/screen.ts');
  const { simulate } = await import('../sim/run.ts');
  const createScreen = flags.json
    ? createJsonScreen
    : process.stdout.isTTY
      ? createLiveScreen
      : createPlainScreen;
  process.exitCode = await simulate({
    ...firmwareOptions(firmware, flags),
    board: flags.board,
    engineName: flags.engine,
    startEngine: await load(),
    broker: flags.broker,
    port,
    seconds,
    screen: createScreen(),
    stopped: untilStopped(),
  });
}
