import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { describe, expect, it } from 'vitest';
import { EXIT_MEANINGS, ExitCode } from '../../../flash/errors.ts';
import { runBundle, SAY, writeFirmware } from '../build/fixture.ts';
import { mote, start } from './run.ts';

const MAIN = `${SAY}import settings from './settings.json';
import { LOG } from 'mote-sdk/features';
say(settings.broker.port);
if (LOG) say('logged');
`;

const firmware = (files: Record<string, string> = {}) =>
  writeFirmware({ 'main.ts': MAIN, 'settings.json': '{"broker":{"port":1883}}', ...files });

describe('mote', () => {
  it('shows its help, and that of a command', async () => {
    const help = await mote(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/build[^]*check/);
    for (const [name, value] of Object.entries(ExitCode)) {
      const meaning = EXIT_MEANINGS[name as keyof typeof ExitCode];
      expect(help.stdout).toContain(`\n  ${String(value).padEnd(3)}  ${meaning}\n`);
    }
    expect(help.stdout).toContain('\nExit codes:\n  0    it did what it was asked to\n');
    // The package has no docs/.
    expect(help.stdout).not.toContain('docs/');
    expect((await mote([])).stdout).toBe(help.stdout);
    const build = await mote(['build', '--help']);
    expect(build.code).toBe(0);
    expect(build.stdout).toMatch(/--board[^]*--out[^]*--set[^]*--feature/);
  });

  it('shows its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await mote(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([
    [['biuld'], "error: unknown command 'biuld' (Did you mean build?)\n  do: see mote --help\n"],
    [
      ['build', '--bord', 'x'],
      "error: unknown option '--bord' (Did you mean --board?)\n  do: see mote build --help\n",
    ],
    [['check'], "error: missing required argument 'program'\n  do: see mote check --help\n"],
    [
      ['check', 'a.js', '--profile', 'x'],
      "error: option '--profile <engine>' argument 'x' is invalid. Allowed choices are espruino, jerryscript.\n  do: see mote check --help\n",
    ],
  ])('says what is wrong with %j', async (args, stderr) => {
    expect(await mote(args)).toEqual({ code: ExitCode.Usage, stdout: '', stderr });
  });

  it.each(['18.20.4', '20.11.1'])('says so when Node is too old: %s', async (version) => {
    const folder = writeFirmware({
      'old.cjs': `Object.defineProperty(process.versions, 'node', { value: '${version}' });`,
    });
    expect(await mote(['build'], { node: ['--require', join(folder, 'old.cjs')] })).toEqual({
      code: ExitCode.Environment,
      stdout: '',
      stderr: `error: Node ${version} is too old for mote\n  do: install Node 20.12 or newer\n`,
    });
  });
});

describe('mote build', () => {
  it('writes bundle and map, and says what is in them', async () => {
    const folder = firmware();
    const { code, stdout, stderr } = await mote(['build', folder, '--out', join(folder, 'deep', 'b.js')]);
    expect(code).toBe(0);
    const bundle = readFileSync(join(folder, 'deep', 'b.js'), 'utf8');
    expect(runBundle(bundle).said).toEqual([1883, 'logged']);
    expect(stdout).toMatch(/main\.ts +\d+ +\d+ %\n/);
    expect(stdout).toContain(`total`);
    expect(stdout).toMatch(
      new RegExp(`deep/b\\.js: ${bundle.length} bytes for esp32, built in \\d+\\.\\d s\n`),
    );
    expect(stdout).toMatch(/b\.js\.map/);
    expect(stderr).toBe(
      'checking types ...\njoining modules ...\nshortening ...\nchecking for ESP32 (Espruino) ...\n',
    );
  });

  it('writes a map whose sources are found from where it lies', async () => {
    const folder = firmware();
    expect((await mote(['build'], { cwd: folder })).code).toBe(0);
    const bundle = readFileSync(join(folder, 'out', 'firmware.js'), 'utf8');
    const file = join(folder, 'out', 'firmware.js.map');
    const column = bundle.indexOf('"logged"');
    const { source, line } = originalPositionFor(new TraceMap(readFileSync(file, 'utf8')), {
      line: 1,
      column,
    });
    expect(resolve(dirname(file), source as string)).toBe(join(folder, 'main.ts'));
    expect(line).toBe(5);
  });

  it('takes settings, features and a board', async () => {
    const folder = firmware();
    const flags = ['--set', 'broker.port=7', '--feature', 'log=off', '--board', 'espruino-linux'];
    const { code } = await mote(['build', ...flags], { cwd: folder });
    expect(code).toBe(0);
    expect(runBundle(readFileSync(join(folder, 'out/firmware.js'), 'utf8')).said).toEqual([7]);
  });

  it('leaves names readable when asked', async () => {
    const folder = firmware({
      'main.ts': `${SAY}function longName(n: number) { say(n); say(n); }\nlongName(1); longName(2);`,
    });
    await mote(['build', '--no-minify'], { cwd: folder });
    expect(readFileSync(join(folder, 'out/firmware.js'), 'utf8')).toContain('longName');
  });

  it('prints one JSON object with --json, and nothing else', async () => {
    const folder = firmware();
    const { stdout, stderr, code } = await mote(['build', '--json'], { cwd: folder });
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout.match(/\n/g)).toHaveLength(1);
    const figures = JSON.parse(stdout) as Record<string, unknown>;
    expect(figures).toMatchObject({
      file: 'out/firmware.js',
      map: 'out/firmware.js.map',
      board: 'esp32',
      warnings: [],
    });
    expect(figures['bytes']).toBe(readFileSync(join(folder, 'out/firmware.js')).length);
  });

  it('shows where names were kept', async () => {
    const folder = firmware({
      'main.ts': `${SAY}const record = { longName: 1 };\nsay(JSON.stringify(record));`,
    });
    const { stdout } = await mote(['build'], { cwd: folder });
    expect(stdout).toMatch(/main\.ts:3:5 warning names-kept: JSON\.stringify/);
  });

  it.each<[string, string[], Record<string, string>, number, RegExp]>([
    [
      'a TypeScript error',
      [],
      { 'main.ts': 'const n: number = "x";\nn;' },
      1,
      /^error: main\.ts:1:7: TS2322: [^\n]+\n {2}do: correct it\n$/,
    ],
    [
      'an unknown board',
      ['--board', 'esp31'],
      {},
      2,
      /^error: --board: unknown board "esp31"\n {2}do: use one of esp32[^\n]*\n$/,
    ],
    [
      'an unknown setting',
      ['--set', 'port=1'],
      {},
      1,
      /^error: no setting port in settings\.json\n {2}do: use one of: broker\n$/,
    ],
    [
      'an unknown feature',
      ['--feature', 'logs=on'],
      {},
      1,
      /^error: feature: no feature LOGS\n {2}do: use one of: LOG[^\n]*\n$/,
    ],
    [
      'a feature that is neither on nor off',
      ['--feature', 'log'],
      {},
      2,
      /^error: --feature: "log" switches no feature\n/,
    ],
    [
      'what the engine cannot run',
      [],
      { 'main.ts': `${SAY}say(Object.freeze([]));` },
      1,
      /^error: main\.ts:2:\d+: [^\n]+Object\.freeze[^\n]*\n {2}do: [^\n]+\n$/,
    ],
    [
      'a file where a folder should be',
      ['--out', 'main.ts/x.js'],
      {},
      3,
      /^error: main\.ts\/x\.js: cannot write here \(\w+\)\n/,
    ],
  ])('ends with one clear error for %s', async (_name, flags, files, exitCode, message) => {
    const folder = firmware(files);
    const { code, stdout, stderr } = await mote(['build', ...flags], { cwd: folder });
    expect(code).toBe(exitCode);
    expect(stdout).toBe('');
    expect(stderr.replace(/^.* \.\.\.\n/gm, '')).toMatch(message);
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  it.each([
    ['main.ts', 'main.ts'],
    ['settings.json', 'settings.json'],
    ['linked.js', 'main.ts'],
    ['mapped.js', 'settings.json'],
  ])('writes no bundle and no map over a source: --out %s', async (out, source) => {
    const folder = firmware();
    symlinkSync('main.ts', join(folder, 'linked.js'));
    symlinkSync('settings.json', join(folder, 'mapped.js.map'));
    const before = readFileSync(join(folder, source), 'utf8');
    const { code, stderr } = await mote(['build', '--out', out], { cwd: folder });
    expect(readFileSync(join(folder, source), 'utf8')).toBe(before);
    expect(code).toBe(ExitCode.Usage);
    expect(stderr).toMatch(
      /^error: --out: [\w.]+ is no place for a bundle: [^\n]+ has the name of a source\n {2}do: name a \.js file\n$/,
    );
  });

  it('goes on watching through changes and errors until it is told to stop', async () => {
    const folder = firmware();
    const { child, done, shown } = start(['build', '--watch'], { cwd: folder });
    await shown('watching;');
    writeFileSync(join(folder, 'main.ts'), `${SAY}say(missing);`);
    await shown("TS2304: Cannot find name 'missing'");
    writeFileSync(join(folder, 'main.ts'), `${SAY}say(2);`);
    await shown('out/firmware.js.map', 2);
    expect(runBundle(readFileSync(join(folder, 'out/firmware.js'), 'utf8')).said).toEqual([2]);
    child.kill('SIGINT');
    const { code, stderr } = await done;
    expect(code).toBe(0);
    expect(stderr).toMatch(/stopped\n$/);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

describe('mote check', () => {
  it('finds nothing in a good program', async () => {
    const folder = writeFirmware({ 'good.js': 'function f(){}f();' });
    const outcome = await mote(['check', 'good.js'], { cwd: folder });
    expect(outcome).toEqual({ code: 0, stdout: '', stderr: 'good.js: 0 errors, 0 warnings for espruino\n' });
  });

  it('prints one line for each finding and fails', async () => {
    const folder = writeFirmware({ 'bad.js': 'f();\nfunction f(){}\n' });
    const { code, stdout, stderr } = await mote(['check', 'bad.js'], { cwd: folder });
    expect(code).toBe(ExitCode.Firmware);
    expect(stdout).toMatch(/^bad\.js:1:1 error [^\n]+\n$/);
    expect(stderr).toBe('bad.js: 1 errors, 0 warnings for espruino\n');
  });

  it('prints JSON objects when asked', async () => {
    const folder = writeFirmware({ 'bad.js': 'f();\nfunction f(){}\n' });
    const { stdout } = await mote(['check', 'bad.js', '--json'], { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({ severity: 'error', file: 'bad.js', line: 1, column: 1 });
  });

  it('uses the map beside a script', async () => {
    const map = { version: 3, sources: ['source.ts'], names: [], mappings: 'AAEA' };
    const folder = writeFirmware({ 'bad.js': 'f();\nfunction f(){}\n', 'bad.js.map': JSON.stringify(map) });
    const { stdout } = await mote(['check', 'bad.js'], { cwd: folder });
    expect(stdout).toMatch(/^source\.ts:3:1 error /);
  });

  it('builds a firmware and names its source', async () => {
    const folder = firmware({ 'main.ts': `${SAY}say(Object.freeze([]));` });
    const { code, stdout } = await mote(['check', '.'], { cwd: folder });
    expect(code).toBe(ExitCode.Firmware);
    expect(stdout).toMatch(/^main\.ts:2:\d+ error /);
  });

  it('takes rules of another engine', async () => {
    const folder = firmware();
    const { code, stderr } = await mote(['check', '.', '--profile', 'jerryscript'], { cwd: folder });
    expect(code).toBe(0);
    expect(stderr).toMatch(/for jerryscript\n$/);
  });

  it('lists what the broker of a firmware does not take, and knows nothing of that for a program', async () => {
    const main = `import type { Client } from 'mote-sdk/espruino';
declare const client: Client;
client.topic('a', 2);
client.topic('a/b c', 1);
`;
    const settings = '{"broker":{"profile":"nats-2.9"}}';
    const folder = firmware({ 'main.ts': main, 'settings.json': settings, 'a.js': '' });
    const { code, stdout } = await mote(['check', '.'], { cwd: folder });
    expect(code).toBe(ExitCode.Firmware);
    expect(stdout).toMatch(
      /^main\.ts:3:19 error broker-qos: [^\n]+\nmain\.ts:4:1 error broker-topic: [^\n]+\n$/,
    );
    expect((await mote(['check', '.', '--broker-profile', 'mosquitto'], { cwd: folder })).code).toBe(0);
    expect(await mote(['check', 'a.js', '--broker-profile', 'nats'], { cwd: folder })).toMatchObject({
      code: ExitCode.Usage,
      stderr: expect.stringMatching(/name the firmware that it was built from\n$/),
    });
  });

  it('warns of what allocates in functions that are said to be hot', async () => {
    const main = `${SAY}function average(a: number, b: number) { return (a + b) * 0.5; }\nsay(average(1, 2)); say(average(3, 4));`;
    const folder = firmware({ 'main.ts': main });
    const flags = ['check', '.', '--profile', 'jerryscript'];
    expect((await mote(flags, { cwd: folder })).stdout).toBe('');
    const { code, stdout } = await mote([...flags, '--hot', 'average'], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^main\.ts:2:\d+ warning hot-fraction: /);
  });

  it.each([
    ['missing.js', /^error: missing\.js: cannot read it \(ENOENT\)\n/],
    ['missing', /^error: missing: no such firmware\n/],
  ])('says what is wrong with %s', async (program, message) => {
    const { code, stderr } = await mote(['check', program], { cwd: firmware() });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
  });
});
