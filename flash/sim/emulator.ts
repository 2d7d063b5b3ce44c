// `--engine espruino-emulator`: the bundle in the emulator of Espruino's Web IDE, which ESPRUINO_EMULATOR names.

import { runEmulator } from '../../sim/engine/emulator.ts';
import { EngineError } from '../../sim/engine/espruino.ts';
import type { EspruinoMemory } from '../../sim/engine/espruino.ts';
import { ExitCode, MoteError } from '../errors.ts';
import type { EngineOptions, RunningBoard } from './engine.ts';
import { buildScene } from './scene-build.ts';

const MEMORY_EVERY_MS = 1000;

/** Start `options.bundle` in the emulator that ESPRUINO_EMULATOR names. @throws MoteError when there is none that runs. */
export async function startEspruinoEmulator(options: EngineOptions): Promise<RunningBoard> {
  const script = process.env['ESPRUINO_EMULATOR'];
  if (script === undefined || script === '') {
    throw new MoteError(
      'ESPRUINO_EMULATOR is not set',
      'set it to emu/emulator_banglejs2.js of a checkout of the Espruino Web IDE, or use --engine vm',
      '--engine espruino-emulator',
      ExitCode.Environment,
    );
  }
  const around = await buildScene(options.scene, 'emulator');
  let memory: EspruinoMemory | undefined;
  try {
    const engine = await runEmulator({
      script,
      prelude: [around],
      bundle: options.bundle.code,
      onLine: options.onConsole,
      onFailure: () => {},
      onMemory: (now) => (memory = now),
      memoryEveryMs: MEMORY_EVERY_MS,
    });
    return {
      figures() {
        const { programs, erases } = engine.counters;
        const flash = { label: 'flash', value: `${programs} programs, ${erases} erases` };
        if (memory === undefined) return [flash];
        const { usage, total, blocksize } = memory;
        return [{ label: 'JsVars', value: `${usage} of ${total} in use, ${blocksize} bytes each` }, flash];
      },
      died: engine.died,
      async stop() {
        engine.close();
      },
    };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new MoteError(error.message, error.fix, 'ESPRUINO_EMULATOR', ExitCode.Environment);
  }
}
