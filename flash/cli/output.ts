// What all commands print alike: errors, findings, progress, sizes.

import colors from 'picocolors';
import type { SizeRow } from '../build/sizes.ts';
import { ExitCode, MoteError } from '../errors.ts';

/** Print an error as one line and what to do as another; with MOTE_DEBUG=1 the stack too. @returns the exit code. */
export function reportError(error: unknown): number {
  const paint = process.stderr.isTTY ? colors.red : String;
  const debug = process.env['MOTE_DEBUG'] === '1';
  let text: string;
  if (error instanceof MoteError) {
    const where = error.where === undefined ? '' : `${error.where}: `;
    text = `${paint('error:')} ${where}${error.what}\n  do: ${error.fix}\n`;
  } else {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const fix = 'report this as a bug of mote; MOTE_DEBUG=1 shows where it happened';
    text = `${paint('error:')} unexpected: ${message.replace(/\s*\n\s*/g, ' ')}\n  do: ${fix}\n`;
  }
  process.stderr.write(text);
  if (debug && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return error instanceof MoteError ? error.exitCode : ExitCode.Firmware;
}

/** @returns a function that shows the present step on stderr: on one line of a terminal, else one line each. */
export function createProgress(): { step(text: string): void; clear(): void } {
  const terminal = process.stderr.isTTY;
  return {
    step(text) {
      process.stderr.write(terminal ? `\r\x1b[K${colors.dim(`${text} ...`)}` : `${text} ...\n`);
    },
    clear() {
      if (terminal) process.stderr.write('\r\x1b[K');
    },
  };
}

/** @returns seconds in a person's words. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** @returns a table of bytes per module, largest first, with the total. */
export function formatSizes(sizes: readonly SizeRow[], bytes: number, gzipBytes: number): string {
  const rows = [...sizes, { module: 'total', bytes }];
  const width = Math.max(...rows.map((row) => row.module.length));
  const lines = rows.map((row) => {
    const share = `${Math.round((100 * row.bytes) / bytes)} %`;
    return `  ${row.module.padEnd(width)} ${String(row.bytes).padStart(7)} ${share.padStart(6)}`;
  });
  return `${lines.join('\n')}  (gzip ${gzipBytes})`;
}
