// Whether Espruino runs: the console is asked for its version until it answers, or until the chip says why nothing starts.

import { ExitCode, MoteError } from '../errors.ts';
import type { Port } from '../port/port.ts';
import { IN_LOADER, NOTHING_TO_START } from '../port/signs.ts';

export interface Booted {
  /** As Espruino writes it, 2v29. */
  readonly version: string;
  readonly board: string;
}

export interface BootOptions {
  open(): Promise<Port>;
  readonly port: string;
  readonly patienceMs: number;
  readonly everyMs: number;
}

/** Prints one line, whatever stands on the console; echoes nothing. */
const QUESTION = '\x10print("\\nMOTE RUNS",process.version,process.env.BOARD)\n';
const ANSWER = /MOTE RUNS (\S+) (\S+)\r?\n/;

const WRITTEN = 'the flash is written and verified, but';

/** What a chip prints when it does not start, and what to do. */
const TROUBLES: readonly (readonly [RegExp, string, string])[] = [
  [IN_LOADER, 'the board is still in its loader', 'press EN (RST), with BOOT let go of'],
  [
    NOTHING_TO_START,
    'the chip finds nothing to start',
    'flash the folder with all three files of the build, or the merged image',
  ],
  [
    /(Guru Meditation Error[^\r\n]*)/,
    'Espruino crashes when it starts',
    'flash again with --erase: it gives up what is on the board, code and outbox with it',
  ],
  [
    /password>/,
    'its console is locked with a password, so nobody says which version runs',
    'nothing is wrong: open the console with the password, and look at process.version',
  ],
];

function failure(port: string, what: string, fix: string): MoteError {
  return new MoteError(`${WRITTEN} ${what}`, fix, port, ExitCode.Environment);
}

/** Look at what came so far. @returns the answer; undefined: nothing yet. Throws what the chip says against itself. */
function judge(text: string, port: string): Booted | undefined {
  const answer = ANSWER.exec(text);
  if (answer !== null) return { version: answer[1]!, board: answer[2]! };
  for (const [pattern, what, fix] of TROUBLES) {
    const match = pattern.exec(text);
    if (match !== null) throw failure(port, `${what}${match[1] === undefined ? '' : `: ${match[1]}`}`, fix);
  }
  return undefined;
}

/** Ask over one connection. @returns undefined when it broke, as a USB port of the chip itself does at a restart. */
function ask(port: Port, name: string, everyMs: number, leftMs: number): Promise<Booted | 'lost' | 'silent'> {
  return new Promise((resolve, reject) => {
    let text = '';
    const end = (run: () => void) => {
      clearInterval(question);
      clearTimeout(limit);
      port.onText = () => {};
      port.onEnd = () => {};
      port.close();
      run();
    };
    const question = setInterval(() => port.write(QUESTION), everyMs);
    const limit = setTimeout(() => end(() => resolve('silent')), leftMs);
    port.onText = (more) => {
      text = (text + more).slice(-4096);
      try {
        const booted = judge(text, name);
        if (booted !== undefined) end(() => resolve(booted));
      } catch (error) {
        end(() => reject(error));
      }
    };
    port.onEnd = () => end(() => resolve('lost'));
    port.write(QUESTION);
  });
}

/** @returns what runs. @throws MoteError when nothing does in time, with what the chip said. */
export async function checkBoot({ open, port, patienceMs, everyMs }: BootOptions): Promise<Booted> {
  const end = Date.now() + patienceMs;
  let why: MoteError | undefined;
  while (Date.now() < end) {
    try {
      const result = await ask(await open(), port, everyMs, end - Date.now());
      if (typeof result === 'object') return result;
    } catch (error) {
      if (!(error instanceof MoteError) || error.what.startsWith(WRITTEN)) throw error;
      // Not there yet: its USB port comes back when it has started.
      why = error;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(everyMs, Math.max(0, end - Date.now()))));
  }
  if (why !== undefined) throw failure(port, `the port did not come back: ${why.what}`, why.fix);
  throw failure(
    port,
    `no Espruino answers within ${Math.round(patienceMs / 1000)} s`,
    'press EN (RST) and run mote monitor; a firmware for another chip or board may be in it',
  );
}
