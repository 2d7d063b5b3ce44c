// Answers requests over MQTT, at once or later. Whoever asks is not trusted: what is open is bounded, each request is answered once, and the
// oldest gives way where too many are open. An answer goes where the request says, so a broker has to say who may publish where.

import {
  constant,
  createBuffer,
  createView,
  cut,
  emptied,
  fromText,
  join,
  joinText,
  slashAt,
  standsAt,
  type Bytes,
} from '../bytes/bytes.ts';
import { INBOUND, REQUESTS, V5 } from '../features.ts';
import { dress, prepareTopic } from '../mqtt/form.ts';
import { First, RETAIN, word } from '../mqtt/packet.ts';
import { isTopic } from '../mqtt/topic.ts';
import { Code } from '../ports/codes.ts';
import { NAME_MAX, NUMBERS, numberIn, RESPONSE, type RequestsHost } from './requests.ts';

/** Most bytes of what a request is told apart by. */
const CORRELATION_MAX = 64;
const CORRELATION = '\x09\0';
/** In places without a request. */
const FREE = -1;
/** An asker of that name could make answers come back as requests. */
const NO_ASKER = 'response/';

export interface ResponsesOptions {
  /** Requests that may be without an answer at a time. */
  readonly places: number;
}

/** @param payload valid until this returns. @param request for `answer`, now or later. */
export type OnRequest = (payload: Bytes, request: number) => void;

export interface ResponseCounters {
  /** What came and cannot be answered: no way back, or too long a one; or kept by the broker. */
  ignored: number;
  /** Requests that gave way to others before they were answered. */
  dropped: number;
}

export interface Responses {
  /** Start-up only. Take requests to `topic`. @returns false when it is no topic, or too long. */
  serve(topic: string, onRequest: OnRequest): boolean;
  /**
   * @returns 0: it is on its way, with QoS 0. Code.Unknown: answered already, or dropped. A code of `publish`: it may be tried again.
   */
  answer(request: number, payload: Bytes): number;
  /** @returns the same object each time. */
  counters(): ResponseCounters;
}

/** Start-up only. @returns null where REQUESTS and INBOUND are not built in, or with impossible options. */
export function createResponses(
  host: Pick<RequestsHost, 'link'>,
  options: ResponsesOptions,
): Responses | null {
  const client = host.link.client;
  const counters: ResponseCounters = { ignored: 0, dropped: 0 };
  /**
   * Of each place: the number of its request, the topic of the answer behind its length, and its properties. The last place is for what may
   * turn out to be no request.
   */
  const numbers: number[] = [];
  const spare = options.places;
  const names: Bytes[] = [];
  const properties: Bytes[] = [];
  const topic = prepareTopic('x', First.Publish);
  const view = createView();
  const noAsker = constant(NO_ASKER);
  let number = 0;
  if (!REQUESTS || !INBOUND || !(options.places > 0)) return null;
  for (let i = 0; i <= options.places; i++) {
    if (i < options.places) numbers.push(FREE);
    names.push(createBuffer(NAME_MAX + 2));
    properties.push(createBuffer(CORRELATION_MAX + CORRELATION.length + 1));
  }

  /** @returns how many requests came since. */
  function ageOf(place: number): number {
    return (number - numbers[place] + NUMBERS) % NUMBERS;
  }

  /** @returns a free place, or that of the oldest request. */
  function findPlace(): number {
    let oldest = 0;
    for (let i = 0; i < numbers.length; i++) {
      if (numbers[i] === FREE) return i;
      if (ageOf(i) > ageOf(oldest)) oldest = i;
    }
    counters.dropped++;
    return oldest;
  }

  /** Write down where the answer goes to a request with a response topic. @returns whether that is possible. */
  function note(to: Bytes, correlation: Bytes): boolean {
    if (to.length > NAME_MAX || correlation.length > CORRELATION_MAX) return false;
    names[spare] = join(joinText(emptied(names[spare]), word(to.length)), to);
    if (correlation.length === 0) return true;
    const head = CORRELATION + String.fromCharCode(correlation.length);
    properties[spare] = join(joinText(properties[spare], head), correlation);
    return true;
  }

  /** The same by the topic of a request, in which there is from `at` on who asks, and a number. */
  function noteName(from: Bytes, at: number): boolean {
    const slash = slashAt(from, at);
    const size = from.length - at + RESPONSE.length;
    if (slash <= at || size > NAME_MAX || numberIn(from, slash + 1) < 0 || standsAt(from, noAsker, at)) {
      return false;
    }
    const name = join(joinText(emptied(names[spare]), word(size)), cut(view, from, at, slash - at));
    names[spare] = join(joinText(name, RESPONSE), cut(view, from, slash, from.length - slash));
    return true;
  }

  /** @returns whether a request came, and where its answer goes is written down. @param at bytes of what was asked for, and one. */
  function isRequest(from: Bytes, at: number, first: number): boolean {
    const message = V5 ? client.message!() : null;
    properties[spare] = emptied(properties[spare]);
    if ((first & RETAIN) > 0) return false;
    return message !== null && message.responseTopic.length > 0 && from.length < at
      ? note(message.responseTopic, message.correlation)
      : noteName(from, at);
  }

  /** Keep what is written down. @returns its number. */
  function open(): number {
    const place = findPlace();
    const name = names[place];
    const more = properties[place];
    names[place] = names[spare];
    properties[place] = properties[spare];
    names[spare] = name;
    properties[spare] = more;
    number = (number + 1) % NUMBERS;
    numbers[place] = number;
    return number;
  }

  function serve(to: string, onRequest: OnRequest): boolean {
    const at = to.length + 1;

    function onMessage(payload: Bytes, from: Bytes, first: number): void {
      if (isRequest(from, at, first)) onRequest(payload, open());
      else counters.ignored++;
    }

    // Who asks with 3.1.1 adds two levels. With QoS 0 nothing is done twice, or long after it was asked for.
    return (
      isTopic(fromText(to), false) && at <= NAME_MAX && client.subscription(to + '/#', 0, onMessage) !== null
    );
  }

  function answer(request: number, payload: Bytes): number {
    const place = request < 0 ? -1 : numbers.indexOf(request);
    if (place < 0) return Code.Unknown;
    dress(topic, names[place], properties[place]);
    const code = client.publish(topic, payload);
    if (code === Code.Ok) numbers[place] = FREE;
    return code;
  }

  return { serve, answer, counters: () => counters };
}
