// Encrypted connections: what is asked of the engine, what is said of it, and when it is not asked at all.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventText } from '../../../flash/codes.ts';
import { Code, Event } from '../../../src/ports/codes.ts';
import type { Log } from '../../../src/ports/log.ts';
import type { Socket, SocketEvents } from '../../../src/ports/socket.ts';
import { installEngine, loadPort, removeEngine } from './engine.ts';
import { createFakeNet } from './fake-net.ts';

const PORT = 8883;
const TLS_BYTES = 40960;
const BLOCK = 17408;
const NEED = { bytes: TLS_BYTES, blockBytes: BLOCK };

const { createTlsSocket } = await loadPort<{
  createTlsSocket(log: Log, options: object, need: object): Socket;
}>('tls-socket');

const events: SocketEvents = { onOpen() {}, onData() {}, onDrain() {}, onClose() {} };
const said: [number, number][] = [];
const log: Log = { write: (event, detail) => void said.push([event, detail]) };
/** Of variables, in blocks of 16 bytes, and of the heap beside them. */
let memory: { free: number; afterCollection?: number; heap?: number; block?: number };
let collections: number;
let addresses: Record<string, unknown>[];
let failure: string | undefined;

function install(modules: Record<string, unknown>): void {
  const process = {
    memory(collects: boolean) {
      if (collects) collections++;
      const { free, afterCollection = free, heap, block } = memory;
      const tx = heap === undefined ? {} : { free_heap: heap, largest_block: block };
      return { free: collects ? afterCollection : free, usage: 0, blocksize: 16, tx };
    },
  };
  installEngine({ process }, modules);
}

function open(options: object = {}): { socket: Socket; code: number } {
  const net = createFakeNet(PORT);
  install({
    tls: {
      connect(address: { host: string; port: number }) {
        if (failure !== undefined) throw new Error(failure);
        addresses.push({ ...address });
        return net.module.connect(address);
      },
    },
  });
  const socket = createTlsSocket(log, options, NEED);
  return { socket, code: socket.open('127.0.0.1', PORT, events) };
}

const sentences = () => said.map(([event, detail]) => eventText(event, detail));

beforeEach(() => {
  said.length = 0;
  collections = 0;
  addresses = [];
  failure = undefined;
  memory = { free: TLS_BYTES / 16 };
});
afterEach(removeEngine);

describe('TLS on Espruino', () => {
  it('says at the start that nobody is verified, and connects', () => {
    expect(open().code).toBe(Code.Ok);
    expect(said).toEqual([[Event.Unverified, 0]]);
    expect(sentences()[0]).toMatch(/^encrypted, but the broker is not verified/);
    expect(addresses).toEqual([{ host: '127.0.0.1', port: PORT }]);
  });

  it('shows certificate and key, if there are both', () => {
    memory.free = 10000;
    open({ cert: 'der of a certificate', key: 'der of a key' });
    open({ cert: 'der of a certificate' });
    open({ cert: '', key: '' });
    expect(addresses).toEqual([
      { host: '127.0.0.1', port: PORT, cert: 'der of a certificate', key: 'der of a key' },
      { host: '127.0.0.1', port: PORT },
      { host: '127.0.0.1', port: PORT },
    ]);
  });

  it('sends nothing unencrypted where the engine has no TLS', () => {
    const net = createFakeNet(PORT);
    install({ net: net.module });
    const socket = createTlsSocket(log, {}, NEED);
    expect(socket.open('127.0.0.1', PORT, events)).toBe(Code.Absent);
    socket.close();
    expect(said).toEqual([[Event.NoTls, 0]]);
    expect(net.accepted).toEqual([]);
  });

  it.each([
    ['HTTPS init failed! mbedtls_ssl_setup: Not enough memory', Code.NoMemory],
    ["HTTPS init failed! mbedtls_x509_crt_parse of 'cert': Invalid format", Code.BadOptions],
    ['Unable to locate host', Code.NoHost],
    ['Unable to create socket', Code.Refused],
  ])('knows what the engine means by %j', (words, code) => {
    failure = words;
    expect(open().code).toBe(code);
  });
});

describe('without the memory for a handshake', () => {
  const refused = (needed: number, free: number) => [
    [Event.Unverified, 0],
    [Event.TlsMemory, needed * 1024 + free],
  ];

  it('the engine is not asked: both figures are said, and the next try is one', () => {
    memory.free = TLS_BYTES / 16 - 1;
    const { socket, code } = open();
    expect([code, addresses, said]).toEqual([Code.NoMemory, [], refused(40, 39)]);
    expect(sentences()[1]).toBe(
      'not connected: a TLS handshake needs 40 KB of memory, and 39 KB are free; trying again',
    );
    memory.free = TLS_BYTES / 16;
    expect(socket.open('127.0.0.1', PORT, events)).toBe(Code.Ok);
  });

  it('garbage is collected before it counts, and only then', () => {
    open();
    expect(collections).toBe(0);
    memory = { free: 100, afterCollection: TLS_BYTES / 16 };
    expect(open().code).toBe(Code.Ok);
    expect(collections).toBe(1);
  });

  it('certificate and key count with what it takes to read them', () => {
    const options = { cert: 'c'.repeat(800), key: 'k'.repeat(1200) };
    expect(open(options).code).toBe(Code.NoMemory);
    memory.free = (TLS_BYTES + 6000) / 16;
    expect(open(options).code).toBe(Code.Ok);
  });

  it('on an ESP32 it is the heap that counts, and its largest piece', () => {
    memory = { free: 0, heap: TLS_BYTES, block: BLOCK };
    expect(open().code).toBe(Code.Ok);
    memory = { free: 10000, heap: TLS_BYTES - 1, block: BLOCK };
    expect(open().code).toBe(Code.NoMemory);
    said.length = 0;
    memory = { free: 10000, heap: 100000, block: 9000 };
    expect(open().code).toBe(Code.NoMemory);
    expect(said).toEqual(refused(17, 8));
  });

  it('where nobody knows what is free, it is tried', () => {
    memory.free = NaN;
    expect(open().code).toBe(Code.Ok);
  });
});
