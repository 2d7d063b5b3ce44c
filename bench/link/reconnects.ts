// A broker that ends each session as soon as one message has come through, a thousand times: what a client holds in memory
// before and after, looked at while it is quiet.

import { readdirSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import mqttPacket from 'mqtt-packet';
import { Event } from '../../src/ports/codes.ts';
import { startMote } from './mote.ts';
import { startPeer, type PeerName } from './peer.ts';
import { expectNone, waitUntil } from './wait.ts';

export interface ReconnectRow {
  readonly reconnects: number;
  /** Blocks in use. */
  readonly before: number;
  readonly after: number;
  /** Files and sockets that the engine's process had open. */
  readonly filesBefore: number;
  readonly filesAfter: number;
}

interface ClosingBroker {
  readonly port: number;
  /** Whether it ends a session after its first message. */
  closes: boolean;
  /** Sessions so far, and messages that were taken. */
  sessions(): number;
  taken(): ReadonlySet<number>;
  /** Connections that stand now. */
  open(): number;
  close(): Promise<void>;
}

async function startClosingBroker(): Promise<ClosingBroker> {
  const sockets = new Set<Socket>();
  const taken = new Set<number>();
  let sessions = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    const parser = mqttPacket.parser();
    socket.on('data', (bytes) => parser.parse(bytes));
    parser.on('packet', (packet) => {
      if (packet.cmd === 'connect') {
        sessions++;
        socket.write(Buffer.from([0x20, 2, 0, 0]));
      } else if (packet.cmd === 'pingreq') {
        socket.write(Buffer.from([0xd0, 0]));
      } else if (packet.cmd === 'disconnect') {
        socket.end();
      } else if (packet.cmd === 'publish') {
        // The will's topic is retained, and no reading.
        if (packet.topic.endsWith('/count')) {
          taken.add((JSON.parse(packet.payload.toString()) as { value: number }).value);
        }
        const id = packet.messageId ?? 0;
        if (packet.qos === 1) socket.write(Buffer.from([0x40, 2, id >> 8, id & 255]));
        if (broker.closes && packet.topic.endsWith('/count')) socket.end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const broker: ClosingBroker = {
    port: (server.address() as AddressInfo).port,
    closes: false,
    sessions: () => sessions,
    taken: () => taken,
    open: () => sockets.size,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return broker;
}

interface Look {
  readonly usage: number;
  readonly files: number;
}

const openFiles = (pid: number) => readdirSync(`/proc/${pid}/fd`).length;

const rowOf = (reconnects: number, before: Look, after: Look): ReconnectRow => ({
  reconnects,
  before: before.usage,
  after: after.usage,
  filesBefore: before.files,
  filesAfter: after.files,
});

/**
 * Before the first look: messages that go once around the engine's flash, by when the clock's numbers too take a block of their own; and
 * sessions, by when whatever is made once is there.
 */
const WARM_UP_MESSAGES = 1500;
const WARM_UP = 50;
const REST_MS = 30;
const LOOKS = 24;
const ONLINE = `#${Event.Online} 0`;

/** @param wifi lose the access point instead of the session, each time. */
export async function reconnectMote(binary: string, reconnects: number, wifi = false): Promise<ReconnectRow> {
  const broker = await startClosingBroker();
  const mote = await startMote({
    binary,
    port: broker.port,
    backoff: { windowMs: 1, maxMs: 1 },
    intervalMs: 10,
    // All payloads have the same length.
    before: 10000,
    ...(wifi ? { ssid: 'home' } : {}),
  });

  /** Until everything that was accepted is with the broker, and its session stands. */
  async function rest(): Promise<void> {
    const isQuiet = () =>
      broker.open() === 1 && [...mote.accepted].every((value) => broker.taken().has(value));
    await waitUntil(isQuiet, 'all is delivered');
    // What is under way when all is delivered: the acknowledgement of the last, and what follows from it.
    await delay(REST_MS);
    await waitUntil(isQuiet, 'all is delivered');
  }

  /** Numbers and places in flash take a block more or less: so one message after another, over more than a page of the outbox. */
  async function look(): Promise<Look> {
    broker.closes = false;
    mote.countTo(0);
    await rest();
    const usages: number[] = [];
    for (let message = 0; message < LOOKS; message++) {
      mote.countTo(mote.counted() + 1);
      const before = mote.counted();
      await waitUntil(() => mote.counted() > before, 'another number');
      await rest();
      usages.push(await mote.usage());
    }
    return { usage: Math.min(...usages), files: openFiles(mote.pid) };
  }

  async function go(sessions: number): Promise<void> {
    const end = broker.sessions() + sessions;
    mote.countTo(0x7fffffff);
    if (!wifi) {
      broker.closes = true;
      await waitUntil(() => broker.sessions() >= end, `${sessions} sessions`, 600_000);
      return;
    }
    while (broker.sessions() < end) {
      const before = broker.sessions();
      const lines = mote.lines.length;
      mote.evaluate('world.wifi.drop();');
      await waitUntil(
        () => broker.sessions() > before && mote.line(ONLINE, lines) !== undefined,
        'a session',
      );
    }
  }

  try {
    await waitUntil(() => broker.taken().size > 0, 'a message');
    if (wifi) mote.evaluate('world.wifi.joinMs=5;');
    await waitUntil(() => broker.taken().size > WARM_UP_MESSAGES, 'messages go around the flash');
    await go(WARM_UP);
    const before = await look();
    const from = broker.sessions();
    await go(reconnects);
    const after = await look();
    return rowOf(broker.sessions() - from, before, after);
  } finally {
    const failures = await mote.close();
    await broker.close();
    expectNone(failures);
  }
}

export async function reconnectPeer(
  binary: string,
  name: PeerName,
  reconnects: number,
): Promise<ReconnectRow> {
  const broker = await startClosingBroker();
  broker.closes = true;
  const peer = await startPeer({ binary, port: broker.port, name, qos: 0, intervalMs: 20, last: 1e6 });
  const rest = async () => {
    broker.closes = false;
    const sessions = broker.sessions();
    await waitUntil(() => broker.open() === 1 || broker.sessions() > sessions, 'a session');
    await delay(500);
    return { usage: await peer.usage(), files: openFiles(peer.pid) };
  };
  const go = async (sessions: number) => {
    const end = broker.sessions() + sessions;
    broker.closes = true;
    await waitUntil(() => broker.sessions() >= end, `${sessions} sessions`, 600_000);
  };
  try {
    await go(5);
    const before = await rest();
    const from = broker.sessions();
    await go(reconnects);
    const after = await rest();
    return rowOf(broker.sessions() - from, before, after);
  } finally {
    await peer.close();
    await broker.close();
  }
}
