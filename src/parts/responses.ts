// Answers requests over MQTT, at once or later. Whoever asks is not trusted: what is open is bounded, each request is answered once, and one
// that waits gives way when as many have come since as there are places. An answer goes where the request says, so a broker has to say who may publish where.

import {
  createBuffer,
  createView,
  cut,
  emptied,
  fromText,
  join,
  joinText,
  slashAt,
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

/** Start-up only. @returns null where REQUESTS and INBOUND are not built in, or with impossible options. */
export function createResponses(
  host: Pick<RequestsHost, 'link'>,
  options: ResponsesOptions,
): Responses | null {
  const client = host.link.client;
  const counters: ResponseCounters = { ignored: 0, dropped: 0 };
  const places = options.places;
  /** Of each place, which its number gives it: the request, the topic of the answer behind its length, and its properties. */
  const numbers: number[] = [];
  const names: Bytes[] = [];
  const properties: Bytes[] = [];
  const topic = prepareTopic('x', First.Publish);
  const view = createView();
  let number = 0;
  for (let i = 0; i < places; i++) {
    numbers.push(FREE);
    names.push(createBuffer(NAME_MAX + 2));
    properties.push(createBuffer(NAME_MAX));
  }
  if (!REQUESTS || !INBOUND || numbers.length === 0) return null;

  /** @returns the place of a new request, whose answer goes to a topic of `size` bytes. */
  function open(size: number): number {
    number = (number + 1) % NUMBERS;
    const place = number % places;
    if (numbers[place] !== FREE) counters.dropped++;
    numbers[place] = number;
    names[place] = joinText(emptied(names[place]), word(size));
    properties[place] = emptied(properties[place]);
    return place;
  }

  /** Open a request with a response topic. @returns whether there is room for what it says. */
  function openDirect(to: Bytes, correlation: Bytes): boolean {
    const size = correlation.length;
    if (to.length > NAME_MAX || size > CORRELATION_MAX) return false;
    const place = open(to.length);
    names[place] = join(names[place], to);
    if (size > 0) {
      const head = joinText(properties[place], CORRELATION + String.fromCharCode(size));
      properties[place] = join(head, correlation);
    }
    return true;
  }

  /** Open a request by its topic, in which there is from `at` on who asks, and a number. @returns whether it is one. */
  function openNamed(from: Bytes, at: number): boolean {
    const slash = slashAt(from, at);
    const size = from.length - at + RESPONSE.length;
    if (slash <= at || size > NAME_MAX || numberIn(from, slash + 1) < 0) return false;
    const place = open(size);
    const name = join(names[place], cut(view, from, at, slash - at));
    names[place] = join(joinText(name, RESPONSE), cut(view, from, slash, from.length - slash));
    return true;
  }

  function serve(to: string, onRequest: OnRequest): boolean {
    const at = to.length + 1;

    function onMessage(payload: Bytes, from: Bytes, first: number): void {
      const message = V5 ? client.message!() : null;
      // What the broker keeps was asked long ago.
      const isOpen =
        (first & RETAIN) === 0 &&
        (V5 && message && message.responseTopic.length > 0
          ? openDirect(message.responseTopic, message.correlation)
          : openNamed(from, at));
      if (isOpen) onRequest(payload, number);
      else counters.ignored++;
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
    if (request < 0 || place < 0) return Code.Unknown;
    dress(topic, names[place], properties[place]);
    const code = client.publish(topic, payload);
    if (code === Code.Ok) numbers[place] = FREE;
    return code;
  }

  return { serve, answer, counters: () => counters };
}
