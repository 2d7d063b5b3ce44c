// `mote upload` as a process, to a virtual board: what it prints, how it ends, and how soon a saved file runs.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
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
    const again = await mote(['upload', 'one.js', '--no-wait', '--json', ...port], { cwd });
    expect(JSON.parse(again.stdout)).toMatchObject({ isSame: true, health: 'healthy' });
    const bad = await mote(['upload', 'bad.js', ...port], { cwd });
    expect(bad.code).toBe(ExitCode.Firmware);
    expect(bad.stderr).toMatch(/did not report healthy: the board runs the former one again/);
    expect((await whoRuns(board.port)).name).toBe('one');
  });

  // D6 and D7 are the flash of an ESP32, and D18 and D19 the USB of an ESP32-C3.
  const pins = (...on: readonly number[]) =>
    `import * as mote from 'mote-sdk/espruino';\n${on.map((pin) => `mote.openDigitalOutput(${pin}, 0);\n`).join('')}`;

  it.each([
    ['esp32-c3', 18, 'the USB'],
    ['esp32-s3', 19, 'the USB'],
    ['esp32', 6, 'the flash'],
  ] as const)('builds for what the board says that it is: %s', async (id, taken, by) => {
    board = await startVirtualBoard({ board: id });
    const cwd = writeFirmware({ 'main.ts': pins(taken) });
    const refused = await mote(['upload', '.', '--ram', '--port', board.port], { cwd });
    expect(refused.code).toBe(ExitCode.Firmware);
    expect(refused.stderr).toContain(`D${taken} belongs to ${by}`);
  });

  it('takes what the chip has free where an ESP32 has its flash, with EspruinoTools too', async () => {
    board = await startVirtualBoard({ board: 'esp32-c3' });
    const cwd = writeFirmware({ 'free/main.ts': pins(6, 7), 'taken/main.ts': pins(18) });
    const to = ['--ram', '--port', board.port];
    expect(await mote(['upload', 'free', ...to], { cwd })).toMatchObject({ code: 0 });
    // Whether the tool is there or not, the firmware is judged before.
    const via = await mote(['upload', 'taken', '--via', 'espruino-tools', ...to], { cwd });
    expect(via.stderr).toContain('D18 belongs to the USB');
  });

  it('asks what a board is that it does not know', async () => {
    board = await startVirtualBoard({ calls: 'PICO_R1_3' });
    const cwd = writeFirmware({ 'main.ts': main('a stranger'), 'one.js': program('one') });
    const to = ['--ram', '--port', board.port];
    const asked = await mote(['upload', '.', ...to], { cwd });
    expect(asked.code).toBe(ExitCode.Usage);
    expect(asked.stderr).toMatch(
      /Espruino calls the board "PICO_R1_3", and mote boards lists none.*--board/s,
    );
    // A bundle has been built already.
    const { code, stderr } = await mote(['upload', 'one.js', '--json', '--port', board.port], { cwd });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: the flash of PICO_R1_3 is not described: .* is not mended\n$/);
  });

  it('refuses what cannot be meant, before it looks for a board', async () => {
    for (const [args, ended, what] of [
      [['--trial', '0'], ExitCode.Usage, /not a number of minutes/],
      [['--store'], ExitCode.Usage, /--store: an upload is stored anyway/],
      [['--lock', '--ram'], ExitCode.Usage, /a password is kept with a stored firmware/],
      [['--lock', '--watch', '--store'], ExitCode.Usage, /a password is kept with a stored firmware/],
      [['--port', 'tcp://127.0.0.1:1'], ExitCode.Environment, /ECONNREFUSED/],
    ] as const) {
      const { code, stderr } = await mote(['upload', 'x.js', ...args]);
      expect(stderr).toMatch(what);
      expect(code).toBe(ended);
    }
  });

  it.each([
    ['', /no password to lock the board with/],
    ['with space', /cannot be typed at the console/],
  ])('refuses to lock with %j before it looks for a board', async (password, what) => {
    vi.stubEnv('MOTE_PASSWORD', password);
    const { code, stderr } = await mote(['upload', 'x.js', '--lock', '--port', 'tcp://127.0.0.1:1']);
    vi.unstubAllEnvs();
    expect(stderr).toMatch(what);
    expect(code).toBe(ExitCode.Usage);
  });

  it('refuses a bundle that is empty', async () => {
    board = await startVirtualBoard();
    const cwd = writeFirmware({ 'empty.js': '' });
    const { code, stderr } = await mote(['upload', 'empty.js', '--port', board.port], { cwd });
    expect(stderr).toMatch(/error: empty\.js: nothing is in it/);
    expect(code).toBe(ExitCode.Firmware);
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
    // What it wrote last may still be on its way to the board.
    const { port } = board;
    const look = () =>
      openBoard(port).then(
        async (open) => {
          await open.close();
          return 'open';
        },
        (error: Error) => error.message,
      );
    await expect.poll(look).toMatch(/locked with a password/);
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

  it('ends at Ctrl-C while it waits for a report, and sends nothing more', async () => {
    board = await startVirtualBoard();
    const cwd = writeFirmware({ 'main.ts': main('first') });
    const watching = start(['upload', '.', '--watch', '--store', '--port', board.port], { cwd });
    while (!board.printed().includes('I am first')) await new Promise((resolve) => setTimeout(resolve, 20));
    watching.child.kill('SIGINT');
    const asked = Date.now();
    const { code, stdout } = await watching.done;
    // The report would have been waited for 30 s and longer.
    expect(Date.now() - asked).toBeLessThan(10_000);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+ bytes in slot a run, and have not reported; /);
  });
});
