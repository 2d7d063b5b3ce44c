// Sockets over a console, as the engine's side sees them: what is printed for the host, and what the host's lines do.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBridgeNet } from '../../../sim/device/bridge-net.ts';

const scope = globalThis as unknown as EngineGlobals;
let printed: string[];

beforeEach(() => {
  vi.useFakeTimers();
  printed = [];
  scope.print = (text) => printed.push(text);
});
afterEach(() => {
  vi.useRealTimers();
  for (const name of ['print', 'moteNet']) Reflect.deleteProperty(globalThis, name);
});

/** What a socket tells, in order. */
function record(socket: EngineSocket): string[] {
  const told: string[] = [];
  for (const event of ['connect', 'drain', 'data', 'end', 'close']) {
    socket.on(event, (value: unknown) =>
      told.push(value === undefined ? event : `${event} ${String(value)}`),
    );
  }
  return told;
}

const host = (id: number, event: string, bytes = '') => scope.moteNet!(id, event, bytes);
const open = () => createBridgeNet().connect({ host: 'broker.lan', port: 1883 });

describe('sockets over a console', () => {
  it('print what they ask, and tell what the host says', () => {
    const socket = open();
    const told = record(socket);
    host(1, 'connect');
    host(1, 'drain');
    expect(socket.write('\x10\xff\x00')).toBe(false);
    host(1, 'data', 'IAIAAA==');
    socket.end();
    host(1, 'close');
    expect(printed).toEqual([
      '@@mote:net 1 open 1883 broker.lan',
      '@@mote:net 1 write EP8A',
      '@@mote:net 1 end ',
    ]);
    expect(told).toEqual(['connect', 'drain', 'data  \x02\x00\x00', 'end', 'close false']);
  });

  it('keep what comes while nobody listens', () => {
    const socket = open();
    host(1, 'data', 'YWI=');
    host(1, 'data', 'Yw==');
    expect(socket.read()).toBe('abc');
    expect(socket.read()).toBe('');
  });

  it('tell a removed listener nothing', () => {
    const socket = open();
    const told = record(socket);
    socket.removeAllListeners('data');
    host(1, 'data', 'YWI=');
    host(1, 'drain');
    expect(told).toEqual(['drain']);
  });

  it('throw on a write after the end, as the engine does', () => {
    const socket = open();
    host(1, 'close', 'ECONNRESET');
    expect(() => socket.write('x')).toThrow('This socket is closed');
  });

  it('say that the connection ended with an error', () => {
    const told = record(open());
    host(1, 'close', 'ECONNREFUSED');
    expect(told).toEqual(['end', 'close true']);
  });

  it('close what is marked to be closed, once, and hear nothing of it any more', () => {
    const socket = open();
    const told = record(socket);
    socket.clsNow = true;
    vi.advanceTimersByTime(200);
    host(1, 'data', 'YWI=');
    host(1, 'close');
    expect(printed).toEqual(['@@mote:net 1 open 1883 broker.lan', '@@mote:net 1 close ']);
    expect(told).toEqual(['end', 'close false']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are told apart by number', () => {
    const net = createBridgeNet();
    const first = record(net.connect({ host: 'a', port: 1 }));
    const second = record(net.connect({ host: 'b', port: 2 }));
    host(2, 'connect');
    expect([first, second]).toEqual([[], ['connect']]);
  });
});
