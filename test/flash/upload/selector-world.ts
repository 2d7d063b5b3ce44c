// What the boot selector sees of a board, in the hands of a test: files, a clock, a restart that is only noted.

import vm from 'node:vm';
import { sumOf } from '../../../flash/upload/layout.ts';
import { SELECTOR_TEXT } from '../../../flash/upload/selector.ts';

export type Files = Record<string, Uint8Array>;

export interface Boot {
  /** Names that ran, by what the programs told. */
  readonly ran: string[];
  readonly printed: string[];
  readonly restarts: number;
  readonly password: string | undefined;
  readonly isLocked: boolean;
  readonly watchdogSec: number | undefined;
  /** What is global after the boot. */
  readonly root: Record<string, unknown> & {
    moteBoot: { slot: number; place: number; isTrial: boolean };
    moteHealthy?: () => void;
  };
  /** An error that nothing caught, as the engine would report it. @returns whether somebody listened. */
  uncaught(error: unknown): boolean;
  /** Let time pass. */
  pass(ms: number): void;
}

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

/** Start a board with these files; what the selector writes stays in them. */
export function boot(files: Files, options: { wakeupCause?: number } = {}): Boot {
  const ran: string[] = [];
  const printed: string[] = [];
  let timers: { at: number; run: () => void }[] = [];
  let listeners: ((error: unknown) => void)[] = [];
  let now = 0;
  const state = {
    restarts: 0,
    password: undefined as string | undefined,
    isLocked: false,
    watchdogSec: undefined as number | undefined,
  };
  const storage = {
    read: (name: string) => (files[name] === undefined ? undefined : textOf(files[name])),
    write(name: string, text: string, offset: number) {
      const file = files[name]!;
      for (let i = 0; i < text.length; i++) {
        if (file[offset + i] !== 0xff) throw new Error('File already written with different data');
        file[offset + i] = text.charCodeAt(i);
      }
      return true;
    },
  };
  const context = vm.createContext({
    require: (name: string) => (name === 'Storage' ? storage : undefined),
    print: (text: string) => printed.push(text),
    ran: (name: string) => ran.push(name),
    setTimeout: (run: () => void, ms: number) => timers.push({ at: now + ms, run }),
    process: {
      env: { BOARD: 'ESP32' },
      on: (_: string, handler: (error: unknown) => void) => listeners.push(handler),
      removeListener: (_: string, handler: unknown) => {
        listeners = listeners.filter((other) => other !== handler);
      },
    },
    E: {
      CRC32: (text: string) => sumOf(Buffer.from(text, 'latin1')),
      enableWatchdog: (seconds: number) => (state.watchdogSec = seconds),
      setPassword: (password: string) => (state.password = password),
      lockConsole: () => (state.isLocked = true),
      reboot: () => state.restarts++,
    },
    ESP32: { getWakeupCause: () => options.wakeupCause ?? 0 },
  });
  vm.runInContext('var global=this', context);
  vm.runInContext(SELECTOR_TEXT, context);
  return {
    ran,
    printed,
    get restarts() {
      return state.restarts;
    },
    password: state.password,
    isLocked: state.isLocked,
    watchdogSec: state.watchdogSec,
    root: context as unknown as Boot['root'],
    uncaught(error) {
      listeners.forEach((listener) => listener(error));
      return listeners.length > 0;
    },
    pass(ms) {
      const end = now + ms;
      for (;;) {
        const next = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers = timers.filter((timer) => timer !== next);
        now = next.at;
        next.run();
      }
      now = end;
    },
  };
}
