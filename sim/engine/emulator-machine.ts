// The emulator of Espruino's Web IDE (emu/emulator_*.js there: the interpreter as WebAssembly in a script) with what its
// page gives it: a console, flash, and somebody who lets it run. It runs in a context of its own and meets nothing of Node.

import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { EngineError } from './espruino.ts';

/** As boards/EMSCRIPTEN*.py of Espruino has it; the flash of the smaller ones is a part of it. */
const FLASH_BYTES = 0x800000;
const PAGE_BYTES = 4096;
/** EV_USBSERIAL: the console. */
const CONSOLE = 21;
/** What the engine takes at once; it has room for 1024. */
const INPUT_CHUNK = 256;
/** At least between two passes, and at most: a timer may have been set meanwhile. */
const PASS_MS = 1;
const REST_MS = 50;
/** Passes that a chunk of input may need. */
const PASSES = 64;
const START_MS = 10_000;

const FIX = 'give the path of emu/emulator_banglejs2.js of the Espruino Web IDE in ESPRUINO_EMULATOR';

/** What Emscripten's module offers. */
interface EmulatorModule {
  onRuntimeInitialized: () => void;
  onAbort: (why: unknown) => void;
  print: (text: string) => void;
  printErr: (text: string) => void;
  ccall?: (name: string, result: 'number', types: string[], values: number[]) => number;
  HEAPU8?: Uint8Array;
}

export interface EmulatorMachine {
  /** What the console prints, one character a byte. */
  onText: (text: string) => void;
  /** Settles with the reason when the engine has stopped by itself. */
  readonly died: Promise<string>;
  /** Erased bytes are 0xFF; a program clears bits. */
  readonly flash: Uint8Array;
  readonly counters: { programs: number; erases: number };
  /** Type at the console. */
  type(text: string): void;
  close(): void;
}

interface Flash {
  readonly bytes: Uint8Array;
  readonly counters: { programs: number; erases: number };
  write(address: number, bytes: Uint8Array): void;
}

/** The engine erases a page by writing 0xFF to all of it, through the same door as a program. */
function createFlash(bytes: Uint8Array): Flash {
  const counters = { programs: 0, erases: 0 };
  return {
    bytes,
    counters,
    write(address, from) {
      if (address < 0 || address + from.length > bytes.length) return;
      const isPage = from.length === PAGE_BYTES && address % PAGE_BYTES === 0;
      if (isPage && from.every((byte) => byte === 0xff)) {
        counters.erases++;
        bytes.fill(0xff, address, address + PAGE_BYTES);
        return;
      }
      counters.programs++;
      for (let i = 0; i < from.length; i++) bytes[address + i]! &= from[i]!;
    },
  };
}

function readScript(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    throw new EngineError(`cannot read ${file} (${(error as NodeJS.ErrnoException).code})`, FIX);
  }
}

/**
 * Start the emulator in `file`. @param flash what its flash holds, 8 MB; default: erased.
 * @returns once its console is there. @throws EngineError when the file is no such script.
 */
export async function startEmulator(
  file: string,
  flash: Uint8Array = new Uint8Array(FLASH_BYTES).fill(0xff),
): Promise<EmulatorMachine> {
  const script = readScript(file);
  const store = createFlash(flash);
  let onDeath: (why: string) => void = () => {};
  const died = new Promise<string>((resolve) => (onDeath = resolve));
  const module: EmulatorModule = {
    onRuntimeInitialized: () => {},
    onAbort: (why) => onDeath(String(why)),
    print: () => {},
    printErr: () => {},
  };
  const call = (name: string, ...values: number[]) =>
    module.ccall!(
      name,
      'number',
      values.map(() => 'number'),
      values,
    );

  let printed = '';
  function collect(): void {
    for (let device = 1; device !== 0;) {
      device = call('jshGetDeviceToTransmit');
      if (device !== 0) printed += String.fromCharCode(call('jshGetCharToTransmit', device));
    }
  }

  const scope = createContext({
    Module: module,
    TextDecoder,
    performance,
    setTimeout,
    clearTimeout,
    console: { log() {}, warn() {}, error() {} },
    // It looks for a page or for Node: a worker needs nothing but this.
    WorkerGlobalScope: true,
    self: { location: { href: '' } },
    atob,
    hwSetPinValue() {},
    hwGetPinValue: () => 0,
    hwFlashRead: (address: number) => flash[address] ?? 0xff,
    hwFlashWritePtr: (address: number, pointer: number, length: number) =>
      store.write(address, module.HEAPU8!.subarray(pointer, pointer + length)),
    jsHandleIO: collect,
    jsUpdateGfx() {},
  });
  await new Promise<void>((resolve, reject) => {
    const fail = (what: string) => reject(new EngineError(`${file} ${what}`, FIX));
    const timer = setTimeout(() => fail(`did not start in ${START_MS} ms`), START_MS);
    module.onRuntimeInitialized = () => {
      clearTimeout(timer);
      if (module.ccall === undefined) fail('is no emulator of Espruino');
      else resolve();
    };
    module.onAbort = (why) => {
      clearTimeout(timer);
      fail(`stopped: ${String(why)}`);
    };
    try {
      runInContext(script, scope, { filename: file });
    } catch (error) {
      clearTimeout(timer);
      fail(`is no emulator of Espruino: ${String(error)}`);
    }
  });
  module.onAbort = (why) => onDeath(String(why));

  let input = '';
  let timer: NodeJS.Timeout | undefined;
  let isOpen = true;
  const machine: EmulatorMachine = {
    onText: () => {},
    died,
    flash,
    counters: store.counters,
    type(text) {
      input += text;
      if (!isOpen) return;
      clearTimeout(timer);
      timer = setTimeout(run, PASS_MS);
    },
    close() {
      isOpen = false;
      clearTimeout(timer);
    },
  };

  /** Type a piece of the input. */
  function feed(): void {
    const chunk = input.slice(0, INPUT_CHUNK);
    input = input.slice(chunk.length);
    for (let i = 0; i < chunk.length; i++) call('jshPushIOCharEvent', CONSOLE, chunk.charCodeAt(i));
  }

  /** One pass after another, until the engine has nothing to do. */
  function run(): void {
    let wait = -1;
    try {
      if (input !== '') feed();
      for (let passes = 0; passes < PASSES && wait < 0; passes++) {
        wait = call('jsIdle');
        collect();
      }
    } catch (error) {
      isOpen = false;
      onDeath(String(error));
    }
    const text = printed;
    printed = '';
    if (text !== '') machine.onText(text);
    if (!isOpen) return;
    const rest = input !== '' || wait < 0 ? PASS_MS : Math.min(Math.max(wait, PASS_MS), REST_MS);
    timer = setTimeout(run, rest);
  }

  call('jsInit');
  collect();
  timer = setTimeout(run, PASS_MS);
  return machine;
}
