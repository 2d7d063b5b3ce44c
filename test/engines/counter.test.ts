// The counter against a real Mosquitto that is restarted, stopped and killed, and against peers that are no brokers: on
// Node and in a real Espruino, whose program is killed as well. No number may be missing.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { counterBundle } from '../../flash/counter/bundle.ts';
import { startBroker, startPeer } from '../flash/counter/broker.ts';
import { HOSTILE } from '../flash/counter/hostile.ts';
import { gaps, startProgram, stateDirectory } from '../flash/counter/program.ts';
import { createMosquitto, createTap, observe } from './counter-mosquitto.ts';
import { describeEngine } from './describe-engine.ts';
import type { Engine } from './engines.ts';
import { findMosquitto, MOSQUITTO_ENABLE } from './mosquitto.ts';

const MOSQUITTO = { name: 'Mosquitto', enable: MOSQUITTO_ENABLE, isThere: findMosquitto() !== undefined };
const PERIOD_MS = 50;
const LIMIT_MS = 300_000;

const cleanup: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of cleanup.splice(0).reverse()) await close();
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function mosquitto() {
  const broker = await createMosquitto();
  cleanup.push(() => broker.close());
  return broker;
}

/** @returns numbers from the first to the last of `queued`, which has to be without gap or repetition. */
function expectAll(queued: number[]): number[] {
  expect(queued).toEqual(Array.from(queued, (_, index) => queued[0]! + index));
  return queued;
}

function expectDelivered(numbers: number[], queued: number[], upTo: number): void {
  const there = new Set(numbers);
  expect(queued.filter((n) => n <= upTo && !there.has(n))).toEqual([]);
  expect(gaps(numbers)).toEqual([]);
}

/** What holds with every engine. @param environment chooses it, and the version of MQTT. */
function anyEngine(environment: Record<string, string>): void {
  const version = Number(environment['MQTT_VERSION']);
  // A test has less patience than a build may take.
  if (environment['ENGINE'] === 'espruino') {
    beforeAll(async () => void (await counterBundle(version)), LIMIT_MS);
  }
  const base = { ...environment, CLIENT_ID: 'counter', PERIOD_MS, RECONNECT_MS: 300, KEEPALIVE: 2 };

  it(
    'leaves no gap for an observer through restarts and SIGSTOP',
    async () => {
      const broker = await mosquitto();
      const observer = await observe(broker.port);
      cleanup.push(() => observer.close());
      const counter = startProgram({ ...base, PORT: broker.port, STATE_DIR: stateDirectory() });
      const more = async () => {
        const end = Math.max(0, ...counter.queued()) + 20;
        await counter.until(() => observer.numbers.includes(end));
      };
      await more();
      for (let round = 0; round < 2; round++) {
        await broker.signal('SIGTERM');
        await pause(1500);
        await broker.start();
        await more();
        // Shorter and longer than a PINGRESP may take.
        await broker.signal('SIGSTOP');
        await pause(round === 0 ? 3000 : 14_000);
        await broker.signal('SIGCONT');
        await more();
      }
      await observer.publish('cmd/x', 'after all that');
      await counter.until(() => counter.received().length > 0);
      expect(counter.received()).toEqual([{ ev: 'recv', topic: 'cmd/x', payload: 'after all that' }]);
      const last = Math.max(...observer.numbers);
      await counter.kill('SIGTERM');
      expectDelivered(observer.numbers, expectAll(counter.queued()), last);
      expect(counter.queued()[0]).toBe(1);
    },
    LIMIT_MS,
  );

  it(
    'has every number acknowledged through kills of the broker',
    async () => {
      const broker = await mosquitto();
      const tap = await createTap(broker.port, version);
      cleanup.push(() => tap.close());
      const counter = startProgram({ ...base, PORT: tap.port, STATE_DIR: stateDirectory(), PERIOD_MS: 5 });
      for (let round = 0; round < 4; round++) {
        const end = Math.max(0, ...counter.queued()) + 150;
        await counter.until(() => tap.acknowledged.includes(end));
        await broker.signal('SIGKILL');
        await pause(400 * round);
        await broker.start();
      }
      const end = Math.max(...counter.queued()) + 20;
      await counter.until(() => tap.acknowledged.includes(end));
      await counter.kill('SIGTERM');
      expectDelivered(tap.acknowledged, expectAll(counter.queued()), end);
    },
    LIMIT_MS,
  );

  it(
    'loses nothing when it is killed',
    async () => {
      const broker = await mosquitto();
      const observer = await observe(broker.port);
      cleanup.push(() => observer.close());
      const directory = stateDirectory();
      const queued: number[] = [];
      for (let life = 0; life < 5; life++) {
        const counter = startProgram({
          ...base,
          PORT: broker.port,
          STATE_DIR: directory,
          PERIOD_MS: life % 2 === 0 ? 0 : 20,
          COUNTER_START: 1000,
        });
        await counter.until(() => counter.queued().length > 40 + 17 * life);
        await counter.kill('SIGKILL');
        queued.push(...counter.queued());
      }
      const last = startProgram({ ...base, PORT: broker.port, STATE_DIR: directory });
      const end = Math.max(...queued) + 10;
      await last.until(() => observer.numbers.includes(end));
      await last.kill('SIGTERM');
      queued.push(...last.queued());
      expect(queued[0]).toBe(1000);
      expectDelivered(observer.numbers, expectAll(queued), end);
    },
    LIMIT_MS,
  );

  it(
    'ends within a second when npm is killed, and its engine with it',
    async () => {
      const broker = await mosquitto();
      const directory = stateDirectory();
      const counter = startProgram({ ...base, PORT: broker.port, STATE_DIR: directory }, 'npm');
      await counter.until(() => counter.queued().length > 3);
      const owners = Object.values(owner(directory)).map(({ pid }) => pid);
      expect(owners).toHaveLength(environment['ENGINE'] === 'espruino' ? 2 : 1);
      counter.child.kill('SIGKILL');
      await pause(1000);
      expect(owners.filter(lives)).toEqual([]);
    },
    LIMIT_MS,
  );
}

/** @returns the processes that the lock of a directory names. */
function owner(directory: string): Record<string, { pid: number }> {
  const [file] = execFileSync('ls', [directory], { encoding: 'utf8' }).match(/lock\.\d+/)!;
  return JSON.parse(readFileSync(join(directory, file), 'utf8')) as Record<string, { pid: number }>;
}

function lives(pid: number): boolean {
  try {
    return !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}

function onEspruino(engine: Engine): void {
  const base = {
    ENGINE: 'espruino',
    ESPRUINO: engine.find()!,
    CLIENT_ID: 'counter',
    PERIOD_MS,
    RECONNECT_MS: 0,
    KEEPALIVE: 2,
  };

  it(
    'goes on through every kind of peer, at most ten times a second, and counts on with a broker',
    async () => {
      const broker = await startBroker();
      const kinds = Object.values(HOSTILE);
      const rounds = 3 * kinds.length;
      const peer = await startPeer((socket: Socket, count) => {
        if (count < rounds) kinds[count % kinds.length]!(socket, count);
        else broker.handle(socket);
      });
      const counter = startProgram({
        ...base,
        PORT: peer.port,
        STATE_DIR: stateDirectory(),
        CONNECT_TIMEOUT_MS: 300,
      });
      await counter.until(() => broker.numbers.length > 30);
      for (let i = 10; i < rounds; i++) {
        expect(peer.connects[i]! - peer.connects[i - 10]!).toBeGreaterThan(990);
      }
      broker.publish('cmd/\u20ac', Buffer.from([0, 10, 34, 92, 127, 128, 255]));
      await counter.until(() => counter.received().length > 0);
      expect(counter.received()).toEqual([
        { ev: 'recv', topic: 'cmd/\u20ac', payload: '\0\n"\\\x7f\x80\xff' },
      ]);
      counter.child.kill('SIGTERM');
      expect(await counter.done).toEqual({ code: 0, signal: null });
      expect(counter.errors()).toBe('');
      expectAll(counter.queued());
      expect(gaps(broker.numbers)).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'takes in MAX_PACKET bytes',
    async () => {
      const broker = await startBroker();
      const counter = startProgram({ ...base, PORT: broker.port, STATE_DIR: stateDirectory() });
      await counter.until(() => broker.numbers.length > 3);
      // Header, topic and identifier take 10 bytes.
      broker.publish('cmd', 'a'.repeat(2038));
      broker.publish('cmd', 'b'.repeat(2039));
      broker.publish('cmd', 'c'.repeat(20_000));
      broker.publish('cmd', 'd');
      await counter.until(() => counter.received().length === 2);
      expect(counter.received().map(({ payload }) => payload)).toEqual(['a'.repeat(64), 'd']);
    },
    LIMIT_MS,
  );

  it(
    'starts an engine again that is gone',
    async () => {
      const broker = await startBroker();
      const directory = stateDirectory();
      const counter = startProgram({ ...base, PORT: broker.port, STATE_DIR: directory });
      for (let times = 0; times < 3; times++) {
        const end = Math.max(0, ...broker.numbers) + 20;
        await counter.until(() => broker.numbers.includes(end));
        process.kill(owner(directory)['engine']!.pid, 'SIGKILL');
      }
      const end = Math.max(0, ...broker.numbers) + 20;
      await counter.until(() => broker.numbers.includes(end));
      await counter.kill('SIGTERM');
      expect(counter.queued()).toContain(end);
      expect(gaps(broker.numbers)).toEqual([]);
    },
    LIMIT_MS,
  );
}

function stuckConnections(engine: Engine): void {
  it(
    'is back within six seconds when a connection was stuck, for which the engine waits',
    async () => {
      const broker = await mosquitto();
      await broker.signal('SIGSTOP');
      // More than may wait to be accepted: whoever comes now gets no answer.
      const waiting = Array.from({ length: 200 }, () =>
        connect(broker.port, '127.0.0.1').on('error', () => {}),
      );
      cleanup.push(async () => waiting.forEach((socket) => socket.destroy()));
      await pause(500);
      const counter = startProgram({
        ENGINE: 'espruino',
        ESPRUINO: engine.find()!,
        PORT: broker.port,
        STATE_DIR: stateDirectory(),
        PERIOD_MS,
      });
      await counter.until(() => counter.queued().length > 0);
      await pause(17_000);
      for (const socket of waiting) socket.destroy();
      const observing = observe(broker.port);
      await broker.signal('SIGCONT');
      const since = performance.now();
      const observer = await observing;
      cleanup.push(() => observer.close());
      await counter.until(() => observer.numbers.length > 0);
      expect(performance.now() - since).toBeLessThan(6000);
    },
    LIMIT_MS,
  );
}

const VERSIONS = [
  ['4', 'MQTT 3.1.1'],
  ['5', 'MQTT 5.0'],
] as const;
for (const [MQTT_VERSION, version] of VERSIONS) {
  describe.skipIf(!MOSQUITTO.isThere)(`counter on node with Mosquitto, ${version}`, () =>
    anyEngine({ ENGINE: 'node', MQTT_VERSION }),
  );
  const engines = MQTT_VERSION === '4' ? ['espruino'] : ['espruino', 'espruino-assert'];
  for (const name of engines) {
    describeEngine(
      name,
      (engine) =>
        describe(version, () => anyEngine({ ENGINE: 'espruino', ESPRUINO: engine.find()!, MQTT_VERSION })),
      MOSQUITTO,
    );
  }
}
describeEngine('espruino', stuckConnections, MOSQUITTO);
describeEngine('espruino', onEspruino);
// Where an assert in the engine fails, its end is on standard error.
describeEngine('espruino-assert', onEspruino);
