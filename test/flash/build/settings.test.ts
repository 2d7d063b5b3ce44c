import { describe, expect, it } from 'vitest';
import { build } from '../../../flash/build/build.ts';
import { parseSettings } from '../../../flash/build/settings.ts';
import { failure, runBundle, SAY, writeFirmware } from './fixture.ts';

const MAIN = `${SAY}import settings from './settings.json';
say(settings.id); say(settings.broker.host); say(settings.broker.port); say(settings.tags.length); say(settings.tags[0]);
`;
const SETTINGS = { id: 'a', broker: { host: 'h', port: 1883 }, tags: ['x', 'y'], note: null, active: true };

function firmware(files: Record<string, string> = {}): string {
  return writeFirmware({ 'main.ts': MAIN, 'settings.json': JSON.stringify(SETTINGS), ...files });
}

describe('settings.json', () => {
  it('is compiled in', async () => {
    const { code, settings } = await build({ firmware: firmware() });
    expect(runBundle(code).said).toEqual(['a', 'h', 1883, 2, 'x']);
    expect(settings).toEqual(SETTINGS);
  });

  it('gives way to overrides, objects deeply and lists whole', async () => {
    const settings = { broker: { port: 1884 }, tags: ['z'] };
    const result = await build({ firmware: firmware(), settings });
    expect(runBundle(result.code).said).toEqual(['a', 'h', 1884, 1, 'z']);
    expect(result.settings).toEqual({ ...SETTINGS, broker: { host: 'h', port: 1884 }, tags: ['z'] });
  });

  it('gives way to secrets.json, and that to overrides', async () => {
    const secrets = JSON.stringify({ id: 'secret', broker: { host: 'inside' } });
    const options = { firmware: firmware({ 'secrets.json': secrets }), settings: { id: 'override' } };
    const { code } = await build(options);
    expect(runBundle(code).said).toEqual(['override', 'inside', 1883, 2, 'x']);
  });

  it('is typed: TypeScript sees its shape', async () => {
    const main = "import settings from './settings.json';\nconst n: number = settings.id;\nn;";
    const error = await failure(build({ firmware: firmware({ 'main.ts': main }) }));
    expect(error.where).toMatch(/main\.ts:2:7$/);
  });

  it('becomes bytes: texts are UTF-8, one character a byte', async () => {
    const { code } = await build({ firmware: firmware(), settings: { id: 'K\u00f6ln \u20ac' } });
    expect(runBundle(code).said[0]).toBe('K\xc3\xb6ln \xe2\x82\xac');
    expect(code).not.toMatch(/[^ -~]/);
  });

  it('may have keys that are no names', async () => {
    const { code } = await build({
      firmware: firmware({
        'main.ts': `${SAY}import settings from './settings.json';\nsay(settings['key-with-dash']);`,
        'settings.json': '{"key-with-dash":5}',
      }),
    });
    expect(runBundle(code).said).toEqual([5]);
  });

  it.each([
    [
      'an unknown key',
      { speed: 1 },
      'no setting speed in settings.json',
      /use one of: id, broker, tags, note, active/,
    ],
    [
      'an unknown key inside',
      { broker: { prot: 1 } },
      'no setting broker.prot in settings.json',
      /host, port/,
    ],
    [
      'a wrong type',
      { broker: { port: '1' } },
      'setting broker.port is a string, but settings.json has a number there',
      /give a number/,
    ],
    [
      'a value for an object',
      { broker: 1 },
      'setting broker is a number, but settings.json has a object there',
      /give a object/,
    ],
    [
      'a list for a value',
      { id: ['a'] },
      'setting id is a array, but settings.json has a string there',
      /give a string/,
    ],
    ['not a number', { broker: { port: NaN } }, 'setting broker.port is NaN', /JSON/],
    ['nothing', { note: undefined }, 'setting note is undefined', /JSON/],
  ])('refuses %s', async (_name, settings, what, fix) => {
    const error = await failure(build({ firmware: firmware(), settings }));
    expect(error.what).toBe(what);
    expect(error.fix).toMatch(fix);
  });

  it('takes any type where it has null', async () => {
    const { settings } = await build({ firmware: firmware(), settings: { note: { a: 1 } } });
    expect(settings['note']).toEqual({ a: 1 });
  });

  it.each([
    ['settings.json', '{"id":', /^not valid JSON: /],
    ['settings.json', '[1]', /^not a JSON object$/],
    ['secrets.json', '{"id": "a",}', /^not valid JSON: /],
    ['secrets.json', '{"name": "a"}', /^no setting name in settings.json$/],
  ])('says what is wrong with %s: %s', async (file, text, what) => {
    const folder = firmware({ [file]: text });
    const error = await failure(build({ firmware: folder }));
    expect(error.what).toMatch(what);
    expect(error.where).toBe(`${folder}/${file}`);
  });

  it('has to be there, and to be used, when something is laid over it', async () => {
    const without = writeFirmware({ 'main.ts': SAY });
    expect((await failure(build({ firmware: without, settings: { id: 'b' } }))).what).toMatch(
      /no settings.json/,
    );
    const unused = firmware({ 'main.ts': SAY });
    expect((await failure(build({ firmware: unused, settings: { id: 'b' } }))).what).toMatch(
      /nothing imports/,
    );
  });
});

describe('settings of a command line', () => {
  it('take the types of settings.json', () => {
    const pairs = [
      'id=007',
      'broker.port=1884',
      'broker.host=a=b',
      'tags=["q"]',
      'active=false',
      'note=text',
    ];
    expect(JSON.parse(JSON.stringify(parseSettings(firmware(), pairs)))).toEqual({
      id: '007',
      broker: { port: 1884, host: 'a=b' },
      tags: ['q'],
      active: false,
      note: 'text',
    });
  });

  it.each([
    [['id'], '"id" is no setting'],
    [['=1'], '"=1" is no setting'],
    [['broker.port=high'], 'setting broker.port: "high" is not a number'],
    [['id=a', 'id.b=c'], 'setting id.b lies inside a value that is set too'],
  ])('say what is wrong with %s', (pairs, what) => {
    expect(() => parseSettings(firmware(), pairs)).toThrow(expect.objectContaining({ what }));
  });

  it('leave it to the build to refuse a key that is not there', async () => {
    const folder = firmware();
    const settings = parseSettings(folder, ['__proto__.x=1']);
    expect((await failure(build({ firmware: folder, settings }))).what).toMatch(/^no setting __proto__/);
  });
});
