// Asks others over MQTT, and gives each request exactly one end: an answer, or why there is none. Requests go out now or never, with QoS 0: what
// waits in an outbox would be done when nobody waits for it. Memory is fixed, and what comes as an answer is not trusted.

import {
  byteAt,
  constant,
  copy,
  createBuffer,
  EMPTY,
  emptied,
  fromText,
  join,
  joinInteger,
  joinText,
  type Bytes,
} from '../bytes/bytes.ts';
import { INBOUND, REQUESTS, V5 } from '../features.ts';
import type { Client } from '../mqtt/client.ts';
import { dress, prepareTopic } from '../mqtt/form.ts';
import { encodeString, First, RETAIN, word } from '../mqtt/packet.ts';
import { Wish } from '../mqtt/subscriptions.ts';
import { isTopic } from '../mqtt/topic.ts';
import type { MotePart } from '../part.ts';
import { after, NEVER_MS, remaining, sooner, type Clock } from '../ports/clock.ts';
import { Close, Code } from '../ports/codes.ts';
import { PROPERTIES_MAX } from '../ports/packet-writer.ts';
import type { Random } from '../ports/random.ts';
import { Stage } from '../ports/stage.ts';

/** Longest topic, number and all. */
export const NAME_MAX = 200;
/** Numbers of requests are less than this, and begin anew there. */
export const NUMBERS = 0x8000000;
/** Bytes of the greatest of them. */
const NUMBER_SIZE = 9;
/** Where answers come in, behind the identifier of who asked. */
export const RESPONSE = '/response';
/** In places without a request. */
const FREE = -1;

/** What a mote is to these parts. */
export interface RequestsHost {
  /** First part of all its topics: no slash in it. */
  readonly id: string;
  readonly ports: { readonly clock: Clock; readonly random: Random };
  readonly link: { readonly client: Client };
  wake(): void;
}

export interface RequestsOptions {
  /** Requests that may be without an answer at a time. */
  readonly places: number;
}

/**
 * The one end of a request. It may ask again.
 * @param code Code.Ok; Code.Timeout; Code.Closed, the connection ended first, and nobody knows what became of it; Code.Rejected, the broker
 * ended it, with a reason.
 * @param payload what was answered, valid until this returns; empty when there is no answer.
 * @param why with Closed and Rejected see Close; reasons of a broker are greater than 127. Else 0.
 */
export type OnAnswer = (code: number, payload: Bytes, why: number) => void;

/** Whom to ask: a topic, prepared. */
export interface Target {
  readonly name: Bytes;
  /** What a request of 3.1.1 begins with, up to its number. */
  readonly path: string;
}

export interface RequestCounters {
  /** Answers that nobody waited for: late, twice, kept by the broker, or of a number that is none of ours. */
  strays: number;
  /** Functions that were told of an end and threw. */
  failed: number;
}

export interface Requests extends MotePart {
  /** Start-up only. @returns null when `topic` is no topic, or too long. */
  prepare(topic: string): Target | null;
  /**
   * Ask.
   * @param payload as `publish` takes it. @param deadlineMs 1 to NEVER_MS - 1.
   * @returns 0, and `onAnswer` is called once, never from inside this. Else not, and nothing was sent: Code.Busy, all places are taken or the
   * socket has to drain; Code.Closed, no session, or answers have no way yet; Code.Rejected, the broker allows them none; Code.BadTopic for null;
   * Code.Range; a code of `publish`.
   */
  ask(target: Target | null, payload: Bytes, deadlineMs: number, onAnswer: OnAnswer): number;
  /** @returns the same object each time. */
  counters(): RequestCounters;
}

/** @returns the number that stands in decimal from `from` to the end, -1: none. */
export function numberIn(bytes: Bytes, from: number): number {
  const size = bytes.length - from;
  if (size < 1 || size > NUMBER_SIZE) return -1;
  let number = 0;
  for (let i = from; i < bytes.length; i++) {
    const digit = byteAt(bytes, i) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    number = number * 10 + digit;
  }
  return number < NUMBERS ? number : -1;
}

/** Start-up only. @returns null where REQUESTS and INBOUND are not built in, or with impossible options. */
export function createRequests(host: RequestsHost, options: RequestsOptions): Requests | null {
  const client = host.link.client;
  const clock = host.ports.clock;
  const random = host.ports.random;
  const own = host.id + RESPONSE;
  /** Of each place: the number of its request, when it ends, and who is told. */
  const numbers: number[] = [];
  const deadlines: number[] = [];
  const listeners: OnAnswer[] = [];
  const counters: RequestCounters = { strays: 0, failed: 0 };
  /** What is published, with another name or other properties each time. */
  const topic = prepareTopic('x', First.Publish);
  let name = createBuffer(NAME_MAX + 2);
  let digits = createBuffer(NUMBER_SIZE);
  let properties = createBuffer(PROPERTIES_MAX);
  /** With 5.0, properties up to the correlation data; empty: answers have no way. */
  let way: Bytes = EMPTY;
  let is5 = false;
  let isUp = false;
  /** Why the connection ended on which all were asked. */
  let cause = Close.None;
  // Answers to a former life of this mote are not taken for others.
  let number = (random.next() & 0x7ff) * 65536 + random.next();

  for (let i = 0; i < options.places; i++) {
    numbers.push(FREE);
    deadlines.push(0);
  }

  /** The request at `place` is over. */
  function finish(place: number, code: number, payload: Bytes, why: number): void {
    numbers[place] = FREE;
    try {
      listeners[place](code, payload, why);
    } catch {
      counters.failed++;
    }
  }

  function onResponse(payload: Bytes, from: Bytes, first: number): void {
    const message = V5 ? client.message!() : null;
    const found =
      !V5 || !is5 ? numberIn(from, own.length + 1) : message ? numberIn(message.correlation, 0) : -1;
    const place = found < 0 || (first & RETAIN) > 0 ? -1 : numbers.indexOf(found);
    if (place < 0) counters.strays++;
    else finish(place, Code.Ok, payload, 0);
  }

  let subscription = REQUESTS && INBOUND ? client.subscription(own + '/+', 1, onResponse) : null;
  if (subscription === null || host.id.indexOf('/') >= 0 || numbers.length === 0) return null;

  /** A session begins: find out how answers come in on it. */
  function begin(): void {
    const base = client.responses!();
    const response = base ? base + '/' + own : own;
    is5 = base !== null;
    const filter = is5 ? response : own + '/+';
    if (subscription!.filter !== filter) subscription = client.redirect!(subscription!, filter);
    // What a broker says need not be the beginning of a topic.
    const isWay = subscription!.filter === filter && subscription!.route !== null;
    way = isWay ? fromText('\x08' + encodeString(response) + '\x09\0') : EMPTY;
  }

  function prepare(to: string): Target | null {
    const path = to + '/' + host.id + '/';
    const isFit = isTopic(fromText(to), false) && path.length + NUMBER_SIZE <= NAME_MAX;
    return isFit ? { name: constant(encodeString(to)), path } : null;
  }

  /** Write the request of `number` to `target` as the connection has it. */
  function address(target: Target): void {
    digits = joinInteger(emptied(digits), number);
    if (V5 && is5) {
      properties = join(joinText(copy(properties, way), String.fromCharCode(digits.length)), digits);
      dress(topic, target.name, properties);
    } else {
      name = joinText(emptied(name), word(target.path.length + digits.length) + target.path);
      name = join(name, digits);
      dress(topic, name, EMPTY);
    }
  }

  /** @returns 0 when an answer may come, else why not. */
  function obstacle(): number {
    if (!isUp || subscription!.wish !== Wish.Answered) return Code.Closed;
    const isLost = V5 && is5 && (way.length === 0 || way.length > PROPERTIES_MAX - 1 - NUMBER_SIZE);
    return subscription!.granted > 2 || isLost ? Code.Rejected : Code.Ok;
  }

  function ask(target: Target | null, payload: Bytes, deadlineMs: number, onAnswer: OnAnswer): number {
    if (target === null) return Code.BadTopic;
    if (!(deadlineMs > 0 && deadlineMs < NEVER_MS)) return Code.Range;
    const place = numbers.indexOf(FREE);
    let code = place < 0 ? Code.Busy : obstacle();
    if (code < 0) return code;
    number = (number + 1) % NUMBERS;
    address(target);
    // Before it is sent: an answer may come at once.
    numbers[place] = number;
    deadlines[place] = after(clock.now(), deadlineMs);
    listeners[place] = onAnswer;
    code = client.publish(topic, payload);
    if (code < 0) numbers[place] = FREE;
    host.wake();
    return code;
  }

  function onStage(stage: Stage, why: Close): void {
    const isThere = stage === Stage.Running || stage === Stage.Draining;
    // All that was asked ends in `run`, which comes before another connection does.
    if (isUp && !isThere) cause = why;
    if (V5 && isThere && !isUp) begin();
    isUp = isThere;
  }

  function run(now: number): number {
    const why = cause;
    let wait = NEVER_MS;
    cause = Close.None;
    for (let i = 0; i < numbers.length; i++) {
      if (numbers[i] === FREE) continue;
      const left = remaining(now, deadlines[i]);
      if (why > 0) finish(i, why < Close.Unspecified ? Code.Closed : Code.Rejected, EMPTY, why);
      else if (left === 0) finish(i, Code.Timeout, EMPTY, 0);
      else wait = sooner(wait, left);
    }
    return wait;
  }

  /** @returns whether an answer is awaited: each has its deadline. */
  function isBusy(): boolean {
    for (let i = 0; i < numbers.length; i++) if (numbers[i] !== FREE) return true;
    return false;
  }

  return { prepare, ask, counters: () => counters, onStage, isBusy, run };
}
