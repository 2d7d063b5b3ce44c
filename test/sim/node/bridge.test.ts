// Real TCP on 127.0.0.1 at one end, a simulated network whose time goes with the real clock at the other.

import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { VirtualWorld } from '../../../sim/board/world.ts';
import { createVirtualWorld } from '../../../sim/board/world.ts';
import type { ConnectError } from '../../../sim/network/connection.ts';
import { createNetwork } from '../../../sim/network/network.ts';
import { openBridge } from '../../../sim/node/bridge.ts';
import { createPaced } from '../../../sim/paced.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

const LOOK_MS = 2;
const LIMIT_MS = 5000;

async function until(isSo: () => boolean): Promise<void> {
  for (const end = performance.now() + LIMIT_MS; !isSo();) {
    if (performance.now() > end) expect.fail(`not within ${LIMIT_MS} ms: ${isSo.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** A real server that writes down what it hears, and its connections. */
async function serve(port = 0) {
  const sockets: Socket[] = [];
  const heard: string[] = [];
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('data', (bytes) => heard.push(bytes.toString('latin1')));
    socket.on('end', () => heard.push('(end)'));
    socket.on('error', () => heard.push('(reset)'));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = () => {
    server.close();
    for (const socket of sockets) socket.resetAndDestroy();
  };
  ends.push(stop);
  return { port: (server.address() as AddressInfo).port, sockets, heard, stop };
}

/** A world with a bridge from "broker" to ports of this computer. */
function bridge(...ports: number[]) {
  const network = createNetwork({ delayMs: [1, 2] });
  const world = createVirtualWorld({ seed: 1, network });
  const paced = createPaced(world);
  const errors: string[] = [];
  const targets = ports.map((port) => ({ host: '127.0.0.1', port }));
  const onError = (error: NodeJS.ErrnoException) => void errors.push(error.code ?? error.message);
  const made = openBridge({ network, host: 'broker', port: 1883, targets, sync: paced.sync, onError });
  ends.push(() => {
    made.close();
    paced.stop();
  });
  return { world, network, errors, bridge: made, paced };
}

/** The end of a board. */
function connectFrom(world: VirtualWorld) {
  const seen: string[] = [];
  const { connection } = world.connect('broker', 1883, {
    onData: (bytes) => void seen.push(bytes),
    onEnd: () => void seen.push('(end)'),
    onReset: () => void seen.push('(reset)'),
    onWritable: () => undefined,
  });
  return { seen, connection };
}

const attempt = (world: VirtualWorld) => {
  try {
    return connectFrom(world);
  } catch (error) {
    return (error as ConnectError).failure;
  }
};

describe('a bridge', () => {
  it('carries every byte both ways, in order', async () => {
    const server = await serve();
    const { world, bridge: made } = bridge(server.port);
    const { seen, connection } = connectFrom(world);
    const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
    expect(connection.send(all.repeat(8))).toBe(2048);
    await until(() => server.heard.join('').length === 2048);
    expect(server.heard.join('')).toBe(all.repeat(8));
    expect(made.count()).toBe(1);
    const long = all.repeat(400);
    server.sockets[0]!.write(long, 'latin1');
    await until(() => seen.join('').length === long.length);
    expect(seen.join('')).toBe(long);
  });

  it('hands on an end and a reset, in both directions', async () => {
    const server = await serve();
    const { world, bridge: made } = bridge(server.port);
    const [ended, reset, endedThere, resetThere] = Array.from({ length: 4 }, () => connectFrom(world));
    await until(() => server.sockets.length === 4);
    ended!.connection.end();
    await until(() => server.heard.length === 1);
    reset!.connection.reset();
    await until(() => server.heard.length === 2);
    expect(server.heard).toEqual(['(end)', '(reset)']);
    const open = server.sockets.filter((socket) => !socket.destroyed && !socket.readableEnded);
    expect(open).toHaveLength(2);
    // Which of them is whose nobody knows.
    open[0]!.end('bye');
    await until(() => endedThere!.seen.length + resetThere!.seen.length === 2);
    const [first, second] =
      endedThere!.seen.length > 0 ? [endedThere!, resetThere!] : [resetThere!, endedThere!];
    expect(first.seen).toEqual(['bye', '(end)']);
    open[1]!.resetAndDestroy();
    await until(() => second.seen.length > 0);
    expect(second.seen).toEqual(['(reset)']);
    for (const socket of server.sockets) socket.destroy();
    await until(() => made.count() === 0);
  });

  it('drops what a board says behind the other side’s end, and calls that no error', async () => {
    const server = await serve();
    const { world, errors, bridge: made, network } = bridge(server.port);
    const { seen, connection } = connectFrom(world);
    await until(() => server.sockets.length === 1);
    network.settings.delayMs = [50, 50];
    server.sockets[0]!.end();
    await until(() => made.count() === 0 || server.heard.includes('(end)'));
    connection.send('too late');
    await until(() => seen.length > 0);
    expect([seen, errors]).toEqual([['(end)'], []]);
  });

  it('refuses while nobody listens, and takes connections again afterwards', async () => {
    const server = await serve();
    const { world, errors, bridge: made } = bridge(server.port);
    const before = connectFrom(world);
    await until(() => server.sockets.length === 1);
    server.stop();
    await until(() => before.seen.length > 0);
    expect(before.seen).toEqual(['(reset)']);
    const first = connectFrom(world);
    await until(() => first.seen.length > 0);
    expect(first.seen).toEqual(['(reset)']);
    expect(errors).toContain('ECONNREFUSED');
    expect([attempt(world), made.count()]).toEqual(['refused', 0]);
    const again = await serve(server.port);
    await until(() => typeof attempt(world) !== 'string');
    await until(() => again.sockets.some((socket) => !socket.destroyed));
  });

  it('goes to each of several brokers in turn, past those that refuse', async () => {
    const [one, two] = [await serve(), await serve()];
    const { world } = bridge(one.port, two.port);
    for (let i = 0; i < 4; i++) connectFrom(world);
    await until(() => one.sockets.length + two.sockets.length === 4);
    expect([one.sockets.length, two.sockets.length]).toEqual([2, 2]);
    one.stop();
    const tries = Array.from({ length: 2 }, () => connectFrom(world));
    await until(() => tries.some(({ seen }) => seen.length > 0));
    const had = two.sockets.length;
    for (let i = 0; i < 3; i++) connectFrom(world);
    await until(() => two.sockets.length === had + 3);
  });

  it('breaks everything off when it is closed', async () => {
    const server = await serve();
    const { world, bridge: made } = bridge(server.port);
    const { seen } = connectFrom(world);
    await until(() => server.sockets.length === 1);
    made.close();
    await until(() => seen.length > 0 && server.heard.length > 0);
    expect([attempt(world), made.count()]).toEqual(['refused', 0]);
  });
});
