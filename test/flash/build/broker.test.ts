// A firmware against the profile of its broker: what is refused, where it is said, and what is not guessed.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { esp32 } from '../../../boards/esp32.ts';
import { brokers } from '../../../flash/brokers/index.ts';
import { findBroker } from '../../../flash/brokers.ts';
import { checkForBroker } from '../../../flash/build/broker-check.ts';
import { build } from '../../../flash/build/build.ts';
import { createCompiler, type Compiler } from '../../../flash/build/compile.ts';
import { ExitCode } from '../../../flash/errors.ts';
import { failure, SAY, writeFirmware } from './fixture.ts';

const SETTINGS = { id: 'balcony', broker: { host: 'h', port: 8883, keepAliveSec: 60 } };

/** One folder and one compiler, so that only what differs is compiled anew. */
let folder = '';
const compilers = new Map<string, Compiler>();

/** @returns the findings of a firmware, as text: rule, place, message. */
function findings(
  broker: string,
  main: string,
  { settings = SETTINGS as object, features = {} as Record<string, boolean> } = {},
): string[] {
  if (folder === '') folder = writeFirmware({});
  writeFileSync(join(folder, 'main.ts'), main);
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings, undefined, 2));
  const key = JSON.stringify(features);
  const compiler =
    compilers.get(key) ??
    createCompiler({
      firmware: { entry: join(folder, 'main.ts'), folder },
      board: esp32,
      settings: {},
      features,
      form: 'string',
    });
  compilers.set(key, compiler);
  return checkForBroker(compiler.compile(), folder, findBroker(broker)).map(
    ({ rule, severity, file, line, column, message }) =>
      `${severity} ${rule} ${file.slice(file.lastIndexOf('/') + 1)}:${line}:${column} ${message}`,
  );
}

const errors = (list: readonly string[]) => list.filter((finding) => finding.startsWith('error'));

const HEAD = `import { openI2c, openMqtt, startMote } from 'mote-sdk/espruino';
import { createBh1750 } from 'mote-sdk/sensors/bh1750';
import settings from './settings.json';
const i2c = openI2c({ bus: 1, data: 21, clock: 22 });
/** Any connection that is encrypted. */
declare const tls: never;
void [openMqtt, startMote, createBh1750, i2c, tls];
`;
const LINES = HEAD.split('\n').length;

/** A firmware with one sensor, and what is said of it besides. */
const mote = (sensor = '', more = '', connect = 'encryptedButUnverified: tls') => `${HEAD}const broker = {
  host: settings.broker.host, port: settings.broker.port, keepAliveSec: settings.broker.keepAliveSec, ${connect}
};
startMote({
  id: settings.id,
  broker,
  sensors: [{ name: 'light', driver: createBh1750(i2c), intervalMs: 1000, ${sensor} }],
  ${more}
});
`;
/** A firmware that publishes by itself. */
const client = (connect: string, body = '') => `${HEAD}const options = {
  host: 'h', port: 8883, encryptedButUnverified: tls, ssid: '', wifiPassword: '',
  connect: { clientId: 'm1', keepAliveSec: 60, cleanSession: false, receiveMax: 1024, ${connect} },
};
const mqtt = openMqtt(options);
${body}
`;

describe('a firmware for its broker', () => {
  it.each(brokers.map(({ id }) => id).filter((id) => id !== 'azure-iot-hub'))(
    '%s takes the usual one',
    (id) => {
      expect(errors(findings(id, mote()))).toEqual([]);
    },
  );

  it('azure-iot-hub takes one that publishes where it listens', () => {
    const main = client('', "mqtt.topic('devices/m1/messages/events/', 1);");
    expect(findings('azure-iot-hub', main)).toEqual([]);
  });
});

describe('QoS', () => {
  it('of a sensor is refused where it stands', () => {
    expect(errors(findings('aws-iot', mote('qos: 2')))).toEqual([
      expect.stringMatching(
        new RegExp(
          `^error broker-qos main.ts:${LINES + 6}:80 AWS IoT Core takes no QoS 2, which sensor "light" has: it never acknowledges`,
        ),
      ),
    ]);
  });

  it('is refused at the setting that it comes from', () => {
    const settings = { ...SETTINGS, qos: 2 };
    expect(
      errors(
        findings('azure-iot-hub', client('', "mqtt.topic('$iothub/x', settings.qos);"), {
          settings,
        }),
      ),
    ).toEqual([
      expect.stringMatching(
        /^error broker-qos settings.json:8:10 Azure IoT Hub takes no QoS 2.*closes.*\(setting qos\)$/,
      ),
    ]);
  });

  it('of a topic and of a will is refused, through constants and conditions', () => {
    const main = client(
      "will: { topic: 'm1/gone', payload: 'x', qos: RELIABLE, retain: false }",
      "mqtt.topic('m1/' + NAME, settings.exact ? 2 : 1);",
    ).replace(HEAD, `${HEAD}const RELIABLE = 2; const NAME = 'a';\n`);
    const settings = { ...SETTINGS, exact: true };
    expect(errors(findings('rabbitmq', main, { settings }))).toEqual([
      expect.stringMatching(/broker-qos main.ts:\d+:\d+ RabbitMQ takes no QoS 2, which the will has/),
      expect.stringMatching(/broker-qos main.ts:\d+:\d+ RabbitMQ takes no QoS 2, which this topic has/),
    ]);
    expect(errors(findings('mosquitto', main, { settings }))).toEqual([]);
    expect(errors(findings('rabbitmq', main, { settings: { ...SETTINGS, exact: false } }))).toHaveLength(1);
    // Without AUTH there is no will.
    const features = { AUTH: false };
    expect(errors(findings('rabbitmq', main, { settings, features }))).toHaveLength(1);
  });

  it('of a subscription is refused where the broker does not answer', () => {
    const main = client('', "mqtt.subscription('m1/set', 2, function () {});");
    expect(errors(findings('aws-iot', main))).toEqual([
      expect.stringMatching(
        /broker-qos main.ts:\d+:\d+ AWS IoT Core does not answer a subscription with QoS 2/,
      ),
    ]);
    expect(errors(findings('rabbitmq', main))).toEqual([]);
  });
});

describe('topics', () => {
  it('that are too deep are refused', () => {
    const settings = { ...SETTINGS, id: 'a/b/c/d/e/f/g' };
    expect(errors(findings('aws-iot', mote(), { settings }))).toContainEqual(
      expect.stringMatching(
        /broker-topic main.ts:\d+:13 AWS IoT Core takes topics of 8 levels, and this one has 9/,
      ),
    );
  });

  it('that are too long are refused by their bytes', () => {
    const settings = { ...SETTINGS, id: '\u00e9'.repeat(124) };
    const found = errors(findings('aws-iot', mote(), { settings }));
    expect(found).toContainEqual(
      expect.stringMatching(/broker-topic.*takes topics of 256 bytes, and this one has 261/),
    );
    expect(found).toContainEqual(
      expect.stringMatching(
        /broker-client-id settings.json:2:9 .*128 bytes, and this one has 248 \(setting id\)/,
      ),
    );
  });

  it('of another shape are refused, and the shape is told', () => {
    expect(errors(findings('azure-iot-hub', mote()))).toContainEqual(
      expect.stringMatching(
        /broker-topic .*takes devices\/<client id>\/messages\/events\/.* only: balcony\/light\/c/,
      ),
    );
    const other = client('', "mqtt.topic('devices/m2/messages/events/', 1);");
    expect(errors(findings('azure-iot-hub', other))).toHaveLength(1);
  });

  it('with characters that the broker does not carry are refused', () => {
    const settings = { ...SETTINGS, id: 'my.house' };
    expect(errors(findings('rabbitmq', mote(), { settings }))).toContainEqual(
      expect.stringMatching(/broker-topic .*RabbitMQ does not carry topics with "." as they are: my.house/),
    );
    expect(errors(findings('nats', mote(), { settings }))).toEqual([]);
    expect(errors(findings('nats-2.9', mote(), { settings }))).not.toEqual([]);
  });
});

describe('what is retained', () => {
  it('is refused where nothing is kept', () => {
    const main = client('', "mqtt.topic('devices/m1/messages/events/', 1, true);");
    expect(errors(findings('azure-iot-hub', main))).toEqual([
      expect.stringMatching(/broker-retain .*keeps no retained message/),
    ]);
  });

  it('is warned of where wildcards are not sent it', () => {
    const found = findings('rabbitmq', mote('retain: true'));
    expect(errors(found)).toEqual([]);
    expect(found).toContainEqual(
      expect.stringMatching(
        /^warning broker-retain main.ts:\d+:\d+ RabbitMQ sends retained messages, as sensor "light" is/,
      ),
    );
    expect(findings('mosquitto', mote('retain: true'))).toEqual([]);
  });

  it('counts discovery in', () => {
    const main = mote('', 'discovery: createHomeAssistant(),').replace(
      HEAD,
      `import { createHomeAssistant } from 'mote-sdk/telemetry/discovery/home-assistant';\n${HEAD}`,
    );
    expect(findings('rabbitmq', main)).toContainEqual(
      expect.stringMatching(/^warning broker-retain .*does not keep what discovery says/),
    );
    expect(findings('emqx', main)).toEqual([]);
  });
});

describe('the connection', () => {
  it.each([
    ['aws-iot', 3600],
    ['aws-iot', 0],
    ['azure-iot-hub', 1178],
  ])('%s does not hold with a keep alive of %i s', (id, keepAliveSec) => {
    const settings = { ...SETTINGS, broker: { ...SETTINGS.broker, keepAliveSec } };
    expect(errors(findings(id, mote(), { settings }))).toContainEqual(
      expect.stringMatching(/broker-keep-alive settings.json:6:21 .*\(setting broker.keepAliveSec\)/),
    );
    expect(errors(findings('mosquitto', mote(), { settings }))).toEqual([]);
  });

  it('without TLS is refused where that is needed, and so is the port for it', () => {
    const plain = mote('', '', '');
    expect(errors(findings('hivemq-cloud', plain))).toEqual([
      expect.stringMatching(
        /broker-tls main.ts:\d+:1 HiveMQ Cloud takes TLS only, and the firmware connects without/,
      ),
    ]);
    expect(errors(findings('hivemq', plain))).toEqual([]);
    const port = { ...SETTINGS, broker: { ...SETTINGS.broker, port: 1883 } };
    expect(errors(findings('hivemq-cloud', mote(), { settings: port }))).toEqual([
      expect.stringMatching(
        /broker-tls settings.json:5:13 .*port 1883 is the one without \(setting broker.port\)/,
      ),
    ]);
  });

  it('streams no more than the broker takes', () => {
    const stream = (total: string) =>
      client('', `mqtt.stream(mqtt.topic('m1/log', 1), ${total}, { read: () => 0, onEnd() {} } as never);`);
    expect(errors(findings('aws-iot', stream('131073')))).toEqual([
      expect.stringMatching(/broker-payload .*takes 131072 bytes, and this message has 131073/),
    ]);
    expect(errors(findings('aws-iot', stream('131072')))).toEqual([]);
  });
});

describe('what the source does not tell', () => {
  it('is not guessed', () => {
    const main = client(
      '',
      `let qos = 1;
declare function choose(): string;
if (choose() === 'x') qos = 2;
mqtt.topic(choose() + '.x', qos);
mqtt.topic('a/' + choose(), choose().length);`,
    );
    for (const { id } of brokers) expect(errors(findings(id, main)), id).toEqual([]);
  });
});

describe('what may have been written since', () => {
  /** A mote whose broker is `const broker`. */
  const plain = (then: string, type = '{ host: string; port: number; encryptedButUnverified?: OpenTls }') =>
    `import { openTls, startMote, type OpenTls } from 'mote-sdk/espruino';
import settings from './settings.json';
declare function change(what: object): void;
const broker: ${type} = { host: 'h', port: 8883 };
void [openTls, settings, change];
${then}
startMote({ id: 'm', broker, sensors: [] });
`;
  const isRefused = (main: string, settings?: object) =>
    errors(findings('hivemq-cloud', main, settings && { settings })).length > 0;

  it.each([
    ['a member', 'broker.encryptedButUnverified = openTls();'],
    ['a member by its name', "broker['encryptedButUnverified'] = openTls();"],
    [
      'a member that is not known',
      "broker[('encryptedBut' + 'Unverified') as 'encryptedButUnverified'] = openTls();",
    ],
    ['another name of it', 'const other = broker; other.encryptedButUnverified = openTls();'],
    ['what holds it', 'const all = { broker }; all.broker.encryptedButUnverified = openTls();'],
    ['a list that holds it', 'const all = [broker]; all[0]!.encryptedButUnverified = openTls();'],
    ['a choice', '(settings.id ? broker : broker).encryptedButUnverified = openTls();'],
    ['a function', 'function tell() { broker.encryptedButUnverified = openTls(); } tell();'],
    ['whom it is handed to', 'change(broker);'],
    ['whom it is handed to in something', 'const all = { inner: { broker } }; change(all);'],
    ['whom it is left to', 'let any: object; any = broker; change(any);'],
    ['whom it is returned to', 'change(() => broker);'],
  ])('through %s, is not guessed', (_what, then) => {
    expect(isRefused(plain(then))).toBe(false);
  });

  it.each([
    ['nothing is done to it', ''],
    ['it is looked at', 'if (broker && broker.port > 5) change({ port: broker.port, is: !broker });'],
    ['it has another name', 'const other = broker; change({ host: other.host });'],
    ['Mote has it too', "startMote({ id: 'n', broker, sensors: [] });"],
    [
      'another object is written',
      'const other: { port: number } = { port: 1 }; other.port = 2; change(other);',
    ],
  ])('is certain where %s', (_what, then) => {
    expect(isRefused(plain(then))).toBe(true);
  });

  it('counts for each member', () => {
    expect(isRefused(plain('broker.port = 8884;'))).toBe(true);
    const settings = { ...SETTINGS, broker: { ...SETTINGS.broker, port: 1883 } };
    const main = (then: string) =>
      plain(then, 'never').replace(
        /const broker.*/,
        'const broker = { host: settings.broker.host, port: settings.broker.port, encryptedButUnverified: openTls() };',
      );
    expect(isRefused(main(''), settings)).toBe(true);
    expect(isRefused(main('settings.id = "n"; change({ id: settings.id });'), settings)).toBe(true);
    expect(isRefused(main('settings.broker.port = 8883;'), settings)).toBe(false);
    expect(isRefused(main('const { broker: own } = settings; own.port = 8883;'), settings)).toBe(false);
    expect(
      isRefused(
        main('settings.broker = { ...settings.broker };').replace(
          '{ ...settings.broker }',
          'settings.broker',
        ),
        settings,
      ),
    ).toBe(false);
    expect(isRefused(main('change(settings.broker);'), settings)).toBe(false);
    expect(isRefused(main('change(settings);'), settings)).toBe(false);
  });

  it('counts for lists: what is put behind changes nothing before it', () => {
    const main = (then: string) =>
      `${HEAD}const sensors = [{ name: 'light', driver: createBh1750(i2c), intervalMs: 1000, qos: 2 }];
declare function change(what: object): void;
void change;
${then}
startMote({ id: 'm', broker: { host: 'h', port: 8883, encryptedButUnverified: tls }, sensors });
`;
    expect(errors(findings('aws-iot', main('')))).toHaveLength(1);
    const another = "{ name: 'b', driver: createBh1750(i2c), intervalMs: 1000, qos: 1 }";
    expect(errors(findings('aws-iot', main(`sensors.push(${another});`)))).toHaveLength(1);
    expect(errors(findings('aws-iot', main(`sensors[0] = ${another};`)))).toEqual([]);
    expect(errors(findings('aws-iot', main('sensors.pop();')))).toEqual([]);
    expect(errors(findings('aws-iot', main('sensors[0]!.qos = 1;')))).toEqual([]);
    expect(errors(findings('aws-iot', main('for (let i = 0; i < 1; i++) sensors[i]!.qos = 1;')))).toEqual([]);
  });
});

describe('a branch that cannot run', () => {
  const HEAD_OF_TWO = `import { openTls, startMote } from 'mote-sdk/espruino';
import { WIFI } from 'mote-sdk/features';
import settings from './settings.json';
declare function choose(): boolean;
void [openTls, settings, choose, WIFI];
const a = { id: 'a', broker: { host: 'h', port: 8883, encryptedButUnverified: openTls() }, sensors: [] };
const b = { id: 'b', broker: { host: 'h', port: 8883 }, sensors: [] };
`;
  const of = (tls: boolean, body: string, features = {}) =>
    errors(findings('hivemq-cloud', HEAD_OF_TWO + body, { settings: { ...SETTINGS, tls }, features }));

  it.each([
    ['if and else', 'if (settings.tls) startMote(a); else startMote(b);'],
    ['not', 'if (!settings.tls) { startMote(b); } else { startMote(a); }'],
    ['a comparison', 'if (settings.tls === true) startMote(a); else startMote(b);'],
    ['and, or', 'settings.tls && startMote(a); settings.tls || startMote(b);'],
    ['a choice', 'settings.tls ? startMote(a) : startMote(b);'],
    ['a choice of options', 'startMote(settings.tls ? a : b);'],
    ['a return', 'function go() { if (settings.tls) { startMote(a); return; } startMote(b); } go();'],
    ['functions', 'function x() { startMote(a); } const y = () => startMote(b); settings.tls ? x() : y();'],
    ['a part that is known', 'if (choose() && !settings.tls) startMote(b); if (settings.tls) startMote(a);'],
  ])('by %s is not judged, and the other one is', (_what, body) => {
    expect(of(true, body)).toEqual([]);
    expect(of(false, body)).toHaveLength(1);
  });

  it('by a feature is not judged', () => {
    const body = 'if (WIFI) startMote(b); else startMote(a);';
    expect(of(true, body, { WIFI: false })).toEqual([]);
    expect(of(true, body, { WIFI: true })).toHaveLength(1);
  });

  it('is judged where nobody knows, each call by what is certain of it', () => {
    expect(of(true, 'if (choose()) startMote(a); else startMote(b);')).toHaveLength(1);
    expect(of(true, 'if (choose()) startMote(a);')).toEqual([]);
    const two = (id: string) => `import { openMqtt } from 'mote-sdk/espruino';
declare function choose(): boolean;
declare const tls: never;
const options = (clientId: string) => clientId;
const open = { host: 'h', port: 8883, encryptedButUnverified: tls, ssid: '', wifiPassword: '' };
const connect = { keepAliveSec: 60, cleanSession: false, receiveMax: 1024 };
void [options, open, connect];
const one = { host: 'h', port: 8883, encryptedButUnverified: tls, ssid: '', wifiPassword: '',
  connect: { clientId: 'm1', keepAliveSec: 60, cleanSession: false, receiveMax: 1024 } };
const other = { host: 'h', port: 8883, encryptedButUnverified: tls, ssid: '', wifiPassword: '',
  connect: { clientId: 'm2', keepAliveSec: 60, cleanSession: false, receiveMax: 1024 } };
const mqtt = choose() ? openMqtt(one) : openMqtt(other);
mqtt.topic('devices/${id}/messages/events/', 1);
`;
    expect(errors(findings('azure-iot-hub', two('m1')))).toEqual([]);
    expect(errors(findings('azure-iot-hub', two('m2')))).toEqual([]);
    expect(errors(findings('azure-iot-hub', two('m3')))).toEqual([
      expect.stringMatching(/broker-topic .*devices\/m3/),
    ]);
  });
});

describe('a setting that is a file', () => {
  it('is judged by what is in it', () => {
    findings('aws-iot', mote());
    writeFileSync(join(folder, 'id.txt'), 'my.house\n');
    writeFileSync(join(folder, 'long.txt'), 'x'.repeat(129));
    const settings = { ...SETTINGS, id: 'file:id.txt' };
    const found = errors(findings('rabbitmq', mote(), { settings }));
    expect(found).toContainEqual(expect.stringMatching(/broker-topic .*topics with "." as they are/));
    // It may be a secret.
    expect(found.join()).not.toContain('my.house');
    const long = { ...SETTINGS, id: 'file:long.txt' };
    expect(errors(findings('aws-iot', mote(), { settings: long }))).toContainEqual(
      expect.stringMatching(/broker-client-id .*128 bytes, and this one has 129/),
    );
  });
});

describe('a secret in what is refused', () => {
  it.each([
    ['secrets.json', {}, { 'secrets.json': '{ "id": "house.of-secrets" }' }],
    ['the environment', { MOTE_ID: 'house.of-secrets' }, {}],
  ])('is not said when it comes from %s', async (_what, env, files) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const settings = { ...SETTINGS, broker: { ...SETTINGS.broker, profile: 'rabbitmq' } };
    const firmware = writeFirmware({
      'main.ts': mote(),
      'settings.json': JSON.stringify(settings),
      ...files,
    });
    const error = await failure(build({ firmware }));
    vi.unstubAllEnvs();
    expect(error.what).toContain(
      'broker-topic: RabbitMQ does not carry topics with "." as they are: ***/status',
    );
    expect(error.message).not.toContain('of-secrets');
  });
});

describe('build', () => {
  it('refuses a firmware for the broker that its settings name', async () => {
    const settings = { ...SETTINGS, broker: { ...SETTINGS.broker, profile: 'aws-iot' } };
    const firmware = writeFirmware({ 'main.ts': mote('qos: 2'), 'settings.json': JSON.stringify(settings) });
    expect(await failure(build({ firmware }))).toMatchObject({
      what: expect.stringMatching(/^broker-qos: AWS IoT Core takes no QoS 2/),
      fix: 'use QoS 1',
      where: `${firmware}/main.ts:${LINES + 6}:80`,
    });
  });

  it('does not when it is told that it is for no broker, and leaves its name out of the program', async () => {
    const settings = { broker: { port: 1, profile: 'nowhere' } };
    const main = `${SAY}import settings from './settings.json';\nsay(settings.broker.port);\n`;
    const firmware = writeFirmware({ 'main.ts': main, 'settings.json': JSON.stringify(settings) });
    const { code } = await build({ firmware, brokerProfile: null });
    expect(code).not.toContain('nowhere');
  });

  it('lists the known brokers', async () => {
    const settings = { ...SETTINGS, broker: { ...SETTINGS.broker, profile: 'aws' } };
    const firmware = writeFirmware({ 'main.ts': mote(), 'settings.json': JSON.stringify(settings) });
    expect(await failure(build({ firmware }))).toMatchObject({
      what: 'unknown broker "aws"',
      where: `${firmware}/settings.json broker.profile`,
      exitCode: ExitCode.Usage,
    });
  });
});
