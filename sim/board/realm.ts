// The JavaScript world of a bundle: a context with Espruino's builtins and nothing of Node's. All boards that run the
// bundle share it; which of them is running at the moment decides what time it is.

import vm from 'node:vm';
import { LANGUAGE_GLOBALS, METHODS, STATICS, TYPED_ARRAY_METHODS, TYPED_ARRAYS } from './builtins.ts';
import { patchDate } from './realm-date.ts';

/** What the builtins of a context ask the board that is running. */
export interface RealmHost {
  /** Wall clock, milliseconds since 1970. */
  wall(): number;
  /** 0 to below 1. */
  random(): number;
  /** Queue the listeners of an event. */
  emit(target: object, event: string, args: readonly unknown[]): void;
}

type Constructor<T> = new (...args: never[]) => T;

export interface Realm {
  readonly context: vm.Context;
  readonly Error: new (message: string) => Error;
  readonly TypeError: new (message: string) => Error;
  /** Espruino's error of its own works; not an instance of Error. */
  readonly InternalError: new (message: string) => Error;
  readonly Uint8Array: new (from: number | ArrayLike<number>) => Uint8Array<ArrayBuffer>;
  readonly ArrayBuffer: Constructor<ArrayBuffer>;
  /** The context's own Object.prototype. */
  readonly objectPrototype: object;
  /** An array of the context. */
  array<T>(items: readonly T[]): T[];
  /** An object of the context with these fields. */
  object<T extends object>(fields: T): T;
  /** An object of the context with functions that do not show in `for in`, as an engine's own do not. */
  methods<T extends object>(functions: T): T;
  /** Whether an object was made by `methods`. */
  isNative(value: object): boolean;
  /** Evaluate source text in the context's global scope. */
  evaluate(code: string, file: string): unknown;
  /** The board that is running. */
  host: RealmHost | undefined;
  /** Run what promises have queued. */
  settle(): void;
  /** The context's global object. */
  globals(): Record<string, unknown>;
  /** Names on the context's global object that are not builtins. */
  extraGlobals(): string[];
}

type Bag = Record<string, unknown>;

/** Take out every own string-named property that is not listed. */
function keepOnly(target: object, allowed: readonly string[], always: readonly string[] = []): void {
  for (const name of Object.getOwnPropertyNames(target)) {
    if (!allowed.includes(name) && !always.includes(name)) Reflect.deleteProperty(target, name);
  }
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
}

const FUNCTION_PROPERTIES = ['prototype', 'length', 'name'];

function strip(global: Bag): void {
  keepOnly(global, LANGUAGE_GLOBALS);
  for (const [name, allowed] of Object.entries(STATICS)) {
    keepOnly(global[name] as object, allowed, FUNCTION_PROPERTIES);
  }
  for (const [name, allowed] of Object.entries(METHODS)) {
    keepOnly(prototypeOf(global, name), allowed, ['length']);
  }
  for (const name of TYPED_ARRAYS) {
    keepOnly(global[name] as object, FUNCTION_PROPERTIES);
    keepOnly(prototypeOf(global, name), ['constructor']);
  }
  const shared = Object.getPrototypeOf(prototypeOf(global, 'Uint8Array')) as object;
  keepOnly(shared, TYPED_ARRAY_METHODS);
  keepOnly(Object.getPrototypeOf(global.Uint8Array) as object, FUNCTION_PROPERTIES);
}

const prototypeOf = (global: Bag, name: string) => (global[name] as { prototype: object }).prototype;

/** Typed arrays: `slice` gives a plain array, `set` takes strings and clips, JSON is that of an array. */
function patchTypedArrays(global: Bag, plain: (items: ArrayLike<number>) => number[]): void {
  const shared = Object.getPrototypeOf(prototypeOf(global, 'Uint8Array')) as Uint8Array;
  const { set, subarray } = shared;
  define(shared, 'slice', function (this: Uint8Array, from?: number, to?: number) {
    return plain(subarray.call(this, from, to));
  });
  define(shared, 'set', function (this: Uint8Array, source: ArrayLike<number> | string, offset = 0) {
    const from: ArrayLike<number> =
      typeof source === 'string' ? Array.from(source, (char) => char.charCodeAt(0) & 0xff) : source;
    const room = Math.max(0, this.length - offset);
    set.call(this, from.length > room ? Array.prototype.slice.call(from, 0, room) : from, offset);
  });
  define(shared, 'toJSON', function (this: Uint8Array) {
    return plain(this);
  });
}

/** Errors that the engine raises by itself are no instances of Error, and have no name. */
function patchErrors(context: vm.Context, global: Bag): void {
  for (const name of ['ReferenceError', 'SyntaxError', 'TypeError']) {
    const prototype = prototypeOf(global, name);
    Object.setPrototypeOf(prototype, prototypeOf(global, 'Object'));
    Reflect.deleteProperty(prototype, 'name');
    define(prototype, 'toString', function (this: Error) {
      return `${name}: ${this.message}`;
    });
  }
  Reflect.deleteProperty(prototypeOf(global, 'Error'), 'name');
  define(prototypeOf(global, 'Error'), 'toString', function (this: Error) {
    return `Error: ${this.message}`;
  });
  const InternalError = vm.runInContext(
    '(function InternalError(message) { this.message = message; })',
    context,
  ) as { prototype: object };
  define(InternalError.prototype, 'toString', function (this: Error) {
    return `InternalError: ${this.message}`;
  });
  define(global, 'InternalError', InternalError);
}

/** Make a context. */
export function createRealm(): Realm {
  // Promises run when the board says so, not when Node does: virtual time knows no ticks.
  const context = vm.createContext(Object.create(null) as vm.Context, { microtaskMode: 'afterEvaluate' });
  const global = vm.runInContext('globalThis', context) as Bag;
  const plain = vm.runInContext('Array.from', context) as <T>(items: ArrayLike<T>) => T[];
  const ArrayConstructor = global.Array as ArrayConstructor;
  const array = <T>(items: ArrayLike<T>): T[] => plain.call(ArrayConstructor, items) as T[];
  const idle = new vm.Script('0');
  const natives = new WeakSet<object>();

  const realm: Realm = {
    context,
    Error: global.Error as Realm['Error'],
    TypeError: global.TypeError as Realm['TypeError'],
    InternalError: undefined as unknown as Realm['InternalError'],
    Uint8Array: global.Uint8Array as Realm['Uint8Array'],
    ArrayBuffer: global.ArrayBuffer as Realm['ArrayBuffer'],
    objectPrototype: prototypeOf(global, 'Object'),
    array,
    object: (fields) =>
      Object.assign(Object.create(prototypeOf(global, 'Object')) as object, fields) as typeof fields,
    methods(functions) {
      const target = Object.create(prototypeOf(global, 'Object')) as typeof functions;
      for (const [name, value] of Object.entries(functions)) define(target, name, value);
      natives.add(target);
      return target;
    },
    isNative: (value) => natives.has(value),
    evaluate: (code, file) => vm.runInContext(code, context, { filename: file }),
    host: undefined,
    settle: () => void idle.runInContext(context),
    globals: () => global,
    extraGlobals: () => Object.getOwnPropertyNames(global).filter((name) => !known.has(name)),
  };

  for (const name of ['Math', 'JSON']) natives.add(global[name] as object);
  strip(global);
  patchTypedArrays(global, array);
  patchErrors(context, global);
  (realm as { InternalError: unknown }).InternalError = global.InternalError;
  patchDate(global, () => realm.host?.wall() ?? 0);
  const math = global.Math as Bag;
  define(math, 'random', () => realm.host?.random() ?? 0);
  // Halves are rounded away from zero.
  define(
    math,
    'round',
    (value: number) => (value < 0 ? -Math.floor(0.5 - value) : Math.floor(value + 0.5)) + 0,
  );
  const known = new Set(Object.getOwnPropertyNames(global));
  return realm;
}
