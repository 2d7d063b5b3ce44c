// `mote upload` as a process, to a virtual board: what it prints, how it ends, and how soon a saved file runs.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ExitCode } from '../../../flash/errors.ts';
import { openBoard } from '../../../flash/upload/board.ts';
import { writeFirmware } from '../build/fixture.ts';
import { lockBoard } from '../../../flash/upload/lock.ts';
import { startVirtualBoard, type VirtualBoard } from '../upload/virtual-board.ts';
import { program, send, whoRuns } from '../upload/who.ts';
import { mote, start } from './run.ts';

let board: VirtualBoard | undefined;
afterEach(async () => {
  await board?.close();
  board = undefined;
});

const main = (name: string) => `declare function print(text: string): void;\nprint('I am ${name}');\n`;
const SAVED_MS = 3000;

describe('mote upload', () => {
  it('stores a bundle, and says what came of it', async () => {
    board = await startVirtualBoard();
    const cwd = writeFirmware({ 'one.js': program('one'), 'bad.js': program('bad', 'throw 1') });
    const port = ['--port', board.port];
    const done = await mote(['upload', 'one.js', '--json', ...port], { cwd });
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(done.stdout)).toMatchObject({ slot: 'a', entry: 0, stored: true, health: 'healthy' });
    const bad = await mote(['upload', 'bad.js', ...port], { cwd });
    expect(bad.code).toBe(ExitCode.Firmware);
    expect(bad.stderr).toMatch(/did not report healthy: the board runs the former one again/);
    expect((await whoRuns(board.port)).name).toBe('one');
  });

  it('refuses what cannot be meant, before it looks for a board', async () => {
    for (const [args, what] of [
      [['--trial', '0'], /not a number of minutes/],
      [['--store'], /--store: an upload is stored anyway/],
      [['--lock', '--ram'], /a password is kept with a stored firmware/],
      [['--port', 'tcp://127.0.0.1:1'], /ECONNREFUSED/],
    ] as const) {
      const { code, stderr } = await mote(['upload', 'x.js', ...args]);
      expect([ExitCode.Usage, ExitCode.Environment]).toContain(code);
      expect(stderr).toMatch(what);
    }
  });

  it('closes the console again when it is ended by SIGTERM', async () => {
    board = await startVirtualBoard();
    // On trial beside a former one: the upload waits for its report.
    await send(board.port, program('old'));
    const connection = await openBoard(board.port);
    await lockBoard(connection, 'secret');
    await connection.close();
    const cwd = writeFirmware({ 'new.js': program('new', 'moteHealthy;'), password: 'secret' });
    const args = ['upload', 'new.js', '--port', board.port, '--password-file', 'password'];
    const running = start(args, { cwd });
    await running.shown('waiting for its first session');
    running.child.kill('SIGTERM');
    expect((await running.done).code).toBe(143);
    await expect(openBoard(board.port)).rejects.toThrow(/locked with a password/);
  });

  it(`runs a saved file within ${SAVED_MS / 1000} s`, async () => {
    board = await startVirtualBoard();
    const cwd = writeFirmware({ 'main.ts': main('first') });
    const watching = start(['upload', '.', '--watch', '--port', board.port], { cwd });
    await watching.shown('watching; Ctrl-C ends it');
    expect(board.printed()).toContain('I am first');
    const saved = Date.now();
    writeFileSync(join(cwd, 'main.ts'), main('second'));
    while (!board.printed().includes('I am second')) {
      expect(Date.now() - saved).toBeLessThan(SAVED_MS);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    watching.child.kill('SIGINT');
    expect((await watching.done).code).toBe(0);
    // Nothing of it is stored.
    const connection = await openBoard(board.port);
    expect(await connection.ask('require("Storage").list().length')).toBe(0);
    await connection.close();
  });
});
