// `npm test`: everything that needs nothing but Node, and the Duktape suites, which skip themselves by name where it is absent.
// What works on bytes runs twice: over strings, as on Espruino, and over Uint8Arrays, as on JerryScript.
import { configDefaults, defineConfig } from 'vitest/config';
import type { Plugin } from 'vite';
import { EngineReporter } from './test/engines/reporter.ts';

/** Puts the array form of a module in the place of its string form, as `mote build` does for such a firmware. */
const arrayForm: Plugin = {
  name: 'array-form',
  enforce: 'pre',
  resolveId(source, importer, options) {
    if (!source.endsWith('-string.ts')) return null;
    return this.resolve(source.replace(/-string\.ts$/, '-array.ts'), importer, {
      ...options,
      skipSelf: true,
    });
  },
};

/** The other engines take minutes and one process each: `npm run test:engines`. */
const exclude = [...configDefaults.exclude, 'test/engines/!(duk*).test.ts', 'test/engines/*/**/*.test.ts'];
const BOTH_FORMS = 'test/{bytes,mqtt,outbox,power,conformance,fuzz,signing,parts/commands}/**/*.test.ts';

export default defineConfig({
  test: {
    testTimeout: 20_000,
    reporters: ['default', new EngineReporter()],
    projects: [
      { extends: true, test: { name: 'string', include: ['test/**/*.test.ts'], exclude } },
      {
        extends: true,
        plugins: [arrayForm],
        test: { name: 'array', include: [BOTH_FORMS], exclude: [...exclude, 'test/**/*.string.test.ts'] },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'sim/**/*.ts', 'flash/**/*.ts', 'boards/**/*.ts'],
      exclude: ['**/*.d.ts'],
      reporter: ['text-summary', 'json-summary'],
    },
  },
});
