// What the C host for Linux (boards/jerryscript/) must do, whatever engine is in it: publish to a real Mosquitto, and lose nothing
// that was accepted, over the broker's death and its own.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Command } from '../../bench/host.ts';
import { PACKAGE_ROOT } from '../../flash/build/firmware.ts';
import { makeSnapshot, type SnapshotResult } from '../../flash/snapshot/snapshot.ts';
import { LOGIN, type BrokerInstance } from '../brokers/broker.ts';
import { mosquitto } from '../brokers/mosquitto.ts';
import { startObserver, type Observer } from '../brokers/observer.ts';
import type { Need } from './describe-engine.ts';
import { runMoteHost, type MoteHost } from './mote-host.ts';

const LIMIT_MS = 120_000;
/** Restarts as soon as its broker speaks, and hangs where there is none. */
export const RESTARTING = join(PACKAGE_ROOT, 'bench', 'device', 'restarting-host');
/** Every number once, and one register of a chip beside each. */
export const COUNTING = join(PACKAGE_ROOT, 'bench', 'device', 'counting-host');

export const TOOL = process.env['JERRY_SNAPSHOT'] ?? '';
/** What a suite needs whose snapshots are real. */
export const SNAPSHOT_AND_MOSQUITTO: Need = {
  name: 'jerry-snapshot and Mosquitto',
  enable:
    'set JERRY_SNAPSHOT to a jerry-snapshot of JerryScript 3.0, and install the Debian package mosquitto',
  isThere: TOOL !== '' && mosquitto.isThere(),
};

/** Settles when `isSo`, and fails when that takes too long. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = Date.now() + LIMIT_MS;
  while (!isSo()) {
    if (Date.now() > end) expect.fail(`waited ${LIMIT_MS} ms until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export interface Scene {
  readonly folder: string;
  readonly broker: BrokerInstance;
  readonly observer: Observer;
  /** @returns what the broker has said of itself. */
  brokerLog(): string;
  /** Numbers that the observer has, in order, each once. */
  seen(): string[];
  /** Numbers that these hosts said their outbox took; left out: all hosts of the test. */
  taken(hosts?: readonly MoteHost[]): string[];
  /** Start a host on the pages and the chip of the scene. */
  start(command: Command, ...more: string[]): MoteHost;
}

export interface Snapshots {
  /** @returns the folder with the snapshot of a firmware for the broker of the scene. */
  of(firmware: string): string;
  result(firmware: string): SnapshotResult;
}

/**
 * A broker for all tests of a suite, and for each an observer and a folder.
 * @param firmwares their settings by their folders. @param features with which they are built.
 */
export function prepareScene(
  tool: string,
  firmwares: Readonly<Record<string, Record<string, unknown>>>,
  features: Readonly<Record<string, boolean>> = {},
): { scene: Scene; snapshots: Snapshots } {
  const place = mkdtempSync(join(tmpdir(), 'mote-host-'));
  const hosts: MoteHost[] = [];
  const made = new Map<string, { folder: string; result: SnapshotResult }>();
  let tests = 0;
  let folder = '';
  let broker: BrokerInstance;
  let observer: Observer;

  beforeAll(async () => {
    mkdirSync(join(place, 'broker'));
    broker = await mosquitto.create(join(place, 'broker'));
    await broker.start();
    const address = { host: '127.0.0.1', port: broker.port, ...LOGIN };
    for (const [firmware, settings] of Object.entries(firmwares)) {
      const result = await makeSnapshot({
        firmware,
        tool,
        settings: { broker: address, ...settings },
        features,
      });
      const into = join(place, `snapshot-${made.size}`);
      mkdirSync(into);
      for (const [name, content] of Object.entries(result.files)) writeFileSync(join(into, name), content);
      made.set(firmware, { folder: into, result });
    }
  }, 2 * LIMIT_MS);

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

  afterAll(async () => {
    await broker.close();
    rmSync(place, { recursive: true, force: true });
  });

  return {
    scene: {
      get folder() {
        return folder;
      },
      get broker() {
        return broker;
      },
      get observer() {
        return observer;
      },
      brokerLog: () => readFileSync(join(place, 'broker', 'output.log'), 'utf8'),
      seen: () => [
        ...new Set(observer.on('host/count/n').map((text) => String(JSON.parse(text).value as number))),
      ],
      taken: (of = hosts) =>
        of.flatMap(({ lines }) => lines.flatMap((line) => /^#200 (\d+)$/.exec(line)?.[1] ?? [])),
      start(command, ...more) {
        const pages = ['--flash', join(folder, 'outbox.flash'), '--i2c', '1=bme280'];
        const host = runMoteHost(command, [...pages, ...more]);
        hosts.push(host);
        return host;
      },
    },
    snapshots: {
      of: (firmware) => made.get(firmware)!.folder,
      result: (firmware) => made.get(firmware)!.result,
    },
  };
}

/** Settles when the observer has all these numbers. */
export function allCome(scene: Scene, numbers: readonly string[]): Promise<void> {
  return until(`${numbers.length} numbers have come`, () => {
    const seen = new Set(scene.seen());
    return numbers.every((number) => seen.has(number));
  });
}

/** Describe that nothing is lost. @param command of the host; @param file of the snapshot of COUNTING. */
export function lossStory(scene: Scene, command: () => Command, file: () => string): void {
  it(
    'loses nothing that it took, when the broker is killed and when it is killed itself',
    async () => {
      // A kill takes nothing that was written, wherever it is.
      const first = scene.start(command(), '--no-sync', file());
      await until('it publishes', () => scene.seen().length >= 10);
      await scene.broker.kill();
      const before = scene.taken().length;
      await until('it collects in flash', () => scene.taken().length >= before + 10);
      expect(scene.seen().length).toBeLessThan(scene.taken().length);
      await first.kill();
      const second = scene.start(command(), '--no-sync', file());
      await until('the second life collects too', () => scene.taken([second]).length >= 5);
      await second.kill();
      await scene.broker.start();
      const third = scene.start(command(), '--no-sync', file());
      await until('it is online', () => third.lines.includes('#6 0'));
      // It goes on taking more.
      const taken = scene.taken();
      await allCome(scene, taken);
      expect(await third.stop()).toBe(0);
      const seen = scene.seen();
      // In the order in which they were taken; each life counts on by itself.
      const order = seen.filter((number) => taken.includes(number));
      expect(order).toEqual(taken);
      expect(new Set(taken).size).toBe(taken.length);
      // A chip on the host's bus: the identity of a BME280.
      expect(JSON.parse(scene.observer.on('host/count/id')[0]!)).toEqual({ value: 0x60 });
      expect([...first.complaints, ...second.complaints, ...third.complaints]).toEqual([]);
    },
    2 * LIMIT_MS,
  );
}

/** Describe that nothing is allocated in steady state. @param counting command of the host that counts; @param file of the snapshot of COUNTING. */
export function quietStory(scene: Scene, counting: () => Command, file: () => string): void {
  it('allocates nothing in steady state, through sensor, bus, flash outbox and socket', async () => {
    const running = scene.start(counting(), '--no-sync', file());
    const readings = () => scene.observer.on('host/count/n').length;
    await until('it is warm', () => readings() >= 200);
    const before = await running.heap();
    const from = readings();
    await until('there are many more', () => readings() >= from + 500);
    const after = await running.heap();
    // It counts.
    expect(before.allocations).toBeGreaterThan(1000);
    expect(after).toEqual(before);
  });
}

/** Describe its ends and its console. @param counting, @param restarting file of the snapshot of each. */
export function lifeStory(
  scene: Scene,
  command: () => Command,
  counting: () => string,
  restarting: () => string,
): void {
  it('goes on when whoever reads its console has gone', async () => {
    const running = scene.start(command(), '--no-sync', counting());
    await until('it publishes', () => scene.seen().length >= 3);
    running.leaveConsole();
    const before = scene.seen().length;
    await until('it publishes more', () => scene.seen().length >= before + 10);
    expect(await running.stop()).toBe(0);
    expect(running.complaints).toEqual([]);
  });

  it('starts anew where the firmware restarts, calls nothing of it in between, and ends one that hangs', async () => {
    const running = scene.start(command(), restarting());
    await until('it has restarted', () => running.lines.length >= 6);
    await scene.broker.kill();
    expect(await running.ended).toBe('SIGALRM');
    await scene.broker.start();
    const lives = running.lines.join(' ').split('#1 0').slice(1, -1);
    expect(lives.length).toBeGreaterThanOrEqual(2);
    expect(new Set(lives)).toEqual(new Set([' #2 0 ']));
    expect(running.lines).toContain('#3 0');
    expect(running.lines).not.toContain('#9 0');
    expect(running.complaints).toEqual([]);
  });
}
