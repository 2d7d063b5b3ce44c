// A client that runs for ever and counts: publishes 1, 2, 3, ... with QoS 1 without a gap, whatever the broker does, and
// prints what it is sent. The same on every engine; how it gets at network, time and flash is handed in.
// Where the count stands the outbox alone tells: by its newest message, or by a note beside it when that is acknowledged.

import { EMPTY, fromText, toText, type Bytes } from '../../src/bytes/bytes.ts';
import { V5 } from '../../src/features.ts';
import { createClient, IN_FLIGHT_MAX } from '../../src/mqtt/client.ts';
import { after, elapsed, remaining, sooner } from '../../src/ports/clock.ts';
import type { Clock, CreateTimer } from '../../src/ports/clock.ts';
import { Close, Code, Event } from '../../src/ports/codes.ts';
import { SEQUENCE_MAX, type Outbox, type OutboxRecord } from '../../src/ports/outbox.ts';
import type { PropertyId } from '../../src/ports/properties.ts';
import type { Socket } from '../../src/ports/socket.ts';
import { closedLine, propertyLine, queuedLine, receivedLine, rejectedLine } from './lines.ts';

export interface CounterOptions {
  readonly host: string;
  readonly port: number;
  /** 4: MQTT 3.1.1. 5: MQTT 5.0, in a build with V5. */
  readonly version: number;
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
  /** The first number that was not said to be queued yet; the first of all, where the outbox holds none. */
  readonly first: number;
}

export interface CounterPorts {
  readonly socket: Socket<Bytes>;
  readonly clock: Clock;
  readonly createTimer: CreateTimer;
  /** Open, and the counter's alone. */
  readonly outbox: Outbox<Bytes>;
  print(line: string): void;
  /** @returns false while whoever reads the lines is behind: then no number is promised. */
  isRead(): boolean;
}

export interface Counter {
  /** End the session and do nothing more. */
  stop(): void;
}

/** Bytes of the outbox's longest record: six, the topic, and ten digits. */
export const RECORD_MAX = 24;
/** Where the last number is noted when its message is acknowledged. */
const COUNT_KEY = 3;
/** Numbers that wait for the broker at most, so that they are soon with it when it comes back. */
const HELD_MAX = 64;
/** The broker had a message for so long without acknowledging it: only a new connection can bring that about. */
const STALLED_MS = 15000;
/** Before the next try where the outbox took nothing and no acknowledgement comes. */
const REFUSED_MS = 1000;
/** Before a reader that was behind is looked at again. */
const READER_MS = 50;

export function startCounter(ports: CounterPorts, options: CounterOptions): Counter {
  const clock = ports.clock;
  const outbox = ports.outbox;
  const isFast = options.periodMs === 0;
  /** Without a period none waits that could not be on its way. */
  const heldMax = isFast ? IN_FLIGHT_MAX : HELD_MAX;
  /** Every number up to this one went into the outbox. */
  let queued = options.first - 1;
  let nextAt = clock.now();
  /** A connection is there or on its way. */
  let trying = false;
  let retryAt = nextAt;
  let giveUpAt = nextAt;
  /** Sequence of the oldest message that waits, and since when it is that. */
  let oldest = 0;
  let movedAt = nextAt;
  let urgent = false;
  /** The outbox may have taken a number that is not in `queued` yet. */
  let isQueueing = false;

  function wake(): void {
    urgent = true;
    timer.set(0);
  }

  /** @returns the last number that the outbox has taken. @inline */
  function taken(): number {
    return V5 && isQueueing ? queued + 1 : queued;
  }

  /** Before nothing is left that a start after a kill could count on from, that is noted; what cannot be noted stays. */
  function acknowledge(sequence: number): number {
    wake();
    const isNewest = sequence === outbox.newest();
    if (isNewest && outbox.remember(COUNT_KEY, fromText('' + taken())) !== Code.Ok) return Code.Ok;
    return outbox.acknowledge(sequence);
  }

  function retryLater(): void {
    trying = false;
    retryAt = after(clock.now(), options.reconnectMs);
    wake();
  }

  /** The connection ended. What the broker said of why is printed. */
  function tellEnd(why: Close, reason: number): void {
    if (reason > 0 || why === Close.Disconnected) ports.print(closedLine(reason));
    retryLater();
  }

  /** A number leaves the outbox without an acknowledgement of success: never without a word. */
  function tellReport(event: Event, detail: number): void {
    if (event === Event.MessageRejected) {
      const sequence = detail >> 8;
      const newest = outbox.newest();
      const later = newest - sequence + (newest < sequence ? SEQUENCE_MAX : 0);
      ports.print(rejectedLine(taken() - later, detail & 255));
    }
    wake();
  }

  function tellProperty(first: number, id: PropertyId, value: Bytes): void {
    ports.print(propertyLine(first, id, value));
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
    V5
      ? {
          onOpen: wake,
          onOnline: wake,
          onOffline: tellEnd,
          onReport: tellReport,
          onProperty: tellProperty,
        }
      : { onOpen: wake, onOnline: wake, onOffline: retryLater, onReport: wake },
  );
  if (V5) client.speak!(options.version);
  const topic = client.topic('t/n', 1)!;
  const record: OutboxRecord<Bytes> = { sequence: 0, topic, payload: EMPTY, received: false };
  client.subscription('cmd/#', 1, function (payload, name) {
    ports.print(receivedLine(name, payload));
  });

  /** See how far an earlier life came, and say what it had no time to say. */
  function resume(): void {
    const sequence = outbox.newest();
    // The newest message, if the broker does not have it yet, is later than the note.
    const before = sequence === 1 ? SEQUENCE_MAX : sequence - 1;
    const isHeld = sequence > 0 && outbox.peek(before, record) === Code.Ok;
    const bytes = isHeld ? record.payload : outbox.recall(COUNT_KEY);
    const last = parseInt(toText(bytes, 0, bytes.length), 10);
    while (queued < last) ports.print(queuedLine(++queued));
  }

  /** See whether the broker acknowledges, when it has something to. */
  function watch(now: number): void {
    const before = oldest;
    oldest = outbox.peek(0, record) === Code.Ok ? record.sequence : 0;
    if (oldest !== before || oldest === 0 || !client.isOnline()) movedAt = now;
  }

  /** Give the next number to the outbox, and say so. @returns whether it took it. */
  function queue(): boolean {
    if (outbox.count() >= heldMax) return false;
    client.begin(topic);
    client.text('' + (queued + 1));
    if (V5) isQueueing = true;
    const code = client.end();
    if (V5) isQueueing = false;
    if (code !== Code.Ok) return false;
    queued++;
    ports.print(queuedLine(queued));
    return true;
  }

  /** Count on, if it is time and there is room. @returns ms until there is more to do. */
  function count(now: number): number {
    const left = remaining(now, nextAt);
    if (left > 0) return left;
    if (!ports.isRead()) {
      nextAt = now;
      return READER_MS;
    }
    for (let i = isFast ? IN_FLIGHT_MAX : 1; i > 0; i--) {
      if (queue()) continue;
      // An acknowledgement goes on from here.
      nextAt = now;
      return REFUSED_MS;
    }
    nextAt = after(nextAt, options.periodMs);
    // What was missed while the outbox was full is not made up for.
    if (remaining(now, nextAt) === 0) nextAt = after(now, options.periodMs);
    return remaining(now, nextAt);
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
    watch(now);
    let wait = count(now);
    wait = sooner(wait, keepConnected(now));
    wait = sooner(wait, client.tick(now));
    timer.set(urgent ? 0 : wait);
  }

  function stop(): void {
    client.disconnect();
    timer.stop();
  }

  const timer = ports.createTimer(run);
  resume();
  timer.set(0);
  return { stop };
}
