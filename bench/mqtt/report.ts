// The results of `npm run bench:mqtt`, and the page that is made of them.

import { format, resolveConfig } from 'prettier';

/** A figure, or why there is none. */
export type Cell = number | string | null;

export interface ResultRow {
  readonly id: string;
  readonly title: string;
  readonly unit: 'thousand instructions' | 'variables' | 'bytes';
  readonly espruino: Cell;
  readonly tiny: Cell;
  readonly mote: Cell;
  /** As it was set; for instructions, on another build of the engine. */
  readonly limit?: number;
  readonly aim?: number;
  /** The limit is so many times what another row took in this run. */
  readonly times?: number;
}

export interface MqttResult {
  readonly engine: string;
  readonly bundle: { readonly name: string; readonly hash: string; readonly bytes: number };
  /** Espruino's module, QoS 0: thousand instructions in this run. */
  readonly calibration: number;
  /** Free variables with which even the empty socket can be written to. */
  readonly floor: number;
  readonly rows: readonly ResultRow[];
}

/** What the calibrating row took where the limits were set. */
const REFERENCE = 577;
const TOLERANCE = 0.05;

/** @returns the factor that instruction limits are multiplied by. */
function factor({ calibration }: MqttResult): number {
  return calibration / REFERENCE;
}

/** @returns a warning when the engine is not the one that the limits were set on. */
export function calibrationWarning(result: MqttResult): string | undefined {
  const off = factor(result) - 1;
  if (Math.abs(off) <= TOLERANCE) return undefined;
  const percent = (100 * off).toFixed(1);
  return `THE ENGINE IS CONFIGURED DIFFERENTLY: Espruino's module takes ${result.calibration.toFixed(1)} k instructions for a publish of QoS 0, ${percent} % off ${REFERENCE} k. Find out why before believing any figure.`;
}

/** @returns why there is no figure: the program and the measuring script together may be more than the engine's memory. */
function failure(cell: string): string {
  return cell.startsWith('OUT OF MEMORY') ? 'does not fit' : 'wrong';
}

function figure(cell: Cell, unit: ResultRow['unit']): string {
  if (cell === null) return '-';
  if (typeof cell === 'string') return failure(cell);
  return unit === 'thousand instructions' ? `${cell.toFixed(1)} k` : String(cell);
}

/** @returns limit or aim as this run's engine has it. */
function scaled(value: number, row: ResultRow, result: MqttResult): number {
  return row.unit === 'thousand instructions' && row.times === undefined ? value * factor(result) : value;
}

export function verdict(row: ResultRow, result: MqttResult): string {
  if (typeof row.mote === 'string') return `**${failure(row.mote)}**`;
  if (row.mote === null) return 'not measured';
  if (row.limit === undefined) return '';
  const limit = scaled(row.limit, row, result);
  if (row.times !== undefined) {
    const ratio = `${((row.mote / limit) * row.times).toFixed(3)} of ${row.times}`;
    return row.mote > limit ? `**missed**, ${ratio}` : `met, ${ratio}`;
  }
  if (row.mote > limit) return `**missed by ${((100 * row.mote) / limit - 100).toFixed(1)} %**`;
  if (row.aim === undefined) return 'met';
  return row.mote <= scaled(row.aim, row, result) ? 'met, aim too' : 'met, aim not';
}

export function tableRows(result: MqttResult): string[][] {
  return result.rows.map((row) => {
    const limits = [row.limit, row.aim].filter((value) => value !== undefined);
    const limit = limits.map((value) => figure(scaled(value, row, result), row.unit)).join(', aim ');
    const cells = [row.espruino, row.tiny, row.mote].map((cell) => figure(cell, row.unit));
    return [row.title, ...cells, limit, verdict(row, result)];
  });
}

export const HEAD = ['one operation', 'Espruino MQTT', 'tinyMQTT', 'Mote', 'limit', 'verdict'];

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** For a terminal: the same table in columns, without Markdown's marks. */
export function plainTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows].map((row) => row.map((cell) => cell.replace(/[*`]/g, '')));
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] as string).length)));
  return all
    .map((row) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
    )
    .join('\n');
}

export async function formatted(path: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(path)), parser: 'markdown' });
}

function wrongNotes(result: MqttResult): string {
  const names = { espruino: 'Espruino MQTT', tiny: 'tinyMQTT', mote: 'Mote' } as const;
  const notes = result.rows.flatMap((row) =>
    (['espruino', 'tiny', 'mote'] as const).flatMap((name) =>
      typeof row[name] === 'string'
        ? [`- ${names[name]}, ${row.title}: \`${row[name].trim().replace(/\s+/g, ' ')}\``]
        : [],
    ),
  );
  return notes.length === 0 ? '' : `\n## What was wrong\n\n${notes.join('\n')}\n`;
}

/** @returns docs/mqtt-benchmark.md. */
export function mqttPage(result: MqttResult): string {
  const warning = calibrationWarning(result);
  const { name, hash, bytes } = result.bundle;
  return `# What the MQTT client costs on Espruino

Written by \`npm run bench:mqtt\`. Mote beside Espruino's own modules, in one run on one engine: Espruino ${result.engine},
5,100 variables of 13 bytes. The modules are minified by white space and names only. All rows of Mote but the last and those of MQTT 5.0 are of one bundle,
\`${name}\`, ${bytes} bytes, hash \`${hash}\`; [size.md](size.md) has its size, and others.
${warning === undefined ? '' : `\n**${warning}**\n`}
${markdownTable(HEAD, tableRows(result))}

## How it is measured

- Instructions of the interpreter for one operation: the difference between many rounds and few, less the same for a loop that
  does everything but call a client. They compare programs on one engine and are no cycles of a chip.
- Limits were set on an engine that takes ${REFERENCE} k for the first row of Espruino's module. Here it takes
  ${result.calibration.toFixed(1)} k: limits on instructions are multiplied by ${factor(result).toFixed(3)}.
- Rows of MQTT 5.0 are of a bundle with that built in and nothing but publishing, since more does not fit beside the script, held against the same row of 3.1.1 in the same run: at most 1.15 times that, with an alias at most 1.
  Two messages went to the topic before.
- Topics have 24 bytes, payloads 48 where nothing else is said, and each payload is a new string. A wildcard filter gets four topics in turn.
- The socket is an object that counts what it is given; Mote is called through its own port. It emits \`drain\` when it has taken
  more than 400 bytes since the last one, and, where messages come in, after each chunk for which something was written. Mote pays
  for its drain handler. The modules listen to none. Messages come in by \`emit\`, and all pay for the event.
- Handlers compare topic and payload; that is in the figures of all. Before a row is counted each client does it with every byte that it
  writes and every message that it delivers compared, and, where messages come in, with one that comes byte by byte. A client that is not right has no figure.
  tinyMQTT sets RETAIN in all that it publishes; that is let pass.
- "Free variables" is the fewest that may be left when publish is called. With an empty socket in place of a client it is ${result.floor}.
- "Loaded" is what the program occupies once it has run out of flash, "held" what a client takes on top of that when it is connected
  to a real server. Mote's client is made when its program is loaded, those of the modules later: the two rows belong together.
${wrongNotes(result)}`;
}
