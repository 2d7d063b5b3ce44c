// One direction of a simulated TCP connection: bytes arrive in order and complete, late, cut and joined anywhere,
// or not at all while the network is cut.

import type { TimerHandle } from '../clock.ts';
import { toMicroseconds } from '../clock.ts';
import type { SeededRandom } from './random.ts';

export interface NetworkSettings {
  /** How long a segment takes one way, milliseconds, from and to. */
  delayMs: readonly [number, number];
  /** Probability that a segment is cut in two which travel separately. */
  split: number;
  /** Probability that a segment waits for those after it, up to `mergeMs`. */
  merge: number;
  mergeMs: number;
  /** Probability that a segment is lost and sent again after `retransmitMs`. */
  loss: number;
  retransmitMs: number;
  /** Largest segment, bytes. */
  segmentBytes: number;
  /** Bytes of a connection that may be under way. */
  sendBuffer: number;
  /** How long an attempt to connect waits for an answer. */
  connectTimeoutMs: number;
  /** How long bytes may stay without an answer before the sender's connection is reset; undefined: forever. */
  giveUpMs: number | undefined;
}

/** From the side that opened a connection, or to it. */
export type Direction = 'out' | 'in';

/** What a pipe needs from its network. */
export interface PipeHost {
  readonly settings: NetworkSettings;
  readonly random: SeededRandom;
  isCut(): boolean;
  /** Bytes arrive. @returns after how many of them the connection is reset, undefined: it is not. */
  trap(direction: Direction, count: number): number | undefined;
  now(): number;
  setTimer(ms: number, run: () => void): TimerHandle;
  clearTimer(handle: TimerHandle): void;
}

export interface PipeEvents {
  /** At the far end. */
  data(bytes: string): void;
  end(): void;
  reset(): void;
  /** At the near end: room again. */
  writable(): void;
  /** At the near end: no answer for too long. */
  gaveUp(): void;
}

export interface Pipe {
  /** @returns how many bytes were taken. */
  send(bytes: string): number;
  /** Nothing follows any more; `reset` overtakes what is under way. */
  finish(how: 'end' | 'reset'): void;
  /** From now on everything disappears without a trace. */
  vanish(): void;
  /** The network works again. */
  resume(): void;
  /** `limit` may be another now. */
  feed(): void;
  stop(): void;
}

interface Segment {
  readonly at: number;
  readonly bytes: string;
  readonly mark: 'data' | 'end' | 'reset';
}

/** @param openAt nothing arrives before this instant. @param limit bytes that may be under way now. */
export function createPipe(host: PipeHost, events: PipeEvents, openAt: number, limit: () => number): Pipe {
  const { settings, random } = host;
  let queue: Segment[] = [];
  let last = openAt;
  let underWay = 0;
  let starved = false;
  let vanished = false;
  let done = false;
  let timer: TimerHandle | undefined;
  let patience: TimerHandle | undefined;

  const arrival = () => {
    const [low, high] = settings.delayMs;
    let delay = low + random.next() * (high - low);
    while (settings.loss > 0 && random.chance(Math.min(settings.loss, 0.9))) delay += settings.retransmitMs;
    if (settings.merge > 0 && random.chance(settings.merge)) delay += random.next() * settings.mergeMs;
    return Math.max(last, toMicroseconds(host.now() + delay));
  };

  const add = (bytes: string, mark: Segment['mark']) => {
    last = arrival();
    queue.push({ at: last, bytes, mark });
  };

  const cancel = (handle: TimerHandle | undefined) => {
    if (handle !== undefined) host.clearTimer(handle);
  };

  /** Give up when nothing of what is under way arrives for too long. */
  const watch = () => {
    cancel(patience);
    patience = undefined;
    if (settings.giveUpMs === undefined || underWay === 0 || done) return;
    patience = host.setTimer(settings.giveUpMs, () => {
      if (done || !(vanished || host.isCut())) return;
      stop();
      events.gaveUp();
    });
  };

  const schedule = () => {
    cancel(timer);
    timer = undefined;
    const head = queue[0];
    if (head === undefined || vanished || done || host.isCut()) return;
    timer = host.setTimer(head.at - host.now(), deliver);
  };

  const deliver = () => {
    timer = undefined;
    if (vanished || done || host.isCut()) return;
    let bytes = '';
    let mark: Segment['mark'] = 'data';
    while (queue.length > 0 && mark === 'data' && queue[0]!.at <= host.now()) {
      const segment = queue.shift()!;
      bytes += segment.bytes;
      mark = segment.mark;
    }
    underWay -= bytes.length;
    if (bytes !== '') events.data(bytes);
    if (done) return;
    if (mark !== 'data') {
      stop();
      if (mark === 'end') events.end();
      else events.reset();
      return;
    }
    watch();
    schedule();
    feed();
  };

  /** Say that there is room again. */
  const feed = () => {
    if (!starved || done || underWay >= limit()) return;
    starved = false;
    events.writable();
  };

  const stop = () => {
    done = true;
    queue = [];
    cancel(timer);
    cancel(patience);
  };

  return {
    send(bytes) {
      if (done) return bytes.length;
      const taken = Math.max(0, Math.min(bytes.length, limit() - underWay));
      if (taken < bytes.length) starved = true;
      if (taken === 0) return 0;
      for (let from = 0; from < taken;) {
        let length = Math.min(taken - from, settings.segmentBytes);
        const cutInTwo = length > 1 && settings.split > 0 && random.chance(settings.split);
        if (cutInTwo) length = random.integer(1, length - 1);
        add(bytes.slice(from, from + length), 'data');
        from += length;
      }
      const idle = underWay === 0;
      underWay += taken;
      if (idle) watch();
      if (timer === undefined) schedule();
      return taken;
    },
    finish(how) {
      if (done) return;
      if (how === 'reset') {
        queue = [];
        last = openAt;
      }
      add('', how);
      schedule();
    },
    vanish() {
      vanished = true;
      schedule();
      watch();
    },
    resume() {
      const [low, high] = settings.delayMs;
      const soonest = toMicroseconds(host.now() + low + random.next() * (high - low));
      queue = queue.map((segment) => ({ ...segment, at: Math.max(segment.at, soonest) }));
      last = Math.max(last, soonest);
      schedule();
    },
    feed,
    stop,
  };
}
