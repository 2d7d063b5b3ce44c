// `mote doctor`: what is needed and what only some need, what a board says, and how it ends.

import { chmodSync, mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { formatLooks } from '../../../flash/cli/doctor.ts';
import { looksAtBoard } from '../../../flash/doctor/board.ts';
import {
  lookAtEngine,
  lookAtGroup,
  lookAtNode,
  lookAtPackage,
  lookAtPorts,
  lookAtProgram,
} from '../../../flash/doctor/look.ts';
import { ExitCode } from '../../../flash/errors.ts';
import type { BoardReport } from '../../../flash/upload/inspect.ts';
import { mote } from '../cli/run.ts';
import { startVirtualBoard } from '../upload/virtual-board.ts';

const folder = mkdtempSync(join(tmpdir(), 'mote-doctor-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

function program(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe('a look', () => {
  it('refuses an old Node', () => {
    for (const version of ['18.20.4', '20.0.0', '20.11.1']) {
      expect(lookAtNode(version)).toMatchObject({ verdict: 'wrong', fix: 'install Node 20.12 or newer' });
    }
    for (const version of ['20.12.0', '22.0.0']) expect(lookAtNode(version).verdict).toBe('ok');
  });

  it('names what of the package is missing', () => {
    expect(lookAtPackage().verdict).toBe('ok');
    const root = join(folder, 'package');
    mkdirSync(join(root, 'src'), { recursive: true });
    mkdirSync(join(root, 'node_modules', 'there'), { recursive: true });
    writeFileSync(
      join(root, 'package.json'),
      '{"version":"1.2.3","dependencies":{"there":"1","nowhere-at-all":"1"}}',
    );
    writeFileSync(join(root, 'src', 'espruino.ts'), '');
    expect(lookAtPackage(root)).toMatchObject({
      verdict: 'wrong',
      found: `nowhere-at-all, src/tsconfig.json, dist/flash/index.js missing in ${root}`,
    });
  });

  it('does without programs, and says who needs them', () => {
    vi.stubEnv('PATH', folder);
    program('broker', 'echo; echo "broker version 2.0.11"; exit 3');
    expect(lookAtProgram('broker', ['-h'], 'x')).toEqual({
      what: 'broker',
      verdict: 'ok',
      found: 'broker version 2.0.11',
    });
    expect(lookAtProgram('nothing', [], 'for some')).toEqual({
      what: 'nothing',
      verdict: 'absent',
      found: 'not installed',
      fix: 'for some',
    });
  });

  it('tells an engine that runs from one that is not there or does not', () => {
    const file = program('engine', 'echo "2v29.277 of somebody"');
    const silent = program('silent', 'exit 1');
    const broken = join(folder, 'broken');
    writeFileSync(broken, 'no program');
    const look = (value: string | undefined) => lookAtEngine('ENGINE', ['-v'], 'for some', { ENGINE: value });
    expect(look(undefined)).toMatchObject({ verdict: 'absent', fix: 'for some' });
    expect(look(file)).toMatchObject({ verdict: 'ok', found: `2v29.277 of somebody, ${file}` });
    expect(look(silent)).toMatchObject({ verdict: 'ok', found: silent });
    expect(look(`${folder}/gone`)).toMatchObject({ verdict: 'wrong', found: `${folder}/gone is not there` });
    expect(look(broken)).toMatchObject({ verdict: 'wrong', found: `${broken} does not run` });
  });

  it('knows the groups that have serial ports', () => {
    expect(lookAtGroup('darwin', false, [])).toBeUndefined();
    expect(lookAtGroup('linux', false, ['me', 'dialout'])).toMatchObject({
      verdict: 'ok',
      found: 'open to group dialout',
    });
    expect(lookAtGroup('linux', false, ['me'])).toMatchObject({
      verdict: 'absent',
      fix: expect.stringMatching(/^sudo usermod/),
    });
  });

  it('sees boards, and those that are closed to this user', () => {
    const usb = { path: '/dev/ttyUSB0', name: 'Maker', vendorId: 1, productId: 2 };
    expect(lookAtPorts([])).toMatchObject([{ verdict: 'absent' }]);
    expect(lookAtPorts([usb], () => true)).toMatchObject([{ verdict: 'ok', found: '/dev/ttyUSB0 (Maker)' }]);
    expect(lookAtPorts([usb], () => false)).toMatchObject([
      { verdict: 'wrong', found: '/dev/ttyUSB0 (Maker) is closed to this user' },
    ]);
  });

  it('is a line, and another one where something is to be done', () => {
    const looks = [lookAtNode('20.12.0'), lookAtNode('18.0.0')];
    expect(formatLooks(looks, false)).toBe(
      '  ok     Node  20.12.0\n  wrong  Node  18.0.0 is too old\n               do: install Node 20.12 or newer\n',
    );
  });
});

const REPORT: BoardReport = {
  port: 'tcp://b:1',
  version: '2v29',
  board: 'ESP32',
  boards: ['esp32', 'esp32-wrover'],
  totalBytes: 917504,
  freeBytes: 100000,
  trashBytes: 500000,
  bootCode: 'selector',
  otherBoot: ['.boot0'],
  programs: [{ file: 'mote.a', bytes: 30000, isChosen: true, isRunning: true }],
  health: 'healthy',
  uploadsLeft: 2,
  entriesLeft: 200,
  freeBlocks: 9000,
  open: ['the console on Serial1 takes commands from anyone: mote upload --lock closes it with a password'],
};

describe('a board', () => {
  it('is shown with its programs, its room and what is open', () => {
    const text = formatLooks(looksAtBoard(REPORT), false);
    expect(text).toContain('mote.a     30000 bytes, chosen, healthy, running\n');
    expect(text).toContain('97 KB of 896 KB free, enough for 2 uploads of this program\n');
    expect(text).toContain('; 9000 variables free\n');
    const uncounted = { ...REPORT, freeBlocks: undefined as never };
    expect(formatLooks(looksAtBoard(uncounted), false)).toMatch(
      /answers +Espruino 2v29 on ESP32 \(esp32 or esp32-wrover\), at tcp:\/\/b:1\n/,
    );
    expect(formatLooks(looksAtBoard({ ...REPORT, board: 'PICO_R1_3', boards: [] }), false)).toContain(
      'Espruino 2v29 on PICO_R1_3 (none that mote boards lists), at tcp://b:1',
    );
    expect(text).toMatch(
      / {2}- +open +the console on Serial1 takes commands from anyone\n +do: mote upload --lock closes/,
    );
    expect(looksAtBoard(REPORT).some(({ verdict }) => verdict === 'wrong')).toBe(false);
  });

  it.each<[string, Partial<BoardReport>, RegExp]>([
    ['torn boot code', { bootCode: 'torn' }, /mote upload writes it again/],
    [
      'no room',
      { uploadsLeft: 0 },
      /mote upload --compact gives .* back; a power cut meanwhile erases everything/,
    ],
  ])('is not well with %s', (_name, change, fix) => {
    const wrong = looksAtBoard({ ...REPORT, ...change }).filter(({ verdict }) => verdict === 'wrong');
    expect(wrong).toMatchObject([{ fix: expect.stringMatching(fix) }]);
  });
});

describe('mote doctor', () => {
  it('looks at the board at a port, and says all of it to a program', async () => {
    const board = await startVirtualBoard({ board: 'esp32-c3' });
    for (const name of ['ESPRUINO', 'JERRY', 'JERRY_SNAPSHOT', 'JERRY_DIR']) vi.stubEnv(name, '');
    const { code, stdout } = await mote(['doctor', '--port', board.port, '--json']);
    await board.close();
    const said = JSON.parse(stdout) as Record<string, unknown>;
    expect(said).toMatchObject({
      computer: expect.arrayContaining([{ what: 'Node', verdict: 'ok', found: process.versions.node }]),
      board: { port: board.port, board: 'ESP32C3_IDF4', boards: ['esp32-c3'], bootCode: 'none' },
    });
    expect(code).toBe(said['healthy'] ? 0 : ExitCode.Environment);
  });

  it('ends with 3 where something that is named is not there', async () => {
    vi.stubEnv('ESPRUINO', '/nowhere/espruino');
    const { code, stdout, stderr } = await mote(['doctor']);
    expect(stdout).toMatch(/wrong +ESPRUINO +\/nowhere\/espruino is not there\n +do: correct the variable/);
    expect([code, stderr]).toEqual([ExitCode.Environment, '']);
  });
});
