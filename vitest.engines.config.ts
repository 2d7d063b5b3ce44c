// `npm run test:engines`: device programs in every real engine that is found, one engine process at a time.
import { defineConfig } from 'vitest/config';
import { EngineReporter } from './test/engines/reporter.ts';

export default defineConfig(({ mode }) => ({
  test: {
    env: { MODE: mode },
    include: ['test/engines/**/*.test.ts'],
    reporters: ['default', new EngineReporter()],
    fileParallelism: false,
    // Programs are built once for all engines.
    isolate: false,
    maxConcurrency: 1,
    // An engine may run under an emulator: minutes are normal, a hang is not.
    testTimeout: 900_000,
    hookTimeout: 120_000,
  },
}));
