// What the link does on a real Espruino when its broker is killed, stands still, or ends session after session; and what
// Espruino's own MQTT modules do then. `npm run bench:link` takes half an hour and writes bench/results/link.json
// and the table in docs/link.md; `-- outage`, `-- half-open` or `-- reconnects` measures that part alone.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { espruinoLinux } from '../boards/espruino-linux.ts';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';
import { reportError } from '../flash/cli/output.ts';
import { ExitCode, MoteError } from '../flash/errors.ts';
import { halfOpen, halfOpenPeer, type HalfOpenRow, type Traffic } from './link/half-open.ts';
import {
  INTERVAL_MS,
  MESSAGES,
  OUTAGE_MS,
  outageOfMote,
  outageOfPeer,
  regionBytes,
  waitingIn,
  type MoteOutageRow,
  type OutageRow,
} from './link/outage.ts';
import { reconnectMote, reconnectPeer, type ReconnectRow } from './link/reconnects.ts';

const RESULT = join(PACKAGE_ROOT, 'bench', 'results', 'link.json');
const PAGE = join(PACKAGE_ROOT, 'docs', 'link.md');
const BEGIN = '<!-- link:begin -->';
const END = '<!-- link:end -->';
const ENGINES = {
  espruino: 'ESPRUINO',
  'espruino-mcu': 'ESPRUINO_MCU',
  'espruino-assert': 'ESPRUINO_ASSERT',
};
type EngineName = keyof typeof ENGINES;
/** A setting for a few motes of their own broker. */
const WINDOW_MS = 1000;
const DEFAULT_ROUNDS = 5;
/** Short, so that it is measured quickly; and what a firmware has that says nothing. */
const KEEP_ALIVES = [4, 30];
const TRAFFICS: readonly Traffic[] = ['idle', 'QoS 0', 'QoS 1'];
/** A peer is watched for so long. */
const WATCH_MS = 30_000;
const RECONNECTS = 1000;
const WIFI_RECONNECTS = 200;
const PEER_RECONNECTS = 200;

export interface LinkResult {
  readonly outage: {
    readonly killedMs: number;
    readonly perSecond: number;
    readonly messages: number;
    readonly rows: readonly (OutageRow & {
      readonly engine: EngineName;
      readonly client: string;
      readonly backoffWindowMs?: number;
    })[];
    /** Rounds with the default settings; messages go on until the mote is back, so that the engine's small flash refuses some. */
    readonly byDefault: readonly MoteOutageRow[];
    readonly longestGapMs: number;
    /** Messages that have to wait in it. */
    readonly waiting: number;
    readonly recordBytes: number;
    /** Of the outbox, so that none of them is refused. */
    readonly regionBytes: number;
  };
  readonly halfOpen: readonly (HalfOpenRow & {
    readonly engine: EngineName;
    readonly keepAliveSec: number;
    readonly traffic: Traffic;
  })[];
  /** How long peers were watched, ms, without a word from them; absent: they noticed. */
  readonly halfOpenPeers: Readonly<Record<string, number | undefined>>;
  readonly reconnects: readonly (ReconnectRow & {
    readonly engine: EngineName;
    readonly client: string;
    readonly by: 'broker' | 'Wi-Fi';
  })[];
}

function binaryOf(engine: EngineName): string {
  const variable = ENGINES[engine];
  const path = process.env[variable];
  if (path !== undefined && path !== '') return path;
  const fix = `set ${variable} to a Linux Espruino`;
  throw new MoteError('no Espruino to measure on', fix, undefined, ExitCode.Environment);
}

/** Say what was measured, so that somebody who waits sees that it goes on. */
function told<T extends object>(row: T): T {
  process.stderr.write(`${JSON.stringify(row)}\n`);
  return row;
}

async function measureOutage(): Promise<LinkResult['outage']> {
  const rows: LinkResult['outage']['rows'][number][] = [];
  for (const engine of ['espruino', 'espruino', 'espruino', 'espruino-mcu'] as const) {
    const row = await outageOfMote(binaryOf(engine), WINDOW_MS);
    rows.push(told({ engine, client: 'Mote, QoS 1', backoffWindowMs: WINDOW_MS, ...row }));
  }
  for (const [name, qos] of [
    ['MQTT', 0],
    ['MQTT', 1],
    ['tinyMQTT', 0],
  ] as const) {
    const row = await outageOfPeer(binaryOf('espruino'), name, qos);
    rows.push(told({ engine: 'espruino', client: `${name}, QoS ${qos}`, ...row }));
  }
  const byDefault: MoteOutageRow[] = [];
  for (let round = 0; round < DEFAULT_ROUNDS; round++) {
    byDefault.push(told(await outageOfMote(binaryOf('espruino'))));
  }
  const most = (of: (row: MoteOutageRow) => number) => Math.max(...byDefault.map(of));
  const waiting = waitingIn(most((row) => row.gapMs));
  const recordBytes = most((row) => row.recordBytes);
  return {
    killedMs: OUTAGE_MS,
    perSecond: 1000 / INTERVAL_MS,
    messages: MESSAGES,
    rows,
    byDefault,
    longestGapMs: most((row) => row.gapMs),
    waiting,
    recordBytes,
    regionBytes: regionBytes(waiting, recordBytes),
  };
}

async function measureHalfOpen(): Promise<LinkResult['halfOpen']> {
  const rows: LinkResult['halfOpen'][number][] = [];
  const engine = 'espruino';
  for (const keepAliveSec of KEEP_ALIVES) {
    for (const traffic of TRAFFICS) {
      const row = await halfOpen(binaryOf(engine), keepAliveSec, traffic);
      rows.push(told({ engine, keepAliveSec, traffic, ...row }));
    }
  }
  return rows;
}

async function measureReconnects(): Promise<LinkResult['reconnects']> {
  const rows: LinkResult['reconnects'][number][] = [];
  const client = 'Mote';
  for (const engine of Object.keys(ENGINES) as EngineName[]) {
    const row = await reconnectMote(binaryOf(engine), RECONNECTS);
    rows.push(told({ engine, client, by: 'broker', ...row }));
  }
  const wifi = await reconnectMote(binaryOf('espruino'), WIFI_RECONNECTS, true);
  rows.push(told({ engine: 'espruino', client, by: 'Wi-Fi', ...wifi }));
  for (const name of ['MQTT', 'tinyMQTT'] as const) {
    const row = await reconnectPeer(binaryOf('espruino-mcu'), name, PEER_RECONNECTS);
    rows.push(told({ engine: 'espruino-mcu', client: name, by: 'broker', ...row }));
  }
  return rows;
}

const seconds = (ms: number) => (ms / 1000).toFixed(1);

/** @returns the rows of the table, without its head. */
function tableRows({ outage, halfOpen: still, halfOpenPeers, reconnects }: LinkResult): [string, string][] {
  const perSecond = `${outage.perSecond} messages a second`;
  const killed = `broker killed for ${seconds(outage.killedMs)} s under ${perSecond}`;
  return [
    ...outage.rows.map(
      ({ engine, client, backoffWindowMs, lost, refused, repeated, published, gapMs }): [string, string] => [
        `${killed}: ${client}, ${engine}${backoffWindowMs === undefined ? '' : `, backoff window ${backoffWindowMs} ms`}`,
        `${lost} of ${published} lost, ${refused} refused, ${repeated} twice; longest gap ${seconds(gapMs)} s`,
      ],
    ),
    [
      `the same with the default settings, ${outage.byDefault.length} rounds: longest gap; region that the outbox needs for it on an ESP32`,
      `${seconds(outage.longestGapMs)} s; ${outage.waiting} messages of ${outage.recordBytes} bytes, ${outage.regionBytes / 1024} KB`,
    ],
    [
      `the same: accepted messages that were lost; refused by the ${espruinoLinux.flash!.outbox.bytes / 1024} KB that this engine has`,
      `${sum(outage.byDefault.map(({ lost }) => lost))}; ${outage.byDefault.map(({ refused }) => refused).join(', ')}`,
    ],
    ...still.map(({ keepAliveSec, traffic, noticedMs, boundMs }): [string, string] => [
      `half-open link, keep alive ${keepAliveSec} s, ${traffic === 'idle' ? traffic : `${perSecond} of ${traffic}`}: noticed after`,
      `${seconds(noticedMs)} s; ping interval, ping deadline and 1 s are ${seconds(boundMs)} s`,
    ]),
    ...Object.entries(halfOpenPeers).map(([name, ms]): [string, string] => [
      `half-open link, keep alive 7 s, ${perSecond}: ${name}`,
      ms === undefined ? 'noticed' : `not noticed in ${seconds(ms)} s`,
    ]),
    ...reconnects.map((row): [string, string] => [
      `${row.reconnects} reconnects after loss of ${row.by === 'broker' ? 'the session' : 'Wi-Fi'}: ${row.client}, ${row.engine}`,
      `${row.before} blocks before, ${row.after} after; ${row.filesBefore} files, ${row.filesAfter}`,
    ]),
  ];
}

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

/** Put the table into the page. */
async function writePage(result: LinkResult): Promise<void> {
  const page = readFileSync(PAGE, 'utf8');
  const rows = [['measured', ''], ['---', '---'], ...tableRows(result)].map(
    (row) => `| ${row.join(' | ')} |`,
  );
  const [before = '', rest = ''] = page.split(BEGIN);
  const text = `${before}${BEGIN}\n\n${rows.join('\n')}\n\n${END}${rest.split(END)[1] ?? ''}`;
  writeFileSync(PAGE, await format(text, { ...(await resolveConfig(PAGE)), parser: 'markdown' }));
}

async function measurePeers(): Promise<LinkResult['halfOpenPeers']> {
  const watched: Record<string, number | undefined> = {};
  for (const name of ['MQTT', 'tinyMQTT'] as const) {
    watched[name] = await halfOpenPeer(binaryOf('espruino'), name, 7, WATCH_MS);
  }
  return told(watched);
}

/** Without arguments all of it; with names of parts those, and the others stay as they were measured. */
async function main(parts: readonly string[]): Promise<void> {
  const is = (part: string) => parts.length === 0 || parts.includes(part);
  const kept = (existsSync(RESULT) ? JSON.parse(readFileSync(RESULT, 'utf8')) : {}) as LinkResult;
  const result: LinkResult = {
    outage: is('outage') ? await measureOutage() : kept.outage,
    halfOpen: is('half-open') ? await measureHalfOpen() : kept.halfOpen,
    halfOpenPeers: is('half-open') ? await measurePeers() : kept.halfOpenPeers,
    reconnects: is('reconnects') ? await measureReconnects() : kept.reconnects,
  };
  mkdirSync(join(PACKAGE_ROOT, 'bench', 'results'), { recursive: true });
  writeFileSync(RESULT, `${JSON.stringify(result, null, 2)}\n`);
  await writePage(result);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.exitCode = reportError(error);
});
