// `on` and `emit`, which every object has. Listeners are called from the idle loop, never from inside `emit`.

import type { Realm } from './realm.ts';

/** A function, or source text to be evaluated. */
export type Callback = ((...args: never[]) => unknown) | string;

/** Listeners are ordinary properties of their object, as on the engine: an array under this and the event's name. */
const PREFIX = '#on';
/** What arrived before anybody listened. */
const BUFFER = Symbol('buffer');

interface Emitter {
  [event: `#on${string}`]: Callback[] | undefined;
  [BUFFER]?: string;
}

/** The listeners of an event, undefined when there never were any. */
export function listenersOf(target: object, event: string): Callback[] | undefined {
  return (target as Emitter)[`${PREFIX}${event}`];
}

/** @returns how many listeners an object has, of all its events. */
export function countListeners(target: object): number {
  let count = 0;
  for (const [name, value] of Object.entries(target)) {
    if (name.startsWith(PREFIX)) count += Array.isArray(value) ? value.length : 1;
  }
  return count;
}

/** Replace the listeners of an event by a single one. */
export function setListener(target: object, event: string, callback: Callback): void {
  (target as Emitter)[`${PREFIX}${event}`] = [callback];
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
    const old = listenersOf(target, event) ?? [];
    const all = first ? [listener as Callback, ...old] : [...old, listener as Callback];
    (target as Emitter)[`${PREFIX}${event}`] = realm.array(all);
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
    if (event !== undefined) delete (this as Emitter)[`${PREFIX}${nameOf(event)}`];
    else {
      const names = Object.keys(this).filter((name) => name.startsWith(PREFIX));
      for (const name of names) Reflect.deleteProperty(this, name);
    }
  });
}
