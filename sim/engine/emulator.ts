// A bundle in the emulator of Espruino's Web IDE: the interpreter is the real one, network and Wi-Fi are bridged, flash is
// an array. What the page of the emulator shows (a screen, buttons) is not there.

import { MEMORY_MARK, START_MARK, createConsoleReader } from './console.ts';
import type { EspruinoMemory } from './console.ts';
import { startEmulator } from './emulator-machine.ts';
import { createEmulatorSockets } from './emulator-sockets.ts';

export interface EmulatorOptions {
  /** Path of the emulator's script. */
  script: string;
  /** Sources that run before the bundle, in order and in the same global scope. ASCII. */
  prelude: readonly string[];
  /** The firmware. ASCII. Runs out of flash storage, as on a board. */
  bundle: string;
  /** What the flash holds, 8 MB; default: erased. */
  flash?: Uint8Array;
  onLine(line: string): void;
  /** A line that tells of a failure: an uncaught error, memory used up. */
  onFailure(line: string): void;
  onMemory(memory: EspruinoMemory): void;
  memoryEveryMs: number;
}

export interface RunningEmulator {
  readonly counters: { readonly programs: number; readonly erases: number };
  /** Settles with the reason when the engine has stopped by itself. */
  readonly died: Promise<string>;
  close(): void;
}

/** Characters of a file in one line at the console. */
const WRITE_CHUNK = 600;
const BUNDLE = '.bootcde';

/** @returns lines that write a file into flash storage. */
function writeLines(name: string, text: string): string[] {
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += WRITE_CHUNK) {
    const part = Buffer.from(text.slice(at, at + WRITE_CHUNK), 'latin1').toString('base64');
    lines.push(`require("Storage").write("${name}",atob("${part}"),${at},${text.length})`);
  }
  return lines;
}

/** Run a bundle in the emulator. @returns once the engine is there. @throws EngineError when `script` is no emulator. */
export async function runEmulator(options: EmulatorOptions): Promise<RunningEmulator> {
  const machine = await startEmulator(options.script, options.flash);
  const type = (line: string) => machine.type(`${line}\n`);
  const sockets = createEmulatorSockets(type);
  const reader = createConsoleReader({
    onStart: () => {},
    onLine(line) {
      if (!sockets.take(line)) options.onLine(line);
    },
    onMemory: options.onMemory,
    onFailure: options.onFailure,
  });
  machine.onText = (text) => reader.feed(text);
  // No echo and no prompt from here on.
  type('\x10echo(0)');
  type(`print(${JSON.stringify(START_MARK)})`);
  const files = [
    ...options.prelude.map((source, index) => [`prelude${index}`, source]),
    [BUNDLE, options.bundle],
  ];
  for (const [name, source] of files as [string, string][]) {
    writeLines(name, `${source}\n`).forEach(type);
    type(`eval(require("Storage").read("${name}"))`);
  }
  const memory = `print(${JSON.stringify(MEMORY_MARK)}+JSON.stringify(process.memory()))`;
  type(`setInterval(function(){${memory}},${options.memoryEveryMs});`);
  return {
    counters: machine.counters,
    died: machine.died,
    close() {
      sockets.close();
      machine.close();
    },
  };
}
