// The counting mote (bench/device/link.ts) in a real Espruino, and what it says: which numbers it accepted and refused, and
// every line of its console with its time.

import { join } from 'node:path';
import { build } from '../../flash/build/build.ts';
import { PACKAGE_ROOT } from '../../flash/build/firmware.ts';
import { runEspruino } from '../../sim/engine/espruino.ts';
import { waitUntil } from './wait.ts';

/** What a weather station has too; the small engine holds no more. */
const FEATURES = {
  INBOUND: false,
  QOS2: false,
  STREAM: false,
  DROP: false,
  LATEST: false,
  LAZY: false,
  BATCH: false,
  STATE: false,
  TIME: false,
};

const built = new Map<string, Promise<string>>();

/** Build a program, once. @param path from the root of the project. */
function program(path: string, features?: Record<string, boolean>): Promise<string> {
  const code =
    built.get(path) ??
    build({
      firmware: join(PACKAGE_ROOT, path),
      board: 'espruino-linux',
      ...(features === undefined ? {} : { features }),
    }).then((result) => result.code);
  built.set(path, code);
  return code;
}

export interface MoteSettings {
  readonly binary: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly port: number;
  readonly keepAliveSec?: number;
  /** Left out: what a firmware has that says nothing. */
  readonly backoff?: { readonly windowMs: number; readonly maxMs: number };
  readonly intervalMs?: number;
  readonly qos?: 0 | 1;
  /** It counts as far as this at once; `countTo` moves it on. */
  readonly last?: number;
  /** The number before the first. */
  readonly before?: number;
  /** A network to join; left out: it is always there. */
  readonly ssid?: string;
  /** It keeps an account of its readings (bench/device/link-account.ts). */
  readonly hasAccount?: boolean;
  /** Where its flash lies; left out: of its own, and gone with it. */
  readonly cwd?: string;
}

export interface Line {
  /** Milliseconds, of performance.now(). */
  readonly at: number;
  /** `#<event> <detail>`. */
  readonly text: string;
}

export interface StageChange {
  readonly at: number;
  readonly stage: number;
  readonly why: number;
  /** Messages in the outbox. */
  readonly waiting: number;
}

export interface RunningMote {
  readonly pid: number;
  readonly accepted: ReadonlySet<number>;
  readonly refused: ReadonlySet<number>;
  readonly lines: readonly Line[];
  readonly stages: readonly StageChange[];
  /** The largest number that it came to, accepted or not. */
  counted(): number;
  countTo(last: number): void;
  /** What a person would do at its console. */
  evaluate(script: string): void;
  /** @returns blocks in use after a collection. */
  usage(): Promise<number>;
  /** @returns the first line with this text from index `from` on. */
  line(text: string, from?: number): Line | undefined;
  kill(): Promise<void>;
  /** @returns what the engine complained of. */
  close(): Promise<readonly string[]>;
}

const FAR = 0x7fffffff;

/** What the firmware finds. */
function globals(settings: MoteSettings): string {
  const { port, keepAliveSec = 30, backoff, intervalMs = 20, qos = 1, last = FAR, before = 0 } = settings;
  const values = {
    host: settings.host ?? '127.0.0.1',
    port,
    keepAliveSec,
    windowMs: backoff?.windowMs ?? -1,
    longestMs: backoff?.maxMs ?? -1,
    intervalMs,
    qos,
    last,
    before,
    ssid: settings.ssid ?? '',
  };
  const list = Object.entries(values).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `var ${list.join(',')};
function counted(n,code){print("+"+n,code)}
function staged(stage,why,waiting){print("/"+stage,why,waiting)}`;
}

/** Build what `startMote` runs, so that it starts at once. */
export function prepareMote(hasAccount = false): Promise<string> {
  return hasAccount
    ? program('bench/device/link-account.ts', { ...FEATURES, STATE: true })
    : program('bench/device/link.ts', FEATURES);
}

/** Start it. @returns once the engine runs. */
export async function startMote(settings: MoteSettings): Promise<RunningMote> {
  const bundle = await prepareMote(settings.hasAccount);
  const radio = await program('sim/device/radio.ts');
  const accepted = new Set<number>();
  const refused = new Set<number>();
  const lines: Line[] = [];
  const stages: StageChange[] = [];
  const usages: number[] = [];
  let counted = settings.before ?? 0;

  function onLine(text: string): void {
    const at = performance.now();
    const numbers = text.slice(1).split(' ').map(Number) as [number, number, number];
    if (text.startsWith('+')) {
      counted = numbers[0];
      (numbers[1] === 0 ? accepted : refused).add(counted);
    } else if (text.startsWith('/')) {
      stages.push({ at, stage: numbers[0], why: numbers[1], waiting: numbers[2] });
    } else if (text.startsWith('=')) {
      usages.push(numbers[0]);
    } else {
      lines.push({ at, text });
    }
  }

  const engine = await runEspruino({
    binary: settings.binary,
    // From memory, where it fits: on Linux every look at flash storage opens a file.
    prelude: [radio, globals(settings), bundle],
    bundle: '',
    onLine,
    ...(settings.cwd === undefined ? {} : { cwd: settings.cwd }),
  });

  return {
    pid: engine.pid,
    accepted,
    refused,
    lines,
    stages,
    counted: () => counted,
    countTo: (last) => engine.evaluate(`last=${last};`),
    evaluate: engine.evaluate,
    async usage() {
      const before = usages.length;
      engine.evaluate('print("="+process.memory().usage);');
      await waitUntil(() => usages.length > before, 'the engine tells of its memory');
      return usages.at(-1)!;
    },
    line: (text, from = 0) => lines.slice(from).find((line) => line.text === text),
    async kill() {
      process.kill(engine.pid, 'SIGKILL');
      await engine.exited;
    },
    close: async () => (await engine.close()).failures,
  };
}
