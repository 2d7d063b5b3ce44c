import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Code } from '../../../src/ports/codes.ts';
import { SEND_WINDOW, type Connection, type Socket, type SocketEvents } from '../../../src/ports/socket.ts';
import { socketContract, type SocketWorld } from '../socket-contract.ts';
import { installEngine, loadPort, removeEngine } from './engine.ts';
import { createFakeNet, type FakeNet } from './fake-net.ts';

const PORT = 1883;
/** Idle passes after which a test gives up. */
const PATIENCE = 1000;

const { createSocket } = await loadPort<{ createSocket(): Socket }>('socket');

afterEach(removeEngine);

function install(): FakeNet {
  const net = createFakeNet(PORT);
  installEngine({}, { net: net.module });
  return net;
}

function settleNet(net: FakeNet): void {
  for (let passes = 0; net.idle(); passes++) {
    if (passes === PATIENCE) throw new Error('the engine finds no rest');
  }
}

async function createWorld(): Promise<SocketWorld> {
  const net = install();
  return {
    socket: createSocket(),
    host: '127.0.0.1',
    port: PORT,
    deadPort: 1,
    accepted: net.accepted,
    set onAccept(handler: SocketWorld['onAccept']) {
      net.onAccept = handler;
    },
    async until(done) {
      for (let passes = 0; !done(); passes++) {
        if (passes === PATIENCE) throw new Error('what the test waits for does not happen');
        net.idle();
      }
    },
    settle: async () => settleNet(net),
    async dispose() {},
  };
}

socketContract(createWorld);

describe('on Espruino', () => {
  let net: FakeNet;
  let socket: Socket;
  let calls: string[];
  let events: SocketEvents;
  let connection: Connection;

  const settle = () => settleNet(net);

  beforeEach(() => {
    net = install();
    socket = createSocket();
    calls = [];
    events = {
      onOpen(opened) {
        connection = opened;
        calls.push('open');
      },
      onData: (bytes) => calls.push(bytes),
      onDrain: () => calls.push('drain'),
      onClose: () => calls.push('close'),
    };
  });

  it('refuses at once where nothing listens, the name is unknown or the network is off', () => {
    expect(socket.open('127.0.0.1', 1, events)).toBe(Code.Refused);
    expect(socket.open('nowhere.invalid', PORT, events)).toBe(Code.NoHost);
    net.offline = true;
    expect(socket.open('127.0.0.1', PORT, events)).toBe(Code.Refused);
    settle();
    expect(calls).toEqual([]);
  });

  it('throws for a write that comes before the news of the end', () => {
    events.onDrain = () => {
      expect(() => connection.write('y')).toThrow('closed');
      calls.push('late');
    };
    socket.open('127.0.0.1', PORT, events);
    settle();
    connection.write('x');
    net.accepted[0].end();
    settle();
    expect(calls).toEqual(['open', 'late', 'close']);
  });

  it('cannot be harmed by an engine that throws when it is told to close', () => {
    socket.open('127.0.0.1', PORT, events);
    settle();
    net.offline = true;
    socket.close();
    net.offline = false;
    expect(socket.open('127.0.0.1', PORT, events)).toBe(Code.Ok);
    settle();
    expect(calls).toEqual(['open', 'open']);
  });

  it('leaves no closed connection in the engine whose server reads no more, once it opens the next', () => {
    socket.open('127.0.0.1', PORT, events);
    settle();
    net.accepted[0].stall();
    connection.write('x'.repeat(SEND_WINDOW));
    socket.close();
    settle();
    expect(net.held()).toBe(1);
    socket.open('127.0.0.1', PORT, events);
    settle();
    expect(net.held()).toBe(1);
    expect(net.accepted[0].closed).toBe(true);
    expect(calls).toEqual(['open', 'open']);
  });

  it('does not take the end of a former connection, already on its way, for the end of the new one', () => {
    // The drain of the last write is queued before the end; its owner opens the next connection.
    events.onDrain = () => socket.open('127.0.0.1', PORT, { ...events, onOpen: () => calls.push('second') });
    socket.open('127.0.0.1', PORT, events);
    settle();
    connection.write('x');
    net.accepted[0].end();
    settle();
    expect(calls).toEqual(['open', 'second']);
  });
});
