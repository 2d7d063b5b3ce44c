// `npm run test:kills`: the counter killed a thousand times on Node, and a hundred times on each real Espruino that is found.
// It takes half an hour and writes its counts to bench/results/kills.json.
import { defineConfig } from 'vitest/config';
import { EngineReporter } from './test/engines/reporter.ts';

export default defineConfig({
  test: {
    include: ['test/flash/counter/kills.test.ts', 'test/engines/kills.test.ts'],
    reporters: ['default', new EngineReporter()],
    env: { KILLS: 'full' },
    fileParallelism: false,
  },
});
