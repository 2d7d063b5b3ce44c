// The counter program on Node, against aedes and against peers that are no brokers.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startBroker, startPeer } from './broker.ts';
import { HOSTILE } from './hostile.ts';
import { gaps, startProgram, stateDirectory } from './program.ts';

const BASE = { CLIENT_ID: 'counter-test', PERIOD_MS: 20, RECONNECT_MS: 0, KEEPALIVE: 5 };
const LIMIT_MS = 120_000;

/** The process that `pid` has started, if it lives. */
function childrenOf(pid: number): number[] {
  try {
    return execFileSync('ps', ['--ppid', String(pid), '-o', 'pid='], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map(Number);
  } catch {
    return [];
  }
}

function lives(pid: number): boolean {
  try {
    return !/^State:\s*[ZX]/m.test(
      execFileSync('cat', [`/proc/${pid}/status`], { encoding: 'utf8', stdio: 'pipe' }),
    );
  } catch {
    return false;
  }
}

describe('the counter program', { timeout: LIMIT_MS }, () => {
  it('counts without a gap through cut connections, outages and a broker that forgot it', async () => {
    const broker = await startBroker();
    const counter = startProgram({
      ...BASE,
      PORT: broker.port,
      STATE_DIR: stateDirectory(),
      COUNTER_START: 100,
    });
    let target = 130;
    const reach = async () => {
      await counter.until(() => broker.numbers.includes(target));
      target = Math.max(...broker.numbers) + 30;
    };
    await reach();
    for (let round = 0; round < 3; round++) {
      broker.cut();
      await reach();
      await broker.down();
      await new Promise((resolve) => setTimeout(resolve, 700));
      await broker.up();
      await reach();
      await broker.forget();
      await reach();
    }
    await counter.kill('SIGTERM');
    expect(counter.queued()[0]).toBe(100);
    expect(gaps(counter.queued())).toEqual([]);
    expect(new Set(counter.queued()).size).toBe(counter.queued().length);
    expect(gaps(broker.numbers)).toEqual([]);
    expect(Math.min(...broker.numbers)).toBe(100);
  });

  it('is killed again and again and goes on where it was, with nothing lost', async () => {
    const broker = await startBroker();
    const directory = stateDirectory();
    const queued: number[] = [];
    for (let life = 0; life < 8; life++) {
      // Whether the broker is there, and how fast it counts, is different each time.
      if (life % 4 === 3) await broker.down();
      const counter = startProgram({
        ...BASE,
        PORT: broker.port,
        STATE_DIR: directory,
        PERIOD_MS: life % 2 === 0 ? 0 : 5,
        COUNTER_START: 7 + life,
      });
      // Without a broker it stops when its outbox is full.
      const many = life % 4 === 3 ? 0 : 20 + 13 * life;
      const since = performance.now();
      await counter.until(() => counter.queued().length > many || performance.now() - since > 5000);
      await counter.kill('SIGKILL');
      queued.push(...counter.queued());
      if (life % 4 === 3) await broker.up();
    }
    const last = startProgram({ ...BASE, PORT: broker.port, STATE_DIR: directory });
    const end = Math.max(...queued) + 10;
    await last.until(() => broker.numbers.includes(end));
    await last.kill('SIGTERM');
    queued.push(...last.queued());
    expect(queued[0]).toBe(7);
    // Each number once, in order: the next life continues where the last was killed.
    expect(queued).toEqual(Array.from(queued, (_, index) => 7 + index));
    expect(gaps(broker.numbers)).toEqual([]);
    expect(Math.min(...broker.numbers)).toBe(7);
  });

  it('prints what it is sent, also what came while it was away', async () => {
    const broker = await startBroker();
    const directory = stateDirectory();
    const first = startProgram({ ...BASE, PORT: broker.port, STATE_DIR: directory });
    await first.until(() => broker.numbers.length > 3);
    broker.publish('cmd/a', 'one');
    await first.until(() => first.received().length === 1);
    // Its PUBACK went out before what was published afterwards.
    const seen = broker.numbers.length;
    await first.until(() => broker.numbers.length > seen + 10);
    await first.kill('SIGKILL');
    broker.publish('cmd/b/\u20ac', Buffer.from([0, 10, 34, 92, 127, 128, 255]));
    broker.publish('other', 'not ours');
    broker.publish('cmd', 'x'.repeat(1000));
    const second = startProgram({ ...BASE, PORT: broker.port, STATE_DIR: directory });
    await second.until(() => second.received().length === 2);
    await second.kill('SIGTERM');
    expect([...first.received(), ...second.received()]).toEqual([
      { ev: 'recv', topic: 'cmd/a', payload: 'one' },
      { ev: 'recv', topic: 'cmd/b/\u20ac', payload: '\0\n"\\\x7f\x80\xff' },
      { ev: 'recv', topic: 'cmd', payload: 'x'.repeat(64) },
    ]);
  });

  it('forgets its session with CLEAN=1', async () => {
    const broker = await startBroker();
    const directory = stateDirectory();
    const first = startProgram({ ...BASE, PORT: broker.port, STATE_DIR: directory, CLEAN: 1 });
    await first.until(() => broker.numbers.length > 3);
    await first.kill('SIGKILL');
    broker.publish('cmd/a', 'lost');
    const second = startProgram({ ...BASE, PORT: broker.port, STATE_DIR: directory, CLEAN: 1 });
    const before = broker.numbers.length;
    await second.until(() => broker.numbers.length > before + 3);
    broker.publish('cmd/b', 'there');
    await second.until(() => second.received().length > 0);
    expect(second.received()).toEqual([{ ev: 'recv', topic: 'cmd/b', payload: 'there' }]);
  });

  it('goes on through every kind of peer, at most ten times a second, and counts on with a broker', async () => {
    const broker = await startBroker();
    const kinds = Object.values(HOSTILE);
    const rounds = 2 * kinds.length;
    const peer = await startPeer((socket, count) => {
      if (count < rounds) kinds[count % kinds.length]!(socket, count);
      else broker.handle(socket);
    });
    const counter = startProgram({
      ...BASE,
      PORT: peer.port,
      STATE_DIR: stateDirectory(),
      CONNECT_TIMEOUT_MS: 200,
    });
    await counter.until(() => broker.numbers.length > 100);
    for (let i = 10; i < rounds; i++) {
      expect(peer.connects[i]! - peer.connects[i - 10]!).toBeGreaterThan(990);
    }
    broker.publish('cmd/a', 'still there');
    await counter.until(() => counter.received().length > 0);
    expect(counter.received().at(-1)).toEqual({ ev: 'recv', topic: 'cmd/a', payload: 'still there' });
    counter.child.kill('SIGTERM');
    expect(await counter.done).toEqual({ code: 0, signal: null });
    expect(counter.errors()).toBe('');
    expect(gaps(broker.numbers)).toEqual([]);
  });

  it('is back within six seconds after an outage', async () => {
    const broker = await startBroker();
    const counter = startProgram({
      ...BASE,
      PORT: broker.port,
      STATE_DIR: stateDirectory(),
      RECONNECT_MS: 60_000,
    });
    await counter.until(() => broker.numbers.length > 3);
    await broker.down();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await broker.up();
    const before = broker.connects.length;
    const since = performance.now();
    await counter.until(() => broker.connects.length > before);
    expect(performance.now() - since).toBeLessThan(6000);
  });
});

describe('processes', { timeout: LIMIT_MS }, () => {
  it('ends on SIGTERM through npm, and says goodbye', async () => {
    const broker = await startBroker();
    const counter = startProgram({ ...BASE, PORT: broker.port, STATE_DIR: stateDirectory() }, 'npm');
    await counter.until(() => broker.numbers.length > 3);
    const [node] = childrenOf(counter.child.pid!);
    counter.child.kill('SIGTERM');
    await counter.done;
    expect(lives(node!)).toBe(false);
    expect(counter.errors()).toBe('');
  });

  it('ends within a second when npm is killed', async () => {
    const broker = await startBroker();
    const counter = startProgram({ ...BASE, PORT: broker.port, STATE_DIR: stateDirectory() }, 'npm');
    await counter.until(() => broker.numbers.length > 3);
    const [node] = childrenOf(counter.child.pid!);
    expect(lives(node!)).toBe(true);
    const since = performance.now();
    // Its output stays open as long as anybody is left who could write to it.
    await counter.kill('SIGKILL');
    expect(performance.now() - since).toBeLessThan(1000);
    expect(lives(node!)).toBe(false);
  });

  it('ends within a second when npm is killed, also where nobody reads its lines', async () => {
    const broker = await startBroker();
    const counter = startProgram(
      { ...BASE, PORT: broker.port, STATE_DIR: stateDirectory(), PERIOD_MS: 0 },
      'npm',
    );
    await counter.until(() => broker.numbers.length > 3);
    counter.child.stdout!.pause();
    const [node] = childrenOf(counter.child.pid!);
    // It stops counting instead of collecting lines.
    for (let last = -1; last !== broker.numbers.length;) {
      last = broker.numbers.length;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    counter.child.kill('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(lives(node!)).toBe(false);
    counter.child.stdout!.resume();
    await counter.done;
  });

  it('lets a second instance in when the first has ended', async () => {
    const broker = await startBroker();
    const directory = stateDirectory();
    const first = startProgram({ ...BASE, PORT: broker.port, STATE_DIR: directory });
    await first.until(() => broker.numbers.length > 3);
    const second = startProgram({ ...BASE, PORT: broker.port, STATE_DIR: directory });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(second.lines).toEqual([]);
    await first.kill('SIGKILL');
    await second.until(() => second.queued().length > 3);
    const all = [...first.queued(), ...second.queued()];
    expect(all).toEqual(Array.from(all, (_, index) => 1 + index));
  });

  it('does not let two work in one directory', async () => {
    const broker = await startBroker();
    const directory = stateDirectory();
    const first = startProgram({ ...BASE, PORT: broker.port, STATE_DIR: directory });
    await first.until(() => broker.numbers.length > 3);
    const since = performance.now();
    const second = startProgram({ ...BASE, PORT: broker.port, STATE_DIR: directory });
    expect(await second.done).toEqual({ code: 3, signal: null });
    expect(performance.now() - since).toBeGreaterThan(5000);
    expect(second.lines).toEqual([]);
    expect(second.errors()).toContain(`in use by process ${first.child.pid}`);
    expect(readdirSync(directory).filter((name) => name.startsWith('lock'))).toEqual(['lock.1']);
  });

  it.each([
    [{ MQTT_VERSION: 6 }, 2, 'MQTT_VERSION'],
    [{ PERIOD_MS: 'soon' }, 2, 'PERIOD_MS'],
    [{ ENGINE: 'espruino', ESPRUINO: '' }, 3, 'ESPRUINO is not set'],
    [{ ENGINE: 'espruino', ESPRUINO: '/nowhere/espruino' }, 3, 'no Espruino at /nowhere/espruino'],
  ])('says what is wrong with %o', async (environment, code, words) => {
    const counter = startProgram({ ...BASE, STATE_DIR: stateDirectory(), ...environment });
    expect(await counter.done).toEqual({ code, signal: null });
    expect(counter.lines).toEqual([]);
    expect(counter.errors()).toMatch(/^error: .*\n {2}do: .*\n$/);
    expect(counter.errors()).toContain(words);
  });

  it('says when something else stands in its flash, and leaves it alone', async () => {
    const directory = stateDirectory();
    const file = join(directory, 'espruino.flash');
    const flash = Buffer.alloc(0x40000, 0x55);
    writeFileSync(file, flash);
    const counter = startProgram({ ...BASE, STATE_DIR: directory });
    expect((await counter.done).code).toBe(3);
    expect(counter.lines).toEqual([]);
    expect(counter.errors()).toContain('the outbox does not open: something else stands in the flash');
    expect(readFileSync(file).equals(flash)).toBe(true);
  });

  it('says when it cannot write its state', async () => {
    const file = join(stateDirectory(), 'file');
    writeFileSync(file, '');
    const counter = startProgram({ ...BASE, STATE_DIR: file });
    expect((await counter.done).code).toBe(3);
    expect(counter.errors()).toContain('cannot write there');
  });
});
