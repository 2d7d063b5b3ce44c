// What is around the boards: time, a network, an access point. In virtual time all of it is simulated and repeatable;
// a live world has the real clock and real TCP.

import { lookup } from 'node:dns';
import { createVirtualClock } from '../clock.ts';
import type { AccessPoint } from '../network/access-point.ts';
import { createAccessPoint } from '../network/access-point.ts';
import type { ConnectionEvents, Credentials, Opened } from '../network/connection.ts';
import type { Network } from '../network/network.ts';
import { createRandom } from '../network/random.ts';
import { openTcp } from './tcp.ts';

/** A deadline, to be given back to its world. */
export type WorldTimer = object;

export interface World {
  /** true: time passes by itself, also while code runs. */
  readonly live: boolean;
  /** Milliseconds since the world began, with decimals. */
  now(): number;
  /** Milliseconds since 1970. */
  wall(): number;
  setTimer(ms: number, run: () => void): WorldTimer;
  clearTimer(timer: WorldTimer): void;
  /**
   * Open a TCP connection; the caller is blocked meanwhile. @throws ConnectError
   * @param credentials talk TLS over it, with whomever. Simulated networks carry the bytes as they are.
   */
  connect(host: string, port: number, events: ConnectionEvents, credentials?: Credentials): Opened;
  /** Ask for the address of a host; undefined: nobody knows it. */
  resolve(host: string, done: (address: string | undefined) => void): void;
  /** Ask a time server for `wall()`. `done` is called when its answer comes, and never if none does. */
  askTime(server: string, done: () => void): void;
  /** Hand over what has arrived from outside until now. */
  poll(): void;
  /** 0 to below 1. */
  random(): number;
  readonly accessPoint: AccessPoint;
  /** A number for each board, from 1. */
  nextBoard(): number;
}

export interface VirtualWorld extends World {
  /** Let `ms` milliseconds pass. */
  run(ms: number): void;
  /** Let time pass until `done()`, at most `ms` milliseconds. @returns whether `done()`. */
  runUntil(done: () => boolean, ms: number): boolean;
  /** Let the next thing happen. @returns false when nothing is left to happen. */
  step(): boolean;
  /** @returns when that is, undefined when nothing is left. */
  nextAt(): number | undefined;
  /** true: nothing will ever happen again by itself. */
  isIdle(): boolean;
}

export interface LiveWorld extends World {
  /** End all connections and the thread that serves them. */
  close(): Promise<void>;
}

export interface VirtualWorldOptions {
  readonly seed: number;
  /** Wall-clock time at the start; default 2026-01-01. */
  readonly startEpochMs?: number;
  readonly network: Network;
}

const START_2026 = 1767225600000;

/** A world in virtual time: the same options give the same run. */
export function createVirtualWorld(options: VirtualWorldOptions): VirtualWorld {
  const clock = createVirtualClock();
  const random = createRandom(options.seed);
  const start = options.startEpochMs ?? START_2026;
  let boards = 0;
  options.network.attach({
    now: clock.now,
    setTimer: clock.setTimer,
    clearTimer: clock.clearTimer,
    random: random.fork(),
  });
  return {
    live: false,
    now: clock.now,
    wall: () => start + clock.now(),
    setTimer: clock.setTimer,
    clearTimer: (timer) => clock.clearTimer(timer as ReturnType<typeof clock.setTimer>),
    connect: options.network.connect,
    resolve: options.network.resolve,
    askTime: options.network.ask,
    poll: () => undefined,
    random: random.next,
    accessPoint: createAccessPoint(),
    nextBoard: () => ++boards,
    run: clock.run,
    runUntil: clock.runUntil,
    step: clock.step,
    nextAt: clock.nextAt,
    isIdle: () => clock.pending() === 0,
  };
}

export interface LiveWorldOptions {
  /** Longest time an attempt to connect blocks the process; default 3000. */
  readonly connectTimeoutMs?: number;
}

interface LiveTimer {
  readonly immediate?: NodeJS.Immediate;
  readonly timeout?: NodeJS.Timeout;
}

/** The real world: this host's clock and network. */
export function createLiveWorld(options: LiveWorldOptions = {}): LiveWorld {
  const tcp = openTcp(options.connectTimeoutMs ?? 3000);
  const start = performance.now();
  let boards = 0;
  return {
    live: true,
    now: () => performance.now() - start,
    wall: () => performance.timeOrigin + performance.now(),
    setTimer(ms, run) {
      if (ms < 1) return { immediate: setImmediate(run) } satisfies LiveTimer;
      return { timeout: setTimeout(run, ms) } satisfies LiveTimer;
    },
    // Each to its own function: Node counts wrongly for ever when `clearImmediate` is given a timeout.
    clearTimer(timer) {
      const { immediate, timeout } = timer as LiveTimer;
      if (immediate !== undefined) clearImmediate(immediate);
      clearTimeout(timeout);
    },
    connect: tcp.connect,
    resolve: (host, done) => lookup(host, 4, (error, address) => done(error === null ? address : undefined)),
    // The host's clock is set already.
    askTime: (_, done) => void setImmediate(done),
    poll: tcp.poll,
    random: Math.random,
    accessPoint: createAccessPoint(),
    nextBoard: () => ++boards,
    close: tcp.close,
  };
}
