// `npm run test:system`: a mote, its network and its broker through schedules of faults; with `-- --mode full` 10,000 of them, which
// takes most of an hour and writes its counts to bench/results/system.json.
import { defineConfig } from 'vitest/config';

export default defineConfig(({ mode }) => ({
  test: {
    include: ['test/system/**/*.test.ts'],
    exclude: ['test/system/sample.test.ts'],
    env: { MODE: mode, MOTE_SYSTEM: 'alone' },
    globalSetup: ['test/system/sum.ts'],
    provide: { isFull: mode === 'full' },
  },
}));
