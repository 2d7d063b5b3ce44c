// A real Espruino as a board on a TCP port: its console for whoever connects, its flash in a directory of its own, its power
// in the hands of the test, which can cut it at any program of the flash.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const TEARS = ['none', 'first', 'last', 'some', 'all'] as const;
export type Tear = (typeof TEARS)[number];

export interface Cut {
  /** From 1, of the programs since this start. */
  readonly operation: number;
  readonly tear: Tear;
}

export interface EspruinoBoard {
  readonly port: string;
  readonly flash: string;
  /** All that this life has printed. */
  printed(): string;
  /** Power on. */
  start(cut?: Cut): void;
  isOn(): boolean;
  /** Power off; what is under way in the flash is done. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** Compile the cutter for a program of 32 or 64 bits. */
export function compileCutter(binary: string, directory: string): string {
  const library = join(directory, 'flash-cut.so');
  const is32 = execFileSync('head', ['-c', '5', binary])[4] === 1;
  execFileSync('gcc', [
    ...(is32 ? ['-m32'] : []),
    '-shared',
    '-fPIC',
    '-O1',
    '-o',
    library,
    'test/engines/flash-cut.c',
    '-ldl',
  ]);
  return library;
}

/** Make a board; it is off. @param image flash to begin with. @param cutter library of compileCutter. */
export async function createEspruinoBoard(
  binary: string,
  { image, cutter }: { image?: string; cutter?: string } = {},
): Promise<EspruinoBoard> {
  const cwd = mkdtempSync(join(tmpdir(), 'mote-board-'));
  const flash = join(cwd, 'espruino.flash');
  if (image !== undefined && existsSync(image)) cpSync(image, flash);
  let engine: ChildProcess | undefined;
  let text = '';
  const sockets = new Set<Socket>();

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('data', (bytes) => engine?.stdin?.write(bytes));
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    if (engine === undefined) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };

  async function stop(): Promise<void> {
    const running = engine;
    if (running === undefined) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await gone;
  }

  return {
    port: `tcp://127.0.0.1:${port}`,
    flash,
    printed: () => text,
    isOn: () => engine !== undefined,
    start(cut) {
      text = '';
      const env = {
        ...process.env,
        ...(cut !== undefined && {
          LD_PRELOAD: cutter,
          MOTE_CUT: String(cut.operation),
          MOTE_TEAR: cut.tear,
        }),
      };
      const started = spawn(binary, [], { cwd, env, stdio: ['pipe', 'pipe', 'ignore'] });
      engine = started;
      started.stdin.on('error', () => {});
      started.stdout.on('data', (bytes: Buffer) => {
        text += bytes.toString('latin1');
        for (const socket of sockets) socket.write(bytes);
      });
      started.on('exit', () => {
        if (engine !== started) return;
        engine = undefined;
        for (const socket of sockets) socket.destroy();
      });
    },
    stop,
    async close() {
      await stop();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(cwd, { recursive: true, force: true });
    },
  };
}

/** Keep a copy of a board's flash. */
export function saveFlash(board: EspruinoBoard, to: string): void {
  cpSync(board.flash, to);
}

export const writeImage = (file: string, bytes: Uint8Array): void => writeFileSync(file, bytes);
