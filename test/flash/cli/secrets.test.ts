// What the command shows and writes while a firmware has secrets: not one of them, but in the bundle.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createHider, readSecrets } from '../../../flash/build/secrets.ts';
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
    expect(hide(`...rd:"${SECRET}-longer",b:"${SECRET}"}); abc`)).toBe('...rd:"***",b:"***"}); ***');
  });

  it.each([
    ['a short one that stands as a word', ['abc'], 'abc "abc" xabc abcd abc', '*** "***" xabc abcd ***'],
    ['bytes', ['p\xc3\xa4ss word'], 'is p\xc3\xa4ss word!', 'is ***!'],
    ['bytes as a program has them', ['p\xc3\xa4ss word'], 'is "p\\xc3\\xA4ss\\u0020word"', 'is "***"'],
    ['what a program escapes', ['a"b\\c\n12'], `s='a"b\\\\c\\n12'`, "s='***'"],
    [
      'eight characters of a long one',
      ['0123456789abcdef'],
      'see 3456789ab here, 3456 there',
      'see *** here, 3456 there',
    ],
    ['the end of one where a line was cut', ['0123456789abcdef'], '...cdef";x="012...', '...***";x="***...'],
    ['both of two', ['hunter2', 'hunter2-long'], 'hunter2 hunter2-long', '*** ***'],
    ['nothing else', ['hunter2'], 'hunter 2', 'hunter 2'],
  ])('hides %s', (_what, secrets, line, shown) => {
    expect(createHider(secrets)(line)).toBe(shown);
  });

  it('are what secrets.json, environment and --set give, and the content of files', () => {
    const place = mkdtempSync(join(folder, 'all-'));
    const put = (name: string, text: string) => writeFileSync(join(place, name), text);
    put(
      'settings.json',
      '{ "id": "m", "key": "file:key.txt", "broker": { "host": "h", "password": "", "port": 1 } }',
    );
    put('secrets.json', '{ "broker": { "password": "p\u00e4" } }');
    put('key.txt', 'in a file\n');
    const secrets = readSecrets(place, { broker: { password: 'from set' } }, { MOTE_ID: 'from env' });
    expect([...secrets].sort()).toEqual(['from env', 'from set', 'in a file', 'p\xc3\xa4', 'p\u00e4'].sort());
  });
});
