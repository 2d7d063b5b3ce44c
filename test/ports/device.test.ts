// The program that runs on the real engine, over the fakes that the other tests of the ports use: what it shows of the
// engine holds for them too.

import { afterEach, expect, it } from 'vitest';
import { crc32 } from '../../sim/board/bytes.ts';
import { createRandom } from '../../sim/environment/random.ts';
import { createFakeNet, type FakeConnection } from './espruino/fake-net.ts';
import { createFakeTime } from './espruino/fake-time.ts';
import { installEngine, removeEngine } from './espruino/engine.ts';

const PORTS = { ECHO_PORT: 1, GREET_PORT: 2, SHUT_PORT: 3, REPORT_PORT: 4, DEAD_PORT: 5 };
/** Milliseconds of virtual time after which the program should long have ended. */
const PATIENCE_MS = 60_000;

const engineProcess = process as typeof process & { memory?(): { usage: number } };

afterEach(() => {
  delete engineProcess.memory;
  removeEngine();
});

/** The servers of device-servers.ts, without a network. */
function createServers() {
  const { ECHO_PORT, GREET_PORT, SHUT_PORT, REPORT_PORT } = PORTS;
  const net = createFakeNet(ECHO_PORT, GREET_PORT, SHUT_PORT, REPORT_PORT);
  const echo = (connection: FakeConnection) => (bytes: string) => {
    if (bytes === 'BYE' || bytes === 'RST') connection.end();
    else if (bytes === 'MUTE') connection.stall();
    else connection.send(bytes);
  };
  net.onAccept = (connection) => {
    if (connection.port === ECHO_PORT) connection.onReceive = echo(connection);
    if (connection.port === GREET_PORT) connection.send('hello');
    if (connection.port === SHUT_PORT) connection.end();
    if (connection.port !== REPORT_PORT) return;
    const closed = net.accepted.filter(({ port, closed }) => port === ECHO_PORT && closed);
    connection.send(String(closed.at(-1)?.received.length));
    connection.end();
  };
  return net;
}

function createFlash() {
  const first = 0x10000000;
  const cells = new Uint8Array(0x40000).fill(0xff);
  return {
    read: (length: number, address: number) => cells.slice(address - first, address - first + length),
    write: (data: Uint8Array | string, address: number) =>
      Buffer.from(data as string, 'latin1').forEach((byte, i) => (cells[address - first + i] &= byte)),
    erasePage: (address: number) => cells.fill(0xff, address - first, address - first + 1024),
  };
}

/** Two serial ports that are wired to each other; bytes arrive from the event loop, in pieces. */
function createLoopback(later: (callback: () => void) => void) {
  const handlers: ((bytes: string) => void)[][] = [[], []];
  const end = (near: number, far: number) => ({
    on: (_event: string, handler: (bytes: string) => void) => handlers[near].push(handler),
    write(bytes: string) {
      for (let from = 0; from < bytes.length; from += 60) {
        const piece = bytes.slice(from, from + 60);
        later(() => handlers[far].forEach((handler) => handler(piece)));
      }
    },
  });
  return { LoopbackA: end(0, 1), LoopbackB: end(1, 0) };
}

const random = createRandom(1);

/** Pins and buses as Espruino on Linux has them: they take every call and mean nothing. */
const DUMMIES = {
  pinMode() {},
  digitalWrite() {},
  digitalRead: () => 0,
  I2C1: {
    setup() {},
    writeTo() {},
    readFrom: (_address: number, quantity: number) => new Uint8Array(quantity),
    readReg: (_address: number, _register: number, quantity: number) => new Uint8Array(quantity),
  },
  OneWire: class {
    reset = () => true;
    write() {}
    read = (quantity: number) => new Uint8Array(quantity);
    search = () => [];
  },
  E: {
    srand() {},
    // As many bits as the engine has.
    hwRand: () => (random.next() << 15) ^ random.next(),
    enableWatchdog() {},
    kickWatchdog() {},
    toString: (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1'),
    sum: (bytes: Uint8Array) => bytes.reduce((sum, byte) => sum + byte, 0),
    CRC32: (text: string) => crc32(Buffer.from(text, 'latin1')),
  },
  getSerial: () => '00000000-addeadde-addeadde',
};

it('shows of the fakes what it shows of the engine', async () => {
  const lines: string[] = [];
  const net = createServers();
  const time = createFakeTime();
  const { setTimeout } = time.globals as { setTimeout(callback: () => void, ms: number): void };
  installEngine(
    {
      ...PORTS,
      ...time.globals,
      ...DUMMIES,
      ...createLoopback((callback) => setTimeout(callback, 0)),
      print: (...values: unknown[]) => lines.push(values.join(' ')),
    },
    { net: net.module, Flash: createFlash() },
  );
  engineProcess.memory = () => ({ usage: net.held() + net.queued() });
  const program = './device/ports.device.ts';
  await import(/* @vite-ignore */ program);
  for (let ms = 0; lines.at(-1) !== 'end' && ms < PATIENCE_MS; ms++) {
    time.pass(1);
    net.idle();
  }
  expect(lines.at(-1)).toBe('end');
  expect(lines.filter((line) => line.startsWith('FAIL'))).toEqual([]);
  expect(lines.filter((line) => line.startsWith('ok '))).not.toHaveLength(0);
  expect(lines).toContain('#6 42');
});
