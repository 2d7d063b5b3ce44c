// The peer that the contract suite talks to: a port for each behaviour, over real TCP or over the simulated network.
// The real one lives in a thread of its own, because the suite holds its engine, and with a virtual board this thread.

import { once } from 'node:events';
import type * as Net from 'node:net';
import type { MessagePort } from 'node:worker_threads';
import { Worker } from 'node:worker_threads';
import type { Network, PeerConnection } from '../../sim/network/network.ts';

/** What the behaviours need of a connection. */
type Peer = Pick<PeerConnection, 'onData' | 'onClose' | 'write' | 'end' | 'reset'>;
type Behaviours = Record<string, (peer: Peer) => void>;

/** Port numbers by behaviour; nothing listens on `closed`. */
export type Ports = Readonly<Record<string, number>>;

/** One behaviour a port. `release` ends what `held` keeps, `report` tells what `sink` got, once that is over. Used as source text too: refers to nothing outside. */
function createBehaviours(): Behaviours {
  const big = Array.from({ length: 3000 }, (_, i) => String.fromCharCode(i & 0xff)).join('');
  let arrived: string | undefined;
  let waiting: Peer | undefined;
  let held: Peer | undefined;
  const tell = () => {
    if (arrived === undefined || waiting === undefined) return;
    waiting.write(arrived);
    arrived = waiting = undefined;
  };
  return {
    echo: (peer) => peer.onData((bytes) => peer.write(bytes)),
    silent: (peer) => peer.onData(() => undefined),
    greet: (peer) => peer.write('hello from the peer'),
    hangUp: (peer) => peer.end(),
    big: (peer) => peer.onData(() => peer.write(big)),
    finish: (peer) => peer.onData(() => peer.end()),
    reset: (peer) => peer.onData(() => peer.reset()),
    held: (peer) => void (held = peer),
    release: () => held?.end(),
    sink(peer) {
      let count = 0;
      peer.onData((bytes) => (count += bytes.length));
      peer.onClose((how) => {
        arrived = `${count} bytes, then ${how}`;
        tell();
      });
    },
    report(peer) {
      waiting = peer;
      tell();
    },
  };
}

/** The other thread: listens on free ports and tells them. Source text: refers to nothing but its arguments. */
function serve(net: typeof Net, port: MessagePort, behaviours: Behaviours): void {
  const overTcp = (socket: Net.Socket): Peer => {
    let onClose: ((how: 'end' | 'reset') => void) | undefined;
    const close = (how: 'end' | 'reset') => {
      const handler = onClose;
      onClose = undefined;
      handler?.(how);
    };
    socket.setNoDelay(true);
    // Without a reader the end of the other side would never be seen.
    socket.resume();
    socket.on('end', () => {
      close('end');
      socket.end();
    });
    socket.on('error', () => close('reset'));
    return {
      onData: (handler) => void socket.on('data', (data) => handler(data.toString('latin1'))),
      onClose: (handler) => void (onClose = handler),
      write: (bytes) => void socket.write(bytes, 'latin1'),
      end: () => void socket.end(),
      reset: () => void socket.resetAndDestroy(),
    };
  };
  const names = [...Object.keys(behaviours), 'closed'];
  const ports: Record<string, number> = {};
  for (const name of names) {
    const server = net.createServer({ allowHalfOpen: true }, (socket) => behaviours[name]!(overTcp(socket)));
    server.listen(0, '127.0.0.1', () => {
      ports[name] = (server.address() as Net.AddressInfo).port;
      if (name === 'closed') server.close();
      if (Object.keys(ports).length === names.length) port.postMessage(ports);
    });
  }
}

const SOURCE = `
  const { parentPort } = require('node:worker_threads');
  (${serve.toString()})(require('node:net'), parentPort, (${createBehaviours.toString()})());
`;

export interface TcpPeer {
  readonly ports: Ports;
  close(): Promise<void>;
}

/** Start the peer on free ports of 127.0.0.1. */
export async function startTcpPeer(): Promise<TcpPeer> {
  const worker = new Worker(SOURCE, { eval: true });
  const [ports] = (await once(worker, 'message')) as [Ports];
  return {
    ports,
    async close() {
      await worker.terminate();
    },
  };
}

/** Put the peer on a simulated network. */
export function attachPeer(network: Network): Ports {
  const ports: Record<string, number> = { closed: 9 };
  Object.entries(createBehaviours()).forEach(([name, behave], index) => {
    ports[name] = 1000 + index;
    network.listen('127.0.0.1', ports[name], behave);
  });
  return ports;
}
