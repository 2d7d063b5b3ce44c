// What stands between the fixed header and the payload of a PUBLISH from a broker (MQTT 5.0, section 3.3.2): a topic, or an alias for
// one that came before, the identifier, and properties. Bytes only; of one connection each.

import { byteAt, constant, createView, cut, EMPTY, toText, type Bytes } from '../bytes/bytes.ts';
import { PropertyId } from '../ports/properties.ts';
import { QOS0_LAST } from './packet.ts';
import { IN_PUBLISH, wideAt, type PropertyReader } from './properties.ts';
import { Reason } from './reason.ts';

/** Topics from the broker that an alias may stand for. */
const ALIASES_MAX = 4;

/** What a message came with; what is bytes is valid until its handler returns, and empty when it is not there. */
export interface MessageProperties {
  contentType: Bytes;
  responseTopic: Bytes;
  correlation: Bytes;
  /** @returns a number that came with it, -1: none. PayloadFormat, MessageExpiry in seconds, SubscriptionId (the first of several). */
  numberOf(id: PropertyId): number;
}

export interface Incoming {
  readonly message: MessageProperties;
  /** Where the topic of the message stands that was read last, behind its length: in the packet, or kept of a former one. */
  readonly topic: { bytes: Bytes; at: number; end: number };
  /** Aliases end with their connection [MQTT-3.3.2-7]. */
  reset(): void;
  /** @returns whether a string among the properties belongs to the message. */
  take(id: number, bytes: Bytes, from: number, to: number): boolean;
  /** Read up to the payload. @param is5 with properties. @returns its place, or a negative reason code. */
  read(first: number, bytes: Bytes, at: number, end: number, is5: boolean): number;
}

export function createIncoming(reader: PropertyReader): Incoming {
  const message: MessageProperties = {
    contentType: EMPTY,
    responseTopic: EMPTY,
    correlation: EMPTY,
    numberOf: (id) => reader.numberOf(id, -1),
  };
  const topic = { bytes: EMPTY, at: 0, end: 0 };
  const typeView = createView();
  const responseView = createView();
  const correlationView = createView();
  /** Topics behind their lengths; EMPTY where there is none yet. */
  const names: Bytes[] = [];

  function reset(): void {
    for (let i = 0; i < ALIASES_MAX; i++) names[i] = EMPTY;
  }

  function take(id: number, bytes: Bytes, from: number, to: number): boolean {
    const size = to - from;
    if (id === PropertyId.ContentType) message.contentType = cut(typeView, bytes, from, size);
    else if (id === PropertyId.ResponseTopic) message.responseTopic = cut(responseView, bytes, from, size);
    else if (id === PropertyId.CorrelationData) message.correlation = cut(correlationView, bytes, from, size);
    else return false;
    return true;
  }

  /** Give an alias its topic, or take the topic of an alias. @returns whether there is a topic. */
  function resolve(alias: number, size: number): boolean {
    if (size > 0) names[alias - 1] = constant(toText(topic.bytes, topic.at, size + 2));
    topic.bytes = names[alias - 1];
    topic.at = 0;
    topic.end = topic.bytes.length;
    return topic.end > 0;
  }

  function read(first: number, bytes: Bytes, at: number, end: number, is5: boolean): number {
    const size = wideAt(bytes, at);
    const from = at + 2 + size + (first > QOS0_LAST ? 2 : 0);
    if (!(is5 ? from < end : from <= end)) return -Reason.MalformedPacket;
    reader.clear();
    message.contentType = message.responseTopic = message.correlation = EMPTY;
    const to = !is5 ? from : byteAt(bytes, from) === 0 ? from + 1 : reader.read(bytes, from, end, IN_PUBLISH);
    if (to < 0) return to;
    topic.bytes = bytes;
    topic.at = at;
    topic.end = from;
    const alias = reader.numberOf(PropertyId.TopicAlias, 0);
    if (alias > ALIASES_MAX) return -Reason.TopicAliasInvalid;
    if (alias === 0 ? size === 0 : !resolve(alias, size)) return -Reason.ProtocolError;
    return to;
  }

  reset();
  return { message, topic, reset, take, read };
}
