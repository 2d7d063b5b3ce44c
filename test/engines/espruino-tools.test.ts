// Other people's uploader, the `espruino` command that MOTE_ESPRUINO_TOOLS names, on the virtual board and on a real
// engine: it saves one of our bundles as it is, and the bundle publishes.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { esp32 } from '../../boards/esp32.ts';
import { espruinoLinux } from '../../boards/espruino-linux.ts';
import { build } from '../../flash/build/build.ts';
import { startBroker } from '../../flash/sim/broker.ts';
import { startObserver } from '../../flash/sim/observer.ts';
import { createConsoleBoard } from '../../sim/console/board.ts';
import { storedFile } from '../../sim/console/preload.ts';
import { serveConsole } from '../../sim/console/serve.ts';
import { engineNamed } from './engines.ts';

const FIRMWARE = 'examples/weather-station';
const BOOT_CODE = '.bootcde';
/** The last thing it says; over TCP it does not go away by itself. */
const DONE = 'Upload Complete';
const UPLOAD_MS = 120_000;

const tools = process.env['MOTE_ESPRUINO_TOOLS'];
const binary = engineNamed('espruino').find();
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'mote-tools-'));
  closers.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Run the command until it says that it is done, or what is waited for. @returns what it said. */
function runTools(cwd: string, address: string, args: readonly string[], end = DONE): Promise<string> {
  const child = spawn(tools!, ['-p', address, '--no-ble', ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), UPLOAD_MS);
    const hear = (text: string) => {
      said += text;
      if (said.includes(end)) child.kill('SIGKILL');
    };
    child.stdout.setEncoding('latin1').on('data', hear);
    child.stderr.setEncoding('latin1').on('data', hear);
    child.once('error', reject);
    child.once('close', () => {
      clearTimeout(timer);
      if (said.includes(end)) resolve(said);
      else reject(new Error(`the upload did not come to its end: ${said}`));
    });
  });
}

/** A broker. @returns its port, and a promise of the first reading that comes from the weather station. */
async function startListening(): Promise<{ port: number; reading: Promise<string> }> {
  const broker = await startBroker(0);
  closers.push(() => broker.close());
  const address = { host: '127.0.0.1', port: broker.port, username: '', password: '' };
  let heard: (topic: string) => void = () => undefined;
  const reading = new Promise<string>((resolve) => (heard = resolve));
  const observer = await startObserver(address, 'weather-1/#', {
    onMessage: ({ topic }) => heard(topic),
    onLost: () => undefined,
    onBack: () => undefined,
  });
  closers.push(() => observer.close());
  return { port: broker.port, reading };
}

async function bundleFor(board: string, port: number): Promise<string> {
  // An engine on a host has no Wi-Fi to wait for.
  const wifi = board === espruinoLinux.id ? { wifi: { ssid: '', password: '' } } : {};
  const settings = { broker: { host: '127.0.0.1', port }, ...wifi };
  return (await build({ firmware: FIRMWARE, board, settings, features: {}, brokerProfile: null })).code;
}

/** The virtual board on TCP. */
async function startVirtual() {
  const board = createConsoleBoard({ board: esp32 });
  closers.push(board.close);
  const served = await serveConsole(board);
  closers.push(served.close);
  board.power.on();
  return { address: served.address, stored: (name: string) => storedFile(board.flash, esp32.flash!, name) };
}

/** A real engine on TCP: one connection types on its console. */
async function startReal() {
  const cwd = folder();
  const engine = spawn(binary!, [], { cwd, stdio: ['pipe', 'pipe', 'ignore'] });
  closers.push(() => engine.kill('SIGKILL'));
  const server = createServer((socket) => {
    socket.on('data', (bytes) => engine.stdin.write(bytes));
    socket.on('error', () => undefined);
    engine.stdout.on('data', (bytes: Buffer) => socket.write(bytes));
  });
  closers.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stored(name: string) {
      const content = readFileSync(join(cwd, 'espruino.flash')).toString('latin1');
      const header = content.indexOf(name.padEnd(28, '\0'));
      const size = Buffer.from(content.slice(header - 4, header), 'latin1').readUIntLE(0, 3);
      return content.slice(header + 28, header + 28 + size);
    },
  };
}

const absent =
  tools === undefined ? ': absent: set MOTE_ESPRUINO_TOOLS to the path of your own espruino' : '';

describe.skipIf(tools === undefined)(`the EspruinoTools command line${absent}`, () => {
  const saves = async (board: string, start: () => ReturnType<typeof startVirtual>) => {
    const { port, reading } = await startListening();
    const code = await bundleFor(board, port);
    const cwd = folder();
    writeFileSync(join(cwd, 'firmware.js'), code, 'latin1');
    const { address, stored } = await start();
    // An engine on a host is too quick for it to see the prompts that it counts.
    await runTools(cwd, address, ['-e', 'print("answer "+6*7)'], 'answer 42');
    await runTools(cwd, address, ['--config', 'SAVE_ON_SEND=1', 'firmware.js']);
    // It may put a line end in front or behind. Compared so that nobody has to read the difference.
    expect(stored(BOOT_CODE)!.trim() === code.trim()).toBe(true);
    expect(await reading).toMatch(/^weather-1\//);
  };

  it('saves a bundle on the virtual board as it is, and the bundle publishes', () =>
    saves(esp32.id, startVirtual));

  it('puts a file into the Storage of the virtual board', async () => {
    const cwd = folder();
    writeFileSync(join(cwd, 'notes.txt'), 'some text\nof two lines');
    writeFileSync(join(cwd, 'empty.js'), '');
    const { address, stored } = await startVirtual();
    await runTools(cwd, address, ['--storage', 'notes:notes.txt', 'empty.js']);
    expect(stored('notes')).toBe('some text\nof two lines');
  });

  it.skipIf(binary === undefined)('does the same to a real engine', () =>
    saves(espruinoLinux.id, startReal as typeof startVirtual),
  );
});
