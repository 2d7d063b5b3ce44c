// A simulated network for virtual time: listeners that host code registers, names that only resolve when registered,
// delays, cuts and resets from a seed.

import type { TimerHandle } from '../clock.ts';
import { toMicroseconds } from '../clock.ts';
import type { ConnectionEvents, Opened } from './connection.ts';
import { ConnectError, isAddress } from './connection.ts';
import type { Link, PeerConnection } from './link.ts';
import { openLink } from './link.ts';
import type { NetworkSettings, PipeHost } from './pipe.ts';
import type { SeededRandom } from './random.ts';

export type { PeerConnection } from './link.ts';
export type { NetworkSettings } from './pipe.ts';

export interface Listener {
  /** Refuse new connections; open ones stay. */
  close(): void;
}

/** What a network needs from the world it is part of. */
export interface NetworkHost {
  now(): number;
  setTimer(ms: number, run: () => void): TimerHandle;
  clearTimer(handle: TimerHandle): void;
  readonly random: SeededRandom;
}

export interface Network {
  /** May be changed at any time. */
  readonly settings: NetworkSettings;
  /** Register a listener, and its host name with it. */
  listen(host: string, port: number, onConnection: (peer: PeerConnection) => void): Listener;
  /** Make a host exist on which nothing listens: its ports refuse. */
  addHost(host: string): void;
  /** Nothing arrives until `restore`; what was sent arrives after it. */
  cut(): void;
  restore(): void;
  /** Reset every open connection on both sides. */
  resetAll(): void;
  /** Open connections. */
  count(): number;
  /** For worlds: become part of one. */
  attach(host: NetworkHost): void;
  /** For worlds: open a connection. @throws ConnectError */
  connect(host: string, port: number, events: ConnectionEvents): Opened;
}

const DEFAULTS: NetworkSettings = {
  delayMs: [1, 3],
  split: 0,
  merge: 0,
  mergeMs: 20,
  loss: 0,
  retransmitMs: 200,
  segmentBytes: 1436,
  sendBuffer: 5744,
  connectTimeoutMs: 18000,
  giveUpMs: undefined,
};

export function createNetwork(options: Partial<NetworkSettings> = {}): Network {
  const settings: NetworkSettings = { ...DEFAULTS, ...options };
  const hosts = new Set<string>();
  const listeners = new Map<string, (peer: PeerConnection) => void>();
  const links = new Set<Link>();
  let cut = false;
  let host: PipeHost | undefined;

  const canonical = (name: string) => (name === 'localhost' ? '127.0.0.1' : name.toLowerCase());
  const attached = () => {
    if (host === undefined) throw new Error('the network is not part of a world yet');
    return host;
  };
  const delay = (pipeHost: PipeHost) => {
    const [low, high] = settings.delayMs;
    return toMicroseconds(low + pipeHost.random.next() * (high - low));
  };

  return {
    settings,
    listen(name, port, onConnection) {
      const key = `${canonical(name)}:${port}`;
      if (listeners.has(key)) throw new Error(`something listens on ${key} already`);
      hosts.add(canonical(name));
      listeners.set(key, onConnection);
      return { close: () => void listeners.delete(key) };
    },
    addHost: (name) => void hosts.add(canonical(name)),
    cut() {
      cut = true;
    },
    restore() {
      cut = false;
      for (const link of [...links]) link.resume();
    },
    resetAll() {
      for (const link of [...links]) link.reset();
    },
    count: () => links.size,
    attach(worldHost) {
      if (host !== undefined) throw new Error('the network is part of another world already');
      host = {
        settings,
        random: worldHost.random,
        isCut: () => cut,
        now: worldHost.now,
        setTimer: worldHost.setTimer,
        clearTimer: worldHost.clearTimer,
      };
    },
    connect(name, port, events) {
      const pipeHost = attached();
      const address = `${name}:${port}`;
      const known = hosts.has(canonical(name));
      if (cut) {
        const failure = isAddress(name) ? 'unreachable' : 'unknown-host';
        throw new ConnectError(failure, address, settings.connectTimeoutMs);
      }
      const answer = delay(pipeHost) + delay(pipeHost);
      if (!known && !isAddress(name)) throw new ConnectError('unknown-host', address, answer);
      if (!known) throw new ConnectError('unreachable', address, settings.connectTimeoutMs);
      const onConnection = listeners.get(`${canonical(name)}:${port}`);
      if (onConnection === undefined) throw new ConnectError('refused', address, answer);
      const link = openLink(pipeHost, [delay(pipeHost), delay(pipeHost)], events, onConnection, () =>
        links.delete(link),
      );
      links.add(link);
      return link.opened;
    },
  };
}
