// `npm run test:brokers`: one story on every broker that is installed, one after the other, and again in MQTT 5.0 on those that are held
// to it. It says which were skipped, and keeps what it saw in bench/results/brokers.json.
import { defineConfig } from 'vitest/config';
import { BROKER_PREFIX } from './test/brokers/suite-name.ts';
import { SuiteReporter } from './test/engines/reporter.ts';
import { withV5 } from './test/with-v5.ts';

const V5_TESTS = 'test/brokers/**/*.v5.test.ts';

export default defineConfig({
  test: {
    reporters: ['default', new SuiteReporter('broker', BROKER_PREFIX)],
    env: { BROKERS: 'keep' },
    fileParallelism: false,
    projects: [
      { extends: true, test: { name: '3.1.1', include: ['test/brokers/**/*.test.ts'], exclude: [V5_TESTS] } },
      { extends: true, plugins: [withV5], test: { name: '5.0', include: [V5_TESTS] } },
    ],
  },
});
