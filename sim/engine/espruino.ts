// A bundle in a real Espruino, as a process of its own in a directory of its own. The engine holds a connection to us
// and quits when it closes, so that nothing is left running when we die, however we die.

import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MEMORY_MARK, START_MARK, createConsoleReader } from './console.ts';
import type { EspruinoMemory } from './console.ts';

export type { EspruinoMemory } from './console.ts';

/** The engine cannot be used. `fix` says what to do about it. */
export class EngineError extends Error {
  readonly fix: string;

  constructor(what: string, fix: string) {
    super(what);
    this.name = 'EngineError';
    this.fix = fix;
  }
}

const FIX = 'give the path of a Linux Espruino with network support in ESPRUINO';

export interface EspruinoOptions {
  /** Path of a Linux Espruino. */
  binary: string;
  /** Sources that run before the bundle, in order and in the same global scope: what the engine lacks. ASCII. */
  prelude: readonly string[];
  /** The firmware. ASCII. Runs out of flash storage, as on a board. */
  bundle: string;
  /** A line that the program printed, without banner and prompts. */
  onLine(line: string): void;
  /** Called every `memoryEveryMs` with `process.memory()`. */
  onMemory?(memory: EspruinoMemory): void;
  memoryEveryMs?: number;
  /** Where `espruino.flash` lies; default: a directory of its own that goes with the engine. */
  cwd?: string;
  /** How long an engine may take to start, default 30 s, and to quit by itself, default 2 s. */
  startMs?: number;
  graceMs?: number;
}

export interface EspruinoExit {
  /** Exit code, null when a signal ended the engine. */
  code: number | null;
  signal: string | null;
  /** Lines that told of a failure: uncaught errors, failed asserts, memory used up. */
  failures: string[];
}

export interface EspruinoEngine {
  readonly pid: number;
  /** Settles when the process is gone. */
  readonly exited: Promise<EspruinoExit>;
  /** Have the engine evaluate a script of at most 536 ASCII characters, as a person at its console would. */
  evaluate(script: string): void;
  /** End the engine: close its connection, and kill it when it has not gone after `graceMs`. */
  close(): Promise<EspruinoExit>;
}

const LOADER = 'mote-loader.js';
/** Where a board keeps the firmware that it starts by itself. */
const BUNDLE = '.bootcde';

/** Blocks that a source takes while it is run from memory, for each block of its text: text, function bodies, data. */
const LOAD_FACTOR = 4;

/** Run a file of the prelude: from memory, where it is fastest, or from flash storage where memory is short. */
function loadPrelude(file: string): string {
  return [
    `global.moteSource=require("fs").readFileSync("${file}");global.moteMemory=process.memory();`,
    `if(moteMemory.free*(moteMemory.blocksize-4)<moteSource.length*${LOAD_FACTOR})`,
    `require("Storage").write("${file}",moteSource),moteSource=require("Storage").read("${file}");`,
    'eval(moteSource);delete global.moteSource;delete global.moteMemory;',
  ].join('');
}

/** The first script. The bundle runs from flash storage, as on a board: its function bodies take no memory. */
function loader(port: number, memoryEveryMs: number, prelude: readonly string[]): string {
  const memory = `print(${JSON.stringify(MEMORY_MARK)}+JSON.stringify(process.memory()))`;
  return [
    `print(${JSON.stringify(START_MARK)});`,
    `global.moteHost=require("net").connect({host:"127.0.0.1",port:${port}});`,
    'moteHost.on("close",function(){quit();});moteHost.on("data",function(text){eval(text);});delete global.moteHost;',
    memoryEveryMs > 0 ? `setInterval(function(){${memory}},${memoryEveryMs});` : '',
    ...prelude.map(loadPrelude),
    `require("Storage").write("${BUNDLE}",require("fs").readFileSync("${BUNDLE}"));`,
    `eval(require("Storage").read("${BUNDLE}"));`,
  ].join('\n');
}

function checkBinary(binary: string): void {
  const stats = statSync(binary, { throwIfNoEntry: false });
  if (stats === undefined) throw new EngineError(`no Espruino at ${binary}`, FIX);
  if (!stats.isFile()) throw new EngineError(`${binary} is not a program`, FIX);
  try {
    accessSync(binary, constants.X_OK);
  } catch {
    throw new EngineError(`${binary} is not executable`, `chmod +x ${binary}`);
  }
}

/** Our end of the engine's connection: a server on a free port. */
async function openControl(): Promise<{ port: number; send(text: string): void; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    // The engine may be killed: a reset of its connection is no news.
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.resume();
    if (!server.listening) socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    send(text) {
      for (const socket of sockets) socket.write(text);
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/**
 * Run a bundle in a real Espruino.
 * @returns once the engine runs. @throws EngineError when `binary` is missing or is no Espruino.
 */
export async function runEspruino(options: EspruinoOptions): Promise<EspruinoEngine> {
  const { binary, startMs = 30_000, graceMs = 2_000, memoryEveryMs = 0 } = options;
  checkBinary(binary);
  const control = await openControl();
  const cwd = options.cwd ?? mkdtempSync(join(tmpdir(), 'mote-espruino-'));
  const prelude = options.prelude.map((source, index) => {
    const name = `prelude${index}.js`;
    writeFileSync(join(cwd, name), source);
    return name;
  });
  // Storage refuses an empty file.
  writeFileSync(join(cwd, BUNDLE), `${options.bundle}\n`);
  writeFileSync(join(cwd, LOADER), loader(control.port, memoryEveryMs, prelude));

  // Espruino evaluates what arrives on stdin, and at its end takes whatever lies on its stack for input, even for
  // Ctrl-C: so it gets a pipe that stays open and silent.
  const child = spawn(binary, [LOADER], { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {});
  const kill = () => child.kill('SIGKILL'); // it ignores every other signal
  const failures: string[] = [];
  const exited = new Promise<EspruinoExit>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, failures }));
    child.once('error', () => resolve({ code: null, signal: null, failures }));
  }).finally(() => {
    control.close();
    if (options.cwd === undefined) rmSync(cwd, { recursive: true, force: true });
  });

  await new Promise<void>((resolve, reject) => {
    let complaint = '';
    const fail = (what: string) => reject(new EngineError(`${binary} ${what}`, FIX));
    const timer = setTimeout(() => {
      kill();
      fail(`did not start in ${startMs} ms`);
    }, startMs);
    const reader = createConsoleReader({
      onStart() {
        clearTimeout(timer);
        resolve();
      },
      onLine: options.onLine,
      onMemory: (memory) => options.onMemory?.(memory),
      onFailure: (line) => failures.push(line),
    });
    child.stdout.setEncoding('latin1').on('data', (chunk: string) => reader.feed(chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (complaint = chunk.trim()));
    child.once('error', (error) => (complaint = error.message));
    void exited.then(({ code }) => {
      clearTimeout(timer);
      reader.end();
      fail(`ended with code ${code} before it ran our script${complaint === '' ? '' : `: ${complaint}`}`);
    });
  });
  return {
    pid: child.pid ?? 0,
    exited,
    evaluate: (script) => control.send(script),
    async close() {
      control.close();
      const timer = setTimeout(kill, graceMs);
      const exit = await exited;
      clearTimeout(timer);
      return exit;
    },
  };
}
