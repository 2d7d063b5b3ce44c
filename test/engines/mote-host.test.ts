// The C host for Linux on a real JerryScript: snapshots that `mote snapshot` made, publishing to a real Mosquitto. Nothing that was
// accepted is lost, over the broker's death and the host's own, and nothing is allocated in steady state.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../flash/build/firmware.ts';
import { makeSnapshot } from '../../flash/snapshot/snapshot.ts';
import { LOGIN, type BrokerInstance } from '../brokers/broker.ts';
import { mosquitto } from '../brokers/mosquitto.ts';
import { startObserver, type Observer } from '../brokers/observer.ts';
import { describeEngine } from './describe-engine.ts';
import { hostCommand, runMoteHost, type MoteHost } from './mote-host.ts';

const SNAPSHOT = 'firmware.snapshot';
const LIMIT_MS = 60_000;

/** Settles when `isSo`, and fails when that takes too long. */
async function until(what: string, isSo: () => boolean, ms = LIMIT_MS): Promise<void> {
  const end = Date.now() + ms;
  while (!isSo()) {
    if (Date.now() > end) expect.fail(`waited ${ms} ms until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Numbers that the host said its outbox took. */
const takenBy = (hosts: readonly MoteHost[]) =>
  hosts.flatMap(({ lines }) => lines.flatMap((line) => /^#200 (\d+)$/.exec(line)?.[1] ?? []));

describeEngine(
  'jerryhost',
  () => {
    let folder = '';
    let broker: BrokerInstance;
    let observer: Observer;
    let tests = 0;
    const hosts: MoteHost[] = [];
    /** Folders with what `mote snapshot` made; the broker's port is in it. */
    const place = mkdtempSync(join(tmpdir(), 'mote-host-'));
    const example = join(place, 'example');
    const counting = join(place, 'counting');

    /** Make a snapshot of a firmware for the broker, in a folder. */
    async function snapshot(firmware: string, into: string, settings: object): Promise<void> {
      const address = { host: '127.0.0.1', port: broker.port, ...LOGIN };
      const { files } = await makeSnapshot({ firmware, settings: { broker: address, ...settings } });
      mkdirSync(into);
      for (const [name, content] of Object.entries(files)) writeFileSync(join(into, name), content);
    }

    beforeAll(async () => {
      mkdirSync(join(place, 'broker'));
      broker = await mosquitto.create(join(place, 'broker'));
      await broker.start();
      await snapshot(join(PACKAGE_ROOT, 'examples', 'weather-station'), example, { intervalMs: 100 });
      await snapshot(join(PACKAGE_ROOT, 'bench', 'device', 'counting-host'), counting, { intervalMs: 30 });
    }, 120_000);

    afterAll(async () => {
      await broker.close();
      rmSync(place, { recursive: true, force: true });
    });

    beforeEach(async () => {
      folder = mkdtempSync(join(place, 'test-'));
      observer = await startObserver({
        port: broker.port,
        login: LOGIN,
        id: `observer-${++tests}`,
        filter: '#',
        keepSession: true,
      });
    });

    afterEach(async () => {
      for (const host of hosts.splice(0)) await host.kill();
      await observer.close();
    });

    /** Start a host with pages in a file and the simulated chip. */
    function start(file: readonly string[], options: Parameters<typeof hostCommand>[0] = {}): MoteHost {
      const host = runMoteHost(hostCommand(options), [
        ...['--flash', join(folder, 'outbox.flash'), '--i2c', '1=bme280'],
        ...file,
      ]);
      hosts.push(host);
      return host;
    }

    const seen = () => new Set(observer.on('host/count/n').map((text) => String(JSON.parse(text).value)));

    it('runs the weather station as it is for an ESP32: the broker has its readings', async () => {
      const file = join(example, SNAPSHOT);
      const host = start([file]);
      await until('there are readings', () => observer.on('weather-1/outdoor/pressure').length >= 10);
      expect(JSON.parse(observer.on('weather-1/outdoor/temperature').at(-1)!)).toEqual({
        value: 25.08,
        unit: '°C',
      });
      expect(JSON.parse(observer.on('weather-1/outdoor/pressure').at(-1)!)).toEqual({
        value: 100653,
        unit: 'Pa',
      });
      expect(observer.on('weather-1/status')).toEqual(['online']);
      expect(observer.messages.filter(({ topic }) => topic.startsWith('homeassistant/')).length).toBe(3);
      expect(await host.stop()).toBe(0);
      expect(host.complaints).toEqual([]);
    });

    it('allocates nothing in steady state, through the flash outbox, sensors, bus and socket', async () => {
      const file = join(counting, SNAPSHOT);
      const host = start([file, '--no-sync'], { isCounting: true });
      await until('it is warm', () => observer.on('host/count/n').length >= 300);
      const before = await host.heap();
      const from = observer.on('host/count/n').length;
      await until('there are many more', () => observer.on('host/count/n').length >= from + 500);
      const after = await host.heap();
      expect(before.allocations).toBeGreaterThan(1000);
      expect(after).toEqual(before);
    });

    it('loses nothing that it took, when the broker is killed and when it is killed itself', async () => {
      const file = join(counting, SNAPSHOT);
      start([file]);
      await until('it publishes', () => seen().size >= 20);
      await broker.kill();
      const waiting = takenBy(hosts).length;
      await until('it collects in flash', () => takenBy(hosts).length >= waiting + 30);
      expect(seen().size).toBeLessThan(takenBy(hosts).length);
      await hosts[0]!.kill();
      start([file]);
      await until('the second life collects too', () => takenBy(hosts.slice(1)).length >= 20);
      await hosts[1]!.kill();
      await broker.start();
      start([file]);
      await until('the third is online', () => hosts[2]!.lines.includes('#6 0'));
      await until('all has come', () => takenBy(hosts).every((number) => seen().has(number)));
      const taken = takenBy(hosts);
      expect(taken.length).toBeGreaterThan(70);
      expect(taken.filter((number) => !seen().has(number))).toEqual([]);
      // In the order in which they were taken, but for what came twice.
      const order = [...seen()].filter((number) => taken.includes(number));
      expect(order).toEqual(taken.slice(0, order.length));
      // Each life counts on by itself.
      expect(new Set(taken).size).toBe(taken.length);
    });

    it('runs a firmware that is built in, whose checksum it looks at', async () => {
      const command = hostCommand({ firmware: counting });
      const host = runMoteHost(command, ['--i2c', '1=bme280']);
      hosts.push(host);
      await until('it publishes', () => seen().size >= 5);
      expect(await host.stop()).toBe(0);
    });

    it.skipIf(process.env['JERRY_DIR64'] === undefined)(
      'reads and writes nothing that it must not, by the sanitizers, when the broker comes and goes',
      async () => {
        const file = join(counting, SNAPSHOT);
        const parameters = ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
        const command = hostCommand({ parameters }, process.env['JERRY_DIR64']);
        const host = runMoteHost(command, ['--flash', join(folder, 'f'), '--i2c', '1=bme280', file]);
        hosts.push(host);
        await until('it publishes', () => seen().size >= 20);
        await broker.kill();
        const before = takenBy([host]).length;
        await until('it collects', () => takenBy([host]).length >= before + 10);
        await broker.start();
        await until('all has come', () => takenBy([host]).every((number) => seen().has(number)));
        expect(await host.stop()).toBe(0);
        expect(host.complaints).toEqual([]);
      },
    );

    it.each([
      ['no such file', ['/nowhere/firmware.snapshot'], 3, /firmware\.snapshot: No such file/],
      ['no snapshot', ['SELF'], 3, /no snapshot of JerryScript/],
      ['a bus that is not there', ['--i2c', '1=/dev/i2c-77', 'SNAPSHOT'], 3, /\/dev\/i2c-77: No such file/],
      ['another checksum', ['--checksum', '12345678', 'SNAPSHOT'], 3, /its checksum is another one/],
      ['an unknown option', ['--what', 'SNAPSHOT'], 2, /^usage: /m],
      [
        'pages that there cannot be',
        ['--flash', 'FLASH', '--page-bytes', '1001', 'SNAPSHOT'],
        3,
        /refuses host or flash/,
      ],
    ])('says what is wrong: %s', async (_what, words, code, said) => {
      const file = join(counting, SNAPSHOT);
      const command = hostCommand();
      const places: Record<string, string> = {
        SELF: command.at(-1)!,
        SNAPSHOT: file,
        FLASH: join(folder, 'f'),
      };
      const host = runMoteHost(
        command,
        words.map((word) => places[word] ?? word),
      );
      hosts.push(host);
      expect(await host.ended).toBe(code);
      expect(host.complaints.join('\n')).toMatch(said);
    });

    it('is what the Makefile makes', () => {
      const make = [
        '-s',
        '-f',
        join(PACKAGE_ROOT, 'boards', 'jerryscript', 'Makefile'),
        `OUT=${join(folder, 'made')}`,
      ];
      const width = /-m32|32/.test(process.env['JERRY_DIR']!) ? ['WIDTH=-m32'] : [];
      execFileSync('make', [...make, `JERRY_DIR=${process.env['JERRY_DIR']}`, ...width]);
    });
  },
  {
    name: 'jerry-snapshot and Mosquitto',
    enable:
      'set JERRY_SNAPSHOT to a jerry-snapshot of JerryScript 3.0, and install the Debian package mosquitto',
    isThere: (process.env['JERRY_SNAPSHOT'] ?? '') !== '' && mosquitto.isThere(),
  },
);
