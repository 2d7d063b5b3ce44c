// What keys a terminal has pressed: control characters and escape sequences become names. Follows jsiHandleConsoleChar.

export type Key =
  | 'enter'
  | 'newline'
  | 'backspace'
  | 'delete'
  | 'home'
  | 'end'
  | 'pageUp'
  | 'pageDown'
  | 'left'
  | 'right'
  | 'up'
  | 'down'
  | 'eraseLine'
  | 'tab'
  | 'quiet'
  | 'packet'
  | 'enquiry';

/** A key, text that was typed, or nothing yet. */
export type Stroke = { readonly key: Key } | { readonly text: string } | undefined;

type State = 'none' | 'dle' | 'escape' | 'escapeO' | 'escapeBracket' | 'number';

const key = (name: Key): Stroke => ({ key: name });
/** A key, or a character that a numeric keypad stands for. */
const AFTER_O: Readonly<Record<string, Stroke>> = {
  F: key('end'),
  H: key('home'),
  o: { text: '/' },
  j: { text: '*' },
  m: { text: '-' },
  k: { text: '+' },
  M: key('enter'),
};
const AFTER_BRACKET: Readonly<Record<string, Key>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
};
const NUMBERED: Readonly<Record<number, Key>> = {
  1: 'home',
  3: 'delete',
  4: 'end',
  5: 'pageUp',
  6: 'pageDown',
};

/** @returns a function that takes a character and says what it was. */
export function createKeys(): (char: string) => Stroke {
  let state: State = 'none';
  let number = 0;

  const named = (name: Key | undefined): Stroke => (name === undefined ? undefined : key(name));

  const plain = (char: string): Stroke => {
    state = 'none';
    if (char === '\b' || char === '\x7f') return key('backspace');
    if (char === '\r' || char === '\n') return key('enter');
    if (char === '\t') return key('tab');
    return char >= ' ' ? { text: char } : undefined;
  };

  /** Characters that mean the same wherever they come, and leave the state as it is. */
  const ALWAYS: Readonly<Record<string, (char: string) => Stroke>> = {
    '\0'() {
      state = 'none';
      return undefined;
    },
    '\x01'() {
      if (state !== 'dle') return undefined;
      state = 'none';
      return key('packet');
    },
    '\x03': () => undefined,
    '\x05': () => key('enquiry'),
    '\x10'() {
      state = 'dle';
      return key('quiet');
    },
    '\x1b'() {
      state = 'escape';
      return undefined;
    },
  };

  const AFTER: Readonly<Record<State, (char: string) => Stroke>> = {
    none: plain,
    dle: plain,
    escape(char) {
      state = char === 'O' ? 'escapeO' : char === '[' ? 'escapeBracket' : 'none';
      return char === '\n' ? key('newline') : undefined;
    },
    escapeO(char) {
      state = 'none';
      return AFTER_O[char];
    },
    escapeBracket(char) {
      state = /\d/.test(char) ? 'number' : 'none';
      number = Number(char);
      return state === 'none' ? named(AFTER_BRACKET[char]) : undefined;
    },
    number(char) {
      if (/\d/.test(char)) {
        number = (10 * number + Number(char)) & 0xffff;
        return undefined;
      }
      state = 'none';
      if (char === 'H') return number === 2 ? key('eraseLine') : undefined;
      return char === '~' ? named(NUMBERED[number]) : undefined;
    },
  };

  return (char) => (ALWAYS[char] ?? AFTER[state])(char);
}
