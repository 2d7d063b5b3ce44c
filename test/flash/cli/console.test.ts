// `mote sim --console`: a board for other tools, with its flash in a file.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openPort } from '../../../flash/port/port.ts';
import { mote, start } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'mote-console-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Start a board, type one line, and stop it. @returns what it said, and what the command said. */
async function session(args: readonly string[], typed: string, end: string) {
  const running = start(['sim', ...args, '--console', 'tcp', '--json', '--seconds', '60'], { cwd: folder });
  let output = '';
  running.child.stdout!.on('data', (chunk) => (output += String(chunk)));
  await running.shown('"console"');
  const where = JSON.parse(output.split('\n')[0]!) as { console: string; broker: string; board: string };
  const port = await openPort(where.console);
  let said = '';
  await new Promise<void>((resolve) => {
    port.onText = (text) => {
      said += text;
      if (said.includes(end)) resolve();
    };
    port.write(typed);
  });
  port.close();
  running.child.kill('SIGINT');
  return { said, where, ...(await running.done) };
}

it('offers a board, keeps its flash in a file, and leaves a program in it as it is', async () => {
  const args = ['--flash-file', 'board.flash'];
  const first = await session(
    [...args, '--empty'],
    '\x10E.setBootCode("x=41")\n\x10print("saved")\n',
    'saved\r\n',
  );
  expect(first.code).toBe(0);
  expect(first.where).toMatchObject({ board: 'esp32', broker: expect.stringMatching(/^mqtt:\/\/127/) });
  // Without --empty: there is no firmware in this folder, and none is needed.
  const second = await session(args, 'x+1\n', '=42\r\n');
  expect(second.code).toBe(0);
  expect(second.stderr).toContain('board.flash holds a program: it is left as it is');
});

it('says what is wrong with its options', async () => {
  const lonely = await mote(['sim', '--flash-file', 'x']);
  expect(lonely).toMatchObject({ code: 2, stdout: '' });
  expect(lonely.stderr).toContain('--flash-file: without --console there is nothing that it is for');
});

it('puts no terminal in the place of a file', async () => {
  const main = 'one();\n';
  writeFileSync(join(folder, 'main.ts'), main);
  const args = ['sim', '.', '--console', 'main.ts', '--empty', '--seconds', '1', '--json'];
  const { code, stdout } = await mote(args, { cwd: folder });
  expect(readFileSync(join(folder, 'main.ts'), 'utf8')).toBe(main);
  expect(JSON.parse(stdout)).toMatchObject({
    error: { what: 'a file has this name: main.ts', fix: 'choose another path', where: '--console' },
    exitCode: 2,
  });
  expect(code).toBe(2);
});
