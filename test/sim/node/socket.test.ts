import { createServer, type AddressInfo, type Socket as TcpSocket } from 'node:net';
import { expect, it } from 'vitest';
import { createSocket } from '../../../sim/node/socket.ts';
import { Code } from '../../../src/ports/codes.ts';
import { SEND_WINDOW, type Connection } from '../../../src/ports/socket.ts';
import { socketContract, type ServerConnection, type SocketWorld } from '../../ports/socket-contract.ts';

/** Turns of the event loop after which a test gives up: seconds of them. */
const PATIENCE = 200_000;

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function serverConnection(tcp: TcpSocket): ServerConnection {
  let received = '';
  let closed = false;
  tcp.on('data', (bytes) => (received += bytes.toString('latin1')));
  tcp.on('error', () => {});
  tcp.on('close', () => (closed = true));
  return {
    get received() {
      return received;
    },
    get closed() {
      return closed;
    },
    send: (bytes) => void tcp.write(bytes, 'latin1'),
    end: () => void tcp.end(),
  };
}

async function listen(onConnection: (tcp: TcpSocket) => void) {
  const open = new Set<TcpSocket>();
  const server = createServer((tcp) => {
    open.add(tcp);
    tcp.on('close', () => open.delete(tcp));
    onConnection(tcp);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    for (const tcp of open) tcp.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { port: (server.address() as AddressInfo).port, close };
}

async function until(done: () => boolean): Promise<void> {
  for (let turns = 0; !done(); turns++) {
    if (turns === PATIENCE) throw new Error('what the test waits for does not happen');
    await turn();
  }
}

async function createWorld(): Promise<SocketWorld> {
  const accepted: ServerConnection[] = [];
  const server = await listen((tcp) => {
    const connection = serverConnection(tcp);
    accepted.push(connection);
    world.onAccept(connection);
  });
  const dead = await listen(() => {});
  await dead.close();
  // A way past the one under test: what it carries there and back was sent later than all that is under way.
  const echo = await listen((tcp) => tcp.pipe(tcp));

  const roundTrip = async () => {
    let back = false;
    const other = createSocket();
    other.open('127.0.0.1', echo.port, {
      onOpen: (connection) => void connection.write('.'),
      onData: () => (back = true),
      onDrain() {},
      onClose() {},
    });
    await until(() => back);
    other.close();
  };

  const socket = createSocket();
  const world: SocketWorld = {
    socket,
    host: '127.0.0.1',
    port: server.port,
    deadPort: dead.port,
    accepted,
    onAccept: () => {},
    until,
    async settle() {
      await roundTrip();
      await roundTrip();
    },
    async dispose() {
      socket.close();
      await server.close();
      await echo.close();
    },
  };
  return world;
}

socketContract(createWorld);

it('refuses a port that there cannot be', () => {
  const socket = createSocket();
  const events = { onOpen() {}, onData() {}, onDrain() {}, onClose() {} };
  expect(socket.open('127.0.0.1', 70000, events)).toBe(Code.Refused);
});

it('lets what a slow server has not taken yet leave after close', async () => {
  let tcp: TcpSocket | undefined;
  let received = 0;
  const server = await listen((accepted) => {
    tcp = accepted.pause();
    accepted.on('data', (bytes) => (received += bytes.length));
  });
  const socket = createSocket();
  let sent = 0;
  let connection: Connection | undefined;
  const send = () => {
    connection?.write('x'.repeat(SEND_WINDOW));
    sent += SEND_WINDOW;
  };
  const onOpen = (opened: Connection) => {
    connection = opened;
    send();
  };
  socket.open('127.0.0.1', server.port, { onOpen, onData() {}, onDrain: send, onClose() {} });
  await until(() => sent > 0);
  // The server's system takes some more; where it stops, nothing moves for many turns.
  let before: number;
  for (let quietTurns = 0; quietTurns < 300; quietTurns = sent === before ? quietTurns + 1 : 0) {
    before = sent;
    await turn();
  }
  expect(() => connection?.write('x')).toThrow('wait for onDrain');
  socket.close();
  tcp?.resume();
  await until(() => tcp?.destroyed === true);
  expect(received).toBe(sent);
  await server.close();
});
