// The table of measured numbers in the README, made from bench/results. `npm run docs:tables` writes it;
// a test fails when the README and the results differ.

import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { BoardsResult } from './boards.ts';
import type { MqttResult } from './mqtt/report.ts';
import type { LinkResult } from './link.ts';
import type { OutboxRow } from './outbox.ts';

const README = 'README.md';
const BEGIN = '<!-- measured: npm run docs:tables -->';
const END = '<!-- /measured -->';

function rows(result: BoardsResult): [string, string][] {
  const { bundleBytes, instances, bytesPerBoard, millisecondsPerBoard, millisecondsPerBoardSecond } = result;
  return [
    ['weather station, the whole firmware, minified', `${bundleBytes} bytes`],
    [
      `a virtual board that runs it, among ${instances} in one process`,
      `${(bytesPerBoard / 1024).toFixed(0)} KB`,
    ],
    ['to start it', `${millisecondsPerBoard.toFixed(1)} ms`],
    ['to let it live for a virtual second', `${millisecondsPerBoardSecond.toFixed(2)} ms`],
  ];
}

const OPERATIONS = ['publish0', 'publish1', 'receive0', 'receive1'];

/** What operations of the MQTT client cost on Espruino, beside its own module. */
function mqttRows(result: MqttResult): [string, string][] {
  const shown = result.rows.filter(({ id }) => OPERATIONS.includes(id));
  return shown.map(({ title, mote, espruino }) => [
    `MQTT, instructions on Espruino: ${title}`,
    `${Math.round(mote as number)} k; its own module ${Math.round(espruino as number)} k`,
  ]);
}

/** What the flash outbox costs the flash, beside what other ways cost on littlefs with 16 blocks of 4 KB. */
const LITTLEFS = [
  ['erases for 1,000 records of 64 bytes', 'erases for 1,000 messages of 64 bytes', '1001'],
  ['bytes programmed a message of 64 bytes', 'bytes programmed for each', '2079 bytes'],
  ['programs a message', 'programs for each', '9.5'],
] as const;

function outboxRows(all: readonly OutboxRow[]): [string, string][] {
  return LITTLEFS.map(([what, title, other]) => {
    const { value, unit } = all.find((row) => row.what === what)!;
    return [
      `flash outbox: ${title}`,
      `${`${value} ${unit}`.trim()}; a log file on littlefs, synced, ${other}`,
    ];
  });
}

/** What the link does when its broker is killed, and what Espruino's own module does then; and a link that is half-open. */
function linkRows({ outage, halfOpen }: LinkResult): [string, string][] {
  const of = (client: string) => outage.rows.filter((row) => row.client === client);
  const killed = `broker killed for ${outage.killedMs / 1000} s under ${outage.perSecond} messages a second of QoS 1, on Espruino`;
  const mote = of('Mote, QoS 1');
  const lost = Math.max(...mote.map((row) => row.lost + row.refused));
  const module = of('MQTT, QoS 1')[0]!;
  const late = Math.max(...halfOpen.map(({ noticedMs, keepAliveSec }) => noticedMs - keepAliveSec * 750));
  return [
    [
      `${killed}: lost or refused`,
      `${lost} of ${outage.messages} (backoff window ${mote[0]!.backoffWindowMs! / 1000} s); its own module ${module.lost}`,
    ],
    [
      'half-open link: noticed after the ping interval and',
      `${(late / 1000).toFixed(1)} s; its own module does not notice`,
    ],
  ];
}

const read = <T>(name: string): T => JSON.parse(readFileSync(`bench/results/${name}.json`, 'utf8')) as T;

/** @returns the README with its table as the results say. */
export async function withTables(readme: string): Promise<string> {
  const cells = [
    ...rows(read('boards')),
    ...mqttRows(read('mqtt')),
    ...outboxRows(read('outbox')),
    ...linkRows(read('link')),
  ];
  const table = [['measured', ''], ['---', '---'], ...cells].map((row) => `| ${row.join(' | ')} |`);
  const [before = '', rest = ''] = readme.split(BEGIN);
  const after = rest.split(END)[1] ?? '';
  const text = `${before}${BEGIN}\n\n${table.join('\n')}\n\n${END}${after}`;
  return format(text, { ...(await resolveConfig(README)), parser: 'markdown' });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(README, await withTables(readFileSync(README, 'utf8')));
}
