// Espruino's idle loop: pass after pass of input events, due timers, sockets and queued callbacks, and one report of the
// last exception at the end of each. Passes only happen when there is something to do.

import type { Clock } from './clock.ts';
import type { Callback } from './events.ts';
import { listenersOf } from './events.ts';
import { PowerCut } from './power-cut.ts';
import type { Realm, RealmHost } from './realm.ts';
import type { World, WorldTimer } from './world.ts';

export interface LoopOptions {
  readonly world: World;
  readonly realm: Realm;
  readonly clock: Clock;
  readonly host: RealmHost;
  /** Called before a piece of the program is; what it throws is thrown in its place. */
  enter(callback: Callback): void;
  /** Called for every exception that the program did not catch. */
  onUncaught(error: unknown): void;
  /** Called at the end of a pass with the last of them. */
  report(error: unknown): void;
}

export interface Loop {
  isOn(): boolean;
  stop(): void;
  /** Run a piece of the program. */
  call(callback: Callback, self: unknown, args: readonly unknown[]): void;
  /** Run a list of listeners now. */
  callAll(callbacks: readonly Callback[], self: unknown, args: readonly unknown[]): void;
  /** Run something at once, as a line on the console. @returns what came of it; undefined: the board stopped meanwhile. */
  attempt(run: () => unknown): Outcome | undefined;
  /** Report the last exception now. */
  report(): void;
  /** Queue the listeners of an event, as they are at the end of the pass. */
  emit(target: object, event: string, args: readonly unknown[]): void;
  queue(callback: Callback, args: readonly unknown[]): void;
  /** Do this at the start of the next pass. */
  input(run: () => void): void;
  /** Have this done in every pass. It returns true to be called again at once. */
  onIdle(run: () => boolean): void;
  /** @param due runs due timers. @param next when the next one is due. */
  setTimers(due: () => void, next: () => number | undefined): void;
  onPassEnd(run: () => void): void;
  /** Do this, and nothing that was to be done in its place before, when the events of the pass are served. */
  afterEvents(run: () => void): void;
  /** A pass is needed. */
  wake(): void;
  /** Report exceptions and begin to pass. */
  begin(): void;
}

/** What came of a piece of the program. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

interface Queued {
  readonly callbacks: readonly Callback[];
  readonly self: unknown;
  readonly args: readonly unknown[];
}

export function createLoop(options: LoopOptions): Loop {
  const { world, realm, clock } = options;
  const idlers: (() => boolean)[] = [];
  const endings: (() => void)[] = [];
  let inputs: (() => void)[] = [];
  let events: Queued[] = [];
  let thrown: { readonly error: unknown } | undefined;
  let deferred: (() => void) | undefined;
  let runTimers: () => void = () => undefined;
  let nextTimer: () => number | undefined = () => undefined;
  let on = true;
  let passing = true;
  let again = false;
  let timer: WorldTimer | undefined;
  let timerAt = Infinity;

  const call: Loop['call'] = (callback, self, args) => {
    if (!on) return;
    realm.host = options.host;
    clock.settle();
    try {
      options.enter(callback);
      if (typeof callback === 'string') realm.evaluate(callback, 'event');
      else Reflect.apply(callback, self, args);
      realm.settle();
    } catch (error) {
      if (error instanceof PowerCut) return;
      thrown = { error };
      options.onUncaught(error);
    }
  };

  const attempt: Loop['attempt'] = (run) => {
    if (!on) return undefined;
    realm.host = options.host;
    clock.settle();
    try {
      const value = run();
      realm.settle();
      return { value };
    } catch (error) {
      if (error instanceof PowerCut) return undefined;
      thrown = { error };
      options.onUncaught(error);
      return { error };
    }
  };

  const callAll: Loop['callAll'] = (callbacks, self, args) => {
    // A listener that is removed meanwhile is not called any more; a new one is in a new list.
    for (let i = 0; i < callbacks.length; i++) call(callbacks[i]!, self, args);
  };

  const arm = (at: number, run: () => void) => {
    if (!on || at >= timerAt) return;
    if (timer !== undefined) world.clearTimer(timer);
    timerAt = at;
    timer = world.setTimer(at - world.now(), run);
  };

  const schedule = () => {
    const soonest = world.now() + clock.lag();
    if (again || inputs.length > 0 || events.length > 0) return arm(soonest, pass);
    const next = nextTimer();
    if (next !== undefined) arm(Math.max(next, soonest), pass);
  };

  const report = () => {
    const last = thrown;
    thrown = undefined;
    if (last !== undefined) options.report(last.error);
  };

  /** The second half of a pass: sockets, then what is queued. */
  const serve = () => {
    timer = undefined;
    timerAt = Infinity;
    world.poll();
    for (const run of idlers) if (on && run()) again = true;
    while (on && events.length > 0) {
      const { callbacks, self, args } = events.shift()!;
      callAll(callbacks, self, args);
    }
    const todo = deferred;
    deferred = undefined;
    if (on) todo?.();
    if (on) report();
    for (const run of endings) if (on) run();
    passing = false;
    schedule();
  };

  const pass = () => {
    timer = undefined;
    timerAt = Infinity;
    if (!on) return;
    if (clock.lag() > 0) return arm(world.now() + clock.lag(), pass);
    passing = true;
    again = false;
    clock.begin();
    world.poll();
    const arrived = inputs;
    inputs = [];
    for (const run of arrived) if (on) run();
    if (on) runTimers();
    // What arrives while a timer's callback blocks is there when the sockets are served.
    if (clock.lag() > 0) arm(world.now() + clock.lag(), serve);
    else serve();
  };

  const wake = () => {
    again = true;
    if (!passing) schedule();
  };

  return {
    isOn: () => on,
    stop() {
      on = false;
      if (timer !== undefined) world.clearTimer(timer);
      events = [];
      inputs = [];
    },
    call,
    callAll,
    attempt,
    report,
    emit(target, event, args) {
      const callbacks = listenersOf(target, event);
      if (callbacks === undefined) return;
      events.push({ callbacks, self: target, args });
      if (!passing) schedule();
    },
    queue(callback, args) {
      events.push({ callbacks: [callback], self: undefined, args });
      if (!passing) schedule();
    },
    input(run) {
      inputs.push(run);
      if (!passing) schedule();
    },
    onIdle: (run) => void idlers.push(run),
    setTimers(due, next) {
      runTimers = due;
      nextTimer = next;
    },
    onPassEnd: (run) => void endings.push(run),
    afterEvents(run) {
      deferred = run;
      wake();
    },
    wake,
    begin() {
      if (!on) return;
      report();
      passing = false;
      schedule();
    },
  };
}
