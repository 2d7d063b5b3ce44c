// Asks others over MQTT, and gives each request exactly one end: an answer, or why there is none. Requests go out now or never, with QoS 0: what
// waits in an outbox would be done when nobody waits for it. Memory is fixed, and what comes as an answer is not trusted.

import {
  constant,
  copy,
  createBuffer,
  EMPTY,
  emptied,
  fromText,
  join,
  joinInteger,
  joinText,
  standsAt,
  type Bytes,
} from '../bytes/bytes.ts';
import { INBOUND, REQUESTS, V5 } from '../features.ts';
import type { Client } from '../mqtt/client.ts';
import { dress, prepareTopic } from '../mqtt/form.ts';
import { chr, encodeString, First, RETAIN, word } from '../mqtt/packet.ts';
import { Wish } from '../mqtt/subscriptions.ts';
import { isTopic } from '../mqtt/topic.ts';
import type { MotePart } from '../part.ts';
import { after, NEVER_MS, remaining, type Clock } from '../ports/clock.ts';
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
  /** Behind its length. */
  readonly topic: Bytes;
  /** The topic of a request of 3.1.1, up to its number. */
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

/** Start-up only. @returns null where REQUESTS and INBOUND are not built in, or with impossible options. */
export function createRequests(host: RequestsHost, options: RequestsOptions): Requests | null {
  const client = host.link.client;
  const clock = host.ports.clock;
  const random = host.ports.random;
  const own = host.id + RESPONSE;
  /** Of each place: when its request ends, what it is told apart by, and who is told. */
  const deadlines: number[] = [];
  const numbers: Bytes[] = [];
  const listeners: OnAnswer[] = [];
  const counters: RequestCounters = { strays: 0, failed: 0 };
  /** What is published, with another name or other properties each time: whichever of them has the number in it. */
  const topic = prepareTopic('x', First.Publish);
  const draft = createBuffer(PROPERTIES_MAX);
  /** With 5.0, properties up to the number. */
  let way: Bytes = EMPTY;
  let is5 = false;
  /** Requests without an end. */
  let open = 0;
  /** Why nothing can be asked. */
  let obstacle: Code = Code.Closed;
  /** Why the connection ended on which all were asked. */
  let cause = Close.None;
  // Answers to a former life of this mote are not taken for others.
  let number = (random.next() & 0x7ff) * 65536 + random.next();

  for (let i = 0; i < options.places; i++) {
    deadlines.push(FREE);
    numbers.push(createBuffer(NUMBER_SIZE));
  }

  /** The request at `place` is over. */
  function finish(place: number, code: number, payload: Bytes, why: number): void {
    deadlines[place] = FREE;
    open--;
    try {
      listeners[place](code, payload, why);
    } catch {
      counters.failed++;
    }
  }

  /** @returns whether the request at `place` is without an end, and its number all that stands in `bytes` from `at` on. @inline */
  function isAsked(place: number, bytes: Bytes, at: number): boolean {
    return (
      deadlines[place] !== FREE &&
      numbers[place].length + at === bytes.length &&
      standsAt(bytes, numbers[place], at)
    );
  }

  function onResponse(payload: Bytes, from: Bytes, first: number): void {
    const message = V5 ? client.message!() : null;
    // Without properties there is a topic, which is longer than any number.
    const answered = V5 && is5 && message ? message.correlation : from;
    const at = V5 && is5 ? 0 : own.length + 1;
    for (let i = 0; i < options.places; i++) {
      if ((first & RETAIN) === 0 && isAsked(i, answered, at)) {
        finish(i, Code.Ok, payload, 0);
        return;
      }
    }
    counters.strays++;
  }

  let subscription = REQUESTS && INBOUND ? client.subscription(own + '/+', 1, onResponse) : null;
  if (subscription === null || host.id.indexOf('/') >= 0 || !(options.places > 0)) return null;

  /** A session begins, or goes on: find out how answers come in on it. @returns why they do not, Code.Ok: they may. */
  function begin(): Code {
    const base = client.responses!();
    const filter = base === null ? own + '/+' : base === '' ? own : base + '/' + own;
    is5 = base !== null;
    if (subscription!.filter !== filter) subscription = client.redirect!(subscription!, filter);
    way = fromText('\x08' + encodeString(filter) + '\x09\0');
    // What a broker says need not be the beginning of a topic, which has no wildcards, nor leave room for the number.
    const isFit = (subscription!.route !== null) === is5 && way.length < PROPERTIES_MAX - NUMBER_SIZE;
    return isFit && subscription!.filter === filter ? Code.Ok : Code.Rejected;
  }

  function prepare(to: string): Target | null {
    const path = to + '/' + host.id + '/';
    const isFit = isTopic(fromText(to), false) && path.length <= NAME_MAX - NUMBER_SIZE;
    return isFit ? { topic: constant(encodeString(to)), path } : null;
  }

  /** Have the topic be that of the request at `place`, as the connection has it. */
  function address(target: Target, place: number): void {
    const digits = joinInteger(emptied(numbers[place]), number);
    numbers[place] = digits;
    if (V5 && is5) dress(topic, target.topic, join(joinText(copy(draft, way), chr(digits.length)), digits));
    else {
      const head = joinText(emptied(draft), word(target.path.length + digits.length));
      dress(topic, join(joinText(head, target.path), digits), EMPTY);
    }
  }

  /** @returns why nothing can be asked, Code.Ok: it can. */
  function obstacleNow(): Code {
    if (obstacle < 0) return obstacle;
    if (subscription!.wish !== Wish.Answered) return Code.Closed;
    return subscription!.granted > 2 ? Code.Rejected : Code.Ok;
  }

  function ask(target: Target | null, payload: Bytes, deadlineMs: number, onAnswer: OnAnswer): number {
    const place = deadlines.indexOf(FREE);
    let code = place < 0 ? Code.Busy : obstacleNow();
    if (!(deadlineMs > 0 && deadlineMs < NEVER_MS)) code = Code.Range;
    if (target === null) code = Code.BadTopic;
    if (code < 0) return code;
    // It wraps where the clock does.
    number = after(number, 1);
    address(target!, place);
    code = client.publish(topic, payload);
    if (code === Code.Ok) {
      deadlines[place] = after(clock.now(), deadlineMs);
      listeners[place] = onAnswer;
      open++;
      host.wake();
    }
    return code;
  }

  function onStage(stage: Stage, why: Close): void {
    // A session may begin with draining, and is found out about once.
    if (stage === Stage.Running || (stage === Stage.Draining && obstacle === Code.Closed)) {
      obstacle = V5 ? begin() : Code.Ok;
    } else if (stage !== Stage.Draining) {
      obstacle = Code.Closed;
      // All that was asked ends in `run`, which comes before another connection does.
      cause = why || cause;
    }
  }

  function run(now: number): number {
    const why = cause;
    const code = why === 0 ? Code.Timeout : why < Close.Unspecified ? Code.Closed : Code.Rejected;
    let wait = NEVER_MS;
    cause = Close.None;
    for (let i = 0; i < options.places; i++) {
      if (deadlines[i] === FREE) continue;
      const left = remaining(now, deadlines[i]);
      if (why > 0 || left === 0) finish(i, code, EMPTY, why);
      else if (left < wait) wait = left;
    }
    return wait;
  }

  /** @returns whether an answer is awaited: each has its deadline. */
  function isBusy(): boolean {
    return open > 0;
  }

  return { prepare, ask, counters: () => counters, onStage, isBusy, run };
}
