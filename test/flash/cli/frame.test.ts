// What holds for every command: errors for programs, help at once, and no question without a terminal.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { reportError } from '../../../flash/cli/output.ts';
import { ExitCode, MoteError } from '../../../flash/errors.ts';
import { mote } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'mote-frame-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('an error with --json', () => {
  it.each([
    [['biuld', '--json'], ExitCode.Usage, "unknown command 'biuld' (Did you mean build?)", null],
    [
      ['build', '--bord', 'x', '--json'],
      ExitCode.Usage,
      "unknown option '--bord' (Did you mean --board?)",
      null,
    ],
    [['build', 'missing', '--json'], ExitCode.Firmware, 'no such firmware', 'missing'],
    [['check', 'missing.js', '--json'], ExitCode.Environment, 'cannot read it (ENOENT)', 'missing.js'],
    [['sim', '--engine', 'x', '--json'], ExitCode.Usage, 'no engine "x"', '--engine'],
    [['outbox', 'inspect', 'none.bin', '--json'], ExitCode.Environment, 'no such file', 'none.bin'],
    [['boards', 'x', '--json'], ExitCode.Usage, 'unknown board "x"', 'boards'],
  ])('is one object on stdout: %j', async (args, exitCode, what, where) => {
    const { code, stdout, stderr } = await mote(args);
    expect(stdout.match(/\n/g)).toHaveLength(1);
    expect(JSON.parse(stdout)).toEqual({ error: { what, fix: expect.stringMatching(/./), where }, exitCode });
    expect([code, stderr]).toEqual([exitCode, '']);
  });

  it('names one that nobody expected in one line', () => {
    let text = '';
    const spy = vi
      .spyOn(process.stdout, 'write')
      .mockImplementation((chunk) => ((text += String(chunk)), true));
    const codes = [
      reportError(new TypeError('first\n  second'), true),
      reportError(new MoteError('a', 'b', 'c', ExitCode.Lost), true),
    ];
    spy.mockRestore();
    expect(codes).toEqual([ExitCode.Firmware, ExitCode.Lost]);
    const [first, second] = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(first).toMatchObject({ error: { what: 'unexpected: TypeError: first second' }, exitCode: 1 });
    expect(second).toEqual({ error: { what: 'a', fix: 'b', where: 'c' }, exitCode: 5 });
  });
});

describe('mote --help', () => {
  it('loads no more than the command line: no compiler, bundler, broker, prompts or serial port', async () => {
    const loaded = join(folder, 'loaded');
    vi.stubEnv('MOTE_LOADED', loaded);
    const hook = pathToFileURL('test/flash/cli/loaded-hook.mjs').href;
    const { code } = await mote(['--help'], { node: ['--import', hook] });
    vi.unstubAllEnvs();
    expect(code).toBe(0);
    const urls = readFileSync(loaded, 'utf8')
      .trim()
      .split('\n')
      .filter((url) => !url.startsWith('node:'));
    const packages = urls.flatMap((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
    expect(new Set(packages)).toEqual(new Set(['commander', 'picocolors']));
    // Each file costs about half a millisecond; 200 ms are the most that a person is kept waiting.
    expect(urls.length).toBeLessThan(120);
  });
});
