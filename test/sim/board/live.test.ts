import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { LiveWorld } from '../../../sim/board/world.ts';
import { createLiveWorld } from '../../../sim/board/world.ts';
import { ConnectError } from '../../../sim/network/connection.ts';

const opened: { server: Server; sockets: Set<Socket> }[] = [];
const worlds: LiveWorld[] = [];

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
  for (const { server, sockets } of opened.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  opened.push({ server, sockets });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function createWorld(): LiveWorld {
  const world = createLiveWorld();
  worlds.push(world);
  return world;
}

/** Events that can be waited for. */
function recorder() {
  const seen: string[] = [];
  let data = '';
  let changed: () => void = () => undefined;
  const note = (what: string) => {
    seen.push(what);
    changed();
  };
  return {
    seen,
    received: () => data,
    until: async (done: () => boolean) => {
      while (!done()) await new Promise<void>((resolve) => (changed = resolve));
    },
    onData(bytes: string) {
      data += bytes;
      changed();
    },
    onEnd: () => note('end'),
    onReset: () => note('reset'),
    onWritable: () => note('writable'),
  };
}

describe('live world', () => {
  it('connects before it returns, also to a server of this very process', async () => {
    const port = await listen((socket) => socket.pipe(socket));
    const events = recorder();
    const { connection, blockedMs } = createWorld().connect('localhost', port, events);
    expect(blockedMs).toBeGreaterThan(0);
    expect(connection.send('\x00\xff bytes')).toBe(8);
    await events.until(() => events.received().length === 8);
    expect(events.received()).toBe('\x00\xff bytes');
    connection.end();
  });

  it('throws on refusal', async () => {
    const port = await listen(() => undefined);
    const { server } = opened.pop()!;
    await new Promise((resolve) => server.close(resolve));
    const attempt = () => createWorld().connect('127.0.0.1', port, recorder());
    expect(attempt).toThrow(ConnectError);
    expect(attempt).toThrow(`127.0.0.1:${port}: refused`);
  });

  it('takes as much as its buffer holds, and says when there is room again', async () => {
    let arrived = 0;
    const port = await listen((socket) => socket.on('data', (data) => (arrived += data.length)));
    const events = recorder();
    const { connection } = createWorld().connect('127.0.0.1', port, events);
    let sent = 0;
    const total = 500_000;
    while (sent < total) {
      const taken = connection.send('x'.repeat(Math.min(10_000, total - sent)));
      sent += taken;
      if (taken > 0) continue;
      events.seen.length = 0;
      await events.until(() => events.seen.includes('writable'));
    }
    connection.end();
    while (arrived < total) await new Promise((resolve) => setImmediate(resolve));
    expect(arrived).toBe(total);
  });

  it('tells the end and the reset of the other side', async () => {
    for (const how of ['end', 'reset'] as const) {
      const port = await listen((socket) => (how === 'end' ? socket.end('bye') : socket.resetAndDestroy()));
      const events = recorder();
      createWorld().connect('127.0.0.1', port, events);
      await events.until(() => events.seen.length > 0);
      expect(events.seen).toEqual([how]);
      if (how === 'end') expect(events.received()).toBe('bye');
    }
  });

  it('closes everything with itself', async () => {
    let closed = 0;
    const port = await listen((socket) => socket.on('close', () => closed++));
    const world = createWorld();
    world.connect('127.0.0.1', port, recorder());
    world.connect('127.0.0.1', port, recorder());
    await world.close();
    while (closed < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toBe(2);
  });
});
