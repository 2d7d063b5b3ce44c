// The allocation proofs: what each operation of a client takes in steady state, engine by engine. `npm run bench:allocations`
// writes bench/results/allocations.json and docs/allocations.md. An engine that is not there, or not among those named behind
// `--`, keeps its figures.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';
import { reportError } from '../flash/cli/output.ts';
import { runEspruino } from '../sim/engine/espruino.ts';
import {
  allocationProgram,
  CLIENT,
  FLASH,
  growth,
  OF_A_CLIENT,
  OPERATIONS,
  prelude,
  PROPERTIES,
  readRows,
  TIMED,
  type Operation,
  type Program,
  type Rounds,
  type Row,
} from './allocation-runs.ts';
import { findDukhost, findJerryhost, runHost, type Command } from './host.ts';

const RESULT = join(PACKAGE_ROOT, 'bench', 'results', 'allocations.json');
const PAGE = join(PACKAGE_ROOT, 'docs', 'allocations.md');
const LIMIT_MS = 800_000;

type OfAnEngine = Partial<Record<Operation, number>>;

/** What is measured where; the unit of a figure is in its name. */
interface Figures {
  /** Allocations of 10,000 operations less those of 1,000, beyond an empty call. */
  duktape?: OfAnEngine;
  jerryscript?: OfAnEngine;
  /** Bytes for each operation over 10^6 of them. */
  v8?: OfAnEngine;
  /** Variables in use after 10,000 operations less those before. */
  espruino?: OfAnEngine;
  /** Flat blocks that 110 rounds of all operations asked for, less those of 10, and the same of arrays. */
  espruinoFlat?: { readonly client: number; readonly array: number };
}

const HOST_ROUNDS: Rounds = { warmUp: 1000, few: 1000, many: 10_000 };
const V8_ROUNDS: Rounds = { warmUp: 100_000, few: 1000, many: 1_000_000 };
// Sequences above 8191 take a variable each in the eight places of the outbox: from then on nothing more.
const ESPRUINO_ROUNDS: Rounds = { warmUp: 9000, few: 500, many: 10_000 };
/** Under a profiler everything takes fifty times as long. */
const FLAT_ROUNDS = [10, 110] as const;

function byOperation(operations: readonly Operation[], figure: (operation: Operation) => number) {
  return Object.fromEntries(operations.map((operation) => [operation, figure(operation)]));
}

/** What `measure` finds with each of the programs. */
async function ofAll(measure: (program: Program) => Promise<OfAnEngine>): Promise<OfAnEngine> {
  return {
    ...(await measure(FLASH)),
    ...(await measure(TIMED)),
    ...(await measure(PROPERTIES)),
    ...(await measure(CLIENT)),
  };
}

async function inHost(host: Command, program: Program): Promise<OfAnEngine> {
  const { operations } = program;
  const { lines } = runHost(host, [
    prelude(operations, HOST_ROUNDS),
    await allocationProgram(program, 'array'),
  ]);
  const rows = readRows(lines, operations, HOST_ROUNDS);
  return byOperation(operations, (operation) => growth(rows, operation));
}

/** Runs the program on V8 and looks at the heap. A collection between two looks would hide what was allocated. */
const V8_HARNESS = `
const { PerformanceObserver, performance } = require('node:perf_hooks');
const { getHeapStatistics } = require('node:v8');
const looks = [], collections = [];
new PerformanceObserver((list) => collections.push(...list.getEntries().map((entry) => entry.startTime))).observe({ entryTypes: ['gc'] });
globalThis.print = (text) => require('node:fs').writeSync(1, text + '\\n');
globalThis.allocations = () => {
  looks.push(performance.now());
  return getHeapStatistics().used_heap_size;
};
setTimeout(() => {
  const hidden = looks.filter((begun, i) => i % 6 >= 2 && i % 2 === 0 && collections.some((at) => at >= begun && at <= looks[i + 1]));
  print('@@collected ' + hidden.length);
}, 100);
`;

async function onV8(program: Program): Promise<OfAnEngine> {
  const { operations } = program;
  const directory = mkdtempSync(join(tmpdir(), 'mote-v8-'));
  try {
    const file = join(directory, 'main.cjs');
    const code = `${prelude(operations, V8_ROUNDS)}\n${await allocationProgram(program, 'array')}`;
    writeFileSync(file, `${V8_HARNESS}\n(0, eval)(${JSON.stringify(code)});`);
    // Room for all that the operation that allocates on purpose makes.
    const flags = ['--min-semi-space-size=512', '--max-semi-space-size=512'];
    const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, file], {
      encoding: 'latin1',
      timeout: LIMIT_MS,
      maxBuffer: 1 << 26,
    });
    const lines = stdout.split('\n').slice(0, -1);
    if (status !== 0) throw new Error(`node ended with ${status}: ${stderr}`);
    if (!lines.includes('@@collected 0')) throw new Error(`V8 collected garbage in between: ${lines.at(-1)}`);
    const rows = readRows(lines, operations, V8_ROUNDS);
    const { many } = V8_ROUNDS;
    const bytes = (operation: Operation) =>
      (rows.find((row) => row.operation === operation) as Row).high / many;
    return byOperation(operations, (operation) => Math.round(bytes(operation) * 1000) / 1000);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What stands for allocations in Espruino, whose variables are freed at once: those in use. */
const USAGE = 'return process.memory().usage';

async function onEspruino(binary: string): Promise<OfAnEngine> {
  const operations = ['empty', ...OF_A_CLIENT] as Operation[];
  const lines: string[] = [];
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const engine = await runEspruino({
    binary,
    prelude: [prelude(operations, ESPRUINO_ROUNDS, USAGE), await allocationProgram(CLIENT, 'string')],
    bundle: 'print("@@end")',
    startMs: LIMIT_MS,
    onLine: (line) => (line === '@@end' ? end() : lines.push(line)),
  });
  await Promise.race([ended, engine.exited]);
  const { failures } = await engine.close();
  if (failures.length > 0) throw new Error(failures.join('; '));
  const rows = readRows(lines, operations, ESPRUINO_ROUNDS);
  return byOperation(
    operations,
    (operation) => (rows.find((row) => row.operation === operation) as Row).high,
  );
}

/** Functions of the engine that look for a flat block. */
const FLAT = /^jsvNewFlatString/;

/** @returns how often functions of that name were called, from a profile of callgrind. */
function countCalls(profile: string, name: RegExp): number {
  const names = new Map<string, string>();
  let called = '';
  let calls = 0;
  for (const line of profile.split('\n')) {
    const entry = /^c?fn=(\(\d+\))(?: (.*))?$/.exec(line);
    if (entry !== null) {
      if (entry[2] !== undefined) names.set(entry[1] as string, entry[2]);
      if (line.startsWith('cfn=')) called = names.get(entry[1] as string) ?? '';
    } else if (line.startsWith('calls=') && name.test(called)) {
      calls += Number(line.slice(6).split(' ')[0]);
    }
  }
  return calls;
}

function flatBlocks(
  binary: string,
  program: string,
  operations: readonly Operation[],
  times: number,
): number {
  const rounds = { warmUp: 20, few: 0, many: times };
  const directory = mkdtempSync(join(tmpdir(), 'mote-flat-'));
  try {
    const script = `${prelude(operations, rounds, 'return 0')}\n${program}\n;quit();`;
    writeFileSync(join(directory, 'main.js'), script, 'latin1');
    const parameters = ['--tool=callgrind', '--callgrind-out-file=profile', binary, 'main.js'];
    const { stdout, stderr, error } = spawnSync('valgrind', parameters, {
      cwd: directory,
      encoding: 'latin1',
      timeout: LIMIT_MS,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (error !== undefined) throw error;
    readRows(
      stdout.split(/\r?\n/).flatMap((line) => line.match(/@@.*/)?.[0] ?? []),
      operations,
      rounds,
    );
    if (!existsSync(join(directory, 'profile'))) {
      throw new Error(`valgrind wrote no profile: ${stderr.slice(-500)}`);
    }
    return countCalls(readFileSync(join(directory, 'profile'), 'latin1'), FLAT);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function flatOnEspruino(binary: string): Promise<{ client: number; array: number }> {
  const program = await allocationProgram(CLIENT, 'string');
  const of = (operations: readonly Operation[]) => {
    const [low, high] = FLAT_ROUNDS.map((times) => flatBlocks(binary, program, operations, times));
    return (high as number) - (low as number);
  };
  return { client: of(OF_A_CLIENT), array: of(['array']) };
}

const INTRODUCTION = `# What steady state allocates

Written by \`npm run bench:allocations\`, from \`bench/results/allocations.json\`; \`test/engines/\` holds the first two columns.

A client on a simulated socket, and the flash outbox around its ring of pages, do each operation again and again, after a
warm-up. A board that allocates with each message fragments its heap or stops for a collection; a client that allocates nothing
cannot run out of memory after a month.

- **Duktape**: allocations of 10,000 operations less those of 1,000, beyond an empty call, in a host of ours that counts every
  call of the engine's allocator (array form).
- **JerryScript**: the same with the engine's heap functions wrapped at link time, so that blocks that are freed at once count
  as well: a fraction, for example, is one (array form).
- **V8**: bytes for each operation over a million of them, with no garbage collection in between (array form).
- **Espruino**: variables in use after 10,000 operations less those before, beyond an empty call (string form). Strings are
  made there with each message, and freed at once: nothing is left, and nothing waits for a collection.
`;

function flatText(flat: Figures['espruinoFlat']): string {
  if (flat === undefined) return '';
  const rounds = FLAT_ROUNDS[1] - FLAT_ROUNDS[0];
  return `
A flat block is contiguous, and a fragmented heap may not have one. ${rounds} rounds of all these operations together ask
Espruino for ${flat.client} of them; as many rounds that make an array ask for ${flat.array}. Counted by valgrind.
`;
}

function page(figures: Figures): string {
  const columns = [
    ['Duktape', figures.duktape],
    ['JerryScript', figures.jerryscript],
    ['V8', figures.v8],
    ['Espruino', figures.espruino],
  ] as const;
  const line = (cells: readonly unknown[]) => `| ${cells.join(' | ')} |`;
  const rows = (Object.keys(OPERATIONS) as Operation[]).map((operation) =>
    line([OPERATIONS[operation], ...columns.map(([, column]) => column?.[operation] ?? '')]),
  );
  const head = ['one operation', ...columns.map(([name]) => name)];
  const table = [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows].join('\n');
  return `${INTRODUCTION}\n${table}\n${flatText(figures.espruinoFlat)}`;
}

function readResult(): Figures {
  return existsSync(RESULT) ? (JSON.parse(readFileSync(RESULT, 'utf8')) as Figures) : {};
}

/** Each engine: what has to be done so that it can be measured, and its measurement, which is undefined without that. */
const ENGINES: Readonly<Record<keyof Figures, readonly [string, () => Promise<Figures>]>> = {
  duktape: [
    'install the Debian packages duktape-dev and gcc',
    async () => {
      const host = findDukhost();
      return host === undefined ? {} : { duktape: await ofAll((program) => inHost(host, program)) };
    },
  ],
  jerryscript: [
    'set JERRY_DIR to the include and lib folders of a JerryScript 3.0',
    async () => {
      const host = findJerryhost();
      return host === undefined ? {} : { jerryscript: await ofAll((program) => inHost(host, program)) };
    },
  ],
  v8: ['run it with Node', async () => ({ v8: await ofAll(onV8) })],
  espruino: [
    'set ESPRUINO to a Linux Espruino with 16383 variables',
    async () => {
      const binary = process.env['ESPRUINO'];
      return binary === undefined ? {} : { espruino: await onEspruino(binary) };
    },
  ],
  espruinoFlat: [
    'set ESPRUINO_VALGRIND to an Espruino with symbols that valgrind can run',
    async () => {
      const binary = process.env['ESPRUINO_VALGRIND'];
      return binary === undefined ? {} : { espruinoFlat: await flatOnEspruino(binary) };
    },
  ],
};

/** Files are written after each engine: some take minutes. */
async function write(figures: Figures): Promise<void> {
  mkdirSync(join(PACKAGE_ROOT, 'bench', 'results'), { recursive: true });
  writeFileSync(RESULT, `${JSON.stringify(figures, null, 2)}\n`);
  const text = await format(page(figures), { ...(await resolveConfig(PAGE)), parser: 'markdown' });
  writeFileSync(PAGE, text);
}

async function main(): Promise<void> {
  const chosen = process.argv.slice(2);
  let figures = readResult();
  for (const [name, [enable, measure]] of Object.entries(ENGINES)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    const found = await measure();
    process.stderr.write(
      `${name}: ${Object.keys(found).length === 0 ? `left as it was; ${enable}` : JSON.stringify(found)}\n`,
    );
    figures = { ...figures, ...found };
    await write(figures);
  }
}

main().catch((error: unknown) => {
  process.exitCode = reportError(error);
});
