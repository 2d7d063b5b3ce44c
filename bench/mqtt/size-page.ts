// The results of `npm run bench:size`, and the page that is made of them.

import { markdownTable } from './report.ts';

export interface SizeRow {
  readonly name: string;
  readonly features: readonly string[];
  readonly hash: string;
  readonly bytes: number;
  /** Espruino's variables once the program has run, out of memory and out of flash. null: it does not fit there. */
  readonly fromRam: number | null;
  readonly fromFlash: number;
  /** On top of that: once the client is made, and once it is connected. */
  readonly created: number;
  readonly connected: number;
  /** Bytes; null where there was no engine to measure on. */
  readonly jerryHeap: number | null;
}

export interface SizeResult {
  readonly engine: string;
  readonly rows: readonly SizeRow[];
}

const HEAD = [
  'build',
  'features',
  'minified bytes',
  'variables from RAM',
  'variables from flash',
  'held, created',
  'held, connected',
  'JerryScript heap, bytes',
  'bundle',
];

/** Rows of 5.0, each below the row of 3.1.1 that does as much. */
const MORE: readonly (readonly [string, string])[] = [
  ['3.1.1 QoS 0/1', '5.0 QoS 0/1'],
  ['3.1.1 QoS 0/1', '5.0 QoS 0/1, enhanced authentication'],
  ['3.1.1 QoS 0/1, asks', '5.0 QoS 0/1, enhanced authentication, asks'],
  ['3.1.1 QoS 0/1, asks and answers', '5.0 QoS 0/1, enhanced authentication, asks and answers'],
];

/** @returns what 5.0 takes beside 3.1.1 with the same parts, and beside the plain client of 3.1.1. */
function moreTable(rows: readonly SizeRow[]): string {
  const bytes = (wanted: string): number => rows.find(({ name }) => name === wanted)!.bytes;
  const cells = MORE.map(([old, now]) =>
    [now, old, bytes(now) - bytes(old), bytes(now) - bytes('3.1.1 QoS 0/1')].map(String),
  );
  return markdownTable(['5.0', 'beside', 'bytes more', 'more than `3.1.1 QoS 0/1`'], cells);
}

/** @returns docs/size.md. */
export function sizePage({ engine, rows }: SizeResult): string {
  const cells = rows.map((row) => [
    row.name,
    row.features.map((name) => `\`${name}\``).join(' ') || 'none',
    String(row.bytes),
    row.fromRam === null ? 'does not fit' : String(row.fromRam),
    String(row.fromFlash),
    String(row.created),
    String(row.connected),
    row.jerryHeap === null ? '-' : String(row.jerryHeap),
    `\`${row.hash}\``,
  ]);
  return `# The size of the MQTT client

Written by \`npm run bench:size\`. Each row is one bundle: the client with a RAM outbox of 8 places and Espruino's ports,
all validation on, and nothing else. \`mote build --feature QOS2=off\` leaves a feature out.
What asks, and what answers, are [the parts of that name](requests.md) around the client, with 4 places each: what they take is what their row has more than the one above.
[What operations cost](mqtt-benchmark.md) is measured on the bundle of the row \`3.1.1 QoS 0/1\`.

${markdownTable(HEAD, cells)}

Variables are those of Espruino ${engine}, 13 bytes each: first what the program occupies once it has run, the client made,
then what comes on top of that. \`connected\` holds the engine's own socket too. The program prepares no topic and uses all operations; what a
firmware does not use, and what its options rule out, is not in it.
The heap of JerryScript is that of the same bundle with a socket that is not there: program and client, online.

## What MQTT 5.0 takes

${moreTable(rows)}
`;
}
