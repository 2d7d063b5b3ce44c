// What all commands print alike: errors, findings, progress, sizes.

import colors from 'picocolors';
import type { SizeRow } from '../build/sizes.ts';
import { ExitCode, MoteError } from '../errors.ts';
import { harmless } from '../monitor/safe.ts';

/** What a program is told of an error, on stdout, where the command line says --json. */
export interface ErrorReport {
  readonly error: { readonly what: string; readonly fix: string; readonly where: string | null };
  readonly exitCode: number;
}

/** @returns an error as a program reads it. */
export function errorReport(error: unknown): ErrorReport {
  if (error instanceof MoteError) {
    const { what, fix, where, exitCode } = error;
    return { error: { what, fix, where: where ?? null }, exitCode };
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const what = `unexpected: ${message.replace(/\s*\n\s*/g, ' ')}`;
  const fix = 'report this as a bug of mote; MOTE_DEBUG=1 shows where it happened';
  return { error: { what, fix, where: null }, exitCode: ExitCode.Firmware };
}

/**
 * Print an error as one line and what to do as another, or as one JSON object; with MOTE_DEBUG=1 the stack too. A board's words may be in
 * all of it: a terminal obeys none of them.
 * @param isJson default: whether the command line says so, which holds for every command. @returns the exit code.
 */
export function reportError(error: unknown, isJson = process.argv.includes('--json')): number {
  const report = errorReport(error);
  const { what, fix, where } = report.error;
  if (isJson) process.stdout.write(`${JSON.stringify(report)}\n`);
  else {
    const paint = process.stderr.isTTY ? colors.red : String;
    process.stderr.write(
      `${paint('error:')} ${harmless(`${where === null ? '' : `${where}: `}${what}`)}\n  do: ${harmless(fix)}\n`,
    );
  }
  if (process.env['MOTE_DEBUG'] === '1' && error instanceof Error) {
    process.stderr.write(`${String(error.stack).split('\n').map(harmless).join('\n')}\n`);
  }
  return report.exitCode;
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
