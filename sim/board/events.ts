// `on` and `emit`, which every object has. Listeners are called from the idle loop, never from inside `emit`.

import type { Realm } from './realm.ts';

/** A function, or source text to be evaluated. */
export type Callback = ((...args: never[]) => unknown) | string;

const LISTENERS = Symbol('listeners');
/** What arrived before anybody listened. */
const BUFFER = Symbol('buffer');

interface Emitter {
  [LISTENERS]?: Record<string, Callback[]>;
  [BUFFER]?: string;
}

/** The listeners of an event, undefined when there never were any. */
export function listenersOf(target: object, event: string): Callback[] | undefined {
  return (target as Emitter)[LISTENERS]?.[event];
}

/** Replace the listeners of an event by a single one. */
export function setListener(target: object, event: string, callback: Callback): void {
  ((target as Emitter)[LISTENERS] ??= {})[event] = [callback];
}

/** Received bytes that nobody has taken yet. */
export function bufferOf(target: object): string {
  return (target as Emitter)[BUFFER] ?? '';
}

export function setBuffer(target: object, bytes: string): void {
  (target as Emitter)[BUFFER] = bytes;
}

/** @param emit queues the listeners of an event in the loop of the board that is running. */
export function patchEvents(
  realm: Realm,
  emit: (target: object, event: string, args: readonly unknown[]) => void,
): void {
  const method = (name: string, value: (this: object, ...args: never[]) => void) =>
    Object.defineProperty(realm.objectPrototype, name, { value, writable: true, configurable: true });

  const nameOf = (event: unknown): string => {
    if (typeof event === 'string') return event;
    throw new realm.TypeError('First argument must be String');
  };

  /** The list is made anew, so that a handler added by a handler waits for the next event. */
  const add = (target: object, event: string, listener: unknown, first: boolean) => {
    if (typeof listener !== 'function' && typeof listener !== 'string') {
      throw new realm.TypeError('Second argument must be a function or a String');
    }
    const all = ((target as Emitter)[LISTENERS] ??= {});
    const old = all[event] ?? [];
    all[event] = first ? [listener as Callback, ...old] : [...old, listener as Callback];
    if (event !== 'data' || bufferOf(target) === '') return;
    emit(target, 'data', [bufferOf(target)]);
    setBuffer(target, '');
  };

  method('on', function (event: unknown, listener: unknown) {
    add(this, nameOf(event), listener, false);
  });
  method('prependListener', function (event: unknown, listener: unknown) {
    add(this, nameOf(event), listener, true);
  });
  method('emit', function (event: unknown, ...args: unknown[]) {
    if (args.length > 4) throw new realm.TypeError('Too many arguments (>4)');
    emit(this, nameOf(event), args);
  });
  method('removeListener', function (event: unknown, listener: unknown) {
    const list = listenersOf(this, nameOf(event));
    const index = list?.indexOf(listener as Callback) ?? -1;
    if (index >= 0) list!.splice(index, 1);
  });
  method('removeAllListeners', function (event: unknown) {
    const all = (this as Emitter)[LISTENERS];
    if (event === undefined) delete (this as Emitter)[LISTENERS];
    else if (all !== undefined) delete all[nameOf(event)];
  });
}
