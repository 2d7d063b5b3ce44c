// The line that is being typed, and how the terminal shows it: cursor, several lines, history. Writes nothing while the
// echo is off. Follows src/jsinteractive.c of the engine, byte by byte.

import { indexOf, placeOf } from './places.ts';
import type { Place } from './places.ts';

const ERASE_REST = '\x1b[J';
const LEFT = '\x1b[D';
const RIGHT = '\x1b[C';
const UP = '\x1b[A';
const DOWN = '\x1b[B';
const BACK = '\b';
/** Longer lines are not remembered. */
const HISTORY_CHARS = 500;

const move = (count: number, forth: string, back: string) =>
  (count > 0 ? forth : back).repeat(Math.abs(count));
/** Sideways, then down or up. */
const travel = (from: Place, to: Place) =>
  move(to.column - from.column, RIGHT, LEFT) + move(to.line - from.line, DOWN, UP);
const between = (text: string, from: number, to: number) => travel(placeOf(text, from), placeOf(text, to));
const restOfLine = (text: string, from: number) => text.slice(from).split('\n', 1)[0]!;
const isSpace = (text: string) => !/[^ \t\n\v\f\r]/.test(text);

export interface LineHost {
  /** Bytes to the terminal, as they are. */
  send(bytes: string): void;
  /** Whether what is typed is shown. */
  isShown(): boolean;
  /** Whether a prompt comes back. */
  hasEcho(): boolean;
  /** In front of the prompt. */
  label(): string;
}

export interface Line {
  text(): string;
  beforeCursor(): string;
  /** Whether what is typed shows on the terminal just now. */
  isVisible(): boolean;
  /** Put typed text where the cursor is. */
  type(text: string): void;
  /** @returns whether only white space is behind the cursor. */
  isAtEnd(): boolean;
  newLine(): void;
  /** Take the line away from the terminal, so that other text can be printed. */
  hide(): void;
  /** Show it again with its prompt, if it is hidden. */
  show(): void;
  /** The program is being taken down, and the line with it: there is nothing to take away from the terminal. */
  forget(): void;
  /** It is somewhere else, or nowhere, on the terminal. */
  setHidden(): void;
  /** Forget it. @param update the terminal too. */
  clear(update: boolean): void;
  backspace(): void;
  delete(): void;
  home(): void;
  end(): void;
  /** To the very beginning or the very end. */
  page(isDown: boolean): void;
  left(): void;
  right(): void;
  /** A line up or down, or through the history. */
  vertical(direction: -1 | 1): void;
  remember(line: string): void;
  /** Forget everything that was typed. The terminal is left as it is; with the power, what is on it is forgotten too. */
  reset(isPower: boolean): void;
}

export function createLine(host: LineHost): Line {
  let text = '';
  let cursor = 0;
  let hidden = false;
  let isThere = true;
  const history: string[] = [];

  const isVisible = () => !hidden && host.isShown();
  const shown = (bytes: string) => {
    if (isVisible()) host.send(bytes);
  };
  const withColons = (part: string) => part.replace(/\n/g, '\r\n:');
  /** The rest of the line after a change, one more to cover what was there, and back. */
  const redrawRest = () => {
    const rest = restOfLine(text, cursor);
    return `${rest} ${BACK.repeat(rest.length + 1)}`;
  };
  const insert = (part: string) => {
    text = text.slice(0, cursor) + part + text.slice(cursor);
  };

  const remove = (isBackspace: boolean) => {
    const at = isBackspace ? cursor - 1 : cursor;
    if (at < 0 || at >= text.length) return;
    const joins = text[at] === '\n';
    if (joins) {
      shown(ERASE_REST);
      if (isBackspace) shown(`${BACK} ${between(text, cursor, cursor - 1)}`);
    }
    text = text.slice(0, at) + text.slice(at + 1);
    cursor = at;
    if (joins) shown(withColons(text.slice(cursor)) + between(text, text.length, cursor));
    else shown((isBackspace ? BACK : '') + redrawRest());
  };

  const replace = (line: string) => {
    shown(between(text, cursor, 0) + ERASE_REST + withColons(line));
    text = line;
    cursor = line.length;
  };

  const recall = (direction: -1 | 1) => {
    const at = history.indexOf(text);
    const next = at >= 0 ? history[at + direction] : direction < 0 ? history.at(-1) : undefined;
    if (next !== undefined) replace(next);
    else if (direction > 0) replace('');
  };

  const line: Line = {
    text: () => text,
    beforeCursor: () => text.slice(0, cursor),
    isVisible,
    type(part) {
      if (cursor >= text.length) text += part;
      else {
        insert(part);
        shown(redrawRest());
      }
      cursor += part.length;
      shown(part);
    },
    isAtEnd: () => isSpace(text.slice(cursor)),
    newLine() {
      if (line.isAtEnd()) {
        shown('\r\n:');
        text += '\n';
        cursor++;
        return;
      }
      shown(ERASE_REST);
      insert('\n');
      shown(withColons(text.slice(cursor)) + between(text, text.length, cursor + 1));
      cursor++;
    },
    hide() {
      if (hidden) return;
      hidden = true;
      if (isThere && host.hasEcho()) host.send(`${between(text, cursor, 0)}\r${ERASE_REST}`);
    },
    forget() {
      isThere = false;
    },
    show() {
      if (!hidden) return;
      hidden = false;
      if (host.hasEcho()) {
        host.send(`${host.label()}>${withColons(text)}${between(text, text.length, cursor)}`);
      }
    },
    setHidden: () => void (hidden = true),
    clear(update) {
      if (text === '') return;
      if (update) line.hide();
      text = '';
      cursor = 0;
    },
    backspace: () => remove(true),
    delete: () => remove(false),
    home() {
      for (; cursor > 0 && text[cursor - 1] !== '\n'; cursor--) shown(BACK);
    },
    end() {
      for (; cursor < text.length && text[cursor] !== '\n'; cursor++) shown(text[cursor]!);
    },
    page(isDown) {
      const to = isDown ? text.length : 0;
      host.send(between(text, cursor, to));
      cursor = to;
    },
    left() {
      if (cursor === 0 || text[cursor - 1] === '\n') return;
      cursor--;
      shown(LEFT);
    },
    right() {
      if (cursor >= text.length || text[cursor] === '\n') return;
      cursor++;
      shown(RIGHT);
    },
    vertical(direction) {
      if ((text === '' || history.includes(text)) && cursor === text.length) return recall(direction);
      const from = placeOf(text, cursor);
      const lines = text.split('\n').length;
      cursor = indexOf(text, { ...from, line: Math.min(lines, Math.max(1, from.line + direction)) });
      shown(travel(from, placeOf(text, cursor)));
    },
    remember(typed) {
      if (typed === '' || typed.length > HISTORY_CHARS) return;
      const at = history.indexOf(typed);
      if (at >= 0) history.splice(at, 1);
      history.push(typed);
    },
    reset(isPower) {
      if (isPower) hidden = false;
      isThere = true;
      text = '';
      cursor = 0;
      history.length = 0;
    },
  };
  return line;
}
