// Espruino's console as a terminal sees it: echo, prompt, lines that go on, packets, password, flow control. It knows nothing
// of how a line is run. Follows src/jsinteractive.c; test/contract holds it against recordings of the real engine.

import { openBrackets } from './brackets.ts';
import { createKeys } from './keys.ts';
import type { Key } from './keys.ts';
import { createLine } from './line.ts';
import { createPackets } from './packets.ts';
import type { PacketHost } from './packets.ts';

const PASSWORD_CHARS = 20;
const TAB = '    ';

/** What came of a typed line. */
export interface Typed {
  /** What stands after `=`; undefined: it failed, which was reported. */
  readonly shown: string | undefined;
}

export interface ReplHost extends PacketHost {
  /** Run a line. @returns undefined when the board stopped meanwhile. */
  run(line: string): Typed | undefined;
  /** @returns what must be typed to complete the text before the cursor, if there is one way. */
  complete(text: string): string;
  /** What the board says it is. */
  name(): string;
  /** Ctrl-C on an empty line. @returns a line to print, or nothing. */
  interrupted(): string | undefined;
}

export interface Repl {
  /** A character that was typed. @returns whether it made something run. */
  receive(char: string): boolean;
  /** Ctrl-C arrives: it counts at once, though its character waits in line. */
  interrupt(): void;
  /** Text that a program prints: the typed line makes room for it. */
  print(text: string): void;
  /** Text just where the cursor is. */
  write(text: string): void;
  /** The idle loop was run once. */
  passed(): void;
  /** What is typed makes room for whatever comes. */
  makeRoom(): void;
  /** The program is being taken down. */
  leave(): void;
  /** The prompt has to come. */
  expectPrompt(): void;
  hasEcho(): boolean;
  setEcho(isOn: boolean): void;
  setPassword(password: string | undefined): void;
  lock(): void;
  packetIsActive(): boolean;
  packetTimeout(): void;
  /** What is typed is forgotten, and the history; with `power` all else too. */
  reset(how: 'power' | 'reset' | 'load'): void;
}

const withReturns = (text: string) => text.replace(/\n/g, '\r\n');

export function createRepl(host: ReplHost): Repl {
  let keys = createKeys();
  let echo = true;
  /** No echo until the line has run. */
  let quiet = false;
  let password: string | undefined;
  let locked = false;
  let typedPassword = '';
  let ctrlC = false;

  const hasEcho = () => echo && !quiet;
  const line = createLine({
    send: host.send,
    isShown: () => hasEcho() && !locked,
    hasEcho,
    label: () => (locked ? 'password' : ''),
  });
  const packets = createPackets(host);

  const run = (): boolean => {
    if (line.isVisible()) host.send('\r\n');
    if (!quiet) line.setHidden();
    const code = line.text().trimEnd();
    line.clear(false);
    const typed = host.run(code);
    if (typed === undefined) return true;
    if (code === '') {
      quiet = false;
      return false;
    }
    if (hasEcho()) {
      line.remember(code);
      if (typed.shown !== undefined) host.send(`=${withReturns(typed.shown)}\r\n`);
    }
    quiet = false;
    return true;
  };

  const enter = (): boolean => {
    if (line.isAtEnd() && openBrackets(line.text()) <= 0) return run();
    line.newLine();
    return false;
  };

  const complete = () => {
    if (hasEcho()) line.type(host.complete(line.beforeCursor()));
    else line.type(TAB);
  };

  const ACTIONS: Readonly<Record<Exclude<Key, 'enter'>, () => void>> = {
    newline: line.newLine,
    backspace: line.backspace,
    delete: line.delete,
    home: line.home,
    end: line.end,
    pageUp: () => line.page(false),
    pageDown: () => line.page(true),
    left: line.left,
    right: line.right,
    up: () => line.vertical(-1),
    down: () => line.vertical(1),
    eraseLine: () => line.clear(true),
    tab: complete,
    quiet() {
      if (line.text() === '') quiet = true;
    },
    packet: packets.begin,
    enquiry() {
      if (line.text() === '') host.send(`${host.name()}\r\n`);
    },
  };

  const checkPassword = (char: string) => {
    if (char !== '\r' && char !== '\n') {
      if (typedPassword.length < PASSWORD_CHARS) typedPassword += char;
      return;
    }
    locked = typedPassword !== password;
    typedPassword = '';
    if (locked) return host.send('\r\n  Invalid password\r\npassword>');
    host.send('\r\n  Logged in.\r\n');
    line.setHidden();
    line.show();
  };

  return {
    receive(char) {
      if (locked) {
        checkPassword(char);
        return false;
      }
      if (packets.isActive()) {
        quiet = false;
        return packets.take(char);
      }
      const stroke = keys(char);
      if (stroke === undefined) return false;
      if ('text' in stroke) line.type(stroke.text);
      else if (stroke.key === 'enter') return enter();
      else ACTIONS[stroke.key]();
      return false;
    },
    interrupt() {
      if (!locked && !packets.isActive()) ctrlC = true;
    },
    print(text) {
      line.hide();
      host.send(withReturns(text));
    },
    write: (text) => host.send(withReturns(text)),
    passed() {
      if (ctrlC && !packets.isActive()) {
        ctrlC = false;
        const words = line.text() === '' ? host.interrupted() : undefined;
        if (words !== undefined) {
          line.hide();
          host.send(`${words}\r\n`);
        }
        line.clear(true);
      }
      line.show();
    },
    makeRoom: line.hide,
    leave: line.forget,
    expectPrompt: line.setHidden,
    hasEcho,
    setEcho: (isOn) => void (echo = isOn),
    setPassword: (word) => void (password = word),
    lock: () => void (locked = password !== undefined),
    packetIsActive: packets.isActive,
    packetTimeout: packets.giveUp,
    reset(how) {
      keys = createKeys();
      packets.reset();
      line.reset(how === 'power');
      typedPassword = '';
      password = undefined;
      ctrlC = false;
      if (how !== 'load') {
        echo = true;
        quiet = false;
      }
      if (how === 'power') locked = false;
    },
  };
}
