// The same bundle through the `espruino` command of EspruinoTools, in the user's own install. It knows no slots: the program
// becomes the boot code itself, and nothing brings the former one back.

import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ExitCode, MoteError } from '../errors.ts';

const LIMIT_MS = 120_000;
/** Over TCP the command does not end by itself. */
const DONE = /Upload Complete/i;
const GRACE_MS = 1500;
const FAILED = /(unable to connect|connection failed|no ports? found|error:.*|timed? ?out.*)/i;

const isProgram = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** @returns the command. Throws MoteError without one. */
export function findEspruinoTools(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment['MOTE_ESPRUINO_TOOLS'];
  const fix = 'install it with npm install -g espruino, or name its command in MOTE_ESPRUINO_TOOLS';
  if (named !== undefined) {
    if (isProgram(named)) return named;
    throw new MoteError('is no program', fix, named, ExitCode.Environment);
  }
  const found = (environment['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'espruino'))
    .find(isProgram);
  if (found !== undefined) return found;
  throw new MoteError('EspruinoTools is not installed', fix, 'espruino', ExitCode.Environment);
}

export interface ToolsOptions {
  readonly port: string;
  /** The bundle, as it is. */
  readonly file: string;
  /** Store it as boot code; false: run it from memory. */
  readonly store: boolean;
  readonly onOutput?: (text: string) => void;
}

/** Upload with the command. Throws MoteError that says what it said when it did not succeed. */
export function uploadWithEspruinoTools(command: string, options: ToolsOptions): Promise<void> {
  const { port, file, store, onOutput = () => {} } = options;
  const args = ['-p', port, '--no-ble', '--config', `SAVE_ON_SEND=${store ? 1 : 0}`, file];
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    let isDone = false;
    const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    const hear = (bytes: Buffer) => {
      text = (text + bytes.toString('latin1')).slice(-8192);
      onOutput(bytes.toString('latin1'));
      if (isDone || !DONE.test(text)) return;
      isDone = true;
      setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const fail = (what: string) => {
      reject(
        new MoteError(
          what,
          'see what it printed with MOTE_DEBUG=1, or upload without --via',
          command,
          ExitCode.Environment,
        ),
      );
    };
    child.on('error', (error) => fail(`does not start: ${error.message}`));
    child.on('close', (code) => {
      clearTimeout(limit);
      if (isDone) resolve();
      else
        fail(
          `did not upload (exit code ${code}): ${FAILED.exec(text)?.[0] ?? text.trim().split('\n').at(-1) ?? ''}`,
        );
    });
  });
}
