// `npm run test:brokers`: one story on every broker that is installed, one after the other. It says which were skipped, and keeps
// what it saw in bench/results/brokers.json.
import { defineConfig } from 'vitest/config';
import { BROKER_PREFIX } from './test/brokers/suite-name.ts';
import { SuiteReporter } from './test/engines/reporter.ts';

export default defineConfig({
  test: {
    include: ['test/brokers/**/*.test.ts'],
    reporters: ['default', new SuiteReporter('broker', BROKER_PREFIX)],
    env: { BROKERS: 'keep' },
    fileParallelism: false,
  },
});
