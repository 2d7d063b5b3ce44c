// The examples on a real Espruino over real TCP, as `mote sim` shows them: each publishes what its sensors measure.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { describeEngine } from './describe-engine.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Long enough for the slowest first values: fine dust comes after half a minute. */
const SECONDS = 50;

const TOPICS: Readonly<Record<string, readonly string[]>> = {
  'weather-station': ['outdoor/humidity', 'outdoor/pressure', 'outdoor/temperature'],
  'air-quality': ['air', 'dust'],
  plant: ['light/illuminance', 'pot/temperature', 'soil/moisture', 'supply/battery', 'supply/voltage'],
  'energy-meter': ['mains', 'solar'],
  'gps-tracker': ['position', 'shock'],
};

function simulate(
  example: string,
  binary: string,
): Promise<{ stdout: string; stderr: string; code: number }> {
  const parameters = [
    'sim',
    `examples/${example}`,
    '--engine',
    'espruino',
    '--seconds',
    `${SECONDS}`,
    '--json',
  ];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['dist/flash/mote.js', ...parameters],
      { cwd: ROOT, env: { ...process.env, ESPRUINO: binary }, timeout: 200_000, killSignal: 'SIGKILL' },
      (error, stdout, stderr) =>
        resolve({ stdout, stderr, code: error === null ? 0 : Number(error.code ?? 1) }),
    );
  });
}

describeEngine('espruino', (engine) => {
  it.each(Object.keys(TOPICS))('%s publishes what its sensors measure', async (example) => {
    const { stdout, stderr, code } = await simulate(example, engine.find() ?? '');
    expect(code, stderr).toBe(0);
    expect(stderr).not.toMatch(/failed|refused|impossible|Uncaught/);
    const seen = stdout
      .split('\n')
      .filter((line) => line.startsWith('{"topic"'))
      .map((line) => (JSON.parse(line) as { topic: string }).topic.replace(/^[^/]+\//, ''))
      .filter((topic) => !/(^|\/)status$/.test(topic));
    expect([...new Set(seen)].sort()).toEqual(expect.arrayContaining([...TOPICS[example]!]));
  });
});
