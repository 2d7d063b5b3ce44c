// `--engine espruino`: the bundle in a real Espruino, the one that ESPRUINO names, with the scene's chips on its buses and pins.
// Sockets, timers and memory are the engine's own.

import { EngineError, runEspruino } from '../../sim/engine/espruino.ts';
import type { EspruinoEngine, EspruinoMemory } from '../../sim/engine/espruino.ts';
import { ExitCode, MoteError } from '../errors.ts';
import type { EngineOptions, RunningBoard } from './engine.ts';
import { buildScene } from './scene-build.ts';

const MEMORY_EVERY_MS = 1000;

/** Start `options.bundle` in the engine that ESPRUINO names. @throws MoteError when there is none that runs. */
export async function startRealEspruino(options: EngineOptions): Promise<RunningBoard> {
  const binary = process.env['ESPRUINO'];
  if (binary === undefined || binary === '') {
    throw new MoteError(
      'ESPRUINO is not set',
      'set it to the path of an Espruino built for Linux, or use --engine vm',
      '--engine espruino',
      ExitCode.Environment,
    );
  }
  const around = await buildScene(options.scene, 'espruino');
  let memory: EspruinoMemory | undefined;
  const engine = await start({
    binary,
    prelude: [around],
    bundle: options.bundle.code,
    onLine: options.onConsole,
    onMemory: (now) => (memory = now),
    memoryEveryMs: MEMORY_EVERY_MS,
  });
  return {
    figures() {
      if (memory === undefined) return [];
      const { usage, total, blocksize } = memory;
      return [{ label: 'JsVars', value: `${usage} of ${total} in use, ${blocksize} bytes each` }];
    },
    died: engine.exited.then(({ code, failures }) => failures.at(-1) ?? `the engine ended with code ${code}`),
    async stop() {
      await engine.close();
    },
  };
}

async function start(options: Parameters<typeof runEspruino>[0]): Promise<EspruinoEngine> {
  try {
    return await runEspruino(options);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new MoteError(error.message, error.fix, 'ESPRUINO', ExitCode.Environment);
  }
}
