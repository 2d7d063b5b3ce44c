// `mote snapshot` as a process: what it refuses before it builds anything.

import { expect, it } from 'vitest';
import { mote } from './run.ts';

const FIRMWARE = 'examples/weather-station';

it.each([
  ['no tool', ['--tool', ''], 3, /no jerry-snapshot is named/, /--tool or JERRY_SNAPSHOT/],
  [
    'literals of a normal one',
    ['--tool', '/x', '--literals', 'list'],
    2,
    /a normal snapshot needs no literals/,
    /--static/,
  ],
])('refuses %s', async (_what, flags, exitCode, what, fix) => {
  const { code, stderr, stdout } = await mote(['snapshot', FIRMWARE, ...flags]);
  expect(code).toBe(exitCode);
  expect(stderr).toMatch(what);
  expect(stderr).toMatch(fix);
  expect(stdout).toBe('');
});
