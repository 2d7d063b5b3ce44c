// The console where tools find it: on a TCP port, on a pseudo terminal, with its flash in a file.

import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { esp32 } from '../../../boards/esp32.ts';
import { espruinoLinux } from '../../../boards/espruino-linux.ts';
import { openPort } from '../../../flash/port/port.ts';
import type { Port } from '../../../flash/port/port.ts';
import { createConsoleBoard } from '../../../sim/console/board.ts';
import { openFlashFile } from '../../../sim/console/flash-file.ts';
import { serveConsole, serveTerminal } from '../../../sim/console/serve.ts';
import { prefix } from '../../../sim/torn.ts';
import { createConsoleRig, storing } from './rig.ts';

const hasSocat = spawnSync('socat', ['-V']).error === undefined;
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function liveBoard() {
  const board = createConsoleBoard({ board: esp32 });
  closers.push(board.close);
  board.power.on();
  return board;
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'mote-board-'));
  closers.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** @returns what a port says up to and with `end`. */
function hear(port: Port, end: string): Promise<string> {
  let said = '';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${JSON.stringify(end)} did not come: ${said}`)), 5000);
    port.onText = (text) => {
      said += text;
      if (!said.includes(end)) return;
      clearTimeout(timer);
      resolve(said);
    };
  });
}

async function ask(port: Port, typed: string, end: string): Promise<string> {
  const heard = hear(port, end);
  port.write(typed);
  return heard;
}

describe('a console on TCP', () => {
  it('is what a port opens, again and again, while the board runs on', async () => {
    const served = await serveConsole(liveBoard());
    closers.push(served.close);
    expect(served.address).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
    const first = await openPort(served.address);
    expect(await ask(first, '\x10x=41\n\x10print(x+1)\n', '42\r\n')).toContain('42');
    first.close();
    const second = await openPort(served.address);
    expect(await ask(second, 'x\n', '=41\r\n>')).toBe('x\r\n=41\r\n>');
    expect(await ask(second, 'E.reboot()\n', 'Donate\r\n\r\n>')).toContain('2v29');
    expect(await ask(second, 'typeof x\n', '\r\n>')).toBe('typeof x\r\n="undefined"\r\n>');
    second.close();
  });

  it('says what to do when its port is taken', async () => {
    const board = liveBoard();
    const served = await serveConsole(board);
    closers.push(served.close);
    const port = Number(new URL(served.address).port);
    await expect(serveConsole(board, port)).rejects.toMatchObject({
      message: `port ${port} cannot be used: EADDRINUSE`,
      fix: 'choose another port, or 0 for a free one',
    });
  });
});

describe('a web page', () => {
  const REQUEST = 'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n\x03\n\x10print("ran "+(6*7))\n';

  /** Send pieces, each by itself. @returns what was heard, when the other side has closed. */
  async function post(address: string, pieces: readonly string[]): Promise<string> {
    const socket = connect(Number(new URL(address).port), '127.0.0.1');
    closers.push(() => socket.destroy());
    let heard = '';
    socket.on('data', (bytes) => (heard += bytes.toString('latin1')));
    // What is sent after the other side has closed breaks.
    socket.on('error', () => {});
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
    socket.setNoDelay(true);
    for (const piece of pieces) {
      if (socket.writable) await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
    }
    await closed;
    return heard;
  }

  it.each([
    ['at once', [REQUEST]],
    ['in pieces', ['POST ', ...REQUEST.slice(5)]],
    [
      'with a long address',
      ['GET /', 'x'.repeat(5000), 'y'.repeat(5000), ' HTTP/1.1\r\nHost: x\r\n\r\n1+1\n'],
    ],
    ['without an end', ['GET /', 'x'.repeat(70_000)]],
  ])('types nothing: %s', async (_name, pieces) => {
    const served = await serveConsole(liveBoard());
    closers.push(served.close);
    const other = await openPort(served.address);
    closers.push(other.close);
    await ask(other, '1\n', '=1\r\n>');
    expect(await post(served.address, pieces)).toBe('');
    // Nothing of it stands on the line.
    expect(await ask(other, '2\n', '=2\r\n>')).toBe('2\r\n=2\r\n>');
  });

  it('is not what a person types', async () => {
    const served = await serveConsole(liveBoard());
    closers.push(served.close);
    const other = await openPort(served.address);
    closers.push(other.close);
    await ask(other, '1\n', '=1\r\n>');
    const port = await openPort(served.address);
    closers.push(port.close);
    // Each key is echoed at once.
    for (const key of 'GET=8;P') expect(await ask(port, key, key)).toBe(key);
    expect(await ask(port, 'OST=4\n', '=4\r\n>')).toBe('OST=4\r\n=4\r\n>');
    const next = await openPort(served.address);
    closers.push(next.close);
    next.write('GET /2');
    expect(await ask(next, '\n', '>')).toBe('GET /2\r\n=4\r\n>');
    expect(await ask(next, 'GET /POST\n', '>')).toBe('GET /POST\r\n=2\r\n>');
  });
});

describe.skipIf(!hasSocat)(`a console on a pseudo terminal${hasSocat ? '' : ': socat is absent'}`, () => {
  it('is a serial port to others', async () => {
    const path = join(folder(), 'board');
    const served = await serveTerminal(liveBoard(), path);
    closers.push(served.close);
    const port = await openPort(path);
    closers.push(port.close);
    expect(await ask(port, '1+41\n', '=42\r\n>')).toBe('1+41\r\n=42\r\n>');
    // Every byte, as it is.
    const bytes = '\x10b="\x80\xff";print(b.charCodeAt(0),b.charCodeAt(1),b)\n';
    expect(await ask(port, bytes, '\r\n>')).toContain('128 255 \x80\xff\r\n');
  });

  it('says what to do where it cannot be', async () => {
    await expect(serveTerminal(liveBoard(), '/nowhere/at/all')).rejects.toMatchObject({
      fix: 'choose another path',
    });
  });

  it('takes the place of a terminal that has gone', async () => {
    const path = join(folder(), 'board');
    symlinkSync('/dev/pts/99999', path);
    const served = await serveTerminal(liveBoard(), path);
    closers.push(served.close);
    (await openPort(path)).close();
  });
});

describe('a path for a pseudo terminal', () => {
  it.each<[string, (path: string) => void]>([
    ['a file', (path) => writeFileSync(path, 'kept')],
    ['a folder', (path) => mkdirSync(path)],
    ['a link to a file', (path) => symlinkSync('package.json', path)],
  ])('is refused where %s has it, which stays', async (_what, put) => {
    const path = join(folder(), 'board');
    put(path);
    const { ino, mode, mtimeMs } = lstatSync(path);
    await expect(serveTerminal(liveBoard(), path)).rejects.toMatchObject({
      message: `a file has this name: ${path}`,
      isUsage: true,
    });
    expect(lstatSync(path)).toMatchObject({ ino, mode, mtimeMs });
  });

  it.each(['board,mode=777', 'a:b', 'a!!b', 'a"b', "a'b", 'a\\b'])(
    'is refused with what socat reads as more than a name: %s',
    async (name) => {
      const path = join(folder(), name);
      await expect(serveTerminal(liveBoard(), path)).rejects.toMatchObject({
        message: `this path has signs of socat's own in it: ${path}`,
        isUsage: true,
      });
    },
  );
});

it('says what to install where there is no socat', async () => {
  const { PATH } = process.env;
  process.env['PATH'] = folder();
  closers.push(() => (process.env['PATH'] = PATH));
  await expect(serveTerminal(liveBoard(), join(folder(), 'board'))).rejects.toMatchObject({
    message: 'socat is not installed',
  });
});

describe('a flash in a file', () => {
  it('goes on where it was, torn operations too', () => {
    const path = join(folder(), 'flash');
    const first = openFlashFile(path, esp32.flash!);
    expect(first.isOld).toBe(false);
    const before = createConsoleRig({ flash: first.nor });
    before.on();
    before.type(storing('.bootcde', 'print("kept")'));
    expect(readFileSync(path).length).toBe(esp32.flash!.bytes);
    expect(readFileSync(path).indexOf('print("kept")')).toBe(esp32.flash!.storage.address + 32);

    // Killed: nobody closed the file.
    const second = openFlashFile(path, esp32.flash!);
    expect(second.isOld).toBe(true);
    const rig = createConsoleRig({ flash: second.nor, cutAtOperation: 2, torn: () => prefix(3) });
    expect(rig.on()).toContain('kept\r\n');
    rig.type(storing('more', 'abcdef'));
    expect(rig.board.power.isOn()).toBe(false);
    second.close();
    expect(readFileSync(path).indexOf('abc\xff', 0, 'latin1')).toBeGreaterThan(0);
    first.close();
  });

  it('is refused where it belongs to another board', () => {
    const path = join(folder(), 'flash');
    writeFileSync(path, new Uint8Array(espruinoLinux.flash!.bytes));
    expect(() => openFlashFile(path, esp32.flash!)).toThrow(
      `${path} has 262144 bytes, and the flash of this board 4194304`,
    );
  });
});
