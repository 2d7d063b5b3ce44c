// How a console is shown: on a terminal with the line that is being written, in a pipe line by line, as JSON, or as it comes; and in a file.
// A reader that is too slow loses lines, and is told how many: a board that floods must not fill the memory.

import { openSync, writeSync } from 'node:fs';
import colors from 'picocolors';
import { ExitCode, MoteError } from '../errors.ts';
import type { ShownLine, View } from './monitor.ts';
import type { Place } from './trace.ts';

/** What a view writes to. */
export interface Output {
  write(text: string): unknown;
  /** Bytes that were written and did not leave yet. */
  readonly writableLength: number;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

const BACKLOG_MAX = 1 << 20;

/** @returns a writer that leaves out what the output does not keep up with, and says how much. */
function createWriter(output: Output): (text: string, skipped: (lines: number) => string) => void {
  let lost = 0;
  return (text, skipped) => {
    if (output.writableLength > BACKLOG_MAX) {
      lost++;
      return;
    }
    if (lost > 0) output.write(skipped(lost));
    lost = 0;
    output.write(text);
  };
}

const two = (value: number) => String(value).padStart(2, '0');

/** @returns the time of day, to the millisecond. */
export function clockText(time: number): string {
  const date = new Date(time);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${parts}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** @returns colours for a terminal that has some, none for anything else. */
const colorsFor = ({ isTTY }: Output) => colors.createColors(isTTY === true && colors.isColorSupported);

const placeText = ({ file, line, column, text }: Place) => `${file}:${line}:${column}: ${text}`;
const plainLine = ({ text, sentence }: ShownLine) =>
  sentence === undefined ? text : `${sentence} (${text.trim()})`;
const leftOut = (lines: number) =>
  `... ${lines} ${lines === 1 ? 'line was' : 'lines were'} too fast to show ...\n`;

/** Lines with their times; on a terminal the line that is being written stands below them. */
export function createTextView(output: Output, notes: Output): View {
  const write = createWriter(output);
  const terminal = output.isTTY === true;
  const { bold, cyan, dim } = colorsFor(output);
  const noted = colorsFor(notes);
  const indent = ' '.repeat(clockText(0).length + 1);
  const clear = terminal ? '\r\x1b[K' : '';
  let below = '';

  const show = (text: string) => write(`${clear}${text}\n`, leftOut);
  return {
    bytes() {},
    line(line) {
      const time = dim(clockText(line.time));
      const text =
        line.sentence === undefined ? line.text : `${bold(line.sentence)} ${dim(`(${line.text.trim()})`)}`;
      below = '';
      show(`${time} ${text}`);
    },
    place: (place) => show(`${indent}${cyan(`  = ${placeText(place)}`)}`),
    partial(text, cursor) {
      if (!terminal) return;
      const room = Math.max(10, (output.columns ?? 80) - indent.length - 1);
      const start = Math.max(0, Math.max(cursor, Math.min(text.length, room)) - room);
      const visible = text.slice(start, start + room);
      const back = visible.length - (cursor - start);
      const drawn = `${clear}${visible === '' ? '' : indent}${visible}${back > 0 ? `\x1b[${back}D` : ''}`;
      if (drawn !== below) write(drawn, leftOut);
      below = drawn;
    },
    note(time, _kind, text) {
      notes.write(`${clear}${noted.dim(clockText(time))} ${noted.yellow(`-- ${text} --`)}\n`);
    },
  };
}

/** One JSON object a line: of the console, of the source, of the connection. */
export function createJsonView(output: Output): View {
  const write = createWriter(output);
  const show = (value: object) =>
    write(`${JSON.stringify(value)}\n`, (lines) => `${JSON.stringify({ leftOut: lines })}\n`);
  return {
    bytes() {},
    line({ time, text, sentence }) {
      const match = /^#(\d+) (-?\d+)$/.exec(text.trim());
      const log =
        sentence === undefined || match === null
          ? {}
          : { event: Number(match[1]), detail: Number(match[2]), sentence };
      show({ time, line: text, ...log });
    },
    place: (place) => show({ place }),
    partial() {},
    note: (time, kind, text) => show({ time, [kind]: text }),
  };
}

/** Everything as it comes, escape sequences too. */
export function createRawView(output: Output, notes: Output): View {
  const write = createWriter(output);
  return {
    bytes: (text) => write(Buffer.from(text, 'latin1') as unknown as string, () => ''),
    line() {},
    place() {},
    partial() {},
    note: (_time, _kind, text) => void notes.write(`-- ${text} --\r\n`),
  };
}

/** A file that gets every line. @throws MoteError when it cannot be written. */
export function createLogView(path: string): View {
  let file: number;
  try {
    file = openSync(path, 'a');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new MoteError(
      `cannot be written (${code})`,
      'name another file with --log',
      path,
      ExitCode.Environment,
    );
  }
  const add = (time: number, text: string) =>
    void writeSync(file, `${new Date(time).toISOString()} ${text}\n`);
  let last = 0;
  return {
    bytes() {},
    line(line) {
      last = line.time;
      add(last, plainLine(line));
    },
    place: (place) => add(last, `  = ${placeText(place)}`),
    partial() {},
    note: (time, _kind, text) => add(time, `-- ${text} --`),
  };
}

/** Several views at once. */
export function joinViews(views: readonly View[]): View {
  return {
    bytes: (text) => views.forEach((view) => view.bytes(text)),
    line: (line) => views.forEach((view) => view.line(line)),
    place: (place) => views.forEach((view) => view.place(place)),
    partial: (text, cursor) => views.forEach((view) => view.partial(text, cursor)),
    note: (time, kind, text) => views.forEach((view) => view.note(time, kind, text)),
  };
}
