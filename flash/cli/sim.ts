// `mote sim`: a firmware on a simulated board, publishing to a real broker.

import type { Command } from 'commander';
import { ExitCode, MoteError } from '../errors.ts';
import type { StartEngine } from '../sim/engine.ts';
import type { Screen } from '../sim/screen.ts';
import { addFirmwareOptions, firmwareOptions } from './options.ts';
import { checkFlags, isSocketAddress, readNumbers, type SimFlags, type SimNumbers } from './sim-flags.ts';

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
      .option('--speed <n>', 'with --virtual: virtual seconds a second, 1 to 1000; 60')
      .option(
        '--seed <n>',
        'of weather, noise and cuts: the same seed gives the same; without it, that of sim.json',
      )
      .option('--page-port <n>', 'port of the page on 127.0.0.1; a free one')
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
  // Not into the data of --json. A live picture has a line for it.
  if (isJson) process.stderr.write(`page: ${address}\n`);
  else if (!process.stdout.isTTY) process.stdout.write(`page: ${address}\n`);
}

/** No board: the page alone, which looks at the motes of a broker by itself. */
async function runFleetPage(broker: string, numbers: SimNumbers, isJson: boolean): Promise<void> {
  const { offerFleetPage } = await import('../page/fleet-page.ts');
  await offerFleetPage({
    broker,
    port: numbers.pagePort ?? 0,
    seconds: numbers.seconds,
    stopped: untilStopped(),
    onPage: (address) => (isJson ? process.stderr : process.stdout).write(`page: ${address}\n`),
  });
}

async function chooseScreen(isJson: boolean): Promise<Screen> {
  const { createJsonScreen, createLiveScreen, createPlainScreen } = await import('../sim/screen.ts');
  if (isJson) return createJsonScreen();
  return process.stdout.isTTY ? createLiveScreen() : createPlainScreen();
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
  const numbers = readNumbers(flags);
  const { port, seconds } = numbers;
  checkFlags(flags);
  const isJson = flags.json === true;
  if (flags.console !== undefined) return runConsole(firmware, flags, flags.console, port, seconds);
  if (flags.broker !== undefined && isSocketAddress(flags.broker)) {
    return runFleetPage(flags.broker, numbers, isJson);
  }
  const { simulate } = await import('../sim/run.ts');
  process.exitCode = await simulate({
    ...firmwareOptions(firmware, flags),
    ...numbers,
    board: flags.board ?? BOARDS[flags.engine] ?? 'esp32',
    engineName: flags.engine,
    startEngine: await load(),
    broker: flags.broker,
    screen: await chooseScreen(isJson),
    onPage: (address) => sayPage(address, isJson),
    onPowerKey: watchKeys,
    stopped: untilStopped(),
  });
}
