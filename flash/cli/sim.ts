// `mote sim`: a firmware on a simulated board, publishing to a real broker.

import type { Command } from 'commander';
import { ExitCode, MoteError } from '../errors.ts';
import type { StartEngine } from '../sim/run.ts';
import { addFirmwareOptions, firmwareOptions, type FirmwareFlags } from './options.ts';

interface SimFlags extends FirmwareFlags {
  readonly board?: string;
  readonly broker?: string;
  readonly port: string;
  readonly seconds?: string;
  readonly cutPower?: string;
  readonly engine: string;
  readonly console?: string;
  readonly flashFile?: string;
  readonly empty?: boolean;
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
      .option('--board <id>', 'the board it is built for; esp32, or espruino-linux with --engine espruino')
      .option('--broker <mqtt://host:port>', 'publish there; without it a broker is started on 127.0.0.1')
      .option('--port <n>', 'port of the broker that is started, 0 for a free one', '0')
      .option('--seconds <n>', 'end after this time')
      .option(
        '--cut-power <n>',
        'cut the power of the virtual board so often, and tell what became of each reading',
      )
      .option('--engine <vm|espruino>', 'virtual board, or the real Espruino named by ESPRUINO', 'vm')
      .option(
        '--console <tcp|tcp:PORT|PATH>',
        "offer the virtual board's console there, for uploaders and terminals: a port of 127.0.0.1, or a pseudo terminal",
      )
      .option(
        '--flash-file <file>',
        'with --console: keep the flash in this file, and start from what is in it',
      )
      .option('--empty', 'with --console: start without a firmware'),
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

/** On a terminal p cuts the power. @returns whether this is one. */
function watchKeys(cut: () => void): boolean {
  const { stdin } = process;
  if (!stdin.isTTY || !process.stdout.isTTY) return false;
  stdin.setRawMode(true);
  stdin.on('data', (keys) => {
    const text = keys.toString('latin1');
    if (text.includes('p')) cut();
    // In this mode the terminal sends no signal.
    if (text.includes('\x03')) process.kill(process.pid, 'SIGINT');
  });
  stdin.unref();
  process.once('exit', () => stdin.setRawMode(false));
  return true;
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
  const cutPower =
    flags.cutPower === undefined ? undefined : wholeNumber(flags.cutPower, '--cut-power', 1, 100_000);
  if (cutPower !== undefined && flags.engine !== 'vm') {
    throw new MoteError(
      'only the power of a virtual board can be cut',
      'leave --engine out, or --cut-power',
      '--cut-power',
      ExitCode.Usage,
    );
  }
  if (flags.console !== undefined) {
    if (flags.engine !== 'vm' || cutPower !== undefined) {
      throw new MoteError(
        'only the virtual board has a console that can be offered, and its power is left alone',
        'leave --engine and --cut-power out',
        '--console',
        ExitCode.Usage,
      );
    }
    const { offerConsole } = await import('../sim/console.ts');
    return offerConsole({
      ...(flags.empty ? { firmware, settings: {}, features: {} } : firmwareOptions(firmware, flags)),
      isEmpty: flags.empty === true,
      board: flags.board ?? 'esp32',
      console: flags.console,
      flashFile: flags.flashFile,
      broker: flags.broker,
      port,
      seconds,
      json: flags.json === true,
      stopped: untilStopped(),
    });
  }
  if (flags.flashFile !== undefined || flags.empty) {
    throw new MoteError(
      'without --console there is nothing that it is for',
      'add --console tcp',
      flags.empty ? '--empty' : '--flash-file',
      ExitCode.Usage,
    );
  }
  const { createJsonScreen, createLiveScreen, createPlainScreen } = await import('../sim/screen.ts');
  const { simulate } = await import('../sim/run.ts');
  const createScreen = flags.json
    ? createJsonScreen
    : process.stdout.isTTY
      ? createLiveScreen
      : createPlainScreen;
  process.exitCode = await simulate({
    ...firmwareOptions(firmware, flags),
    // The flash of the real engine is where its own board says.
    board: flags.board ?? (flags.engine === 'espruino' ? 'espruino-linux' : 'esp32'),
    engineName: flags.engine,
    startEngine: await load(),
    broker: flags.broker,
    port,
    seconds,
    screen: createScreen(),
    cutPower,
    onPowerKey: watchKeys,
    stopped: untilStopped(),
  });
}
