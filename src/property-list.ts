// Properties of MQTT 5.0 as a firmware gives them, put together and checked: only what names some has this in its bundle. What the
// client itself says needs none of it.

import { constant } from './bytes/bytes.ts';
import { REQUESTS } from './features.ts';
import { chr, encodeString } from './mqtt/packet.ts';
import { KINDS, Type, TYPE_BITS } from './mqtt/properties.ts';
import { isText, isTopic, STRING_MAX } from './mqtt/topic.ts';
import { PropertyId, type Property } from './ports/properties.ts';

/** Identifiers stand in texts as characters, this much greater. */
const ZERO = 48;

/**
 * What a list is for: the identifiers that may be in it, as characters, 48 greater. The client says its own limits in CONNECT, its way of
 * authentication, with REQUESTS that it wants response information; and an alias in PUBLISH, and a message to the broker says no
 * subscription [MQTT-3.3.4-6].
 */
export const FOR_CONNECT = REQUESTS ? 'AGV' : 'AIGV';
export const FOR_WILL = '12389HV';
export const FOR_TOPIC = '12389V';

/** @returns a value of `size` bytes, the greatest eight bits first; null when it is none. */
function encodeNumber(value: unknown, size: number): string | null {
  let left = value as number;
  let field = '';
  for (let i = 0; i < size; i++) {
    field = chr(left % 256) + field;
    left = Math.floor(left / 256);
  }
  return typeof value === 'number' && value >= 0 && value % 1 === 0 && left === 0 ? field : null;
}

/** @returns a string behind its length; null when it is none. */
function encodeText(value: unknown, isBinary: boolean): string | null {
  const isFit = typeof value === 'string' && value.length <= STRING_MAX;
  return isFit && (isBinary || isText(constant(value))) ? encodeString(value) : null;
}

/** @returns the type of a property; 0: there is none. */
function typeOf(id: number): number {
  // Three that brokers do not say.
  if (id === PropertyId.WillDelay) return Type.Double;
  const isAsked = id === PropertyId.RequestProblemInformation || id === PropertyId.RequestResponseInformation;
  return isAsked ? Type.Bit : KINDS.charCodeAt(id) & TYPE_BITS;
}

function encodeValue(type: number, property: Property): string | null {
  const value = property[1];
  if (type < Type.Text) {
    if (type === Type.Bit && (value as number) > 1) return null;
    return encodeNumber(value, type === Type.Double ? 4 : type);
  }
  const text = encodeText(value, type === Type.Binary);
  if (type !== Type.Pair) return text;
  const second = encodeText(property[2], false);
  return text === null || second === null ? null : text + second;
}

/** @returns whether such a property may stand there, behind those that were `seen`. */
function mayFollow(seen: string, type: number, key: string, place: string): boolean {
  return type > 0 && place.indexOf(key) >= 0 && (type === Type.Pair || seen.indexOf(key) < 0);
}

/**
 * Start-up only.
 * @param place FOR_CONNECT, FOR_WILL or FOR_TOPIC.
 * @returns what options of the client, of its will and of its topics take as `properties`; null when one may not be there, comes twice
 * or has a value that it cannot have: then they are refused.
 */
export function encodeProperties(list: readonly Property[], place: string): string | null {
  let body = '';
  let seen = '';
  for (let i = 0; i < list.length; i++) {
    const id = list[i][0];
    const key = chr(id + ZERO);
    const type = typeOf(id);
    if (!mayFollow(seen, type, key, place)) return null;
    const value = encodeValue(type, list[i]);
    if (value === null) return null;
    if (id === PropertyId.ResponseTopic && !isTopic(constant(list[i][1] as string), false)) return null;
    seen += key;
    // The outbox looks for the message expiry interval where properties begin.
    body = id === PropertyId.MessageExpiry ? chr(id) + value + body : body + chr(id) + value;
  }
  return body;
}
