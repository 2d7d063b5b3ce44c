// What the command shows and writes while a firmware has secrets: not one of them, but in the bundle.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createHider } from '../../../flash/sim/run.ts';
import { mote } from './run.ts';

const SECRET = 'hunter2-and-more';
const folder = mkdtempSync(join(tmpdir(), 'mote-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
write(
  'main.ts',
  "import settings from './settings.json';\nprint(settings.broker.password, settings.broker.port);\n",
);
write('settings.json', '{ "broker": { "port": 1883, "password": "" } }');
write('secrets.json', `{ "broker": { "password": "${SECRET}" } }`);

describe('secrets', { timeout: 60_000 }, () => {
  it.each([
    ['build', ['build', folder]],
    ['build --json', ['build', folder, '--json']],
    ['build --no-minify', ['build', folder, '--no-minify']],
    ['check', ['check', folder]],
    ['check --json', ['check', folder, '--json', '--profile', 'jerryscript']],
  ])('are not shown by %s, and stand in the bundle alone', async (_name, args) => {
    const out = mkdtempSync(join(folder, 'out-'));
    const isBuild = args[0] === 'build';
    const { stdout, stderr, code } = await mote(isBuild ? [...args, '--out', join(out, 'f.js')] : args);
    expect(code).toBe(0);
    expect(stdout + stderr).not.toContain(SECRET);
    const holders = readdirSync(out).filter((file) => readFileSync(join(out, file), 'utf8').includes(SECRET));
    expect(holders).toEqual(isBuild ? ['f.js'] : []);
  });

  it('are not shown where secrets.json is broken', async () => {
    write('secrets.json', `{ "broker": { "password": ${SECRET} } }`);
    const { stdout, stderr, code } = await mote(['build', folder]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^error: .*secrets\.json: not valid JSON/m);
    expect(stderr).not.toContain(SECRET);
    expect(stderr).not.toContain('hunter2');
  });

  it('are hidden in what an engine shows of the program', () => {
    const hide = createHider([SECRET, `${SECRET}-longer`, 'abc']);
    expect(hide(`...rd:"${SECRET}-longer",b:"${SECRET}"}); abc`)).toBe('...rd:"***",b:"***"}); abc');
  });
});
