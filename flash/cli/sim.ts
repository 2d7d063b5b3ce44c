// `mote sim`: a firmware on a simulated board, publishing to a real broker.

import type { Command } from 'commander';
import { ExitCode, MoteError } from '../errors.ts';
import type { StartEngine } from '../sim/engine.ts';
import { addFirmwareOptions, firmwareOptions, type FirmwareFlags } from './options.ts';

interface SimFlags extends FirmwareFlags {
  readonly board?: string;
  readonly broker?: string;
  readonly port: string;
  readonly seconds?: string;
  readonly cutPower?: string;
  readonly engine: string;
  readonly virtual?: boolean;
  readonly speed?: string;
  readonly seed?: string;
  readonly pagePort?: string;
  readonly page: boolean;
  readonly console?: string;
  readonly flashFile?: string;
  readonly empty?: boolean;
  readonly json?: boolean;
}

/** What can run a bundle, by the name that --engine takes. */
const ENGINES: Record<string, () => Promise<StartEngine>> = {
  vm: async () => (await import('../sim/vm.ts')).startVm,
  espruino: async () => (await import('../sim/espruino.ts')).startRealEspruino,
  'espruino-emulator': async () => (await import('../sim/emulator.ts')).startEspruinoEmulator,
};

/** The flash of a real engine is where its own board says. */
const BOARDS: Readonly<Record<string, string>> = {
  espruino: 'espruino-linux',
  'espruino-emulator': 'espruino-emulator',
};

export function addSim(program: Command): void {
  addFirmwareOptions(
    program
      .command('sim')
      .description('run a firmware on a simulated board and show what reaches the broker')
      .argument('[firmware]', 'folder with main.ts, or a .ts file', '.')
      .option('--board <id>', 'the board it is built for; esp32, or what the engine is')
      .option(
        '--broker <mqtt://host:port>',
        'publish there; without it a broker is started on 127.0.0.1. ws:// or wss://: no board, only a page that shows the real motes of that broker',
      )
      .option('--port <n>', 'port of the broker that is started, 0 for a free one', '0')
      .option('--seconds <n>', 'end after this time')
      .option(
        '--cut-power <n>',
        'cut the power of the virtual board so often, and tell what became of each reading',
      )
      .option(
        '--engine <vm|espruino|espruino-emulator>',
        'virtual board, the real Espruino named by ESPRUINO, or the emulator of its Web IDE named by ESPRUINO_EMULATOR',
        'vm',
      )
      .option('--virtual', 'run in virtual time, against a model broker')
      .option('--speed <n>', 'with --virtual: virtual seconds a second, 1 to 1000', '60')
      .option(
        '--seed <n>',
        'of weather, noise and cuts: the same seed gives the same; without it, that of sim.json',
      )
      .option('--page-port <n>', 'port of the page on 127.0.0.1, 0 for a free one', '0')
      .option('--no-page', 'offer no page')
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

/** The virtual board as a device for other tools. */
async function runConsole(
  firmware: string,
  flags: SimFlags,
  console: string,
  port: number,
  seconds: number | undefined,
): Promise<void> {
  if (flags.engine !== 'vm' || flags.cutPower !== undefined) {
    throw new MoteError(
      'only the virtual board has a console that can be offered, and its power is left alone',
      'leave --engine and --cut-power out',
      '--console',
      ExitCode.Usage,
    );
  }
  const { offerConsole } = await import('../sim/console.ts');
  return offerConsole({
    firmware,
    // Asked for only where a firmware is built.
    buildOptions: () => firmwareOptions(firmware, flags),
    isEmpty: flags.empty === true,
    board: flags.board ?? 'esp32',
    console,
    flashFile: flags.flashFile,
    broker: flags.broker,
    port,
    seconds,
    json: flags.json === true,
    stopped: untilStopped(),
  });
}

function sayPage(address: string, isJson: boolean): void {
  (isJson ? process.stderr : process.stdout).write(`page: ${address}\n`);
}

/** @returns seed, and whether time is virtual. */
function timeOptions(flags: SimFlags) {
  const seed = flags.seed === undefined ? undefined : wholeNumber(flags.seed, '--seed', 0, 65535);
  const speed = wholeNumber(flags.speed ?? '60', '--speed', 1, 1000);
  if (flags.virtual && flags.engine !== 'vm') {
    throw new MoteError(
      'only the virtual board runs in virtual time',
      'leave --engine out, or --virtual',
      '--virtual',
      ExitCode.Usage,
    );
  }
  return { seed, virtualSpeed: flags.virtual ? speed : undefined };
}

/** No board: the page alone, which looks at the motes of a broker by itself. */
async function runFleetPage(flags: SimFlags, seconds: number | undefined): Promise<void> {
  const { offerFleetPage } = await import('../page/fleet-page.ts');
  await offerFleetPage({
    broker: flags.broker!,
    port: wholeNumber(flags.pagePort ?? '0', '--page-port', 0, 65535),
    seconds,
    stopped: untilStopped(),
    onPage: (address) => sayPage(address, flags.json === true),
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
  if (flags.console !== undefined) return runConsole(firmware, flags, flags.console, port, seconds);
  if (flags.flashFile !== undefined || flags.empty) {
    const option = flags.empty ? '--empty' : '--flash-file';
    const what = 'without --console there is nothing that it is for';
    throw new MoteError(what, 'add --console tcp', option, ExitCode.Usage);
  }
  if (flags.broker !== undefined && /^wss?:/i.test(flags.broker)) return runFleetPage(flags, seconds);
  const { createJsonScreen, createLiveScreen, createPlainScreen } = await import('../sim/screen.ts');
  const { simulate } = await import('../sim/run.ts');
  const createScreen = flags.json
    ? createJsonScreen
    : process.stdout.isTTY
      ? createLiveScreen
      : createPlainScreen;
  process.exitCode = await simulate({
    ...firmwareOptions(firmware, flags),
    board: flags.board ?? BOARDS[flags.engine] ?? 'esp32',
    engineName: flags.engine,
    startEngine: await load(),
    broker: flags.broker,
    port,
    seconds,
    screen: createScreen(),
    ...timeOptions(flags),
    pagePort: flags.page ? wholeNumber(flags.pagePort ?? '0', '--page-port', 0, 65535) : undefined,
    // Not into the data of --json.
    onPage: (address) => sayPage(address, flags.json === true),
    cutPower,
    onPowerKey: watchKeys,
    stopped: untilStopped(),
  });
}
