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

  return (char) => {
    const before = state;
    switch (char) {
      case '\0':
        state = 'none';
        return undefined;
      case '\x01':
        if (before !== 'dle') return undefined;
        state = 'none';
        return key('packet');
      case '\x03':
        return undefined;
      case '\x05':
        return key('enquiry');
      case '\x10':
        state = 'dle';
        return key('quiet');
      case '\x1b':
        state = 'escape';
        return undefined;
    }
    switch (before) {
      case 'escape':
        state = char === 'O' ? 'escapeO' : char === '[' ? 'escapeBracket' : 'none';
        return char === '\n' ? key('newline') : undefined;
      case 'escapeO':
        state = 'none';
        return AFTER_O[char];
      case 'escapeBracket':
        state = 'none';
        if (!/\d/.test(char)) return named(AFTER_BRACKET[char]);
        state = 'number';
        number = Number(char);
        return undefined;
      case 'number':
        if (/\d/.test(char)) {
          number = (10 * number + Number(char)) & 0xffff;
          return undefined;
        }
        state = 'none';
        if (char === 'H') return number === 2 ? key('eraseLine') : undefined;
        return char === '~' ? named(NUMBERED[number]) : undefined;
      default:
        return plain(char);
    }
  };
}
