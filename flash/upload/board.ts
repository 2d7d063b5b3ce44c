// A board with Espruino, as the uploader talks to it: found at its console, unlocked, asked, restarted. The program on it goes
// on meanwhile. Whatever stands in the way is named.

import { ExitCode, MoteError } from '../errors.ts';
import { createAsker } from '../port/console.ts';
import { openPort } from '../port/port.ts';
import { IN_LOADER, NOTHING_TO_START } from '../port/signs.ts';
import { isTooOld, oldestRelease } from '../release.ts';
import { LOCK_FILE } from './layout.ts';

const ANSWER_MS = 3000;
const TRIES = 3;
/** Together longer than a connection that nobody answers keeps the engine from its console, which is about 20 s. */
const KNOCKS_MS = [600, 1000, 3000, 5000, 8000, 8000];
/** Of a board that is restarting: what was typed too early is lost, and its port may be. */
const RESTART_KNOCKS_MS = [600, 1000, 2000, 3000];
const INTERRUPT_MS = 5000;
/** Espruino's debugger, which a Ctrl-C begins while the program works: nothing runs until it is told to leave. What is asked without an echo is refused there. */
const DEBUGGER = /debug>|In debug mode/;
const LOGIN_MS = 3000;
const RETRY_MS = 250;
const KEPT = 4096;

export interface BoardOptions {
  /** Asked when the console is locked. undefined: nobody knows it. */
  readonly password?: () => Promise<string | undefined>;
  /**
   * Ctrl-C when nothing else helps: it ends what the program is just doing, which may be the end of the program. Only for one
   * who replaces it. Default false: whatever runs goes on.
   */
  readonly canInterrupt?: boolean;
  /** Multiplies the waits for answers; default 1. */
  readonly patience?: number;
  /** What the board prints, with what answers the questions. */
  readonly onText?: (text: string) => void;
}

export interface Board {
  /** Of its port. */
  readonly name: string;
  /** Espruino's release and board: "2v29", "ESP32". */
  readonly version: string;
  readonly kind: string;
  /** The console asked for a password. */
  readonly isLocked: boolean;
  /** @returns what a JavaScript expression on the board is, as JSON carries it. Throws MoteError when it throws there, or nothing answers. */
  ask<T>(expression: string, answerMs?: number): Promise<T>;
  /** Have a statement run, at the top of all scopes. */
  type(statement: string): void;
  /** Start the board anew, and come back to its console. @param limitMs until it must answer. */
  restart(limitMs: number): Promise<void>;
  /** Start it anew without any program; a console that is to ask for a password still does. */
  reset(): Promise<void>;
  /** Come back to a board that restarts by itself. */
  attach(limitMs: number): Promise<void>;
  /** Lock the console again and leave. */
  close(): Promise<void>;
}

/** The program threw an error at what was asked. */
export class BoardError extends MoteError {}

const environment = (what: string, fix: string, where: string) =>
  new MoteError(what, fix, where, ExitCode.Environment);

const SIGNS: readonly (readonly [pattern: RegExp, what: string, fix: string])[] = [
  [
    IN_LOADER,
    'the board is in its boot loader',
    'let go of the boot button and press reset; if it has no Espruino yet: mote flash',
  ],
  [NOTHING_TO_START, 'the board has no firmware that starts', 'flash Espruino: mote flash'],
  [/>>> |Traceback \(most recent|MicroPython/, 'MicroPython answers there', 'flash Espruino: mote flash'],
];

/** @returns why a board that printed `text` did not answer. */
function diagnose(name: string, text: string): MoteError {
  for (const [pattern, what, fix] of SIGNS) if (pattern.test(text)) return environment(what, fix, name);
  const version = /MOTE-VERSION (\dv\d+)/.exec(text)?.[1];
  if (version !== undefined) {
    return isTooOld(version) === false ? tooBusy(name, version) : tooOld(name, version);
  }
  if (text.trim() === '') {
    return environment(
      'no answer: nothing is printed there',
      'check that this is the board, that it has power, and that its console is on this port; without Espruino on it: mote flash',
      name,
    );
  }
  const shown = JSON.stringify(text.slice(-60));
  return environment(
    `something prints there, and no Espruino console answers: ${shown}`,
    'if the firmware never pauses, press reset while mote upload waits; if it is no Espruino: mote flash',
    name,
  );
}

const tooOld = (name: string, version: string) =>
  environment(
    `Espruino ${version} is older than ${oldestRelease()}, which all of this was tried on`,
    'flash a newer one: mote flash',
    name,
  );

const tooBusy = (name: string, version: string) =>
  environment(
    `Espruino ${version} is there, and its program leaves it no time to answer`,
    'press reset, and try again at once',
    name,
  );

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Of the whole chip where there is one. */
const RESTART = 'if(process.env.BOARD=="LINUX")load();else E.reboot()';
const RESET_MS = 5000;
/** What the selector does at a start: a password that is whole is asked for. */
const SET_PASSWORD =
  '(function(t){var p,s;if(t===undefined)return 0;p=t.substr(4);s=E.CRC32(p);' +
  'if(t.substr(0,4)===String.fromCharCode(s&255,s>>8&255,s>>16&255,s>>24&255))E.setPassword(p);return 1})' +
  `(require("Storage").read("${LOCK_FILE}"))`;

/** Find the board at a port. Throws MoteError that says what is there instead. */
export async function openBoard(name: string, options: BoardOptions = {}): Promise<Board> {
  const { onText = () => {}, patience = 1, canInterrupt = false } = options;
  let port = await openPort(name);
  /** What the board has printed since it was asked for. */
  let heard = '';
  const hear = (text: string) => {
    heard = (heard + text).slice(-KEPT);
    onText(text);
  };
  let asker = createAsker(port, hear);
  let tag = Math.floor(Math.random() * 1e6) * 1000;
  let isLocked = false;
  /** That opened the console: a restart locks it again. */
  let known: string | undefined;
  let version = '';
  let kind = '';

  /** Ask once. @returns undefined without an answer. */
  async function askOnce(own: number, expression: string, ms: number): Promise<string | undefined> {
    // The helper, where it is installed, has less to be typed.
    const short = expression.startsWith('moteUp.')
      ? `\x10moteUp.say(${own},function(){return ${expression}})\n`
      : undefined;
    const wrapped = `(function(){try{return"="+JSON.stringify(${expression})}catch(e){return"!"+e}})()`;
    const bytes = await asker.ask(own, wrapped, ms, short);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1');
  }

  /** Wait until one of `patterns` is printed. @returns its index, -1 when the time is over. */
  async function waitFor(patterns: readonly RegExp[], ms: number): Promise<number> {
    for (const end = performance.now() + ms; ; await sleep(10)) {
      const index = patterns.findIndex((pattern) => pattern.test(heard));
      if (index >= 0 || performance.now() > end) return index;
    }
  }

  async function login(): Promise<void> {
    isLocked = true;
    const password = known ?? (await options.password?.());
    if (password === undefined) {
      throw environment(
        'the console is locked with a password',
        'give it: MOTE_PASSWORD in the environment, --password-file, or type it on a terminal',
        name,
      );
    }
    // What was typed so far is part of no password.
    heard = '';
    port.write('\n');
    await waitFor([/password>/], LOGIN_MS);
    heard = '';
    port.write(`${password}\n`);
    const got = await waitFor([/Logged in/, /Invalid password/], LOGIN_MS);
    known = got === 0 ? password : undefined;
    if (got === 0) return;
    throw environment(
      'the password is not that of the console',
      'give the one that was set with --lock',
      name,
    );
  }

  /** Ask who is there. @returns whether it answered. */
  async function knock(ms: number): Promise<boolean> {
    const own = ++tag;
    const hello = '[process.env.VERSION,process.env.BOARD]';
    let answer = await askOnce(own, hello, ms * patience);
    if (answer === undefined && /password>/.test(heard)) {
      await login();
      heard = '';
      answer = await askOnce(own, hello, ANSWER_MS);
    }
    if (answer?.startsWith('=') !== true) return false;
    [version, kind] = JSON.parse(answer.slice(1)) as [string, string];
    if (isTooOld(version) !== false) throw tooOld(name, version);
    return true;
  }

  /** Have a program that stands in the debugger go on, or end what it was doing where it is to be replaced. */
  function leaveDebugger(): void {
    port.write(canInterrupt ? '\nquit\n' : '\ncontinue\n');
    heard = '';
  }

  /** Knock until the console answers. */
  async function greet(knocksMs: readonly number[], interrupts: boolean): Promise<void> {
    heard = '';
    for (const ms of knocksMs) {
      if (await knock(ms)) return;
      if (DEBUGGER.test(heard)) leaveDebugger();
      // Half a command may stand on the line: the engine erases it at this sequence, and nothing ends.
      port.write('\x1b[2H');
    }
    if (interrupts) {
      port.write('\x03\n');
      for (let tries = 0; tries < 2; tries++) {
        await waitFor([DEBUGGER], 500 * patience);
        if (DEBUGGER.test(heard)) leaveDebugger();
        if (await knock(INTERRUPT_MS)) return;
      }
    }
    port.write('\x10print("MOTE-VERSION "+process.env.VERSION)\n');
    await sleep(500 * patience);
    // Whoever gives up leaves no program halted.
    if (interrupts || DEBUGGER.test(heard)) {
      port.write('\ncontinue\n');
      await sleep(20);
    }
    throw diagnose(name, heard);
  }

  async function reopen(limitMs: number): Promise<void> {
    port.close();
    const end = performance.now() + limitMs;
    for (;;) {
      try {
        port = await openPort(name);
        asker = createAsker(port, hear);
        return;
      } catch (error) {
        if (performance.now() > end) throw error;
        await sleep(RETRY_MS);
      }
    }
  }

  async function attach(limitMs: number): Promise<void> {
    const end = performance.now() + limitMs;
    for (;;) {
      try {
        await greet(RESTART_KNOCKS_MS, false);
        return;
      } catch (error) {
        if (performance.now() > end) throw error;
        // A restart may have taken the port away: of a chip with USB of its own, or a connection.
        await sleep(RETRY_MS);
        await reopen(Math.max(0, end - performance.now()));
      }
    }
  }

  /** Have the board run a statement that ends all that is in its memory, and come back to it. */
  async function leave(statement: string, limitMs: number): Promise<void> {
    const end = performance.now() + limitMs;
    // What is still there has not ended.
    await board
      .ask(`(global.moteOld=1,setTimeout(function(){${statement}},50),1)`)
      .catch((error: unknown) => {
        if (error instanceof BoardError) throw error;
      });
    for (;;) {
      await sleep(150);
      try {
        await attach(Math.max(0, end - performance.now()));
        if ((await board.ask<number>('global.moteOld?1:0')) === 0) return;
        throw environment('the board does not restart', 'press reset, and try again', name);
      } catch (error) {
        if (performance.now() > end) throw error;
      }
    }
  }

  try {
    await greet(KNOCKS_MS, canInterrupt);
  } catch (error) {
    port.close();
    throw error;
  }

  const board: Board = {
    name,
    get version() {
      return version;
    },
    get kind() {
      return kind;
    },
    get isLocked() {
      return isLocked;
    },
    async ask<T>(expression: string, answerMs = ANSWER_MS): Promise<T> {
      const own = ++tag;
      for (let tries = 0; tries < TRIES; tries++) {
        const answer = await askOnce(own, expression, answerMs);
        if (answer?.startsWith('=')) {
          return (answer === '=undefined' ? undefined : JSON.parse(answer.slice(1))) as T;
        }
        if (answer !== undefined) {
          throw new BoardError(
            `the board says: ${answer.slice(1)}`,
            'try again; then restart the board',
            name,
            ExitCode.Environment,
          );
        }
        // Half a command may stand on the line.
        port.write('\n');
      }
      throw environment(
        'the board does not answer any more',
        'restart it and try again: what ran before is still there',
        name,
      );
    },
    type: (statement) => port.write(`\x10${statement}\n`),
    restart: (limitMs) => leave(RESTART, limitMs),
    async reset() {
      await leave('reset()', RESET_MS);
      // With all that was in memory the password is gone.
      await board.ask(SET_PASSWORD);
    },
    attach,
    async close() {
      // Harmless without a password.
      port.write('\x10E.lockConsole()\n');
      await sleep(20);
      port.close();
    },
  };
  return board;
}
