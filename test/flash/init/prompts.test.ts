// `mote init` on a terminal, which socat is: it asks for what no option says, and Ctrl-C leaves nothing.

import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { newFolder } from './projects.ts';

const hasSocat = spawnSync('socat', ['-V']).status === 0;

/** Run `mote init` on a terminal. @param keys to be typed, each when the text in front of it was shown. */
async function onTerminal(
  cwd: string,
  args: readonly string[],
  keys: readonly (readonly [string, string])[],
) {
  // socat takes a command apart by its own rules: a file has none.
  const script = join(newFolder(), 'init.sh');
  const command = [process.execPath, resolve('dist/flash/mote.js'), 'init', ...args].join(' ');
  writeFileSync(script, `#!/bin/sh\nstty cols 100 rows 40\n${command}\necho code=$?\n`, { mode: 0o755 });
  const child = spawn('socat', ['-t', '0.3', '-', `EXEC:${script},pty,setsid,ctty,stderr`], {
    cwd,
    env: {
      ...process.env,
      CI: '',
      TERM: 'xterm',
      MOTE_WIFI_PASSWORD: undefined,
      MOTE_BROKER_PASSWORD: undefined,
    },
  });
  let shown = '';
  let from = 0;
  const left = [...keys];
  child.stdout.on('data', (chunk) => {
    shown += stripVTControlCharacters(String(chunk));
    const at = left[0] === undefined ? -1 : shown.indexOf(left[0][0], from);
    if (at < 0) return;
    from = at + 1;
    child.stdin.write(left.shift()![1]);
  });
  await new Promise((done) => child.on('close', done));
  return { shown, code: Number(/code=(\d+)/.exec(shown)?.[1]) };
}

describe.runIf(hasSocat)('questions', { timeout: 12_000 }, () => {
  it('are asked for what no option says', async () => {
    const cwd = newFolder();
    const { shown, code } = await onTerminal(
      cwd,
      ['asked', '--board', 'esp32', '--sensor', 'ds18b20', '--broker', 'b.example'],
      [
        ['On a battery', '\r'],
        ['Name of the Wi-Fi', '\r'],
        ['Its password', 'se cret\r'],
        ['User there', '\r'],
      ],
    );
    expect(code, shown).toBe(0);
    expect(shown).not.toContain('se cret');
    const secrets = JSON.parse(readFileSync(join(cwd, 'asked', 'secrets.json'), 'utf8')) as unknown;
    expect(secrets).toEqual({ broker: { password: '' }, wifi: { password: 'se cret' } });
  });

  it('end with Ctrl-C, and nothing is written', async () => {
    const cwd = newFolder();
    const { shown, code } = await onTerminal(cwd, ['asked'], [['Which board', '\x03']]);
    expect(shown).toContain('error: stopped; nothing was written');
    expect(code).toBe(130);
    expect(readdirSync(cwd)).toEqual([]);
  });
});
