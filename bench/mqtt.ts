// What the MQTT client costs on a real Espruino, beside Espruino's own modules: `npm run bench:mqtt`. Writes
// bench/results/mqtt.json and docs/mqtt-benchmark.md. With `-- --rows publish0,free0` it only prints those rows, and takes
// what it has counted before of the modules from out/; `--rows list` names all.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';
import { reportError } from '../flash/cli/output.ts';
import { MoteError } from '../flash/errors.ts';
import { engineVersion, findEngines, type Engines } from './espruino.ts';
import {
  buildMeasured,
  EVERYTHING,
  FLASH_FIRMWARE,
  MEASURED,
  PUBLISH_ONLY,
  PUBLISH_ONLY_5,
  type Bundle,
} from './mqtt/bundle.ts';
import { freeNeeded, held, loaded } from './mqtt/memory.ts';
import {
  calibrationWarning,
  formatted,
  HEAD,
  mqttPage,
  plainTable,
  tableRows,
  type Cell,
  type MqttResult,
  type ResultRow,
} from './mqtt/report.ts';
import { SPEED_ROWS, type SpeedRow } from './mqtt/rows.ts';
import type { Subject } from './mqtt/script.ts';
import { countWith, countWithMemory, measureRow, type Count } from './mqtt/speed.ts';
import { findPeers, moteSubject, type Peers } from './mqtt/subjects.ts';

const RESULT = join(PACKAGE_ROOT, 'bench', 'results', 'mqtt.json');
const PAGE = join(PACKAGE_ROOT, 'docs', 'mqtt-benchmark.md');
const COUNTED = join(PACKAGE_ROOT, 'out', 'bench', 'counts.json');

interface Run {
  readonly engines: Engines;
  readonly count: Count;
  readonly peers: Peers;
  readonly bundle: Bundle;
  /** The same over the flash outbox. */
  readonly overFlash: Bundle;
  /** With MQTT 5.0, and nothing but publishing: more does not fit into the engine. */
  readonly five: Bundle;
}

/** A row that is not counted in instructions. */
interface OtherRow {
  readonly id: string;
  readonly title: string;
  readonly unit: 'variables' | 'bytes';
  readonly limit?: number;
  measure(run: Run, subject: Subject): Promise<Cell>;
}

const OTHER_ROWS: readonly OtherRow[] = [
  ...([0, 1] as const).map((qos): OtherRow => ({
    id: `free${qos}`,
    title: `free variables needed for one publish, QoS ${qos}`,
    unit: 'variables',
    limit: 40,
    measure: async ({ engines }, subject) =>
      qos === 1 && subject.name === 'tiny' ? null : freeNeeded(engines, subject, qos),
  })),
  {
    id: 'loaded',
    title: 'variables, loaded from flash',
    unit: 'variables',
    limit: 240,
    measure: async ({ engines }, subject) => loaded(engines, subject, 'flash'),
  },
  {
    id: 'held',
    title: 'variables held after create and connect, real socket',
    unit: 'variables',
    limit: 235,
    measure: async ({ engines }, subject) => (await held(engines, subject)).connected,
  },
  {
    id: 'bytes',
    title: `minified, \`${MEASURED.name}\` with RAM outbox and Espruino's ports`,
    unit: 'bytes',
    limit: 5000,
    measure: async ({ peers, bundle }, { name }) => (name === 'mote' ? bundle.bytes : peers[name].bytes),
  },
  {
    id: 'bytes-everything',
    title: 'minified, everything',
    unit: 'bytes',
    limit: 8000,
    measure: async (_run, { name }) => (name === 'mote' ? (await buildMeasured(EVERYTHING)).bytes : null),
  },
];

function subjects({ peers, bundle }: Run): Subject[] {
  return [peers.espruino.subject, peers.tiny.subject, moteSubject(bundle)];
}

/** @returns the limit of a row that is held against another. */
function limitFrom({ times }: SpeedRow, before: readonly ResultRow[]): Pick<ResultRow, 'limit' | 'times'> {
  const other = before.find(({ id }) => id === times?.row)?.mote;
  return times === undefined || typeof other !== 'number'
    ? {}
    : { limit: other * times.most, times: times.most };
}

/** @param before the rows that were measured: one may be held against another. */
function speedRow(run: Run, row: SpeedRow, before: readonly ResultRow[]): ResultRow {
  const bundle = row.isOverFlash ? run.overFlash : row.five !== undefined ? run.five : run.bundle;
  const [espruino, tiny, mote] = subjects({ ...run, bundle }).map((subject): Cell => {
    const measured = measureRow(run.engines, run.count, subject, row);
    return measured === undefined ? null : (measured.wrong ?? Math.round(measured.net * 10) / 10);
  }) as [Cell, Cell, Cell];
  const { id, title, limit, aim } = row;
  return {
    id,
    title,
    unit: 'thousand instructions',
    espruino,
    tiny,
    mote,
    ...(limit === undefined ? {} : { limit }),
    ...limitFrom(row, before),
    ...(aim === undefined ? {} : { aim }),
  };
}

async function otherRow(run: Run, { measure, ...row }: OtherRow): Promise<ResultRow> {
  const cells: Cell[] = [];
  for (const subject of subjects(run)) {
    cells.push(await measure(run, subject).catch((error: Error) => error.message));
  }
  const [espruino, tiny, mote] = cells as [Cell, Cell, Cell];
  return { ...row, espruino, tiny, mote };
}

const ALL_IDS = [...SPEED_ROWS, ...OTHER_ROWS].map(({ id }) => id);

/** @returns rows that were asked for; undefined: the table. */
function chosenRows(): string[] | undefined {
  const { rows } = parseArgs({ options: { rows: { type: 'string' } } }).values;
  if (rows === undefined) return undefined;
  const ids = rows.split(',');
  const unknown = ids.find((id) => !ALL_IDS.includes(id));
  if (unknown !== undefined) {
    throw new MoteError(`no row ${unknown}`, `there are: ${ALL_IDS.join(', ')}`, '--rows');
  }
  return ids;
}

async function measure(run: Run, ids: readonly string[], isWhole: boolean): Promise<MqttResult> {
  const rows: ResultRow[] = [];
  const add = (row: ResultRow) => {
    if (isWhole) process.stderr.write(`${JSON.stringify(row)}\n`);
    rows.push(row);
  };
  for (const row of SPEED_ROWS) if (ids.includes(row.id)) add(speedRow(run, row, rows));
  for (const row of OTHER_ROWS) if (ids.includes(row.id)) add(await otherRow(run, row));
  const first = SPEED_ROWS[0] as SpeedRow;
  const calibration =
    rows.find(({ id }) => id === first.id)?.espruino ??
    measureRow(run.engines, run.count, run.peers.espruino.subject, first)?.net;
  if (typeof calibration !== 'number') throw new Error(`Espruino's module is not right: ${calibration}`);
  return {
    engine: engineVersion(run.engines),
    bundle: { name: MEASURED.name, hash: run.bundle.hash, bytes: run.bundle.bytes },
    calibration,
    floor: isWhole ? freeNeeded(run.engines, undefined, 0) : 0,
    rows,
  };
}

async function main(): Promise<void> {
  const chosen = chosenRows();
  const engines = findEngines();
  const run: Run = {
    engines,
    count: chosen === undefined ? countWith(engines) : countWithMemory(engines, COUNTED),
    peers: await findPeers(),
    bundle: await buildMeasured(MEASURED),
    overFlash: await buildMeasured(PUBLISH_ONLY, FLASH_FIRMWARE),
    five: await buildMeasured(PUBLISH_ONLY_5),
  };
  const table = [...SPEED_ROWS.filter((row) => row.isShown), ...OTHER_ROWS].map(({ id }) => id);
  const result = await measure(run, chosen ?? table, chosen === undefined);
  console.log(plainTable(HEAD, tableRows(result)));
  for (const row of result.rows) if (typeof row.mote === 'string') console.log(`${row.id}: ${row.mote}`);
  console.log(`bundle ${result.bundle.hash}, ${result.bundle.bytes} bytes`);
  const warning = calibrationWarning(result);
  if (warning !== undefined) process.stderr.write(`\n!!! ${warning}\n`);
  if (chosen !== undefined) return;
  mkdirSync(join(PACKAGE_ROOT, 'bench', 'results'), { recursive: true });
  writeFileSync(RESULT, `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(PAGE, await formatted(PAGE, mqttPage(result)));
}

main().catch((error: unknown) => {
  process.exitCode = reportError(error);
});
