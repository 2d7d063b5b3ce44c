// From a simulated network to real TCP: what connects to a host of the network gets a connection of this computer. The way there has the
// network's delays, faults and ends; what is behind it is real. For worlds whose time is paced.

import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Listener, Network, PeerConnection } from '../network/network.ts';

export interface Target {
  readonly host: string;
  readonly port: number;
}

export interface BridgeOptions {
  readonly network: Network;
  /** As the firmware calls it. */
  readonly host: string;
  readonly port: number;
  /** Where it leads: connections go to each in turn, past those that refuse. */
  readonly targets: readonly Target[];
  /** Called before something from outside is handed to the network: `Paced.sync`. */
  sync(): void;
  /** A connection could not be opened, or broke. */
  onError?(error: NodeJS.ErrnoException): void;
}

export interface Bridge {
  /** Real connections that are open. */
  count(): number;
  /** Break all connections, and take no more. */
  close(): void;
}

/** Where nothing listens, the network refuses, and it is asked again so often. */
const PROBE_MS = 250;

export function openBridge({ network, host, port, targets, sync, onError }: BridgeOptions): Bridge {
  const sockets = new Set<Socket>();
  /** Those that only ask whether somebody listens again. */
  const asking = new Set<Socket>();
  const down = new Set<Target>();
  const probes = new Set<NodeJS.Timeout>();
  let listener: Listener | undefined;
  let isClosed = false;
  let next = 0;

  const listen = () => {
    if (!isClosed) listener ??= network.listen(host, port, accept);
  };
  const unlisten = () => {
    listener?.close();
    listener = undefined;
  };

  /** @returns the target whose turn it is; undefined: all refuse. */
  const choose = (): Target | undefined => {
    for (let tries = 0; tries < targets.length; tries++) {
      const target = targets[next++ % targets.length]!;
      if (!down.has(target)) return target;
    }
    return undefined;
  };

  const probe = (target: Target) => {
    const timer = setTimeout(() => {
      probes.delete(timer);
      const socket = connect(target.port, target.host);
      asking.add(socket);
      const over = (isUp: boolean) => {
        asking.delete(socket);
        socket.destroy();
        if (isClosed) return;
        if (!isUp) return probe(target);
        down.delete(target);
        sync();
        listen();
      };
      socket.once('connect', () => over(true));
      socket.once('error', () => over(false));
    }, PROBE_MS);
    probes.add(timer);
  };

  const refuse = (target: Target) => {
    if (down.has(target) || isClosed) return;
    down.add(target);
    if (down.size === targets.length) unlisten();
    probe(target);
  };

  function accept(peer: PeerConnection): void {
    const target = choose();
    if (target === undefined) return peer.reset();
    const socket = connect({ port: target.port, host: target.host, noDelay: true });
    sockets.add(socket);
    let isOpen = false;
    let isOver = false;
    const over = (how: 'end' | 'reset') => {
      if (isOver) return;
      isOver = true;
      sync();
      peer[how]();
    };
    socket.on('connect', () => (isOpen = true));
    socket.on('data', (bytes) => {
      if (isOver) return;
      sync();
      peer.write(bytes.toString('latin1'));
    });
    socket.on('end', () => over('end'));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      onError?.(error);
      if (!isOpen && error.code === 'ECONNREFUSED') refuse(target);
      over('reset');
    });
    socket.on('close', () => {
      sockets.delete(socket);
      over('end');
    });
    // Written before it is open, Node keeps it. What comes after the other side's end has no reader.
    peer.onData((bytes) => {
      if (!isOver) socket.write(bytes, 'latin1');
    });
    peer.onClose((how) => {
      isOver = true;
      if (how === 'end') socket.end();
      else socket.resetAndDestroy();
    });
  }

  listen();
  return {
    count: () => sockets.size,
    close() {
      isClosed = true;
      unlisten();
      for (const timer of probes) clearTimeout(timer);
      for (const socket of [...sockets, ...asking]) socket.destroy();
    },
  };
}
