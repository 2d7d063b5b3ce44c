// From power-on to power-off: puts the parts of a machine together, runs the program, and takes it all down again.

import type { Nor } from '../nor.ts';
import type { Bench } from './bench.ts';
import type { BoardOptions } from './options.ts';
import type { WallState } from './clock.ts';
import { createClock } from './clock.ts';
import { boardRandom } from './e.ts';
import { globalsOf } from './globals.ts';
import { createLoop } from './loop.ts';
import type { Counters, GaugeName, Gauges, Machine } from './machine.ts';
import { PowerCut } from './power-cut.ts';
import { listenersOf } from './events.ts';
import type { Program } from './program.ts';
import type { RealmHost } from './realm.ts';
import type { Start } from './start.ts';
import { POWER } from './start.ts';
import { textOf } from './text.ts';

export interface BootOptions extends Omit<BoardOptions, 'bundle'> {
  readonly program: Program;
  readonly nor: Nor;
  readonly bench: Bench;
  readonly serial: string;
  readonly counters: Counters;
  readonly wall: WallState;
  readonly wakeCause: number;
  readonly start: Start;
  /** The machine has stopped and wants to be started again after `ms`. */
  reboot(cause: number, ms: number | undefined, start: Start): void;
}

export interface Running {
  /** Cut the power. */
  stop(silent: boolean): void;
  gauges(): Gauges;
}

/** Start the program. @param made is given the machine before its program runs. @returns a function that runs it. */
export function boot(options: BootOptions, made: (running: Running) => void): () => void {
  const { program, board: data, world, counters } = options;
  const { realm } = program;
  const stops: ((silent: boolean) => void)[] = [];
  const blocks: ((blockedMs: number) => void)[] = [];
  const parts = new Map<unknown, unknown>();
  const readers: [GaugeName, () => number][] = [];
  const globals = globalsOf(data);
  const names = [...globals.keys(), 'global', 'globalThis'];

  const clock = createClock(world, options.wall, (blockedMs) => {
    for (const check of blocks) check(blockedMs);
  });
  const host: RealmHost = {
    wall: clock.wall,
    random: () => machine.part(boardRandom).next(),
    emit: (target, event, args) => loop.emit(target, event, args),
  };
  const loop = createLoop({
    world,
    realm,
    clock,
    host,
    enter: (callback) => program.enter?.(callback),
    onUncaught(error) {
      counters.uncaught++;
      options.onError?.(error);
    },
    report(error) {
      const process = values.get('process') as object | undefined;
      const listeners = process === undefined ? undefined : listenersOf(process, 'uncaughtException');
      if (listeners !== undefined) loop.callAll(listeners, process, [error]);
      else if (program.report !== undefined) program.report(error);
      else machine.print(`Uncaught ${textOf(error)}`);
    },
  });

  const stop = (silent: boolean) => {
    if (!loop.isOn()) return;
    loop.stop();
    for (const run of stops) run(silent);
  };
  const machine: Machine = {
    data,
    realm,
    world,
    bench: options.bench,
    nor: options.nor,
    counters,
    clock,
    loop,
    serial: options.serial,
    wakeCause: options.wakeCause,
    start: options.start,
    print: options.onConsole,
    console: program.console,
    fileErased: (content) => program.fileErased?.(content),
    onStop: (run) => void stops.push(run),
    gauge: (name, read) => void readers.push([name, read]),
    onBlock: (check) => void blocks.push(check),
    reboot(cause, ms, start = POWER) {
      if (!loop.isOn()) return;
      stop(false);
      // A board that was blocking is ahead of its world.
      options.reboot(cause, ms === undefined ? undefined : ms + clock.lag(), start);
    },
    restart(cause, ms) {
      machine.reboot(cause, ms);
      throw new PowerCut();
    },
    run(code, file, locals) {
      const all = [...names, ...Object.keys(locals)];
      const value = (name: string) => (name in locals ? locals[name] : valueOf(name));
      program.evaluate(code, file, { names: all, value, root });
    },
    part(make) {
      let found = parts.get(make);
      if (found === undefined) parts.set(make, (found = make(machine)));
      return found as ReturnType<typeof make>;
    },
  };

  const values = new Map<string, unknown>();
  const valueOf = (name: string): unknown => {
    if (name === 'global' || name === 'globalThis') return root;
    if (!values.has(name)) values.set(name, globals.get(name)!(machine));
    return values.get(name);
  };
  const root = program.createRoot(data, valueOf);

  const gauges = () => {
    const sums = { timers: 0, sockets: 0, unsentBytes: 0, untakenBytes: 0, listeners: 0 };
    for (const [name, read] of readers) sums[name] += read();
    return sums;
  };

  made({ stop, gauges });
  return () => {
    program.begin(machine, { names, value: valueOf, root });
    loop.begin();
  };
}
