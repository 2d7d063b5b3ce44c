// Tests that the mutants of `npm run mutation` have to survive: those of packets, sessions and what they stand on, in the form
// that MUTATION_FORM names. Short samples of the fuzz tests go along. MUTATION_TESTS=near: those alone that are about bytes and packets.
import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

const form = process.env['MUTATION_FORM'] ?? 'string';
const project = base.test?.projects?.find(
  (candidate) => typeof candidate === 'object' && 'test' in candidate && candidate.test?.name === form,
);
if (typeof project !== 'object' || !('test' in project))
  {throw new Error(`no form ${form} in vitest.config.ts`);}

const NEAR = [
  'test/bytes/**/*.test.ts',
  'test/mqtt/{packet,session,decoder}*.test.ts',
  'test/fuzz/{decoder,differential}.test.ts',
];

export default defineConfig({
  plugins: project.plugins ?? [],
  test: {
    include:
      process.env['MUTATION_TESTS'] === 'near' ? NEAR : ['test/{bytes,mqtt,conformance,fuzz}/**/*.test.ts'],
    exclude: project.test?.exclude ?? [],
    testTimeout: 20_000,
  },
});
