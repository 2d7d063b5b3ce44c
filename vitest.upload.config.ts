// `npm run test:upload`: the power cut at every flash operation of an upload, in every way, and the cable pulled at every line,
// on the virtual board; and on the real
// engine's flash file, where ESPRUINO names one.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/flash/upload/{cuts,bad-input}.test.ts', 'test/engines/upload.test.ts'],
    env: { MODE: 'full' },
    fileParallelism: false,
    testTimeout: 3_600_000,
    disableConsoleIntercept: true,
  },
});
