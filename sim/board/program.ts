// What a board runs: a bundle, or whatever its Storage holds (sim/console). Made anew at each start.

import type { BoardData } from '../../boards/board.ts';
import type { CompiledBundle } from './bundle.ts';
import { listenersOf } from './events.ts';
import { createRoot } from './globals.ts';
import type { BoardConsole, Machine } from './machine.ts';
import type { Realm } from './realm.ts';

/** The board's own globals: their names, and each by its name. */
export interface Globals {
  readonly names: readonly string[];
  value(name: string): unknown;
  readonly root: object;
}

export interface Program {
  readonly realm: Realm;
  /** Make the global object. */
  createRoot(data: BoardData, value: (name: string) => unknown): object;
  /** Run from the start, up to where the idle loop takes over. */
  begin(machine: Machine, globals: Globals): void;
  /** Run other source text, which sees the globals. */
  evaluate(code: string, file: string, globals: Globals): void;
  /** A function is about to be called; an exception stands for its result. */
  enter?(callback: unknown): void;
  /** A file of Storage is about to go, and all functions whose code is in it. */
  fileErased?(content: () => string): void;
  /** Tell of an exception that nothing caught; undefined: print it. */
  report?(error: unknown): void;
  readonly console: BoardConsole;
}

/** Nobody types there. */
function silentConsole(print: (line: string) => void): BoardConsole {
  let device: string | null = 'Serial1';
  let line = '';
  return {
    write(text) {
      const lines = (line + text).split('\n');
      line = lines.pop()!;
      for (const whole of lines) print(whole);
    },
    echo: () => undefined,
    setPassword: () => undefined,
    lock: () => undefined,
    leave: () => undefined,
    getDevice: () => device,
    setDevice: (name) => void (device = name),
  };
}

/** @param print one line on the console. */
export function bundleProgram(bundle: CompiledBundle, print: (line: string) => void): Program {
  const { realm } = bundle;
  return {
    realm,
    createRoot: (data, value) => createRoot(realm, data, value),
    begin(machine, { names, value, root }) {
      const { loop, data } = machine;
      loop.call(() => bundle.run(names, value, root), undefined, []);
      if (!data.bootCode || !loop.isOn()) return;
      // What the engine does after boot code.
      const e = value('E') as object;
      loop.callAll(listenersOf(e, 'init') ?? [], e, []);
    },
    evaluate: (code, file, { names, value, root }) => bundle.evaluate(code, file, names, value, root),
    console: silentConsole(print),
  };
}
