// Secrets: where they come from, in which order, and that nothing but the bundle ever holds one.
import { createHash, generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { build, bundleOnly } from '../../../flash/build/build.ts';
import { fromEnvironment, strayVariables, variableName } from '../../../flash/build/environment.ts';
import { failure, runBundle, SAY, writeFirmware } from './fixture.ts';

const MAIN = `${SAY}import settings from './settings.json';
say(settings.broker.password); say(settings.broker.keepAliveSec); say(settings.key); say(settings.wifi.password);
`;
const SETTINGS = {
  broker: { username: 'u', password: '', keepAliveSec: 30 },
  wifi: { ssid: 'home', password: '' },
  key: '',
  tls: { cert: '' },
};
const SECRET = 'hunter2-in-a-file';

const firmware = (files: Record<string, string> = {}) =>
  writeFirmware({ 'main.ts': MAIN, 'settings.json': JSON.stringify(SETTINGS), ...files });

afterEach(() => vi.unstubAllEnvs());

describe('the environment of a build', () => {
  it.each([
    [['id'], 'MOTE_ID'],
    [['broker', 'password'], 'MOTE_BROKER_PASSWORD'],
    [['broker', 'keepAliveSec'], 'MOTE_BROKER_KEEP_ALIVE_SEC'],
    [['key-with-dash'], 'MOTE_KEY_WITH_DASH'],
  ])('has %j as %s', (path, name) => {
    expect(variableName(path)).toBe(name);
  });

  it('gives way to --set, goes before secrets.json, and that before settings.json', async () => {
    const secrets = {
      broker: { password: 'from secrets' },
      wifi: { password: 'from secrets' },
      key: 'from secrets',
    };
    vi.stubEnv('MOTE_BROKER_PASSWORD', 'from environment');
    vi.stubEnv('MOTE_KEY', 'from environment');
    vi.stubEnv('MOTE_BROKER_KEEP_ALIVE_SEC', '60');
    const { code } = await build({
      firmware: firmware({ 'secrets.json': JSON.stringify(secrets) }),
      settings: { key: 'from --set' },
    });
    expect(runBundle(code).said).toEqual(['from environment', 60, 'from --set', 'from secrets']);
  });

  it('says what is wrong, and never with which value', () => {
    const wrong = (env: Record<string, string>) => {
      try {
        fromEnvironment(SETTINGS, env);
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    };
    expect(wrong({ MOTE_BROKER_KEEP_ALIVE_SEC: SECRET })).toBe(
      'MOTE_BROKER_KEEP_ALIVE_SEC: is not a number (give a number, as JSON has it)',
    );
    expect(wrong({ MOTE_BROKER: SECRET })).toMatch(/^MOTE_BROKER: is not a object/);
    expect(wrong({ MOTE_BROKER: SECRET })).not.toContain(SECRET);
    expect(wrong({ MOTE_BROKER: '{}', MOTE_BROKER_PASSWORD: SECRET })).toBe(
      'MOTE_BROKER_PASSWORD: lies inside MOTE_BROKER, which is set too (set one of them)',
    );
    // Others' variables, and those of other firmware.
    expect(wrong({ MOTE_DEBUG: '1', MOTE_OTHER_KEY: 'x', PATH: '/bin' })).toBe('');
  });

  it('may say a whole group', () => {
    const found = fromEnvironment(SETTINGS, { MOTE_BROKER: '{ "username": "v" }', MOTE_KEY: 'k' });
    expect(found).toEqual({ broker: { username: 'v' }, key: 'k' });
  });

  it('is warned of when it names no setting of this firmware, for it may be meant for another', async () => {
    expect(strayVariables(SETTINGS, { MOTE_BROKER_PASWORD: SECRET, MOTE_OTHER_KEY: 'x' })).toEqual([
      {
        name: 'MOTE_BROKER_PASWORD',
        known: ['MOTE_BROKER_USERNAME', 'MOTE_BROKER_PASSWORD', 'MOTE_BROKER_KEEP_ALIVE_SEC'],
      },
    ]);
    vi.stubEnv('MOTE_WIFI_PASSWORD', SECRET);
    const settings = { ...SETTINGS, wifi: { ssid: 'home' } };
    const main = MAIN.replace('say(settings.wifi.password);', '');
    const { warnings, code } = await build({
      firmware: firmware({ 'main.ts': main, 'settings.json': JSON.stringify(settings) }),
    });
    expect(code).not.toContain(SECRET);
    expect(warnings.filter(({ rule }) => rule === 'stray-variable')).toEqual([
      expect.objectContaining({
        severity: 'warning',
        file: expect.stringMatching(/settings\.json$/),
        message: 'the environment has MOTE_WIFI_PASSWORD, which names no setting here',
        fix: expect.stringContaining('MOTE_WIFI_SSID'),
      }),
    ]);
    expect(JSON.stringify(warnings)).not.toContain(SECRET);
  });
});

describe('a setting that is the content of a file', () => {
  it('is read from beside the firmware, without the end of its line', async () => {
    const folder = firmware({ 'password.txt': 'p\u00e4ss word\n' });
    const { code } = await build({
      firmware: folder,
      settings: { broker: { password: 'file:password.txt' } },
    });
    expect(runBundle(code).said[0]).toBe('p\xc3\xa4ss word');
  });

  it('is not one where it is an address: what begins file:// stays a text', async () => {
    const { code } = await build({ firmware: firmware(), settings: { key: 'file:///var/lib/a.png' } });
    expect(runBundle(code).said[2]).toBe('file:///var/lib/a.png');
  });

  it('is DER where the file is PEM, and the bytes of the file where it is DER', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const der = privateKey.export({ format: 'der', type: 'pkcs1' });
    const folder = firmware({ 'key.pem': privateKey.export({ format: 'pem', type: 'pkcs8' }) as string });
    writeFileSync(join(folder, 'key.der'), der);
    const hash = (bytes: unknown) => createHash('sha256').update(String(bytes), 'latin1').digest('hex');
    for (const file of ['file:key.pem', 'file:key.der']) {
      const { code } = await build({ firmware: folder, settings: { key: file } });
      expect(hash(runBundle(code).said[2])).toBe(createHash('sha256').update(der).digest('hex'));
    }
  });

  it.each([
    ['file:absent.pem', /absent\.pem$/, 'cannot read it (ENOENT)'],
    ['file:broken.pem', /broken\.pem$/, 'a PRIVATE KEY in PEM that cannot be read'],
    ['file:locked.pem', /locked\.pem$/, 'a ENCRYPTED PRIVATE KEY in PEM that cannot be read'],
  ])('is refused when it cannot be read: %s', async (file, where, what) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const locked = privateKey.export({
      format: 'pem',
      type: 'pkcs8',
      cipher: 'aes-256-cbc',
      passphrase: SECRET,
    }) as string;
    const folder = firmware({
      'broken.pem': `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----\n`,
      'locked.pem': locked,
    });
    const error = await failure(build({ firmware: folder, settings: { key: file } }));
    expect(error.what).toBe(what);
    expect(error.where).toMatch(where);
    expect(error.message).not.toContain(SECRET);
  });
});

describe('what would only seem to protect', () => {
  it.each([
    ['broker', 'ca'],
    ['tls', 'ca'],
    ['tls', 'rejectUnauthorized'],
    ['broker', 'fingerprint'],
  ])('is refused, not ignored: %s.%s', async (group, key) => {
    const settings = { ...SETTINGS, [group]: { ...SETTINGS[group as 'tls'], [key]: 'file:ca.pem' } };
    const error = await failure(build({ firmware: firmware({ 'settings.json': JSON.stringify(settings) }) }));
    expect(error.what).toBe(`setting ${group}.${key} would be ignored: Espruino verifies no certificate`);
    expect(error.fix).toContain('docs/security.md');
  });

  it('is refused in a program, with the reason', async () => {
    const main = `import { openTls } from 'mote-sdk/espruino';\nopenTls({ ca: 'x' });\n`;
    const error = await failure(build({ firmware: writeFirmware({ 'main.ts': main }) }));
    expect(error.what).toContain('Espruino verifies no certificate: ca would be ignored');
  });
});

describe('a secret', () => {
  const secrets = JSON.stringify({
    broker: { password: SECRET },
    wifi: { password: SECRET },
    key: 'file:key.txt',
  });
  const files = { 'secrets.json': secrets, 'key.txt': `${SECRET}-of-a-file` };

  it('is in the bundle, and not in its map, files, sizes or warnings', async () => {
    for (const minify of [true, false]) {
      const result = await build({ firmware: firmware(files), minify });
      expect(result.code).toContain(SECRET);
      const { code, settings, ...rest } = result;
      expect(JSON.stringify(rest)).not.toContain(SECRET);
      expect(rest.map).toContain('settings.json');
      expect(rest.sizes.some(({ module }) => module.endsWith('settings.json'))).toBe(true);
      void [code, settings];
    }
    expect((await bundleOnly({ firmware: firmware(files) })).map).not.toContain(SECRET);
  });

  it.each([
    ['secrets.json is no JSON', { 'secrets.json': `{ "broker": { "password": ${SECRET} } }` }],
    ['secrets.json has another type', { 'secrets.json': `{ "broker": "${SECRET}" }` }],
    ['secrets.json has a setting that is not there', { 'secrets.json': `{ "pasword": "${SECRET}" }` }],
    [
      'the program takes it for a number',
      { 'main.ts': `import s from './settings.json';\nconst n: number = s.broker.password;\nn;` },
    ],
    [
      'the program takes it for one of two texts',
      { 'main.ts': `import s from './settings.json';\nconst n: 'a' | 'b' = s.key;\nn;` },
    ],
    [
      'the engine cannot run the program',
      {
        'main.ts': `${SAY}import s from './settings.json';\nsay(/(?=x)/.test(s.broker.password + s.key));`,
      },
    ],
  ])('is not said when %s', async (_what, more) => {
    const error = await failure(build({ firmware: firmware({ ...files, ...more }) }));
    expect(`${error.message} ${error.stack}`).not.toContain(SECRET);
  });
});

describe('what git keeps', () => {
  it('is no secret: secrets.json, certificates and keys are ignored here, and no example has one', () => {
    const ignored = readFileSync('.gitignore', 'utf8').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['secrets.json', '*.pem', '*.key', '*.der', 'out/']));
    for (const example of readdirSync('examples')) {
      const file = join('examples', example, 'settings.json');
      let settings: { broker?: { password?: string }; wifi?: { password?: string } };
      try {
        settings = JSON.parse(readFileSync(file, 'utf8'));
      } catch {
        continue;
      }
      for (const { password } of [settings.broker ?? {}, settings.wifi ?? {}]) {
        expect([undefined, '', 'my-password']).toContain(password);
      }
    }
  });
});
