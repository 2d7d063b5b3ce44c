// ENGINE=espruino: the counter's bundle in the real Espruino that ESPRUINO names, with the state directory as its working
// directory. Espruino waits for a connection to stand and does nothing else meanwhile, for minutes if need be: an engine
// that shows no life for too long is ended and started again, as one that has gone by itself is.

import { EngineError, runEspruino, type EspruinoEngine } from '../../sim/engine/espruino.ts';
import { ExitCode, MoteError } from '../errors.ts';
import { counterBundle } from './bundle.ts';
import type { EngineOptions, RunningEngine } from './engine.ts';

/** What the bundle prints once a second (examples/counter/main.ts). */
const BEAT = '~';
const QUIET_LEAST_MS = 3000;
const LOOK_EVERY_MS = 250;
const AGAIN_MS = 500;
const GRACE_MS = 300;

/** @returns JavaScript of an object in ASCII: the engine takes other characters for several bytes. */
function asciiSource(value: object): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

function binary(): string {
  const path = process.env['ESPRUINO'];
  if (path !== undefined && path !== '') return path;
  throw new MoteError(
    'ESPRUINO is not set',
    'set it to the path of an Espruino built for Linux, or use ENGINE=node',
    'ENGINE=espruino',
    ExitCode.Environment,
  );
}

/** Start the counter in an engine. @throws MoteError when there is none that runs. */
export async function startEspruino(options: EngineOptions): Promise<RunningEngine> {
  const path = binary();
  const { version, connectTimeoutMs } = options.counter();
  const bundle = await counterBundle(version);
  const quietMs = Math.max(QUIET_LEAST_MS, connectTimeoutMs) + LOOK_EVERY_MS;
  let stopping = false;
  /** When the present engine last showed life; undefined until it has for the first time. */
  let aliveAt: number | undefined;

  function onLine(line: string): void {
    aliveAt = performance.now();
    if (line !== BEAT) options.print(line);
  }

  async function start(): Promise<EspruinoEngine> {
    aliveAt = undefined;
    const engine = await runEspruino({
      binary: path,
      // From memory, not from flash storage as on a board: on Linux every look at that opens a file.
      prelude: [`counterOptions=${asciiSource(options.counter())};`, bundle],
      bundle: '',
      cwd: options.stateDirectory,
      graceMs: GRACE_MS,
      onLine,
    });
    options.onProcess(engine.pid);
    return engine;
  }

  let engine: EspruinoEngine;
  try {
    engine = await start();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new MoteError(error.message, error.fix, 'ESPRUINO', ExitCode.Environment);
  }

  const watch = setInterval(() => {
    if (aliveAt === undefined || performance.now() - aliveAt < quietMs) return;
    aliveAt = undefined;
    process.kill(engine.pid, 'SIGKILL');
  }, LOOK_EVERY_MS);

  async function keepRunning(): Promise<void> {
    for (;;) {
      await engine.exited;
      if (stopping) return;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      if (stopping) return;
      try {
        engine = await start();
      } catch (error) {
        options.print(`the engine does not start again: ${String(error)}`);
      }
    }
  }
  void keepRunning();

  return {
    async stop() {
      stopping = true;
      clearInterval(watch);
      await engine.close();
    },
  };
}
