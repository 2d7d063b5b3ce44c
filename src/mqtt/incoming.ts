// What stands between the fixed header and the payload of a PUBLISH from a broker (MQTT 5.0, section 3.3.2): a topic, or an alias for
// one that came before, the identifier, and properties. Bytes only; of one connection each.

import { constant, createView, EMPTY, toText, type Bytes } from '../bytes/bytes.ts';
import { PropertyId } from '../ports/properties.ts';
import { NO_ID, readId, type Id } from './form.ts';
import { QOS0_LAST } from './packet.ts';
import { numberAt } from './numbers.ts';
import { IN_PUBLISH, type PropertyReader } from './properties.ts';
import { Reason } from './reason.ts';
import type { Route } from './subscriptions.ts';

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

/** The message that was read last. */
export interface Come {
  /** Where it goes. */
  route: Route;
  /** Its identifier; with QoS 0 what stands there. */
  id: Id;
}

export interface Incoming {
  /** @returns what the message that was read last came with, the same object each time. */
  message(): MessageProperties;
  readonly come: Come;
  /** A session begins: aliases end with their connection [MQTT-3.3.2-7]. */
  start(): void;
  /**
   * Read up to the payload.
   * @returns its place; 0: beyond `bytes`, then it goes nowhere; else a negative reason code.
   */
  read(first: number, bytes: Bytes, at: number, end: number): number;
}

/** @param turn finds where a topic goes: to `nowhere`, when it is none. */
export function createIncoming(
  reader: PropertyReader,
  turn: (bytes: Bytes, at: number, end: number) => Route,
  nowhere: Route,
): Incoming {
  function numberOf(id: PropertyId): number {
    const value = reader.said.values[id];
    return value === undefined ? -1 : value;
  }

  const properties: MessageProperties = {
    contentType: EMPTY,
    responseTopic: EMPTY,
    correlation: EMPTY,
    numberOf,
  };
  const typeView = createView();
  const responseView = createView();
  const correlationView = createView();
  /** Topics behind their lengths, at the places of their aliases. */
  let names: Bytes[] = [];
  const come: Come = { route: nowhere, id: NO_ID };

  function message(): MessageProperties {
    properties.contentType = reader.textOf(PropertyId.ContentType, typeView);
    properties.responseTopic = reader.textOf(PropertyId.ResponseTopic, responseView);
    properties.correlation = reader.textOf(PropertyId.CorrelationData, correlationView);
    return properties;
  }

  function start(): void {
    names = [];
  }

  /** @returns the place behind the properties that stand at `from`, as `read`. @inline */
  function behindProperties(bytes: Bytes, from: number, end: number): number {
    return reader.said.is5 ? reader.read(bytes, from, end, IN_PUBLISH) : from;
  }

  function read(first: number, bytes: Bytes, at: number, end: number): number {
    const size = numberAt(bytes, at, 2);
    const from = at + 2 + size + (first > QOS0_LAST ? 2 : 0);
    come.route = nowhere;
    come.id = readId(bytes, from - 2);
    const isFit = from <= end && !(first > QOS0_LAST && come.id === NO_ID);
    let to = isFit ? behindProperties(bytes, from, end) : -Reason.MalformedPacket;
    if (to > 0) {
      const alias = reader.said.values[PropertyId.TopicAlias]!;
      // Of 0 there is no use either: it ends the connection.
      if (alias <= ALIASES_MAX && size > 0) names[alias] = constant(toText(bytes, at, size + 2));
      const name = names[alias];
      if (size > 0) come.route = turn(bytes, at, end);
      else if (name) come.route = turn(name, 0, name.length);
      if (alias === 0 || alias > ALIASES_MAX) to = -Reason.TopicAliasInvalid;
      else if (come.route === nowhere) to = size > 0 ? -Reason.MalformedPacket : -Reason.ProtocolError;
    }
    return to;
  }

  return { message, come, start, read };
}
