// Answers requests over MQTT, at once or later. Whoever asks is not trusted: what is open is bounded, each request is answered once, and one
// that waits gives way when as many have come since as there are places. An answer goes where the request says, so a broker has to say who may publish where.

import {
  byteAt,
  createBuffer,
  createView,
  cut,
  EMPTY,
  emptied,
  fromText,
  join,
  joinText,
  slashAt,
  tail,
  type Bytes,
} from '../bytes/bytes.ts';
import { INBOUND, REQUESTS, V5 } from '../features.ts';
import { dress, prepareTopic } from '../mqtt/form.ts';
import { First, RETAIN, word } from '../mqtt/packet.ts';
import { isTopic } from '../mqtt/topic.ts';
import { after } from '../ports/clock.ts';
import { Code } from '../ports/codes.ts';
import { NAME_MAX, NUMBERS, RESPONSE, type RequestsHost } from './requests.ts';

/** Most bytes of what a request is told apart by. */
const CORRELATION_MAX = 64;
const CORRELATION = '\x09';
/** In places without a request: equal to no number that anybody may give. */
const FREE = null;
/** Answers would come as requests to it. */
const NO_TARGET = 'response';

export interface ResponsesOptions {
  /** A request can be answered until so many others have come. */
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
  /** Start-up only. Take requests to `topic`, and to what who speaks 3.1.1 adds to it. @returns false when it is no topic, or "response". */
  serve(topic: string, onRequest: OnRequest): boolean;
  /**
   * @returns 0: it is on its way, with QoS 0. Code.Unknown: answered already, or dropped. A code of `publish`: it may be tried again.
   */
  answer(request: number, payload: Bytes): number;
  /** @returns the same object each time. */
  counters(): ResponseCounters;
}

/** As many as a tenth of NUMBERS has begun: what is less may have one more digit, or is found too great with it. */
const TENTH = 0xcccccd;

/** @returns whether the number of a request stands in decimal from `from` to the end. */
function isNumber(bytes: Bytes, from: number): boolean {
  let number = from < bytes.length ? 0 : NUMBERS;
  for (let i = from; i < bytes.length; i++) {
    const digit = byteAt(bytes, i) ^ 48;
    number = digit < 10 && number < TENTH ? number * 10 + digit : NUMBERS;
  }
  return number < NUMBERS;
}

/** Start-up only. @returns null where REQUESTS and INBOUND are not built in, or with impossible options. */
export function createResponses(
  host: Pick<RequestsHost, 'link'>,
  options: ResponsesOptions,
): Responses | null {
  const client = host.link.client;
  const counters: ResponseCounters = { ignored: 0, dropped: 0 };
  /** Of each place, which its number gives it: the request, the topic of the answer behind its length, and its properties. */
  const numbers: (number | null)[] = [];
  const names: Bytes[] = [];
  const properties: Bytes[] = [];
  const topic = prepareTopic('x', First.Publish);
  const view = createView();
  let number = 0;
  for (let i = 0; i < options.places; i++) {
    numbers.push(FREE);
    names.push(createBuffer(NAME_MAX + 2));
    properties.push(createBuffer(CORRELATION_MAX + 3));
  }
  if (!REQUESTS || !INBOUND || !(options.places > 0)) return null;

  /** Take a place for one more request. @returns it. */
  function open(): number {
    // It wraps where the clock does.
    number = after(number, 1);
    const place = number % options.places;
    if (numbers[place] !== FREE) counters.dropped++;
    numbers[place] = number;
    return place;
  }

  /** @returns whether a request cannot be answered. What the broker keeps was asked long ago. @inline */
  function isIgnored(size: number, correlation: Bytes, first: number): boolean {
    return size > NAME_MAX || correlation.length > CORRELATION_MAX || (first & RETAIN) !== 0;
  }

  function serve(to: string, onRequest: OnRequest): boolean {
    const at = to.length + 1;

    /** @returns bytes of the topic of an answer, where that of a request says who asks, and its number; too many: it does not. @inline */
    function sizeOf(from: Bytes, slash: number): number {
      return slash > at && isNumber(from, slash + 1) ? from.length - at + RESPONSE.length : NAME_MAX + 1;
    }

    function onMessage(payload: Bytes, from: Bytes, first: number): void {
      const message = V5 ? client.message!() : null;
      const response = message ? message.responseTopic : EMPTY;
      const correlation = message ? message.correlation : EMPTY;
      const slash = response.length > 0 ? 0 : slashAt(from, at);
      const size = slash === 0 ? response.length : sizeOf(from, slash);
      if (isIgnored(size, correlation, first)) {
        counters.ignored++;
        return;
      }
      const place = open();
      const name = joinText(emptied(names[place]), word(size));
      names[place] =
        slash === 0
          ? join(name, response)
          : join(joinText(join(name, cut(view, from, at, slash - at)), RESPONSE), tail(view, from, slash));
      const head = correlation.length > 0 ? CORRELATION + word(correlation.length) : '';
      properties[place] = join(joinText(emptied(properties[place]), head), correlation);
      onRequest(payload, number);
    }

    // Who asks with 3.1.1 adds two levels. With QoS 0 nothing is done twice, or long after it was asked for.
    return (
      to !== NO_TARGET &&
      isTopic(fromText(to), false) &&
      (!V5 || client.subscription(to, 0, onMessage) !== null) &&
      client.subscription(to + '/+/+', 0, onMessage) !== null
    );
  }

  function answer(request: number, payload: Bytes): number {
    const place = numbers.indexOf(request);
    if (place < 0) return Code.Unknown;
    dress(topic, names[place], properties[place]);
    const code = client.publish(topic, payload);
    if (code === Code.Ok) numbers[place] = FREE;
    return code;
  }

  return { serve, answer, counters: () => counters };
}
