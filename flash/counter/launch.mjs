// Starts the counter (flash/counter/main.ts) from dist/, which is compiled first when a source is newer. As one process:
// between a shell, npm and a compiler nobody would notice that the one who asked for it was killed.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { register } from 'node:module';
import process from 'node:process';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath, URL } from 'node:url';

/** The shell knows it from the first moment on; by now it may be gone. */
const parent = Number(process.argv[2] ?? process.ppid);
const root = fileURLToPath(new URL('../../', import.meta.url));
const stamp = `${root}dist/.tsbuildinfo`;
/** What tsconfig.build.json compiles, and itself. */
const SOURCES = [
  'boards',
  'flash',
  'sim',
  'src',
  'examples/counter',
  'bench',
  'tsconfig.json',
  'tsconfig.build.json',
];

/** @returns when a file was last changed, or the newest file of a folder; 0 for none. */
function changed(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => changed(`${path}/${name}`)));
}

/** Compile; types that are wrong are reported on standard error, and what came out is run all the same. */
function compile() {
  const tsc = fileURLToPath(import.meta.resolve('typescript/bin/tsc'));
  // What the compiler says is not for the reader of our lines.
  const child = spawn(process.execPath, [tsc, '-p', `${root}tsconfig.build.json`], {
    stdio: ['ignore', 2, 2],
  });
  const stop = () => {
    child.kill('SIGKILL');
    process.exit(0);
  };
  const watch = setInterval(() => process.ppid !== parent && stop(), 100);
  process.once('SIGTERM', stop);
  return new Promise((resolve) => {
    child.once('close', (code) => {
      clearInterval(watch);
      process.off('SIGTERM', stop);
      // Nothing is written where nothing changed, so its age says nothing.
      if (code === 0) utimesSync(stamp, new Date(), new Date());
      resolve();
    });
  });
}

if (Math.max(...SOURCES.map((path) => changed(`${root}${path}`))) >= changed(stamp)) await compile();
// The device code of dist/ is that of a build without MQTT 5.0.
if (process.env.MQTT_VERSION === '5') register('./with-v5.mjs', import.meta.url);
if (existsSync(`${root}dist/flash/counter/main.js`)) {
  const { main } = await import('../../dist/flash/counter/main.js');
  await main(parent);
} else {
  // The compiler has said why.
  process.exitCode = 3;
}
