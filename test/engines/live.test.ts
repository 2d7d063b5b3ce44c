// The same bundle on a real Espruino, with its own timers and sockets, publishing over TCP to a real Mosquitto and read
// back by mosquitto_sub. And: an engine goes when the process that started it is killed.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { runEspruino } from '../../sim/engine/espruino.ts';
import type { EspruinoMemory } from '../../sim/engine/espruino.ts';
import { startDeviceServers } from '../ports/device-servers.ts';
import { describeEngine } from './describe-engine.ts';
import type { Engine } from './engines.ts';
import { MOSQUITTO_ENABLE, findMosquitto, startMosquitto } from './mosquitto.ts';
import { ESPRUINO_WORLD, EXAMPLE, program } from './programs.ts';
import { CHANNELS } from './stories.ts';
import { expectOk } from './suite.ts';

/** Two outboxes at a time with all that an outbox can do, and the ports, are more than 5100 variables. */
const FEATURES = { DROP: false, LATEST: false, LAZY: false, BATCH: false, STATE: false, TIME: false };
const ESPRUINOS = ['espruino', 'espruino-mcu', 'espruino-assert'];
const cleanup: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of cleanup.splice(0).reverse()) await close();
});

/** Blocks by which two looks at a running firmware may differ: a timer more, a longer number. A leak of one block for
 * every hundred readings is more. */
const UNDER_WAY = 8;

interface Seen {
  topic: string;
  value: number;
  unit: string;
}

/** Run the example until Mosquitto's subscriber has `count` readings, and on until `enough` says so. */
async function publishTo(
  engine: Engine,
  intervalMs: number,
  enough: (seen: Seen[], memory: EspruinoMemory[]) => boolean,
) {
  const mosquitto = await startMosquitto();
  cleanup.push(() => mosquitto.close());
  const seen: Seen[] = [];
  const memory: EspruinoMemory[] = [];
  const lines: string[] = [];
  let finish = () => {};
  const done = new Promise<void>((resolve) => (finish = resolve));
  const look = () => enough(seen, memory) && finish();
  mosquitto.subscribe((topic, payload) => {
    // Who is there is no reading.
    if (topic.endsWith('/status')) return;
    seen.push({ topic, ...(JSON.parse(payload) as Omit<Seen, 'topic'>) });
    look();
  });
  const broker = { host: '127.0.0.1', port: mosquitto.port };
  const bundle = await program(EXAMPLE, {
    board: 'espruino-linux',
    settings: { id: 'live', intervalMs, broker, homeAssistant: false },
  });
  const espruino = await runEspruino({
    binary: engine.find() ?? '',
    prelude: [(await program(ESPRUINO_WORLD)).code],
    bundle: bundle.code,
    onLine: (line) => lines.push(line),
    memoryEveryMs: 200,
    onMemory(now) {
      memory.push(now);
      look();
    },
  });
  cleanup.push(() => espruino.close());
  await Promise.race([
    done,
    espruino.exited.then((exit) =>
      expect.fail(`the engine has gone: ${JSON.stringify(exit)}\n${lines.slice(-8).join('\n')}`),
    ),
  ]);
  expect((await espruino.close()).failures).toEqual([]);
  return { seen, memory, lines };
}

const MOSQUITTO = { name: 'Mosquitto', enable: MOSQUITTO_ENABLE, isThere: findMosquitto() !== undefined };

function mosquittoSuite(engine: Engine): void {
  it('publishes readings that mosquitto_sub reads back', async () => {
    const { seen } = await publishTo(engine, 200, (all) => all.length >= 10 * CHANNELS);
    const topics = new Set(seen.map(({ topic }) => topic));
    expect(topics).toEqual(
      new Set(['temperature', 'humidity', 'pressure'].map((key) => `live/outdoor/${key}`)),
    );
    const pressures = seen.filter(({ unit }) => unit === 'Pa').map(({ value }) => value);
    expect(Math.min(...pressures)).toBeGreaterThan(85000);
    expect(Math.max(...pressures)).toBeLessThan(108000);
  });

  it('holds no more blocks after 1,000 published readings than before', async () => {
    const warmUp = 60;
    const looks: { readings: number; usage: number }[] = [];
    await publishTo(engine, 20, (seen, memory) => {
      const readings = seen.length / CHANNELS;
      const usage = memory.at(-1)?.usage;
      if (usage !== undefined && memory.length !== looks.length) looks.push({ readings, usage });
      return readings >= warmUp + 1000 + warmUp;
    });
    // A look falls anywhere between two readings; what is under way then is the same at all times.
    const most = (from: number, to: number) =>
      Math.max(
        ...looks.filter(({ readings }) => readings >= from && readings < to).map(({ usage }) => usage),
      );
    expect(most(warmUp + 1000, Infinity)).toBeLessThanOrEqual(most(warmUp / 2, warmUp) + UNDER_WAY);
  });
}

function processSuite(engine: Engine): void {
  it('runs the device suite of the ports on its own ports', async () => {
    const servers = await startDeviceServers();
    cleanup.push(() => servers.close());
    const lines: string[] = [];
    let finish = () => {};
    const done = new Promise<void>((resolve) => (finish = resolve));
    const espruino = await runEspruino({
      binary: engine.find() ?? '',
      prelude: [servers.prelude],
      bundle: (await program('test/ports/device/ports.device.ts', { features: FEATURES })).code,
      onLine(line) {
        lines.push(line);
        if (line === 'end') finish();
      },
    });
    await Promise.race([done, espruino.exited]);
    expect((await espruino.close()).failures).toEqual([]);
    expectOk(lines);
  });

  it('leaves no engine behind when the process that started it is killed', async () => {
    const compiled = new URL('../../dist/sim/engine/espruino.js', import.meta.url);
    expect(existsSync(fileURLToPath(compiled)), 'npm run -s prepare compiles it').toBe(true);
    // The engine holds a connection to us: it closes when the engine has gone, and not before.
    const server = createServer();
    const arrived = new Promise<Socket>((resolve) => server.once('connection', resolve));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanup.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as AddressInfo;
    const bundle = `require("net").connect({host:"127.0.0.1",port:${port}});setInterval(function(){print("alive")},10);`;
    const script = `import(${JSON.stringify(compiled.href)}).then(({ runEspruino }) => runEspruino({
      binary: ${JSON.stringify(engine.find())}, prelude: [], bundle: ${JSON.stringify(bundle)}, onLine() {} }));`;
    const child = spawn(process.execPath, ['-e', script], { stdio: 'inherit' });
    const held = await arrived;
    const gone = new Promise((resolve) => held.once('close', resolve));
    held.resume();
    child.kill('SIGKILL');
    await gone;
  });
}

for (const name of ESPRUINOS) {
  describeEngine(name, processSuite);
  describeEngine(name, mosquittoSuite, MOSQUITTO);
}
