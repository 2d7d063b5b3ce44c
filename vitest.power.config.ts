// `npm run test:power`: what the outbox keeps when the power goes away, over strings; with `-- --mode full` all of it, which takes
// long and writes its counts to bench/results/power.json.
import { defineConfig } from 'vitest/config';

export default defineConfig(({ mode }) => ({
  test: {
    include: ['test/power/**/*.test.ts'],
    env: { MODE: mode },
    // One after the other: they write into one file.
    fileParallelism: false,
  },
}));
