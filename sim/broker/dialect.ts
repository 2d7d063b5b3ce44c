// What differs between versions of MQTT on a connection: how packets are read and judged, and how they are written. Here is 3.1.1;
// v5/dialect.ts is 5.0. A dialect knows one connection, never the session or time.

import { headerFault, readPublish } from '../device/judge.ts';
import type { Properties } from '../device/properties.ts';
import type { Delivery, Message } from './message.ts';
import { RETAIN, Type, ack, connack, publish, readAck, readFilters, suback, unsuback } from './packets.ts';
import { plain } from './subscriptions.ts';
import type { Subscription } from './subscriptions.ts';
import { toReturnCode } from './v5/reasons.ts';

/** A fault is the statement that is broken, '' for none. */
export interface HeardPublish {
  readonly message: Message;
  readonly id: number;
  readonly fault: string;
}

export interface HeardAck {
  readonly id: number;
  /** Reason code; 0 in 3.1.1. */
  readonly code: number;
  readonly fault: string;
}

export interface HeardFilters {
  readonly id: number;
  readonly subscriptions: readonly Subscription[];
  readonly fault: string;
}

export interface HeardDisconnect {
  /** Reason code; 0 in 3.1.1. */
  readonly code: number;
  /** What the client asks for now, undefined: as before. */
  readonly sessionExpirySec: number | undefined;
  readonly fault: string;
}

/** Writes packets; '' where the version has none, or the client would not take it for its size. */
export interface Writer {
  /** Messages of QoS 1 and 2 that may be under way. */
  readonly window: number;
  /** @param flags DUP. */
  publish(message: Delivery, flags: number, id: number): string;
  /** PUBACK, PUBREC, PUBREL or PUBCOMP. @param code reason code. */
  ack(type: number, id: number, code: number): string;
}

export interface Dialect extends Writer {
  readonly version: 4 | 5;
  /** Judge the fixed header and the size of a packet. @param size of all of it. */
  header(first: number, length: number, size: number): string;
  readPublish(flags: number, body: string): HeardPublish;
  readAck(type: number, body: string): HeardAck;
  readFilters(type: number, body: string): HeardFilters;
  readDisconnect(body: string): HeardDisconnect;
  /** @returns a fault under its number in this version. */
  spell(fault: string): string;
  /** @param code return code of 3.1.1 or reason code. */
  connack(present: boolean, code: number, properties: Properties): string;
  /** SUBACK or UNSUBACK. */
  codes(type: number, id: number, codes: readonly number[]): string;
  disconnect(code: number, properties?: Properties): string;
}

/** Messages that are under way at a time. */
export const WINDOW = 20;
const FAILURE = 0x80;

/** MQTT 3.1.1 needs to know nothing of its connection. */
export const V4: Dialect = {
  version: 4,
  window: WINDOW,
  header: headerFault,
  readPublish(flags, body) {
    const { topic, payload, qos, retain, packetIdentifier, fault } = readPublish(flags, body);
    return { message: { topic, payload, qos, retain }, id: packetIdentifier, fault };
  },
  readAck(_, body) {
    const { id, fault } = readAck(body);
    return { id, code: 0, fault };
  },
  readFilters(type, body) {
    const { id, filters, fault } = readFilters(type, body);
    return { id, subscriptions: filters.map(({ filter, qos }) => plain(filter, qos)), fault };
  },
  readDisconnect: () => ({ code: 0, sessionExpirySec: undefined, fault: '' }),
  spell: (fault) => fault,
  connack: (present, code) => connack(present, toReturnCode(code)),
  publish: ({ topic, payload, qos, retain }, flags, id) =>
    publish(topic, payload, qos, flags | (retain ? RETAIN : 0), id),
  ack,
  codes: (type, id, codes) =>
    type === Type.Suback
      ? suback(
          id,
          codes.map((code) => Math.min(code, FAILURE)),
        )
      : unsuback(id),
  disconnect: () => '',
};
