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

it('needs nothing of Node that 20.12 has not: zlib.crc32', async () => {
  const old = `
export function resolve(specifier, context, next) {
  if (specifier !== 'node:zlib' || !context.parentURL.includes('/flash/snapshot/')) return next(specifier, context);
  return { url: 'data:text/javascript,export const deflateSync = 1;', shortCircuit: true };
}`;
  const hook = `import { register } from 'node:module'; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(old)}`)});`;
  const node = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`];
  const { stdout, stderr, code } = await mote(['snapshot', FIRMWARE, '--tool', ''], { node });
  expect(stderr).not.toContain('crc32');
  expect(stderr).toContain('no jerry-snapshot is named');
  expect([stdout, code]).toEqual(['', 3]);
});
