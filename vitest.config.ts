// `npm test`: everything that needs nothing but Node, and the Duktape suites, which skip themselves by name where it is absent.
import { configDefaults, defineConfig } from 'vitest/config';
import { EngineReporter } from './test/engines/reporter.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The other engines take minutes and one process each: `npm run test:engines`.
    exclude: [...configDefaults.exclude, 'test/engines/!(duk*).test.ts', 'test/engines/*/**/*.test.ts'],
    testTimeout: 20_000,
    reporters: ['default', new EngineReporter()],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'sim/**/*.ts', 'flash/**/*.ts', 'boards/**/*.ts'],
      exclude: ['**/*.d.ts'],
      reporter: ['text-summary', 'json-summary'],
    },
  },
});
