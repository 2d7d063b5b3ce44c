// What stands between the fixed header and the payload of a PUBLISH from a broker (MQTT 5.0, section 3.3.2): a topic, or an alias for
// one that came before, the identifier, and properties. Bytes only; of one connection each.

import { byteAt, constant, createView, cut, EMPTY, toText, type Bytes } from '../bytes/bytes.ts';
import { PropertyId } from '../ports/properties.ts';
import { QOS0_LAST } from './packet.ts';
import { IN_PUBLISH, readProperties, wideAt, type OnProperty } from './properties.ts';
import { Reason } from './reason.ts';

/** What a message came with; what is bytes is valid until its handler returns. */
export interface MessageProperties {
  /** 1: the payload is UTF-8. 0: nobody says. */
  payloadFormat: number;
  /** Seconds that are left of its life; -1: it does not expire. */
  expirySec: number;
  /** Empty: none. */
  contentType: Bytes;
  responseTopic: Bytes;
  correlation: Bytes;
  /** Of the subscription that it came for, the last one if there are several; 0: none. */
  subscriptionId: number;
}

export interface Incoming {
  readonly message: MessageProperties;
  /** Where the topic of the message stands that was read last, behind its length: in the packet, or kept of a former one. */
  readonly topic: { bytes: Bytes; at: number; end: number };
  /** Aliases end with their connection [MQTT-3.3.2-7]. */
  reset(): void;
  /** Read up to the payload. @returns its place, or a negative reason code. */
  read(first: number, bytes: Bytes, at: number, end: number): number;
}

/** @param aliasesMax topics that an alias may stand for. @param onText told of user properties. */
export function createIncoming(aliasesMax: number, onText: OnProperty): Incoming {
  const message: MessageProperties = {
    payloadFormat: 0,
    expirySec: -1,
    contentType: EMPTY,
    responseTopic: EMPTY,
    correlation: EMPTY,
    subscriptionId: 0,
  };
  const topic = { bytes: EMPTY, at: 0, end: 0 };
  const typeView = createView();
  const responseView = createView();
  const correlationView = createView();
  /** Topics behind their lengths; EMPTY where there is none yet. */
  const names: Bytes[] = [];
  let alias = 0;

  function reset(): void {
    for (let i = 0; i < aliasesMax; i++) names[i] = EMPTY;
  }

  function onProperty(id: number, value: number, bytes: Bytes, from: number, to: number): void {
    if (id === PropertyId.TopicAlias) alias = value;
    else if (id === PropertyId.PayloadFormat) message.payloadFormat = value;
    else if (id === PropertyId.MessageExpiry) message.expirySec = value;
    else if (id === PropertyId.SubscriptionId) message.subscriptionId = value;
    else if (id === PropertyId.ContentType) message.contentType = cut(typeView, bytes, from, to - from);
    else if (id === PropertyId.ResponseTopic)
      message.responseTopic = cut(responseView, bytes, from, to - from);
    else if (id === PropertyId.CorrelationData)
      message.correlation = cut(correlationView, bytes, from, to - from);
    else onText(id, value, bytes, from, to);
  }

  function clear(): void {
    message.payloadFormat = message.subscriptionId = alias = 0;
    message.expirySec = -1;
    message.contentType = message.responseTopic = message.correlation = EMPTY;
  }

  /** @returns 0, or a negative reason code: the alias is none, or stands for nothing. */
  function resolve(size: number): number {
    if (alias > aliasesMax) return -Reason.TopicAliasInvalid;
    if (size > 0) {
      if (alias > 0) names[alias - 1] = constant(toText(topic.bytes, topic.at, size + 2));
      return 0;
    }
    if (alias === 0 || names[alias - 1].length === 0) return -Reason.ProtocolError;
    topic.bytes = names[alias - 1];
    topic.at = 0;
    topic.end = topic.bytes.length;
    return 0;
  }

  function read(first: number, bytes: Bytes, at: number, end: number): number {
    const size = wideAt(bytes, at);
    const from = at + 2 + size + (first > QOS0_LAST ? 2 : 0);
    if (!(from < end)) return -Reason.MalformedPacket;
    clear();
    let to = from + 1;
    if (byteAt(bytes, from) > 0) to = readProperties(bytes, from, end, IN_PUBLISH, onProperty);
    if (to < 0) return to;
    topic.bytes = bytes;
    topic.at = at;
    topic.end = from;
    const code = size > 0 && alias === 0 ? 0 : resolve(size);
    return code < 0 ? code : to;
  }

  reset();
  return { message, topic, reset, read };
}
