// What stands at a port in the place of a board that is ready: each is named, with what to do.
import { createServer, type Server, type Socket } from 'node:net';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { ExitCode, MoteError } from '../../../flash/errors.ts';
import { openBoard } from '../../../flash/upload/board.ts';
import { findEspruinoTools, uploadWithEspruinoTools } from '../../../flash/upload/espruino-tools.ts';
import { openDoors } from '../../../flash/upload/inspect.ts';
import { checkPassword } from '../../../flash/upload/lock.ts';
import { upload } from '../../../flash/upload/upload.ts';
import { startVirtualBoard } from './virtual-board.ts';
import { program, send, whoRuns } from './who.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Something that answers what is typed with `reply`. */
async function something(
  reply: (typed: string, socket: Socket) => string | undefined,
  greeting = '',
): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    if (greeting !== '') socket.write(greeting);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      const answer = reply(bytes.toString('latin1'), socket);
      if (answer !== undefined) socket.write(Buffer.from(answer, 'latin1'));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  return `tcp://127.0.0.1:${(server.address() as { port: number }).port}`;
}

async function failure(promise: Promise<unknown>): Promise<MoteError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MoteError);
  expect((error as MoteError).fix).not.toBe('');
  return error as MoteError;
}

const QUICK = { patience: 0.03 };

describe('a port with', () => {
  it.each([
    ['nothing that answers', () => undefined, '', /nothing is printed/],
    [
      'a boot loader',
      () => undefined,
      'rst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0))\r\nwaiting for download\r\n',
      /boot loader/,
    ],
    ['a chip without firmware', () => undefined, 'invalid header: 0xffffffff\r\n', /no firmware/],
    [
      'a chip with a damaged one',
      () => undefined,
      'E (54) esp_image: image at 0x10000 has invalid magic byte\r\n',
      /no firmware/,
    ],
    [
      'MicroPython',
      (typed: string) => `${typed}\r\nTraceback (most recent call last):\r\n>>> `,
      '',
      /MicroPython/,
    ],
    [
      'something that prints',
      (typed: string) => `echo ${typed.length}\r\n`,
      '',
      /no Espruino console answers/,
    ],
    [
      'an old Espruino',
      (typed: string) => (typed.includes('MOTE-VERSION') ? 'MOTE-VERSION 2v04\r\n' : 'Uncaught Error\r\n>'),
      '',
      /2v04 is older than 2v29/,
    ],
    [
      'an Espruino that is new enough, and answers nothing else',
      (typed: string) => (typed.includes('MOTE-VERSION') ? 'MOTE-VERSION 2v29\r\n' : 'Uncaught Error\r\n>'),
      '',
      /2v29 is there, and its program leaves it no time/,
    ],
  ])('%s', async (_, reply, greeting, what) => {
    const error = await failure(openBoard(await something(reply, greeting), QUICK));
    expect(error.what).toMatch(what);
    expect(error.exitCode).toBe(ExitCode.Environment);
  });
});

/** What stands in the debugger until it is told to leave it. */
function halted(leaves: RegExp) {
  let typed = '';
  let isHalted = true;
  return {
    typed: () => typed,
    reply(more: string) {
      typed += more;
      if (leaves.test(more)) isHalted = false;
      return isHalted
        ? "In debug mode: Expected a simple ID, type 'help' for more info.\r\ndebug>"
        : 'on\r\n';
    },
    isHalted: () => isHalted,
  };
}

describe('a program that leaves the console no time', () => {
  it('gets no Ctrl-C from one who only looks', async () => {
    let typed = '';
    const port = await something((more) => {
      typed += more;
      return undefined;
    });
    await failure(openBoard(port, QUICK));
    expect(typed).not.toBe('');
    expect(typed).not.toContain('\x03');
  });

  it('gets one from an upload, after 25 seconds', async () => {
    let at = 0;
    const begin = performance.now();
    const port = await something((more) => {
      if (more.includes('\x03')) at = performance.now() - begin;
      return undefined;
    });
    await failure(openBoard(port, { ...QUICK, canInterrupt: true }));
    expect(at).toBeGreaterThan(25_000 * QUICK.patience);
  });

  it('is named as that, not as an old release', async () => {
    const port = await something((typed) => (typed.includes('MOTE-VERSION') ? 'MOTE-VERSION 2v29\r\n' : '>'));
    expect((await failure(openBoard(port, QUICK))).what).toMatch(/2v29 is there.*no time/);
  });

  it('goes on when it stands in the debugger, and ends where it is to be replaced', async () => {
    const looked = halted(/\bcontinue\n/);
    await failure(openBoard(await something(looked.reply), QUICK));
    expect(looked.isHalted()).toBe(false);
    const replaced = halted(/\bquit\n/);
    await failure(openBoard(await something(replaced.reply), { ...QUICK, canInterrupt: true }));
    expect(replaced.isHalted()).toBe(false);
    // It is left halted by nobody who gives up.
    expect(replaced.typed()).toMatch(/continue\n$/);
  });
});

describe('a board', () => {
  it('that says stop is not written to until it says go on', async () => {
    let got = '';
    let isStopped = false;
    let early = 0;
    const port = await something((typed, socket) => {
      if (isStopped) early += typed.length;
      got += typed;
      if (!isStopped && got.length < 200) {
        isStopped = true;
        setTimeout(() => {
          isStopped = false;
          socket.write('\x11');
        }, 60);
        return '\x13';
      }
      return undefined;
    });
    await failure(openBoard(port, { patience: 0.03 }));
    expect(early).toBe(0);
    expect(got.length).toBeGreaterThan(200);
  });

  it(
    'keeps its program when the cable is pulled in front of any line, and takes the next upload',
    { timeout: 30_000 },
    async () => {
      const on = await startVirtualBoard();
      closers.push(() => on.close());
      await send(on.port, program('zero'));
      await send(on.port, program('old'));
      const target = new URL(on.port);
      const { connect } = await import('node:net');
      /** Passes `lines` lines on, and then is gone. */
      const cable = (lines: number) => {
        let left = lines;
        const board = new Map<Socket, Socket>();
        return something((typed, socket) => {
          let through = board.get(socket);
          if (through === undefined) {
            through = connect(Number(target.port), '127.0.0.1');
            through.on('data', (bytes) => socket.write(bytes));
            through.on('error', () => {});
            board.set(socket, through);
          }
          left -= typed.split('\n').length - 1;
          if (left < 0) {
            socket.destroy();
            through.destroy();
          } else through.write(Buffer.from(typed, 'latin1'));
          return undefined;
        });
      };
      const code = `${program('new')}/*${'z'.repeat(900)}*/`;
      const isFull = process.env['MODE'] === 'full';
      let wasCut = true;
      for (let lines = 1; wasCut; lines += isFull ? 1 : 19) {
        wasCut = false;
        const port = await cable(lines);
        const board = await openBoard(port).catch(() => undefined);
        if (board === undefined) {
          wasCut = true;
          continue;
        }
        await upload(board, { code: `${code}//${lines}`, trialMin: 1, restartMs: 100 }).catch(() => {
          wasCut = true;
        });
        await board.close();
        on.restart();
        expect(['old', 'new'], `${lines} lines`).toContain((await whoRuns(on.port)).name);
        await send(on.port, `${program('old')}//${lines}`);
        expect((await whoRuns(on.port)).name).toBe('old');
      }
    },
  );
});

describe('a password', () => {
  it('is one that can be typed', () => {
    for (const password of ['', 'with space', 'x'.repeat(21), 'caf\xe9']) {
      expect(() => checkPassword(password)).toThrow(/cannot be typed/);
    }
    checkPassword('x'.repeat(20));
  });

  it('closes every door', () => {
    const doors = { console: 'Serial1', telnet: true, ble: true, free: 1 };
    expect(openDoors(doors, 'ESP32', false)).toHaveLength(3);
    expect(openDoors(doors, 'ESP32', true)).toEqual([]);
  });
});

describe('EspruinoTools', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mote-tools-'));
  const tool = (text: string) => {
    const file = join(folder, 'espruino');
    writeFileSync(file, `#!/bin/sh\n${text}\n`);
    chmodSync(file, 0o755);
    return file;
  };
  const options = { port: 'tcp://127.0.0.1:1', file: 'x.js', store: true };
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are missed with what to install', () => {
    expect(() => findEspruinoTools({ PATH: '/nowhere' })).toThrow(/not installed.*npm install -g espruino/);
    expect(() => findEspruinoTools({ MOTE_ESPRUINO_TOOLS: '/nowhere/espruino' })).toThrow(/is no program/);
  });

  it('are done when they say so, though they do not end', async () => {
    await uploadWithEspruinoTools(tool('echo Upload Complete; exec sleep 60'), options);
  });

  it('have failed when they end without', async () => {
    const error = await failure(uploadWithEspruinoTools(tool('echo Unable to connect!; exit 1'), options));
    expect(error.what).toMatch(/exit code 1.*Unable to connect/);
  });
});
