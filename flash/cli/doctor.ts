// `mote doctor`: whether this computer has what Mote needs, and how the board at a port is.

import type { Command } from 'commander';
import colors from 'picocolors';
import type { Look, Verdict } from '../doctor/look.ts';
import { ExitCode } from '../errors.ts';
import { harmless } from '../monitor/safe.ts';
import { createProgress } from './output.ts';

interface DoctorFlags {
  readonly port?: string;
  readonly passwordFile?: string;
  readonly json?: boolean;
}

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say whether this computer has all that is needed, and how a board is')
    .option('--port <port>', 'look at the board there too: serial port or tcp://host:port')
    .option('--password-file <file>', 'the password of its console; or MOTE_PASSWORD, or typed')
    .option('--json', 'print one JSON object: healthy, computer, board')
    .action(runDoctor);
}

const SIGNS: Readonly<Record<Verdict, readonly [sign: string, paint: (text: string) => string]>> = {
  ok: ['ok', colors.green],
  wrong: ['wrong', colors.red],
  absent: ['-', colors.dim],
};

/** @returns the lines of some looks. Boards and USB devices say of themselves what they like. */
export function formatLooks(looks: readonly Look[], isTerminal: boolean): string {
  const safe = looks.map((look) => ({
    ...look,
    what: harmless(look.what),
    found: harmless(look.found),
    ...(look.fix !== undefined && { fix: harmless(look.fix) }),
  }));
  const width = Math.max(...safe.map(({ what }) => what.length));
  return safe
    .map(({ what, verdict, found, fix }) => {
      const [sign, paint] = SIGNS[verdict];
      const mark = sign.padEnd(5);
      const line = `  ${isTerminal ? paint(mark) : mark}  ${what.padEnd(width)}  ${found}\n`;
      return fix === undefined ? line : `${line}${' '.repeat(width + 11)}do: ${fix}\n`;
    })
    .join('');
}

async function runDoctor(flags: DoctorFlags): Promise<void> {
  const { lookAround } = await import('../doctor/look.ts');
  const { listPorts } = await import('../port/list.ts');
  const computer = lookAround(await listPorts());
  if (!flags.json) {
    process.stdout.write(
      `this computer (what has a - is needed by some)\n${formatLooks(computer, process.stdout.isTTY)}`,
    );
  }
  const report = flags.port === undefined ? undefined : await inspect(flags.port, flags);
  const { looksAtBoard } = await import('../doctor/board.ts');
  const board = report === undefined ? [] : looksAtBoard(report);
  const isHealthy = [...computer, ...board].every(({ verdict }) => verdict !== 'wrong');
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ healthy: isHealthy, computer, board: report ?? null })}\n`);
  } else if (board.length > 0) {
    process.stdout.write(`the board\n${formatLooks(board, process.stdout.isTTY)}`);
  }
  if (!isHealthy) process.exitCode = ExitCode.Environment;
}

async function inspect(port: string, flags: DoctorFlags) {
  const { inspectBoard } = await import('../upload/inspect.ts');
  const { askPassword } = await import('./password.ts');
  const progress = createProgress();
  if (!flags.json) progress.step(`asking the board at ${port}`);
  try {
    return await inspectBoard(port, { password: () => askPassword(flags.passwordFile) });
  } finally {
    progress.clear();
  }
}
