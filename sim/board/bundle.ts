// A bundle, compiled once: a function of Espruino's globals. Every board that runs it is one call of that function.

import vm from 'node:vm';
import { patchEvents } from './events.ts';
import type { Realm } from './realm.ts';
import { createRealm } from './realm.ts';

export interface CompiledBundle {
  readonly file: string;
  /** The context it was compiled for, shared by all boards that run it. */
  readonly realm: Realm;
  /**
   * Run it from the start.
   * @param names the globals of the board. @param value gives one of them; asked only for those that the bundle mentions.
   * @param root what `this` is at the top.
   */
  run(names: readonly string[], value: (name: string) => unknown, root: object): void;
  /** Run other source text in the same way, a module for example. */
  evaluate(
    code: string,
    file: string,
    names: readonly string[],
    value: (name: string) => unknown,
    root: object,
  ): void;
  /** Names that were assigned without `var`, by any board so far: on the engine they take memory and clash. */
  leakedGlobals(): string[];
}

const IDENTIFIER = /[A-Za-z_$][\w$]*/g;

interface Entry {
  /** The globals it takes, of those that the board has. */
  readonly names: readonly string[];
  readonly call: (...values: unknown[]) => void;
}

/** What a board lacks must not be a parameter, or its use would not be an error. */
function compile(realm: Realm, code: string, file: string, names: readonly string[]): Entry {
  const call = vm.compileFunction(code, names, { filename: file, parsingContext: realm.context });
  return { names, call: call as Entry['call'] };
}

const identifiersOf = (code: string): ReadonlySet<string> => new Set(code.match(IDENTIFIER) ?? []);

/**
 * Compile a bundle for any number of boards.
 * @param code ES5 source text. @param file name for stack traces.
 * @throws SyntaxError with file and line
 */
export function compileBundle(code: string, file = 'bundle.js'): CompiledBundle {
  const realm = createRealm();
  patchEvents(realm, (target, event, args) => realm.host?.emit(target, event, args));
  const mentioned = identifiersOf(code);
  const entries = new Map<string, Entry>();
  if (!mentioned.has('Promise')) realm.settle = () => undefined;

  /** Boards have different globals, so there is one entry for each set of them. */
  const entryFor = (names: readonly string[]): Entry => {
    const used = names.filter((name) => mentioned.has(name));
    const key = used.join();
    let entry = entries.get(key);
    if (entry === undefined) entries.set(key, (entry = compile(realm, code, file, used)));
    return entry;
  };
  const start = (entry: Entry, value: (name: string) => unknown, root: object) =>
    Reflect.apply(entry.call, root, entry.names.map(value));
  try {
    entryFor([]);
  } catch (error) {
    // The error is of the context's own kind; its stack begins with the place.
    const { message, stack = '' } = error as Error;
    const where = stack.split('\n')[0] ?? file;
    throw new SyntaxError(`${where}: ${message}`, { cause: error });
  }

  return {
    file,
    realm,
    run: (names, value, root) => start(entryFor(names), value, root),
    evaluate(text, textFile, names, value, root) {
      const words = identifiersOf(text);
      const used = names.filter((name) => words.has(name));
      start(compile(realm, text, textFile, used), value, root);
    },
    leakedGlobals: () => realm.extraGlobals(),
  };
}
