// Functions of code that lies in Storage keep their bodies there: when the file goes, they cannot be run any more, though they
// are still there. Told apart by their source text, which V8 gives back letter by letter.

import { parse } from 'acorn';
import { full } from 'acorn-walk';
import type { Realm } from '../board/realm.ts';

export interface FlashCode {
  /** A file is going. @param typed whatever was run from memory: what is in it lives on. */
  erased(content: string, typed: () => Iterable<string>): void;
  /** A function is about to be called. @throws Error of the realm when its code has gone. */
  enter(callback: unknown): void;
}

const COMPLAINT = 'Function code is null, not a string';
/** A file without it holds no code that is kept. */
const HAS_CODE = /function|=>|\)\s*\{/;

/** @returns whether a function that reads `text` stands in a program, and not in a string of it. */
function defines(program: string, text: string): boolean {
  if (!program.includes(text)) return false;
  let found = false;
  full(parse(program, { ecmaVersion: 'latest' }), ({ type, start, end }) => {
    if (type.includes('Function') && program.slice(start, end) === text) found = true;
  });
  return found;
}

export function createFlashCode(realm: Realm): FlashCode {
  const root = realm.globals();
  const { Function: RealmFunction } = root as { Function: new () => object };
  const gone: ((text: string) => boolean)[] = [];
  let known = new WeakMap<object, boolean>();

  const isGone = (value: unknown): boolean => {
    if (typeof value !== 'function' || !(value instanceof RealmFunction)) return false;
    let answer = known.get(value);
    if (answer === undefined) {
      const text = String(value);
      known.set(value, (answer = gone.some((holds) => holds(text))));
    }
    return answer;
  };

  const fail = () => {
    throw new realm.Error(COMPLAINT);
  };
  // One that looks like the program's own.
  const makeEmpty = realm.evaluate('(function (run) { return function () { run(); }; })', 'empty') as (
    run: () => void,
  ) => unknown;
  const empty = makeEmpty(fail);

  return {
    erased(content, typed) {
      if (!HAS_CODE.test(content)) return;
      gone.push((text) => content.includes(text) && ![...typed()].some((other) => defines(other, text)));
      known = new WeakMap();
      for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(root))) {
        if (isGone(value)) root[name] = empty;
      }
    },
    enter(callback) {
      if (gone.length > 0 && isGone(callback)) fail();
    },
  };
}
