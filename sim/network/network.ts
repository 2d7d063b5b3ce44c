// A simulated network for virtual time: listeners that host code registers, names that only resolve when registered,
// delays, cuts and resets from a seed.

import type { TimerHandle } from '../clock.ts';
import { toMicroseconds } from '../clock.ts';
import type { ConnectionEvents, Opened } from './connection.ts';
import { ConnectError, isAddress } from './connection.ts';
import type { Link, PeerConnection } from './link.ts';
import { openLink } from './link.ts';
import type { Direction, NetworkSettings, PipeHost } from './pipe.ts';
import type { SeededRandom } from './random.ts';

export type { PeerConnection } from './link.ts';
export type { Direction, NetworkSettings } from './pipe.ts';

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
  /** Tell the name server where `name` is, from now on. A name without an address of its own is found in no time. */
  setName(name: string, address: string): void;
  /** For worlds: ask the name server. `done` is given undefined for an unknown name, or while the network is cut. */
  resolve(name: string, done: (address: string | undefined) => void): void;
  /** For worlds: send a datagram to a host that is there. `done` is called when its answer comes, and never if none does. */
  ask(name: string, done: () => void): void;
  /** Make a host exist on which nothing listens: its ports refuse. */
  addHost(host: string): void;
  /** Nothing arrives until `restore`; what was sent arrives after it. */
  cut(): void;
  restore(): void;
  /** Reset every open connection on both sides. */
  resetAll(): void;
  /** Every open connection dies without a word: neither side hears from the other again (half-open). */
  vanishAll(): void;
  /**
   * When `count` more bytes have arrived in this direction, the connection on which they came is reset at that very byte. One in each direction:
   * a later call takes the place of the one before. @param onReset told when that happens.
   */
  resetAfter(direction: Direction, count: number, onReset?: () => void): void;
  /** Forget what `resetAfter` was told. */
  clearTraps(): void;
  /** Bytes of a connection that may be under way, for open ones too: the receive window of a slow peer; 0: of one that takes nothing. */
  setWindow(bytes: number): void;
  /** What the name server says to every name: that there is no such host, or the name of another; undefined: what is right. */
  answerNames(answer: 'unknown' | { readonly host: string } | undefined): void;
  /** Every new connection, to whatever host and port, leads there, as behind a captive portal; undefined: where it should. */
  divert(onConnection: ((peer: PeerConnection) => void) | undefined): void;
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
  const book = new Map<string, string>();
  const links = new Set<Link>();
  /** Bytes until the reset, by direction, and who is to be told. */
  const traps = new Map<Direction, { left: number; readonly onReset: (() => void) | undefined }>();
  let lie: 'unknown' | { readonly host: string } | undefined;
  let diverted: ((peer: PeerConnection) => void) | undefined;
  let cut = false;
  let host: PipeHost | undefined;

  const canonical = (name: string) => (name === 'localhost' ? '127.0.0.1' : name.toLowerCase());
  const attached = () => {
    if (host === undefined) throw new Error('the network is not part of a world yet');
    return host;
  };
  const trap = (direction: Direction, count: number) => {
    const set = traps.get(direction);
    if (set === undefined) return undefined;
    if (set.left > count) {
      set.left -= count;
      return undefined;
    }
    traps.delete(direction);
    set.onReset?.();
    return set.left;
  };
  /** @returns the address, or the name, that a name server gives for a name; undefined: none. */
  const lookUp = (name: string) => {
    if (isAddress(name)) return canonical(name);
    if (lie !== undefined) return lie === 'unknown' ? undefined : canonical(lie.host);
    return book.get(canonical(name)) ?? canonical(name);
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
    setName: (name, address) => void book.set(canonical(name), address),
    resolve(name, done) {
      const pipeHost = attached();
      const found = lookUp(name);
      const address = found !== undefined && isAddress(found) ? found : undefined;
      pipeHost.setTimer(delay(pipeHost) + delay(pipeHost), () => done(cut ? undefined : address));
    },
    ask(name, done) {
      const pipeHost = attached();
      // A name has to be found first; then it goes there, and comes back. A portal lets no datagram through.
      const legs = isAddress(name) ? 2 : 4;
      let ms = 0;
      for (let leg = 0; leg < legs; leg++) ms += delay(pipeHost);
      const target = lookUp(name);
      if (cut || diverted !== undefined || target === undefined || !hosts.has(target)) return;
      pipeHost.setTimer(ms, () => {
        if (!cut) done();
      });
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
    vanishAll() {
      for (const link of [...links]) link.vanish();
    },
    resetAfter: (direction, count, onReset) => void traps.set(direction, { left: count, onReset }),
    clearTraps: () => traps.clear(),
    setWindow(bytes) {
      settings.sendBuffer = bytes;
      for (const link of [...links]) link.feed();
    },
    answerNames: (answer) => void (lie = answer),
    divert: (onConnection) => void (diverted = onConnection),
    count: () => links.size,
    attach(worldHost) {
      if (host !== undefined) throw new Error('the network is part of another world already');
      host = {
        settings,
        random: worldHost.random,
        isCut: () => cut,
        trap,
        now: worldHost.now,
        setTimer: worldHost.setTimer,
        clearTimer: worldHost.clearTimer,
      };
    },
    connect(name, port, events) {
      const pipeHost = attached();
      const address = `${name}:${port}`;
      if (cut) {
        const failure = isAddress(name) ? 'unreachable' : 'unknown-host';
        throw new ConnectError(failure, address, settings.connectTimeoutMs);
      }
      const answer = delay(pipeHost) + delay(pipeHost);
      const target = diverted === undefined ? lookUp(name) : canonical(name);
      const known = diverted !== undefined || (target !== undefined && hosts.has(target));
      if (target === undefined || (!known && !isAddress(target))) {
        throw new ConnectError('unknown-host', address, answer);
      }
      if (!known) throw new ConnectError('unreachable', address, settings.connectTimeoutMs);
      const onConnection = diverted ?? listeners.get(`${target}:${port}`);
      if (onConnection === undefined) throw new ConnectError('refused', address, answer);
      const link = openLink(pipeHost, [delay(pipeHost), delay(pipeHost)], events, onConnection, () =>
        links.delete(link),
      );
      links.add(link);
      if (target === canonical(name)) return link.opened;
      // The name server's answer comes first.
      return { ...link.opened, blockedMs: link.opened.blockedMs + delay(pipeHost) + delay(pipeHost) };
    },
  };
}
