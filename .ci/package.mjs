// The package as a newcomer has it: packed, installed from its tarball into an empty folder outside of the repository, a project made with
// `npx mote-sdk init`, its test passed, and its first reading on the virtual board. Prints how long each took. In out/package it must be
// there: `npm run package`.
import { execFileSync, spawn } from 'node:child_process';
import console from 'node:console';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';

/** From `mote init` to a reading on the virtual board, on a machine that does nothing else. */
const FIRST_READING_S = 60;
/** Packages that are installed to run it, the package itself not counted. */
const PACKAGES_MAX = 120;

const outside = mkdtempSync(join(tmpdir(), 'mote-package-'));

function timed(what, run) {
  const started = performance.now();
  const result = run();
  const seconds = (performance.now() - started) / 1000;
  console.log(`${what}: ${seconds.toFixed(1)} s`);
  return { result, seconds };
}

const npm = (args, cwd) =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

function check(what, condition, detail) {
  console.log(`${condition ? 'ok' : 'FAIL'} ${what}${condition ? '' : `: ${detail}`}`);
  if (!condition) process.exitCode = 1;
}

/** Settles with the first message of `npm run sim -- --json` that is a number, and ends it. */
function firstReading(cwd) {
  return new Promise((done, fail) => {
    const child = spawn('npm', ['run', '-s', 'sim', '--', '--json', '--seconds', '60'], {
      cwd,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      for (const line of text.split('\n').slice(0, -1)) {
        const message = JSON.parse(line);
        if (typeof message.value !== 'number') continue;
        process.kill(-child.pid, 'SIGINT');
        done(message);
      }
    });
    child.on('error', fail);
    child.on('close', (code) =>
      fail(new Error(`mote sim ended with ${code} before a reading came: ${text}`)),
    );
  });
}

try {
  const [{ filename }] = JSON.parse(
    npm(['pack', '--json', '--pack-destination', outside], resolve('out/package')),
  );
  writeFileSync(join(outside, 'package.json'), '{ "name": "outside", "private": true }\n');
  timed('npm install', () =>
    npm(
      ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', `./${filename}`],
      outside,
    ),
  );
  // What is there: package-lock.json names those for other systems, too.
  const there = JSON.parse(readFileSync(join(outside, 'node_modules', '.package-lock.json'), 'utf8'));
  const installed = Object.keys(there.packages).filter((name) => name !== 'node_modules/mote-sdk');
  check(`${installed.length} packages`, installed.length <= PACKAGES_MAX, `more than ${PACKAGES_MAX}`);

  const started = performance.now();
  timed('npx mote-sdk init', () =>
    npm(['exec', '--no', '--', 'mote-sdk', 'init', 'first-mote', '--yes'], outside),
  );
  const project = join(outside, 'first-mote');
  const reading = await firstReading(project);
  const seconds = (performance.now() - started) / 1000;
  check(
    `${reading.topic} = ${reading.value}, ${seconds.toFixed(1)} s after mote init began`,
    seconds <= FIRST_READING_S,
    `more than ${FIRST_READING_S} s`,
  );
  const { result } = timed('npm test of the project', () => npm(['test'], project));
  check('its own test', /^# pass [1-9]\d*$/m.test(result) && /^# fail 0$/m.test(result), result);
  timed('its types, as an editor checks them', () =>
    execFileSync(join(outside, 'node_modules/.bin/tsc'), ['--noEmit', '-p', project], { stdio: 'inherit' }),
  );
} catch (error) {
  check('the package', false, error.message);
} finally {
  rmSync(outside, { recursive: true, force: true });
}
