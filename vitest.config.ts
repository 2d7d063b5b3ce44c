// `npm test`: everything that needs nothing but Node, and the suites on Duktape and Mosquitto, which skip themselves by name where
// those are absent.
// What works on bytes runs twice: over strings, as on Espruino, and over Uint8Arrays, as on JerryScript.
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';
import type { Plugin } from 'vite';
import { BROKER_PREFIX } from './test/brokers/suite-name.ts';
import { EngineReporter, SuiteReporter } from './test/engines/reporter.ts';
import { BROWSER_PREFIX } from './test/page/suite-name.ts';
import { withV5 } from './test/with-v5.ts';

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

/** Files that take half a minute or more. Begun last, one of them would keep a core waiting at the end. */
const SLOW = [
  'engines/dukhost-allocations',
  'flash/sim/run',
  'flash/stage/stage',
  'examples/examples',
  'flash/counter/program',
  'test/espruino',
  'bench/outbox',
  'system/sample',
  'system/mutants',
  'engines/dukhost',
  'bench/mqtt',
  'power/power',
  'page/run',
  'page/load',
  'page/fleet',
];

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => {
      const at = SLOW.findIndex((name) => moduleId.endsWith(`${name}.test.ts`));
      return at < 0 ? SLOW.length : at;
    };
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}

/** These take minutes: `npm run test:engines`, `npm run test:brokers`, `npm run test:system`. */
const exclude = [
  ...configDefaults.exclude,
  'test/engines/!(duk*).test.ts',
  'test/engines/*/**/*.test.ts',
  'test/brokers/!(aedes|mosquitto|mosquitto.v5).test.ts',
  'test/system/seeds-*.test.ts',
  // Only where somebody says how many motes.
  ...(process.env['MOTE_FLEET_MOTES'] === undefined ? ['test/page/fleet-many.test.ts'] : []),
];
const BOTH_FORMS =
  'test/{bytes,mqtt,outbox,power,conformance,fuzz,signing,parts/commands,parts/requests}/**/*.test.ts';
/** Tests of what `V5` of src/features.ts is for: they run with it, all others without. */
const V5_TESTS = 'test/**/*.v5.test.ts';
const STRING_ONLY = ['test/**/*.string.test.ts', 'test/**/*.string.v5.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 20_000,
    // What a test waits for comes at once, or late on a computer that does other work.
    expect: { poll: { timeout: 15_000 } },
    // Of two cores the default would leave one idle; and many tests wait for a clock or for another program.
    maxWorkers: 3,
    sequence: { sequencer: SlowFirst },
    reporters: [
      'default',
      new EngineReporter(),
      new SuiteReporter('broker', BROKER_PREFIX),
      new SuiteReporter('browser', BROWSER_PREFIX),
    ],
    projects: [
      {
        extends: true,
        test: { name: 'string', include: ['test/**/*.test.ts'], exclude: [...exclude, V5_TESTS] },
      },
      {
        extends: true,
        plugins: [arrayForm],
        test: { name: 'array', include: [BOTH_FORMS], exclude: [...exclude, V5_TESTS, ...STRING_ONLY] },
      },
      { extends: true, plugins: [withV5], test: { name: 'string-v5', include: [V5_TESTS], exclude } },
      {
        extends: true,
        plugins: [withV5, arrayForm],
        test: { name: 'array-v5', include: [V5_TESTS], exclude: [...exclude, ...STRING_ONLY] },
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
