// `npm run -s counter`: a client that publishes a counter for ever, for brokers, test doubles and fault injectors to be
// tried on. It is told by its environment what to do (docs/mqtt-client.md), and prints nothing but JSON lines.

import { mkdirSync, accessSync, constants } from 'node:fs';
import { reportError } from '../cli/output.ts';
import { ExitCode, MoteError } from '../errors.ts';
import type { RunningEngine } from './engine.ts';
import { readSettings, type CounterSettings } from './environment.ts';
import { acquireLock } from './lock.ts';
import { openOutput, type Output } from './output.ts';
import { watchParent } from './parent.ts';

const WAITING_MAX = 16_384;
const FLUSH_MS = 300;

function openDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new MoteError(
      `cannot write there (${code})`,
      'set STATE_DIR to a folder of yours',
      directory,
      ExitCode.Environment,
    );
  }
}

/** Lines that are not read wait in memory: few, and then no number is promised. */
const isRead = () => process.stdout.writableLength < WAITING_MAX;

/** Let lines leave, if anybody reads them. */
function flush(): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write('', () => resolve());
    setTimeout(resolve, FLUSH_MS);
  });
}

async function start(settings: CounterSettings, output: Output, onProcess: (pid: number) => void) {
  const options = {
    counter: () => ({ ...settings.options, first: output.next() }),
    stateDirectory: settings.stateDirectory,
    print: output.print,
    isRead,
    onProcess,
  };
  if (settings.engine === 'node') return (await import('./node.ts')).startNode(options);
  return (await import('./espruino.ts')).startEspruino(options);
}

/** Run until SIGTERM, or until the process `parent` is gone. */
export async function main(parent: number): Promise<void> {
  let engine: RunningEngine | undefined;
  let ending = false;

  async function end(code: number): Promise<void> {
    if (ending) return;
    ending = true;
    await engine?.stop();
    await flush();
    process.exit(code);
  }

  function fail(error: unknown): void {
    void end(reportError(error));
  }

  watchParent(parent, () => void end(0));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end(0));
  for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, fail);
  // The reader of our lines may go away.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') void end(0);
    else fail(error);
  });
  try {
    const settings = readSettings(process.env);
    const directory = settings.stateDirectory;
    openDirectory(directory);
    const lock = await acquireLock(directory);
    const output = openOutput(
      directory,
      settings.options.first,
      (text) => process.stdout.write(text, 'latin1'),
      (text) => process.stderr.write(text, 'latin1'),
    );
    engine = await start(settings, output, lock.setEngine);
    if (ending) await engine.stop();
  } catch (error) {
    fail(error);
  }
}
