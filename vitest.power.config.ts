// `npm run test:power`: what the outbox keeps when the power goes away, over strings, without MQTT 5.0 and with it; with
// `-- --mode full` all of it, which takes long and writes its counts to bench/results/power.json.
import { defineConfig } from 'vitest/config';
import { withV5 } from './test/with-v5.ts';

const V5_TESTS = 'test/power/**/*.v5.test.ts';

export default defineConfig(({ mode }) => ({
  test: {
    // One after the other: they write into one file.
    fileParallelism: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'power',
          env: { MODE: mode },
          include: ['test/power/**/*.test.ts'],
          exclude: [V5_TESTS],
        },
      },
      {
        extends: true,
        plugins: [withV5],
        test: { name: 'power-v5', env: { MODE: mode }, include: [V5_TESTS] },
      },
    ],
  },
}));
