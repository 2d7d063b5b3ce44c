// What the flash outbox costs the flash: programs, erases, reads and bytes for each message, wear, and what a start reads.
// Counts on a simulated chip, so they are the same on every machine. `npm run bench:outbox` writes bench/results/outbox.json
// and the table in docs/outbox.md; a test counts again. What it holds of Espruino's memory is measured where ESPRUINO_MCU says
// on which, goes to bench/results/outbox-memory.json, and is held to the bundle that it is of.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { build } from '../flash/build/build.ts';
import { listFeatures } from '../flash/build/features.ts';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';
import { createNor, createNorPort, type Nor } from '../sim/nor.ts';
import { EMPTY } from '../src/bytes/bytes.ts';
import { prepareTopic } from '../src/mqtt/form.ts';
import { createFlashBytes } from '../src/outbox/flash-bytes.ts';
import { createFlashOutbox } from '../src/outbox/flash.ts';
import { createLog } from '../src/outbox/log.ts';
import type { OutboxRecord } from '../src/ports/outbox.ts';
import { findEngines } from './espruino.ts';
import { measureMemory, type MemoryResult } from './outbox-memory.ts';

const PAGE = 4096;
/** Whole pages of records of 64 bytes, and as many before them, so that pages that are prepared ahead do not count twice. */
const RECORDS = 5300;
const WEAR_MESSAGES = 20_000;
/** Held at a time, as by a sender whose broker answers a little later. */
const IN_FLIGHT = 3;
/** Lengths of a record that a start is measured with: everyday readings, and whole packets. */
const RECORD_MAXES = [256, 1040] as const;
const START_PAGES = [16, 224] as const;
const KB = 1024;
/** Of the state: bytes of typed arrays, and variables of Espruino. */
const ARRAYS_MAX = 128;
const VARIABLES_MAX = 40;

export interface OutboxRow {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly limit?: number;
}

function createChip(pages: number, unit: number): Nor {
  return createNor({ base: 0, bytes: pages * PAGE, pageBytes: PAGE, programUnit: unit, ecc: false });
}

const portOf = (nor: Nor, recordMax: number) =>
  createFlashBytes(createNorPort(nor, 0, nor.geometry.bytes / PAGE), recordMax + 64);

const rounded = (value: number) => Math.round(value * 100) / 100;

/** Records of `size` bytes as they are handed to the log, each marked before the next. */
function countRecords(size: number, unit: number) {
  const nor = createChip(16, unit);
  const log = createLog(portOf(nor, 300), 300, () => {}, 0);
  log.open(1);
  const body = 's'.repeat(size);
  let before = { ...nor.counters };
  let inside = 0;
  for (let i = -RECORDS; i < RECORDS; i++) {
    if (i === 0) before = { ...nor.counters };
    const { erases } = nor.counters;
    log.mark(log.append(1, body, 1), 0, log.written.size);
    inside += nor.counters.erases - erases;
    log.idle();
  }
  const each = (key: 'programs' | 'erases' | 'bytesProgrammed') =>
    (nor.counters[key] - before[key]) / RECORDS;
  return {
    erasesInAppend: inside,
    erases: each('erases') * 1000,
    overhead: each('erases') * PAGE - size,
    programs: each('programs'),
    bytes: each('bytesProgrammed'),
  };
}

const topic = prepareTopic('bench/outdoor/sensor/t01', 0x32);

function openQueue(nor: Nor, recordMax: number) {
  const outbox = createFlashOutbox(portOf(nor, recordMax), recordMax);
  if (outbox.open(1) !== 0) throw new Error('the outbox does not open');
  return outbox;
}

/** Reads for a message that is appended, looked at and acknowledged; and what looks whether an erased page is blank, apart. */
function countReads() {
  const nor = createChip(16, 4);
  const outbox = openQueue(nor, 256);
  const record: OutboxRecord = { sequence: 0, topic, payload: EMPTY, received: false };
  let message = 0;
  let idle = 0;
  for (let i = 0; i < RECORDS; i++) {
    const { reads } = nor.counters;
    const sequence = outbox.append(topic, 'x'.repeat(36));
    outbox.peek(0, record);
    outbox.acknowledge(sequence);
    message += nor.counters.reads - reads;
    outbox.idle();
    idle += nor.counters.reads - reads;
  }
  return { message: message / RECORDS, idle: (idle - message) / RECORDS };
}

function countWear(): number {
  const nor = createChip(16, 4);
  const outbox = openQueue(nor, 256);
  for (let i = 0; i < WEAR_MESSAGES; i++) {
    outbox.acknowledge(outbox.append(topic, 'x'.repeat(36)));
    outbox.idle();
  }
  const wear = Array.from({ length: 16 }, (_, page) => nor.wear(page * PAGE));
  return Math.max(...wear) - Math.min(...wear);
}

/** What a start reads and programs, at its worst, over many states with a few messages held. */
function countStart(pages: number, recordMax: number) {
  const nor = createChip(pages, 4);
  const outbox = openQueue(nor, recordMax);
  const worst = { bytes: 0, reads: 0, programs: 0, erases: 0 };
  for (let i = 1; i <= 400; i++) {
    const sequence = outbox.append(topic, 'x'.repeat(36));
    if (sequence > IN_FLIGHT) outbox.acknowledge(sequence - IN_FLIGHT);
    outbox.idle();
    if (i < 100 || i % 7 > 0) continue;
    const again = nor.fork();
    openQueue(again, recordMax);
    const { bytesRead, reads, programs, erases } = again.counters;
    worst.bytes = Math.max(worst.bytes, bytesRead);
    worst.reads = Math.max(worst.reads, reads);
    worst.programs = Math.max(worst.programs, programs);
    worst.erases = Math.max(worst.erases, erases);
  }
  return worst;
}

/** Minified bytes of the outbox with these features, without what it stands on. */
async function countBytes(...on: string[]): Promise<number> {
  const features = Object.fromEntries(Object.keys(listFeatures()).map((name) => [name, on.includes(name)]));
  const bytesOf = async (file: string) => {
    const firmware = join(PACKAGE_ROOT, 'bench', 'device', file);
    return (await build({ firmware, features, board: 'esp32' })).code.length;
  };
  return (await bytesOf('outbox-size.ts')) - (await bytesOf('outbox-ports.ts'));
}

/** Count everything. */
export async function measureOutbox(): Promise<OutboxRow[]> {
  const rows: OutboxRow[] = [];
  const add = (what: string, value: number, unit: string, limit?: number) =>
    rows.push({ what, value: rounded(value), unit, ...(limit === undefined ? {} : { limit }) });
  const records = countRecords(64, 4);
  add('overhead of a record of 64 bytes, unit 4', records.overhead, 'bytes', 13.5);
  add('the same, unit 8', countRecords(64, 8).overhead, 'bytes', 20);
  add('fields of a message, beside its topic', 4, 'bytes', 8);
  add('the same, with when it was made', 8, 'bytes', 8);
  add('programs a message', records.programs, '', 2.1);
  add('bytes programmed a message of 64 bytes', records.bytes, 'bytes');
  for (const size of [16, 32, 64, 128, 256]) {
    const { erases } = countRecords(size, 4);
    add(`erases for 1,000 records of ${size} bytes`, erases, '', size === 64 ? 18.9 : undefined);
  }
  add('erases inside append, when `idle` had its turn', records.erasesInAppend, '', 0);
  const reads = countReads();
  add('reads a message: verify, peek, acknowledge', reads.message, '', 3);
  add('reads a message in `idle`: is an erased page blank', reads.idle, '');
  add('difference in wear of 16 pages after 20,000 messages', countWear(), 'erases', 1);
  for (const recordMax of RECORD_MAXES) {
    for (const pages of START_PAGES) {
      const { bytes, programs, erases } = countStart(pages, recordMax);
      const what = `start, ${pages} pages, messages up to ${recordMax} bytes`;
      add(`${what}: read`, bytes / KB, 'KB', pages === 16 ? 1.8 : 18.2);
      add(`${what}: programs`, programs, '', 3);
      add(`${what}: erases`, erases, '', 0);
    }
  }
  const base = await countBytes();
  add('minified, with QoS 1 and refusing: log and queue', base, 'bytes', 4000);
  const parts: [string, ...string[]][] = [
    ['QoS 2', 'QOS2'],
    ['giving up the oldest', 'DROP'],
    ['keeping the latest of each topic', 'LATEST'],
    ['several messages in one program', 'BATCH'],
    ['state by key', 'STATE'],
    ['acknowledgements that are written later, with state by key', 'STATE', 'LAZY'],
    ['times of messages, with state by key', 'STATE', 'TIME'],
  ];
  for (const [what, ...on] of parts) add(`more with ${what}`, (await countBytes(...on)) - base, 'bytes');
  add(
    'minified, everything',
    await countBytes('QOS2', 'DROP', 'LATEST', 'BATCH', 'LAZY', 'STATE', 'TIME'),
    'bytes',
    7000,
  );
  return rows;
}

/** What the outbox holds in Espruino. */
export function memoryRows({ rows }: MemoryResult): OutboxRow[] {
  return rows.flatMap(({ name, pages, arrayBytes, open, inFlight }) => [
    { what: `typed arrays, ${name}, ${pages} pages`, value: arrayBytes, unit: 'bytes', limit: ARRAYS_MAX },
    {
      what: `variables of Espruino besides code and arrays, ${name}, ${pages} pages`,
      value: open,
      unit: '',
      limit: VARIABLES_MAX,
    },
    { what: 'the same with eight messages in flight, buffers filled', value: inFlight, unit: '' },
  ]);
}

const BEGIN = '<!-- measured: npm run bench:outbox -->';
const END = '<!-- /measured -->';
const PAGE_FILE = 'docs/outbox.md';
const RESULT = join('bench', 'results', 'outbox.json');
const MEMORY_RESULT = join('bench', 'results', 'outbox-memory.json');

/** @returns the page with the table that `rows` make. */
export async function withOutboxTable(page: string, rows: readonly OutboxRow[]): Promise<string> {
  const cells = rows.map(({ what, value, unit, limit }) => {
    const judged = limit === undefined ? '' : value <= limit ? `${limit}, met` : `${limit}, **missed**`;
    return [what, `${value} ${unit}`.trim(), judged];
  });
  const table = [['', 'measured', 'limit'], ['---', '---', '---'], ...cells].map(
    (row) => `| ${row.join(' | ')} |`,
  );
  const [before = '', rest = ''] = page.split(BEGIN);
  const after = rest.split(END)[1] ?? '';
  const text = `${before}${BEGIN}\n\n${table.join('\n')}\n\n${END}${after}`;
  return format(text, { ...(await resolveConfig(PAGE_FILE)), parser: 'markdown' });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const rows = await measureOutbox();
  const file = join(PACKAGE_ROOT, RESULT);
  mkdirSync(join(PACKAGE_ROOT, 'bench', 'results'), { recursive: true });
  writeFileSync(file, `${JSON.stringify(rows, null, 2)}\n`);
  const { ESPRUINO_MCU, ESPRUINO_VALGRIND } = process.env;
  const memoryFile = join(PACKAGE_ROOT, MEMORY_RESULT);
  if (ESPRUINO_MCU === undefined && ESPRUINO_VALGRIND === undefined) {
    process.stderr.write('memory on Espruino is left as it was: set ESPRUINO_MCU\n');
  } else {
    writeFileSync(memoryFile, `${JSON.stringify(await measureMemory(findEngines()), null, 2)}\n`);
  }
  const memory = JSON.parse(readFileSync(memoryFile, 'utf8')) as MemoryResult;
  const all = [...rows, ...memoryRows(memory)];
  writeFileSync(PAGE_FILE, await withOutboxTable(readFileSync(PAGE_FILE, 'utf8'), all));
  console.table(all);
}
