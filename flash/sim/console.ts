// `mote sim --console`: the virtual board as a device. Its console is on a TCP port or a pseudo terminal, for uploaders,
// terminals and people; what it publishes is shown as it arrives.

import { createConsoleBoard } from '../../sim/console/board.ts';
import { ConsoleError } from '../../sim/console/error.ts';
import { openFlashFile } from '../../sim/console/flash-file.ts';
import type { FlashFile } from '../../sim/console/flash-file.ts';
import { storedFile, storeFile } from '../../sim/console/preload.ts';
import { serveConsole, serveTerminal } from '../../sim/console/serve.ts';
import { createNor } from '../../sim/nor.ts';
import type { Nor } from '../../sim/nor.ts';
import { wireScene } from '../../sim/scene/bench.ts';
import { build } from '../build/build.ts';
import type { BoardData, FlashMap } from '../../boards/board.ts';
import { findBoard } from '../boards.ts';
import { ExitCode, MoteError } from '../errors.ts';
import { formatBrokerAddress, parseBrokerAddress } from './address.ts';
import type { BrokerAddress } from './address.ts';
import { startBroker } from './broker.ts';
import { startObserver } from './observer.ts';
import { readScene } from './scene.ts';

export interface ConsoleOptions {
  /** What it runs when its flash is empty; undefined: nothing. Chips are those of the sim.json beside it. */
  readonly firmware: string;
  readonly isEmpty: boolean;
  readonly board: string;
  /** `tcp`, `tcp:PORT`, or the path of a pseudo terminal. */
  readonly console: string;
  /** Where the flash outlasts the command. */
  readonly flashFile: string | undefined;
  readonly broker: string | undefined;
  /** Of the broker that is started. */
  readonly port: number;
  buildOptions(): { settings: Record<string, unknown>; features: Record<string, boolean> };
  readonly seconds: number | undefined;
  readonly json: boolean;
  readonly stopped: Promise<void>;
}

const BOOT_CODE = '.bootcde';

const asMoteError = (error: unknown, where: string): unknown =>
  error instanceof ConsoleError
    ? new MoteError(error.message, error.fix, where, error.isUsage ? ExitCode.Usage : ExitCode.Environment)
    : error;

function openFlash(path: string | undefined, map: FlashMap): { nor: Nor; file: FlashFile | undefined } {
  if (path === undefined) return { nor: createNor(map), file: undefined };
  try {
    const file = openFlashFile(path, map);
    return { nor: file.nor, file };
  } catch (error) {
    throw asMoteError(error, '--flash-file');
  }
}

/** @returns the port of `tcp` or `tcp:PORT`, undefined for a path. */
function tcpPort(name: string): number | undefined {
  const match = /^tcp(?::(\d{1,5}))?$/.exec(name);
  return match === null ? undefined : Number(match[1] ?? 0);
}

/** Put the firmware into an empty Storage. */
async function install(
  options: ConsoleOptions,
  address: BrokerAddress,
  nor: Nor,
  data: BoardData,
): Promise<number> {
  const { host, port, username, password } = address;
  const login = username === '' ? {} : { username, password };
  const { settings, features } = options.buildOptions();
  const given = settings['broker'] as object | undefined;
  const bundle = await build({
    firmware: options.firmware,
    board: data.id,
    settings: { ...settings, broker: { ...given, host, port, ...login } },
    features,
    brokerProfile: null,
  });
  if (storeFile(nor, data.flash!, BOOT_CODE, bundle.code)) return bundle.bytes;
  throw new MoteError(
    `${bundle.bytes} bytes of firmware do not fit into Storage, which has ${data.flash!.storage.bytes}`,
    'use a board with more, or --empty',
    options.firmware,
  );
}

/** Run until `seconds` have passed or `stopped` settles. @throws MoteError when it cannot start. */
export async function offerConsole(options: ConsoleOptions): Promise<void> {
  const data = findBoard(options.board);
  if (data.engine !== 'espruino' || data.flash === undefined) {
    const what = `the virtual board runs Espruino only, and ${data.id} is for ${data.engine}`;
    throw new MoteError(what, 'choose another --board', '--console', ExitCode.Usage);
  }
  const closers: (() => unknown)[] = [];
  const say = (text: string) => process.stderr.write(`${text}\n`);
  try {
    const scene = readScene(options.firmware);
    const { nor, file } = openFlash(options.flashFile, data.flash);
    if (file !== undefined) closers.push(file.close);
    let address: BrokerAddress;
    if (options.broker === undefined) {
      const broker = await startBroker(options.port);
      closers.push(() => broker.close());
      address = { host: '127.0.0.1', port: broker.port, username: '', password: '' };
    } else address = parseBrokerAddress(options.broker);
    const observer = await startObserver(address, '#', {
      onMessage({ topic, value, unit, time }) {
        if (options.json) process.stdout.write(`${JSON.stringify({ topic, value, unit, time })}\n`);
        else process.stdout.write(`${topic} ${String(value)}${unit === '' ? '' : ` ${unit}`}\n`);
      },
      onLost: () => say('observer: connection to the broker lost, trying again'),
      onBack: () => say('observer: the broker is back'),
    });
    closers.push(() => observer.close());
    const isThere = storedFile(nor, data.flash, BOOT_CODE) !== undefined;
    if (isThere) say(`${options.flashFile} holds a program: it is left as it is`);
    else if (!options.isEmpty) {
      say(`installed ${await install(options, address, nor, data)} bytes of ${options.firmware}`);
    }

    const board = createConsoleBoard({ board: data, flash: nor });
    closers.push(() => board.close());
    const wired = wireScene(scene, board.bench, board.world);
    closers.push(wired.stop);
    const port = tcpPort(options.console);
    const served = await (
      port === undefined ? serveTerminal(board, options.console) : serveConsole(board, port)
    ).catch((error: unknown) => {
      throw asMoteError(error, '--console');
    });
    closers.push(() => served.close());
    board.power.on();
    const where = { console: served.address, broker: formatBrokerAddress(address), board: data.id };
    if (options.json) process.stdout.write(`${JSON.stringify(where)}\n`);
    else process.stdout.write(`console of ${data.name}: ${served.address}\nbroker: ${where.broker}\n`);
    const { seconds } = options;
    const timeUp = new Promise<void>((resolve) => {
      if (seconds !== undefined) setTimeout(resolve, seconds * 1000).unref();
    });
    await Promise.race([options.stopped, timeUp]);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}
