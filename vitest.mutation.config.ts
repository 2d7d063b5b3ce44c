// Tests that have to notice the mutants of `npm run mutation`, in the form that MUTATION_FORM names: those of packets, sessions
// and what they stand on, and short samples of the fuzz tests. MUTATION_TESTS=near: only those about bytes and packets alone.
import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

const form = process.env['MUTATION_FORM'] ?? 'string';
const project = base.test?.projects?.find(
  (candidate) => typeof candidate === 'object' && 'test' in candidate && candidate.test?.name === form,
);
if (typeof project !== 'object' || !('test' in project)) {
  throw new Error(`no form ${form} in vitest.config.ts`);
}

const NEAR = [
  'test/bytes/**/*.test.ts',
  'test/mqtt/{decoder,form,packet,publish,session,whole-chunk}.test.ts',
  'test/fuzz/{decoder,differential}.test.ts',
];

export default defineConfig({
  plugins: project.plugins ?? [],
  test: {
    include:
      process.env['MUTATION_TESTS'] === 'near' ? NEAR : ['test/{bytes,mqtt,conformance,fuzz}/**/*.test.ts'],
    // The table of statements is about tests, not about sources.
    exclude: [...(project.test?.exclude ?? []), 'test/conformance/document*.test.ts'],
    testTimeout: 20_000,
  },
});
