// What a firmware takes of JerryScript as a snapshot on the C host for Linux: `npm run bench:snapshot` writes
// bench/results/snapshot.json and the table in docs/jerryscript.md. The host is linked with functions that count each allocation;
// the broker is the embedded one.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';
import { reportError } from '../flash/cli/output.ts';
import { ExitCode, MoteError } from '../flash/errors.ts';
import { startBroker } from '../flash/sim/broker.ts';
import { makeSnapshot } from '../flash/snapshot/snapshot.ts';
import { compileMoteHost, type Command } from './host.ts';
import { countInstructions } from './instructions.ts';
import { formatted } from './mqtt/report.ts';

const RESULT = join(PACKAGE_ROOT, 'bench', 'results', 'snapshot.json');
const PAGE = join(PACKAGE_ROOT, 'docs', 'jerryscript.md');
const TABLE = /(<!-- figures -->\n)[^]*(<!-- end of figures -->)/;

const FIRMWARES = [
  {
    name: 'weather station',
    folder: join(PACKAGE_ROOT, 'examples', 'weather-station'),
    settings: { homeAssistant: false },
  },
  { name: 'counting mote', folder: join(PACKAGE_ROOT, 'bench', 'device', 'counting-host'), settings: {} },
];
const INTERVAL_MS = 50;
const WARM_UP_MS = 15_000;
const MEASURED_MS = 20_000;

interface Row {
  readonly name: string;
  /** The ES5 program, the snapshot, and the latter compressed. */
  readonly sourceBytes: number;
  readonly snapshotBytes: number;
  readonly gzipBytes: number;
  /** Of the engine's heap: while it publishes, and at most. */
  readonly heldBytes: number;
  readonly peakBytes: number;
  /** Allocations a reading in steady state, also those that are freed at once. */
  readonly allocations: number;
  /** From the beginning of the program to a firmware that has started, less an empty firmware: without flash, and on what it left in flash. */
  readonly startInstructions: number;
  readonly flashInstructions: number;
}

interface Heap {
  readonly allocations: number;
  readonly used: number;
  readonly peak: number;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Run a host and look at its heap twice. @returns both looks, and the readings between them. */
async function watchHeap([program, ...first]: Command, parameters: readonly string[]) {
  const child = spawn(program, [...first, ...parameters], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('latin1').on('data', (text: string) => (said += text));
  const looks = (): Heap[] =>
    [...said.matchAll(/^@@heap (\d+) \d+ (\d+) (\d+)$/gm)].map(([, allocations, used, peak]) => ({
      allocations: Number(allocations),
      used: Number(used),
      peak: Number(peak),
    }));
  await sleep(WARM_UP_MS);
  child.kill('SIGUSR1');
  await sleep(MEASURED_MS);
  child.kill('SIGUSR1');
  await sleep(500);
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('close', resolve));
  const [before, after] = looks();
  if (before === undefined || after === undefined) throw new Error(`the host said ${said}`);
  return { before, after };
}

async function measure(firmware: (typeof FIRMWARES)[number], jerry: string, folder: string): Promise<Row> {
  const broker = await startBroker(0);
  try {
    const address = { host: '127.0.0.1', port: broker.port };
    const settings = { ...firmware.settings, intervalMs: INTERVAL_MS, broker: address };
    const { manifest, files } = await makeSnapshot({ firmware: firmware.folder, settings });
    const snapshot = files['firmware.snapshot'] as Buffer;
    const file = join(folder, 'firmware.snapshot');
    writeFileSync(file, snapshot);
    const bus = ['--i2c', '1=bme280'];
    const world = [...bus, '--flash', join(folder, `${manifest.crc32}.flash`), '--no-sync'];
    const counting = compileMoteHost(jerry, { isCounting: true });
    const { before, after } = await watchHeap(counting, [...world, file]);
    // A 32-bit program with its libraries inside is one that valgrind can count.
    const [host] = compileMoteHost(jerry, { parameters: ['-static'] });
    const empty = join(folder, 'empty.snapshot');
    const start = (given: readonly string[]) =>
      countInstructions(host, [...given, '--check', file]) -
      countInstructions(host, [...given, '--check', empty]);
    return {
      name: firmware.name,
      sourceBytes: manifest.sourceBytes,
      snapshotBytes: manifest.bytes,
      gzipBytes: gzipSync(snapshot, { level: 9 }).length,
      heldBytes: after.used,
      peakBytes: after.peak,
      allocations: (after.allocations - before.allocations) / (MEASURED_MS / INTERVAL_MS),
      startInstructions: start(bus),
      flashInstructions: start(world),
    };
  } finally {
    await broker.close();
  }
}

/** A snapshot of nothing: what process, engine and host take by themselves. */
async function writeEmpty(folder: string): Promise<void> {
  const source = join(folder, 'empty.ts');
  writeFileSync(source, 'moteHost.now();\n');
  const { files } = await makeSnapshot({ firmware: source });
  writeFileSync(join(folder, 'empty.snapshot'), files['firmware.snapshot'] as Buffer);
}

function table(rows: readonly Row[]): string {
  const thousands = (value: number) => `${Math.round(value / 1000)} k`;
  const lines = rows.map((row) =>
    [
      row.name,
      row.sourceBytes,
      row.snapshotBytes,
      row.gzipBytes,
      row.heldBytes,
      row.peakBytes,
      Math.round(row.allocations),
      thousands(row.startInstructions),
      thousands(row.flashInstructions),
    ].join(' | '),
  );
  return [
    '| firmware | ES5, bytes | snapshot | gzip | heap held | heap, peak | allocations a reading | instructions to start | on its flash |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...lines.map((line) => `| ${line} |`),
    '',
  ].join('\n');
}

async function main(): Promise<void> {
  const jerry = process.env['JERRY_DIR'] ?? '';
  if (jerry === '') {
    const fix =
      'set JERRY_DIR to the include and lib folders of a 32-bit JerryScript 3.0, and JERRY_SNAPSHOT';
    throw new MoteError('no JerryScript to measure on', fix, undefined, ExitCode.Environment);
  }
  const folder = mkdtempSync(join(tmpdir(), 'mote-bench-'));
  try {
    await writeEmpty(folder);
    const rows: Row[] = [];
    for (const firmware of FIRMWARES) rows.push(await measure(firmware, jerry, folder));
    mkdirSync(join(PACKAGE_ROOT, 'bench', 'results'), { recursive: true });
    writeFileSync(RESULT, `${JSON.stringify(rows, null, 2)}\n`);
    const page = readFileSync(PAGE, 'utf8').replace(TABLE, `$1\n${table(rows)}\n$2`);
    writeFileSync(PAGE, await formatted(PAGE, page));
    console.log(table(rows));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  process.exitCode = reportError(error);
});
