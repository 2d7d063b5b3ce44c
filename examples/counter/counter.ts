// A client that runs for ever and counts: publishes 1, 2, 3, ... with QoS 1 without a gap, whatever the broker does, and
// prints what it is sent. The same on every engine; how it gets at network, time and files is handed in.
// A message is a function of its number, so two numbers are all that has to survive.

import { EMPTY, toText, type Bytes } from '../../src/bytes/bytes.ts';
import { createClient } from '../../src/mqtt/client.ts';
import { after, elapsed, NEVER_MS, remaining, sooner } from '../../src/ports/clock.ts';
import type { Clock, CreateTimer } from '../../src/ports/clock.ts';
import { Code } from '../../src/ports/codes.ts';
import type { Outbox, OutboxRecord } from '../../src/ports/outbox.ts';
import type { Socket } from '../../src/ports/socket.ts';
import { queuedLine, receivedLine } from './lines.ts';
import type { Progress, Store } from './store.ts';

export interface CounterOptions {
  readonly host: string;
  readonly port: number;
  /** UTF-8 bytes, one character each. */
  readonly clientId: string;
  readonly cleanSession: boolean;
  readonly keepAliveSec: number;
  /** Between two numbers; 0: as fast as they are taken. */
  readonly periodMs: number;
  /** From the end of one connection to the next try. */
  readonly reconnectMs: number;
  /** From the start of a try to the session. */
  readonly connectTimeoutMs: number;
  /** Largest packet that is taken in whole. */
  readonly receiveMax: number;
  /** The first number, where nothing was saved. */
  readonly first: number;
}

export interface CounterPorts {
  readonly socket: Socket<Bytes>;
  readonly clock: Clock;
  readonly createTimer: CreateTimer;
  readonly outbox: Outbox<Bytes>;
  readonly store: Store;
  print(line: string): void;
  /** @returns false while whoever reads the lines is behind: then no number is promised. */
  isRead(): boolean;
}

export interface Counter {
  /** End the session and do nothing more. */
  stop(): void;
}

/** Numbers that become safe with one write when there is no period. */
const BATCH = 8;
/** The broker had a message for so long without acknowledging it: only a new connection can bring that about. */
const STALLED_MS = 15000;
/** Before a write that failed is tried again. */
const SAVE_RETRY_MS = 1000;
/** Before a reader that was behind is looked at again. */
const READER_MS = 50;

export function startCounter(ports: CounterPorts, options: CounterOptions): Counter {
  const clock = ports.clock;
  const outbox = ports.outbox;
  const progress: Progress = { acked: options.first - 1, queued: options.first - 1 };
  ports.store.load(progress);
  /** Every number up to this one went into the outbox. */
  let appended = progress.acked;
  let savedAcked = progress.acked;
  let nextAt = clock.now();
  /** A connection is there or on its way. */
  let trying = false;
  let retryAt = nextAt;
  let giveUpAt = nextAt;
  /** When the broker last acknowledged something, or had nothing to acknowledge. */
  let movedAt = nextAt;
  let urgent = false;

  function wake(): void {
    urgent = true;
    timer.set(0);
  }

  /** The client tells of no acknowledgement, but the outbox hears of each. */
  function acknowledge(sequence: number): number {
    wake();
    return outbox.acknowledge(sequence);
  }

  function retryLater(): void {
    trying = false;
    retryAt = after(clock.now(), options.reconnectMs);
    wake();
  }

  const client = createClient(
    {
      socket: ports.socket,
      clock,
      outbox: {
        append: outbox.append,
        peek: outbox.peek,
        receive: outbox.receive,
        restart: outbox.restart,
        acknowledge,
        count: outbox.count,
        newest: outbox.newest,
        recall: outbox.recall,
        remember: outbox.remember,
        idle: outbox.idle,
      },
    },
    {
      clientId: options.clientId,
      keepAliveSec: options.keepAliveSec,
      cleanSession: options.cleanSession,
      receiveMax: options.receiveMax,
    },
    { onOpen: wake, onOnline: wake, onOffline: retryLater, onReport: wake },
  );
  const topic = client.topic('t/n', 1)!;
  const oldest: OutboxRecord<Bytes> = { sequence: 0, topic, payload: EMPTY, received: false };
  client.subscription('cmd/#', 1, function (payload, name) {
    ports.print(receivedLine(name, payload));
  });

  /** See which numbers the broker has: all before the oldest that is still held. */
  function settle(now: number): void {
    let acked = appended;
    if (outbox.count() > 0 && outbox.peek(0, oldest) === Code.Ok) {
      acked = parseInt(toText(oldest.payload, 0, oldest.payload.length), 10) - 1;
    }
    if (acked !== progress.acked || outbox.count() === 0 || !client.isOnline()) movedAt = now;
    progress.acked = acked;
  }

  /** Give promised numbers to the outbox, as many as it takes. @returns whether it took all. */
  function refill(): boolean {
    while (appended < progress.queued) {
      client.begin(topic);
      client.text('' + (appended + 1));
      if (client.end() !== Code.Ok) return false;
      appended++;
    }
    return true;
  }

  /** Promise the next numbers: first they are safe, then that is said, then they are sent. @returns whether they are. */
  function promise(count: number): boolean {
    const before = progress.queued;
    progress.queued = before + count;
    if (!ports.store.save(progress)) {
      progress.queued = before;
      return false;
    }
    savedAcked = progress.acked;
    for (let n = before + 1; n <= progress.queued; n++) ports.print(queuedLine(n));
    return true;
  }

  /** Count on, if it is time and there is room. @returns ms until there is more to do. */
  function count(now: number): number {
    if (!refill()) {
      // An acknowledgement goes on from here.
      nextAt = now;
      return NEVER_MS;
    }
    const left = remaining(now, nextAt);
    if (left > 0) return left;
    if (!ports.isRead()) {
      nextAt = now;
      return READER_MS;
    }
    if (!promise(options.periodMs === 0 ? BATCH : 1)) {
      nextAt = after(now, SAVE_RETRY_MS);
      return SAVE_RETRY_MS;
    }
    nextAt = after(nextAt, options.periodMs);
    // What was missed while the outbox was full is not made up for.
    if (remaining(now, nextAt) === 0) nextAt = after(now, options.periodMs);
    return refill() ? remaining(now, nextAt) : NEVER_MS;
  }

  function connect(): void {
    trying = true;
    giveUpAt = after(clock.now(), options.connectTimeoutMs);
    if (client.connect(options.host, options.port) !== Code.Ok) retryLater();
    else wake();
  }

  function hangUp(): void {
    client.disconnect();
    retryLater();
  }

  /** See to the connection. @returns ms until there is more to do. */
  function keepConnected(now: number): number {
    if (!trying) {
      const left = remaining(now, retryAt);
      if (left === 0) connect();
      return left;
    }
    if (client.isOnline()) {
      if (elapsed(movedAt, now) < STALLED_MS) return STALLED_MS;
      hangUp();
      return 0;
    }
    const left = remaining(now, giveUpAt);
    if (left === 0) hangUp();
    return left;
  }

  function run(): void {
    urgent = false;
    const now = clock.now();
    settle(now);
    let wait = count(now);
    if (progress.acked !== savedAcked && ports.store.save(progress)) savedAcked = progress.acked;
    wait = sooner(wait, keepConnected(now));
    wait = sooner(wait, client.tick(now));
    timer.set(urgent ? 0 : wait);
  }

  function stop(): void {
    client.disconnect();
    timer.stop();
  }

  const timer = ports.createTimer(run);
  timer.set(0);
  return { stop };
}
