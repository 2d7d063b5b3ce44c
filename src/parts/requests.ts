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
import type { Subscription } from '../mqtt/subscriptions.ts';
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
  /** Of each place: the number of its request, when it ends, who is told, and why it has ended already. */
  const numbers: number[] = [];
  const deadlines: number[] = [];
  const listeners: OnAnswer[] = [];
  const ends: Close[] = [];
  const counters: RequestCounters = { strays: 0, failed: 0 };
  /** What is published, with another name or other properties each time. */
  const topic = prepareTopic('x', First.Publish);
  let name = createBuffer(NAME_MAX + 2);
  let digits = createBuffer(NUMBER_SIZE);
  let properties = createBuffer(PROPERTIES_MAX);
  /** Up to the correlation data; empty with 3.1.1. */
  let way: Bytes = EMPTY;
  /** Bytes of a response's topic before its number; 0: with 5.0 it is in the properties. */
  let numberAt = own.length + 1;
  let isUp = false;
  // Answers to a former life of this mote are not taken for others.
  let number = (random.next() & 0x7ff) * 65536 + random.next();

  function nobody(): void {}

  for (let i = 0; i < options.places; i++) {
    numbers.push(FREE);
    deadlines.push(0);
    listeners.push(nobody);
    ends.push(Close.None);
  }

  /** The request at `place` is over. */
  function finish(place: number, code: number, payload: Bytes, why: number): void {
    const listener = listeners[place];
    numbers[place] = FREE;
    listeners[place] = nobody;
    try {
      listener(code, payload, why);
    } catch {
      counters.failed++;
    }
  }

  function onResponse(payload: Bytes, from: Bytes, first: number): void {
    const message = V5 && numberAt === 0 ? client.message!() : null;
    const found =
      numberAt > 0 ? numberIn(from, numberAt) : message === null ? -1 : numberIn(message.correlation, 0);
    const place = found < 0 || (first & RETAIN) > 0 ? -1 : numbers.indexOf(found);
    if (place < 0 || ends[place] !== Close.None) counters.strays++;
    else finish(place, Code.Ok, payload, 0);
  }

  let subscription: Subscription | null =
    REQUESTS && INBOUND && host.id.indexOf('/') < 0 && options.places > 0
      ? client.subscription(own + '/+', 1, onResponse)
      : null;
  if (subscription === null) return null;

  /** Have answers come in at `filter`. @returns whether they do. */
  function listen(filter: string): boolean {
    if (subscription!.filter !== filter) subscription = client.redirect!(subscription!, filter);
    return subscription!.filter === filter;
  }

  /** @returns the topic of responses, under what the broker wants them to begin with. */
  function responseUnder(base: string): string {
    const isOpen = base.length > 0 && base.charAt(base.length - 1) !== '/';
    return (isOpen ? base + '/' : base) + own;
  }

  /** A session begins: find out how answers come in on it. */
  function begin(): void {
    const base = V5 ? client.responses!() : null;
    way = EMPTY;
    numberAt = base === null ? own.length + 1 : 0;
    if (!V5) return;
    const response = base === null ? own + '/+' : responseUnder(base);
    // What a broker says need not be the beginning of a topic.
    const isFit = base === null || isTopic(fromText(response), false);
    if (isFit && listen(response)) way = fromText('\x08' + encodeString(response) + '\x09\0');
  }

  /** @returns 0 when answers have a way, else a code. */
  function obstacle(): number {
    const granted = subscription!.granted;
    if (!isUp || granted < 0) return Code.Closed;
    const isStuck = way.length > PROPERTIES_MAX - 1 - NUMBER_SIZE || (numberAt === 0 && way.length === 0);
    return granted > 2 || isStuck ? Code.Rejected : Code.Ok;
  }

  function prepare(to: string): Target | null {
    const path = to + '/' + host.id + '/';
    const isFit = isTopic(fromText(to), false) && path.length + NUMBER_SIZE <= NAME_MAX;
    return isFit ? { name: constant(encodeString(to)), path } : null;
  }

  /** Write the request of `number` to `target` as the connection has it. */
  function address(target: Target): void {
    digits = joinInteger(emptied(digits), number);
    if (numberAt === 0) {
      properties = join(joinText(copy(properties, way), String.fromCharCode(digits.length)), digits);
      dress(topic, target.name, properties);
    } else {
      name = joinText(joinText(emptied(name), word(target.path.length + digits.length)), target.path);
      name = join(name, digits);
      dress(topic, name, EMPTY);
    }
  }

  function ask(target: Target | null, payload: Bytes, deadlineMs: number, onAnswer: OnAnswer): number {
    if (target === null) return Code.BadTopic;
    if (!(deadlineMs > 0 && deadlineMs < NEVER_MS)) return Code.Range;
    const code = obstacle();
    if (code < 0) return code;
    const place = numbers.indexOf(FREE);
    if (place < 0) return Code.Busy;
    number = (number + 1) % NUMBERS;
    address(target);
    // Before it is sent: an answer may come at once.
    numbers[place] = number;
    deadlines[place] = after(clock.now(), deadlineMs);
    listeners[place] = onAnswer;
    ends[place] = Close.None;
    const sent = client.publish(topic, payload);
    if (sent < 0) numbers[place] = FREE;
    host.wake();
    return sent;
  }

  /** The connection is gone: what was asked on it ends, as soon as there is time for it. */
  function cut(why: Close): void {
    for (let i = 0; i < ends.length; i++) if (ends[i] === Close.None) ends[i] = why;
    host.wake();
  }

  function onStage(stage: Stage, why: Close): void {
    const isThere = stage === Stage.Running || stage === Stage.Draining;
    if (isThere && !isUp) begin();
    else if (!isThere && isUp) cut(why === Close.None ? Close.Local : why);
    isUp = isThere;
  }

  function run(now: number): number {
    let wait = NEVER_MS;
    for (let i = 0; i < numbers.length; i++) {
      if (numbers[i] === FREE) continue;
      const why = ends[i];
      const left = remaining(now, deadlines[i]);
      if (why !== Close.None) finish(i, why >= Close.FirstReason ? Code.Rejected : Code.Closed, EMPTY, why);
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
