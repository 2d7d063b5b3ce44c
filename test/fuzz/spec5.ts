// MQTT 5.0 as its specification has it, as far as a broker speaks: what each property is and where it may stand, which reason codes there
// are, and a reader that says of bytes what they are, or which rule they break. A codec of its own, so that no mistake of ours is made
// twice. Bytes are text, one character each.

export type Type = 'bit' | 'word' | 'double' | 'length' | 'text' | 'binary' | 'pair';
/** Packets from a broker, and what a firmware gives properties for. */
export type Place = 'connack' | 'publish' | 'ack' | 'disconnect' | 'FOR_CONNECT' | 'FOR_WILL' | 'FOR_TOPIC';

/** A property (section 2.2.2.2): what mqtt-packet calls it, and where it may stand. */
export interface Kind {
  readonly id: number;
  readonly name: string;
  readonly type: Type;
  readonly places: readonly Place[];
  readonly isNeverZero?: boolean;
}

const MESSAGE = ['publish', 'FOR_WILL', 'FOR_TOPIC'] as const;
const ANYWHERE = ['connack', 'publish', 'ack', 'disconnect', 'FOR_CONNECT', 'FOR_WILL', 'FOR_TOPIC'] as const;
const isNeverZero = true;

/** A client says its own limits itself, so these are not among those that a firmware gives: Receive Maximum and Topic Alias Maximum. */
export const KINDS: readonly Kind[] = [
  { id: 1, name: 'payloadFormatIndicator', type: 'bit', places: MESSAGE },
  { id: 2, name: 'messageExpiryInterval', type: 'double', places: MESSAGE },
  { id: 3, name: 'contentType', type: 'text', places: MESSAGE },
  { id: 8, name: 'responseTopic', type: 'text', places: MESSAGE },
  { id: 9, name: 'correlationData', type: 'binary', places: MESSAGE },
  { id: 11, name: 'subscriptionIdentifier', type: 'length', places: ['publish'], isNeverZero },
  { id: 17, name: 'sessionExpiryInterval', type: 'double', places: ['connack', 'FOR_CONNECT'] },
  { id: 18, name: 'assignedClientIdentifier', type: 'text', places: ['connack'] },
  { id: 19, name: 'serverKeepAlive', type: 'word', places: ['connack'] },
  { id: 21, name: 'authenticationMethod', type: 'text', places: ['connack'] },
  { id: 22, name: 'authenticationData', type: 'binary', places: ['connack'] },
  { id: 23, name: 'requestProblemInformation', type: 'bit', places: ['FOR_CONNECT'] },
  { id: 24, name: 'willDelayInterval', type: 'double', places: ['FOR_WILL'] },
  { id: 25, name: 'requestResponseInformation', type: 'bit', places: [] },
  { id: 26, name: 'responseInformation', type: 'text', places: ['connack'] },
  { id: 28, name: 'serverReference', type: 'text', places: ['connack', 'disconnect'] },
  { id: 31, name: 'reasonString', type: 'text', places: ['connack', 'ack', 'disconnect'] },
  { id: 33, name: 'receiveMaximum', type: 'word', places: ['connack'], isNeverZero },
  { id: 34, name: 'topicAliasMaximum', type: 'word', places: ['connack'] },
  { id: 35, name: 'topicAlias', type: 'word', places: ['publish'], isNeverZero },
  { id: 36, name: 'maximumQoS', type: 'bit', places: ['connack'] },
  { id: 37, name: 'retainAvailable', type: 'bit', places: ['connack'] },
  { id: 38, name: 'userProperties', type: 'pair', places: ANYWHERE },
  { id: 39, name: 'maximumPacketSize', type: 'double', places: ['connack'], isNeverZero },
  { id: 40, name: 'wildcardSubscriptionAvailable', type: 'bit', places: ['connack'] },
  { id: 41, name: 'subscriptionIdentifiersAvailable', type: 'bit', places: ['connack'] },
  { id: 42, name: 'sharedSubscriptionAvailable', type: 'bit', places: ['connack'] },
];

export const kindOf = (id: number): Kind | undefined => KINDS.find((kind) => kind.id === id);
export const kindsIn = (place: Place): Kind[] => KINDS.filter(({ places }) => places.includes(place));

/** Bytes of the longest answer that a broker may ask of a client: an acknowledgement with a reason code. */
const ANSWER_SIZE = 5;

/** Topic aliases that our client announces. */
export const ALIASES = 4;

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Reason codes of packets from a broker, by type (sections 3.2.2.2, 3.4.2.1 to 3.7.2.1, 3.9.3, 3.11.3 and 3.14.2.1). */
const PUBLISH_CODES = [0, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99];
export const CODES: ReadonlyMap<number, readonly number[]> = new Map([
  [2, [0, ...range(0x80, 0x8a), 0x8c, 0x90, 0x95, 0x97, ...range(0x99, 0x9d), 0x9f]],
  [4, PUBLISH_CODES],
  [5, PUBLISH_CODES],
  [6, [0, 0x92]],
  [7, [0, 0x92]],
  [9, [0, 1, 2, 0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2]],
  [11, [0, 0x11, 0x80, 0x83, 0x87, 0x8f, 0x91]],
  [14, [0, ...range(0x80, 0x83), 0x87, 0x89, 0x8b, ...range(0x8d, 0x90), ...range(0x93, 0xa2)]],
]);
/** Those with which a client may end a connection. */
export const CLIENT_DISCONNECTS = [0, 4, ...range(0x80, 0x83), 0x90, ...range(0x93, 0x99)];

export type Value = number | string | readonly [string, string];
export type Property = readonly [id: number, value: Value];

const byte = (value: number): string => String.fromCharCode(value & 255);
const word = (value: number): string => byte(value >> 8) + byte(value);
const field = (text: string): string => word(text.length) + text;

/** @returns a variable byte integer (section 1.5.5). */
export function lengthField(value: number): string {
  let left = value;
  let out = '';
  do {
    out += byte((left % 128) + (left > 127 ? 128 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return out;
}

/** @returns a value as that type would have it, whether or not it has it. */
export function encodeValue(type: Type, value: Value): string {
  if (type === 'pair') {
    const [name, text] = Array.isArray(value) ? (value as readonly [string, string]) : [String(value), ''];
    return field(name) + field(text);
  }
  if (type === 'text' || type === 'binary') return field(String(value));
  const number = Number(value) || 0;
  if (type === 'bit') return byte(number);
  if (type === 'word') return word(number);
  return type === 'double' ? word(Math.floor(number / 65536)) + word(number % 65536) : lengthField(number);
}

export const encodeProperty = ([id, value]: Property): string =>
  byte(id) + encodeValue(kindOf(id)!.type, value);

/** A rule that bytes break. */
export class Broken extends Error {}

export function broken(why: string): never {
  throw new Broken(why);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text as section 1.5.4 has it. */
export function checkText(bytes: string): string {
  if (bytes.includes('\0')) broken('a string with U+0000 [MQTT-1.5.4-2]');
  try {
    utf8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    broken('a string that is not UTF-8 [MQTT-1.5.4-1]');
  }
  return bytes;
}

export function checkTopic(bytes: string): string {
  if (bytes.length === 0) broken('a topic of no bytes [MQTT-4.7.3-1]');
  if (/[+#]/.test(bytes)) broken('a topic with a wildcard [MQTT-3.3.2-2] [MQTT-3.3.2-14]');
  return checkText(bytes);
}

/** Reads a body from its beginning to its end. */
export interface Cursor {
  number(size: number): number;
  length(): number;
  /** What stands behind its length. */
  field(): string;
  bytes(count: number): string;
  rest(): string;
  readonly left: number;
}

export function createCursor(body: string): Cursor {
  let at = 0;
  const bytes = (count: number): string => {
    if (at + count > body.length) broken('cut off');
    at += count;
    return body.slice(at - count, at);
  };
  const number = (size: number): number =>
    [...bytes(size)].reduce((value, char) => value * 256 + char.charCodeAt(0), 0);
  return {
    bytes,
    number,
    length() {
      let value = 0;
      for (let i = 0; i < 4; i++) {
        const next = number(1);
        value += (next & 127) * 128 ** i;
        if (next > 127) continue;
        if (next === 0 && i > 0) broken('a length of more bytes than it needs [MQTT-1.5.5-1]');
        return value;
      }
      return broken('a length of more than four bytes');
    },
    field: () => bytes(number(2)),
    rest: () => bytes(body.length - at),
    get left() {
      return body.length - at;
    },
  };
}

function readValue(type: Type, from: Cursor): Value {
  if (type === 'bit') return from.number(1);
  if (type === 'word') return from.number(2);
  if (type === 'double') return from.number(4);
  if (type === 'length') return from.length();
  if (type === 'binary') return from.field();
  const text = checkText(from.field());
  return type === 'text' ? text : [text, checkText(from.field())];
}

/** @returns properties behind their length (section 2.2.2), each of which may stand there. */
export function readProperties(from: Cursor, place: Place): Property[] {
  const inside = createCursor(from.bytes(from.length()));
  const found: Property[] = [];
  while (inside.left > 0) {
    const id = inside.number(1);
    const kind = kindOf(id);
    if (!kind?.places.includes(place)) return broken(`property ${id} in ${place}`);
    const isRepeatable = kind.type === 'pair' || kind.id === 11;
    if (!isRepeatable && found.some(([other]) => other === id)) broken(`property ${id} twice`);
    const value = readValue(kind.type, inside);
    if (kind.type === 'bit' && (value as number) > 1) broken(`property ${id} is ${String(value)}`);
    if (kind.isNeverZero && value === 0) broken(`property ${id} is 0`);
    if (id === 8) checkTopic(value as string);
    if (id === 35 && (value as number) > ALIASES) broken('a topic alias over the maximum [MQTT-3.3.2-10]');
    found.push([id, value]);
  }
  return found;
}

export interface Message {
  topic: string;
  payload: string;
  first: number;
  id: number;
  properties: Property[];
}

/** @param aliases topics that aliases stand for; those that this one sets are added. */
export function readMessage(first: number, body: string, aliases: Map<number, string>): Message {
  const qos = (first >> 1) & 3;
  if (qos === 3) broken('QoS 3 [MQTT-3.3.1-4]');
  if (qos === 0 && (first & 8) > 0) broken('DUP with QoS 0 [MQTT-3.3.1-2]');
  const from = createCursor(body);
  let topic = from.field();
  const id = qos > 0 ? from.number(2) : 0;
  if (qos > 0 && id === 0) broken('identifier 0 [MQTT-2.2.1-4]');
  const properties = readProperties(from, 'publish');
  const alias = properties.find(([known]) => known === 35)?.[1] as number | undefined;
  if (topic.length > 0 && alias !== undefined) aliases.set(alias, checkTopic(topic));
  if (topic.length === 0) {
    topic = (alias !== undefined && aliases.get(alias)) || broken('neither a topic nor an alias of one');
  }
  checkTopic(topic);
  return { topic, payload: from.rest(), first, id, properties };
}

export interface Answer {
  id: number;
  reason: number;
  properties: Property[];
}

/** PUBACK, PUBREC, PUBREL or PUBCOMP. */
export function readAnswer(first: number, body: string): Answer {
  const from = createCursor(body);
  const id = from.number(2);
  if (id === 0) broken('identifier 0');
  const reason = from.left > 0 ? from.number(1) : 0;
  if (!CODES.get(first >> 4)!.includes(reason)) broken(`reason code ${reason}`);
  const properties = from.left > 0 ? readProperties(from, 'ack') : [];
  if (from.left > 0) broken('bytes behind the properties');
  return { id, reason, properties };
}

/** SUBACK or UNSUBACK. */
export function readList(body: string): { id: number; codes: number[]; properties: Property[] } {
  const from = createCursor(body);
  const id = from.number(2);
  if (id === 0) broken('identifier 0');
  const properties = readProperties(from, 'ack');
  const codes = [...from.rest()].map((code) => code.charCodeAt(0));
  return { id, codes, properties };
}

export function readDisconnect(body: string): { reason: number; properties: Property[] } {
  const from = createCursor(body);
  const reason = from.left > 0 ? from.number(1) : 0;
  if (!CODES.get(14)!.includes(reason)) broken(`reason code ${reason}`);
  const properties = from.left > 0 ? readProperties(from, 'disconnect') : [];
  if (from.left > 0) broken('bytes behind the properties');
  return { reason, properties };
}

/** @param mayResume the client has a session. */
export function readConnack(
  body: string,
  mayResume: boolean,
): { present: boolean; reason: number; properties: Property[] } {
  // What speaks 3.1.1 only refuses as that does (section 4.13.2 leaves it open, brokers do it).
  if (body === '\0\x01') return { present: false, reason: 1, properties: [] };
  const from = createCursor(body);
  const flags = from.number(1);
  const reason = from.number(1);
  if (flags > 1) broken('connect acknowledge flags [MQTT-3.2.2-1]');
  if (!CODES.get(2)!.includes(reason)) broken(`reason code ${reason}`);
  if (flags > 0 && reason > 0) broken('refused, with a session [MQTT-3.2.2-6]');
  if (flags > 0 && !mayResume) broken('a session that nobody has [MQTT-3.2.2-4]');
  const properties = readProperties(from, 'connack');
  if (from.left > 0) broken('bytes behind the properties');
  // No rule of MQTT: acknowledgements with a reason code need five bytes, so such a broker cannot be answered [MQTT-3.2.2-15].
  if (properties.some(([id, value]) => id === 39 && (value as number) < ANSWER_SIZE)) {
    broken('a maximum packet size without room for an answer');
  }
  // We ask for none here.
  if (reason === 0 && properties.some(([id, value]) => id === 21 && value !== '')) {
    broken('a method of authentication that nobody asked for [MQTT-4.12.0-7]');
  }
  return { present: flags > 0, reason, properties };
}
