// The command line: one file a command. Whatever goes wrong ends here as one line and an exit code.
// Commands import what is heavy (compiler, bundler) when they run, so that help appears at once.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { PACKAGE_ROOT } from '../build/firmware.ts';
import { EXIT_MEANINGS, ExitCode, MoteError } from '../errors.ts';
import { addBoards } from './boards.ts';
import { addBuild } from './build.ts';
import { addCheck } from './check.ts';
import { addDoctor } from './doctor.ts';
import { addFleet } from './fleet.ts';
import { addInit } from './init.ts';
import { addFlash } from './flash.ts';
import { addMonitor } from './monitor.ts';
import { addOutbox } from './outbox.ts';
import { reportError } from './output.ts';
import { addSim } from './sim.ts';
import { addSize } from './size.ts';
import { addSnapshot } from './snapshot.ts';
import { addUpload } from './upload.ts';

/** What a command adds itself with; its action sets process.exitCode where it is not 0. */
type AddCommand = (program: Command) => void;

const COMMANDS: readonly AddCommand[] = [
  addInit,
  addBuild,
  addCheck,
  addSize,
  addSim,
  addFleet,
  addFlash,
  addUpload,
  addMonitor,
  addDoctor,
  addBoards,
  addOutbox,
  addSnapshot,
];

/** @returns the command line, with every command in it; nothing runs yet. */
export function createProgram(): Command {
  const { version, description } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8'));
  const program = new Command('mote').description(description).version(version);
  program.exitOverride().configureOutput({ writeErr: () => {} });
  for (const add of COMMANDS) add(program);
  for (const command of program.commands) command.copyInheritedSettings(program);
  const codes = Object.entries(ExitCode).map(([name, code]): [number, string] => [
    code,
    EXIT_MEANINGS[name as keyof typeof ExitCode],
  ]);
  const lines = [[0, 'it did what it was asked to'] as const, ...codes].map(
    ([code, meaning]) => `  ${String(code).padEnd(3)}  ${meaning}\n`,
  );
  program.addHelpText('after', `\nExit codes:\n${lines.join('')}`);
  return program;
}

/** @returns the names of command and subcommand that `args` begin with. */
function commandOf(program: Command, args: readonly string[]): string[] {
  const command = program.commands.find((candidate) => candidate.name() === args[0]);
  return command === undefined ? [] : [command.name(), ...commandOf(command, args.slice(1))];
}

function fromCommander(error: CommanderError, program: Command, args: readonly string[]): MoteError {
  const isHelp = error.code === 'commander.help';
  const what = isHelp
    ? 'a command is missing'
    : error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  const words = error.code === 'commander.unknownCommand' ? [] : commandOf(program, args);
  const help = ['mote', ...words, '--help'].join(' ');
  return new MoteError(what, `see ${help}`, undefined, ExitCode.Usage);
}

/** Run the command line `args`; sets process.exitCode. */
export async function main(args: readonly string[]): Promise<void> {
  const fail = (error: unknown) => {
    process.exitCode = reportError(error);
  };
  // What escapes from a callback has left the program in an unknown state.
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (error) => process.exit(reportError(error)));
  }
  // The reader of a pipe may go away.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    process.exit(reportError(error));
  });
  const program = createProgram();
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) fail(error);
    else if (error.exitCode !== 0) fail(fromCommander(error, program, args));
  }
}
