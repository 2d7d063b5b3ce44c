// The table of measured numbers in the README, made from bench/results. `npm run docs:tables` writes it;
// a test fails when the README and the results differ.

import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { BoardsResult } from './boards.ts';
import type { MqttResult } from './mqtt/report.ts';

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

const read = <T>(name: string): T => JSON.parse(readFileSync(`bench/results/${name}.json`, 'utf8')) as T;

/** @returns the README with its table as the results say. */
export async function withTables(readme: string): Promise<string> {
  const cells = [...rows(read('boards')), ...mqttRows(read('mqtt'))];
  const table = [['measured', ''], ['---', '---'], ...cells].map((row) => `| ${row.join(' | ')} |`);
  const [before = '', rest = ''] = readme.split(BEGIN);
  const after = rest.split(END)[1] ?? '';
  const text = `${before}${BEGIN}\n\n${table.join('\n')}\n\n${END}${after}`;
  return format(text, { ...(await resolveConfig(README)), parser: 'markdown' });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(README, await withTables(readFileSync(README, 'utf8')));
}
