// Commands in real engines: a mote that is driven by hand in every engine with room for it; and a firmware on a real
// Espruino that takes them from a real Mosquitto.

import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, expect, it, vi } from 'vitest';
import { build } from '../../flash/build/build.ts';
import { runEspruino } from '../../sim/engine/espruino.ts';
import { Close, Code, Event } from '../../src/ports/codes.ts';
import { writeFirmware } from '../flash/build/fixture.ts';
import { describeEngine } from './describe-engine.ts';
import { ENGINES, type Engine } from './engines.ts';
import { findMosquitto, MOSQUITTO_ENABLE, startMosquitto } from './mosquitto.ts';
import { ESPRUINO_WORLD, program, runInNode } from './programs.ts';
import { expectOk, figuresOf, linesOf } from './suite.ts';

const cleanup: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of cleanup.splice(0).reverse()) await close();
});

const FILE = 'test/parts/commands/commands.device.ts';
/** What two looks at the heap may differ by: a number of other length. */
const UNDER_WAY = { blocks: 2, bytes: 64 };

/** The smallest engine has no room for a mote and the brokers around it. */
const LARGE = ENGINES.map(({ name }) => name).filter((name) => name !== 'espruino-mcu');

for (const name of LARGE) {
  describeEngine(name, (engine) => {
    it('carries out commands and tries a configuration', async () => {
      const lines = await linesOf(engine, [await program(FILE, { features: { FLASH: false } })]);
      expectOk(lines);
      const [before = 0, after = 0] = figuresOf(lines, 'used');
      const { heapUnit = 'bytes' } = engine;
      console.log(`${name}: ${before} ${heapUnit} before 200 commands, ${after} behind`);
      expect(after).toBeLessThanOrEqual(before + UNDER_WAY[heapUnit]);
    });
  });
}

it('does so in Node', async () => {
  expectOk(runInNode([await program(FILE, { features: { FLASH: false } })]));
});

const FIRMWARE = {
  'settings.json': '{ "port": 1883 }',
  'main.ts': `import { openI2c, startMote } from 'mote-sdk/espruino';
import { createCommands } from 'mote-sdk/parts/commands';
import { createConfiguration } from 'mote-sdk/parts/configuration';
import { createBme280 } from 'mote-sdk/sensors/bme280';
import settings from './settings.json';

declare function print(text: string, value: number): void;

startMote({
  id: 'told',
  broker: { host: '127.0.0.1', port: settings.port, backoff: { windowMs: 200, maxMs: 2000 } },
  wifi: { ssid: 'home', password: 'secret' },
  sensors: [{ name: 'air', driver: createBme280(openI2c({ bus: 1, data: 21, clock: 22 })), intervalMs: 60000, qos: 0 }],
  parts: [
    createCommands({
      perMinute: 600,
      identify: (ms) => print('identify', ms),
      restart: () => print('restart', 0),
      configuration: createConfiguration({ minutes: 1 }),
    }),
  ],
});
`,
};

interface Heard {
  readonly port: number;
  readonly topic: string;
  readonly payload: string;
}

/** A client of a broker that hears all of it. */
async function listen(port: number, heard: (one: Heard) => void): Promise<MqttClient> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`);
  cleanup.push(() => client.endAsync());
  client.on('message', (topic, payload) => heard({ port, topic, payload: payload.toString() }));
  await client.subscribeAsync('#');
  return client;
}

function liveSuite(engine: Engine): void {
  it('takes commands and configurations from Mosquitto, and holds no more after 200 of them', async () => {
    const [first, second] = [await startMosquitto(), await startMosquitto()];
    cleanup.push(
      () => first.close(),
      () => second.close(),
    );
    const heard: Heard[] = [];
    const memory: number[] = [];
    const lines: string[] = [];
    const listener = await listen(first.port, (one) => heard.push(one));
    const other = await listen(second.port, (one) => heard.push(one));
    const folder = writeFirmware(FIRMWARE);
    const { code } = await build({
      firmware: folder,
      board: 'espruino-linux',
      settings: { port: first.port },
    });
    const espruino = await runEspruino({
      binary: engine.find() ?? '',
      prelude: [(await program(ESPRUINO_WORLD)).code],
      bundle: code,
      onLine: (line) => lines.push(line),
      memoryEveryMs: 100,
      onMemory: ({ usage }) => memory.push(usage),
    });
    cleanup.push(() => espruino.close());
    const until = (what: string, enough: () => boolean) =>
      vi.waitFor(() => expect(enough(), `${what}\n${lines.slice(-8).join('\n')}`).toBe(true), {
        timeout: 120_000,
        interval: 20,
      });
    const on = (topic: string) =>
      heard
        .filter((one) => one.topic === topic)
        .map(({ payload }) => JSON.parse(payload) as Record<string, unknown>);
    const replies = () => on('told/reply');
    const reported = () => on('told/config/reported').at(-1);
    const readings = () => on('told/air/temperature').length;

    await until('reports', () => reported()?.['state'] === 'default');
    await listener.publishAsync('told/cmd/interval', '{"sensor":"air","ms":1000,"id":1}', { qos: 1 });
    await until('interval', () => replies().at(-1)?.['id'] === 1 && readings() > 3);
    await listener.publishAsync('told/cmd/identify', '{"ms":1500,"id":2}', { qos: 1 });
    await until('identify', () => lines.includes('identify 1500'));

    const command = async (i: number) => {
      const before = replies().length;
      const text = [`{"id":${i}}`, `{"sensor":"air","id":${i}}`, `{"id":${i},,}`, 'x'][i % 4]!;
      await listener.publishAsync('told/cmd/read', text, { qos: 1 });
      await until(`command ${i}`, () => replies().length > before);
    };
    for (let i = 100; i < 140; i++) await command(i);
    // A look falls anywhere; the least of many is one with nothing under way.
    const least = async () => {
      memory.splice(0);
      await until('looks', () => memory.length > 30);
      return Math.min(...memory);
    };
    const before = await least();
    for (let i = 200; i < 400; i++) await command(i);
    const after = await least();
    console.log(`${engine.name}: ${before} blocks before 200 commands, ${after} behind`);
    expect(after).toBeLessThanOrEqual(before + 8);
    expect(replies().filter(({ result }) => result === 0).length).toBeGreaterThanOrEqual(120);

    // More at once than it takes, and than Mosquitto keeps for it.
    const flood = Array.from({ length: 2000 }, () =>
      listener.publishAsync('told/cmd/identify', '{"ms":1}', { qos: 1 }),
    );
    await Promise.all(flood);
    await until('flood told', () => replies().some(({ result }) => result === Code.Busy));
    const told = replies().find(({ result }) => result === Code.Busy)!;
    console.log(
      `${engine.name}: of a flood of 2000 commands ${String(told['refused'])} were refused by then`,
    );
    expect(lines.filter((line) => line === 'identify 1').length).toBeGreaterThan(100);
    const seen = readings();
    await until('readings go on', () => readings() > seen + 3);
    expect(await least()).toBeLessThanOrEqual(before + 8);

    // On a host E.reboot() is the end of the program: here it goes on instead.
    await listener.publishAsync('told/cmd/restart', '{"id":500}', { qos: 1 });
    await until('restart', () => replies().at(-1)?.['id'] === 500 && lines.includes('restart 0'));
    await until('online', () => lines.filter((line) => line === `#${Event.Online} 0`).length === 2);

    const retained = { qos: 1, retain: true } as const;
    const document = `{"id":7,"host":"127.0.0.1","port":${second.port},"interval.air":2000}`;
    await listener.publishAsync('told/config/desired', document, retained);
    await until('applied', () => reported()?.['state'] === 'applied');
    expect(reported()).toEqual({ state: 'applied', ...JSON.parse(document) });
    expect(heard.at(-1)!.port).toBe(second.port);
    await first.close();
    await other.publishAsync(
      'told/config/desired',
      `{"id":8,"host":"127.0.0.1","port":${first.port}}`,
      retained,
    );
    await until('rolled back', () => reported()?.['state'] === 'rolled-back');
    expect(reported()).toMatchObject({ id: 8, cause: Close.NothingListens, port: second.port });
    const had = readings();
    await until('goes on', () => readings() > had + 2);
    expect((await espruino.close()).failures).toEqual([]);
  });
}

const MOSQUITTO = { name: 'Mosquitto', enable: MOSQUITTO_ENABLE, isThere: findMosquitto() !== undefined };
for (const name of ['espruino', 'espruino-assert']) describeEngine(name, liveSuite, MOSQUITTO);
