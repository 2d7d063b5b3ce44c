import { beforeEach, describe, expect, it } from 'vitest';
import { createBroker } from '../../../sim/device/broker.ts';
import type { Broker, BrokerOptions } from '../../../sim/device/broker.ts';
import { createLoop } from '../../../sim/device/loop.ts';
import type { Loop } from '../../../sim/device/loop.ts';
import { createNet } from '../../../sim/device/net.ts';

const CONNECT = '\x10\x0d\x00\x04MQTT\x04\x02\x00\x1e\x00\x01m';
const CONNACK = '\x20\x02\x00\x00';
const publish = (payload: string) =>
  `\x30${String.fromCharCode(((payload.length + 3) & 127) | 128, (payload.length + 3) >> 7)}\x00\x01t${payload}`;

let loop: Loop;
let options: BrokerOptions;
let broker: Broker;
let made: ReturnType<typeof createNet>;
let log: string[];

function open(): EngineSocket {
  const socket = made.net.connect({ host: 'broker', port: 1883 });
  const listen = socket.on as (event: string, handler: (value: unknown) => void) => void;
  for (const event of ['connect', 'data', 'drain', 'end', 'close', 'error']) {
    listen(event, (value) => log.push(typeof value === 'string' ? `${event} ${value.length}` : event));
  }
  return socket;
}

beforeEach(() => {
  loop = createLoop();
  options = { now: loop.now };
  broker = createBroker(options);
  made = createNet(loop, broker, () => {});
  log = [];
});

describe('a socket', () => {
  it('connects later, and drains at once when nothing waits', () => {
    open();
    expect(log).toEqual([]);
    loop.run(10);
    expect(log).toEqual(['connect', 'drain']);
    expect(made.settings.opened()).toBe(1);
  });

  it('takes bytes before it is connected and drains before it says so', () => {
    const socket = open();
    expect(socket.write(CONNECT)).toBe(false);
    loop.run(10);
    expect(log).toEqual(['drain', 'connect', `data ${CONNACK.length}`]);
  });

  it('sends 536 bytes in each idle pass', () => {
    const arrived: number[] = [];
    const socket = createNet(
      loop,
      { ...broker, connect: () => ({ data: (bytes) => void arrived.push(bytes.length), closed() {} }) },
      () => {},
    ).net.connect({ host: 'broker', port: 1883 });
    let drained = 0;
    loop.run(10);
    socket.on('drain', () => (drained = loop.now()));
    socket.write('x'.repeat(1200));
    const from = loop.now();
    loop.run(10);
    expect(arrived).toEqual([536, 536, 128]);
    expect(drained - from).toBe(3);
  });

  it('receives at most 536 bytes at a time', () => {
    const socket = open();
    socket.write(CONNECT);
    for (let i = 0; i < 300; i++) socket.write('\xc0\x00');
    loop.run(50);
    expect(log.filter((entry) => entry.startsWith('data'))).toEqual(['data 536', 'data 68']);
  });

  it('lets what was written leave before it ends', () => {
    const socket = open();
    socket.write(CONNECT);
    loop.run(10);
    log = [];
    socket.write(publish('x'.repeat(1000)));
    socket.end();
    expect(() => socket.write('late')).toThrow('This socket is closed');
    loop.run(20);
    expect(broker.messages.map((message) => message.payload.length)).toEqual([1000]);
    expect(log).toEqual(['drain', 'end', 'close']);
    expect(() => socket.write('late')).toThrow('This socket is closed');
  });

  it('ends when the broker closes', () => {
    options.returnCode = 4;
    const socket = open();
    socket.write(CONNECT);
    loop.run(20);
    expect(log).toEqual(['drain', 'connect', 'data 4', 'end', 'close']);
  });

  it('ends when the network is cut', () => {
    open().write(CONNECT);
    loop.run(10);
    log = [];
    made.settings.cut();
    loop.run(10);
    expect(log).toEqual(['end', 'close']);
    expect(broker.online()).toBe(0);
  });

  it('is refused by a throw', () => {
    made.settings.refuse = true;
    expect(() => open()).toThrow('Unable to create socket');
    expect(made.settings.opened()).toBe(0);
  });

  it('is dropped with what it holds when the engine marks it so', () => {
    const socket = open();
    socket.write(CONNECT + publish('x'.repeat(1000)));
    socket.clsNow = true;
    loop.run(20);
    expect(log).toEqual(['error', 'end', 'close']);
    expect([broker.published(), broker.online()]).toEqual([0, 0]);
  });
});
