// The properties of MQTT 5.0 (section 2.2.2.2) as one table, and their reader, which judges them: known, allowed in that packet, not
// twice, of a legal value. A fault starts with the number of the statement, or of the section where that has none. ES5 subset.

import { textFault } from './fields.ts';
import type { Fields } from './fields.ts';

/** What properties say, by name; text and data are one character a byte. */
export interface Properties {
  payloadFormat?: number | undefined;
  messageExpirySec?: number | undefined;
  contentType?: string | undefined;
  responseTopic?: string | undefined;
  correlationData?: string | undefined;
  subscriptionIdentifiers?: number[] | undefined;
  sessionExpirySec?: number | undefined;
  assignedClientId?: string | undefined;
  serverKeepAliveSec?: number | undefined;
  authenticationMethod?: string | undefined;
  authenticationData?: string | undefined;
  requestProblemInformation?: number | undefined;
  willDelaySec?: number | undefined;
  requestResponseInformation?: number | undefined;
  responseInformation?: string | undefined;
  serverReference?: string | undefined;
  reasonString?: string | undefined;
  receiveMaximum?: number | undefined;
  topicAliasMaximum?: number | undefined;
  topicAlias?: number | undefined;
  maximumQos?: number | undefined;
  retainAvailable?: number | undefined;
  /** Names and values. */
  userProperties?: string[][] | undefined;
  maximumPacketSize?: number | undefined;
  wildcardAvailable?: number | undefined;
  subscriptionIdentifiersAvailable?: number | undefined;
  sharedAvailable?: number | undefined;
}

/** How a value is written. */
export const BYTE = 1;
export const WORD = 2;
export const VARINT = 3;
export const LONG = 4;
export const DATA = 5;
export const TEXT = 6;
export const PAIR = 7;

/** Instead of a type of packet: the properties of a will (section 3.1.3.2). */
export const WILL = 0;

/** The largest variable byte integer. */
export const VARINT_MAX = 268435455;
const LONG_MAX = 4294967295;

export interface PropertyRow {
  id: number;
  name: keyof Properties;
  kind: number;
  /** Bits of the types of packets that may have it. */
  packets: number;
  /** Limits of a number. */
  least: number;
  most: number;
}

/** Types of packets as bits. */
const IN_WILL = 1;
const IN_CONNECT = 2;
const IN_CONNACK = 4;
const IN_PUBLISH = 8;
const IN_ACK = 16 + 32 + 64 + 128;
const IN_SUBSCRIBE = 256;
const IN_SUBACK = 512 + 2048;
const IN_UNSUBSCRIBE = 1024;
const IN_DISCONNECT = 16384;
const IN_AUTH = 32768;
const MESSAGE = IN_WILL + IN_PUBLISH;
const BOTH_CONN = IN_CONNECT + IN_CONNACK;
const ANSWER = IN_CONNACK + IN_ACK + IN_SUBACK + IN_DISCONNECT + IN_AUTH;

function row(id: number, name: keyof Properties, kind: number, packets: number, least = 0, most = LONG_MAX) {
  return { id, name, kind, packets, least, most };
}

export const PROPERTIES: PropertyRow[] = [
  row(1, 'payloadFormat', BYTE, MESSAGE, 0, 1),
  row(2, 'messageExpirySec', LONG, MESSAGE),
  row(3, 'contentType', TEXT, MESSAGE),
  row(8, 'responseTopic', TEXT, MESSAGE),
  row(9, 'correlationData', DATA, MESSAGE),
  row(11, 'subscriptionIdentifiers', VARINT, IN_PUBLISH + IN_SUBSCRIBE, 1),
  row(17, 'sessionExpirySec', LONG, BOTH_CONN + IN_DISCONNECT),
  row(18, 'assignedClientId', TEXT, IN_CONNACK),
  row(19, 'serverKeepAliveSec', WORD, IN_CONNACK),
  row(21, 'authenticationMethod', TEXT, BOTH_CONN + IN_AUTH),
  row(22, 'authenticationData', DATA, BOTH_CONN + IN_AUTH),
  row(23, 'requestProblemInformation', BYTE, IN_CONNECT, 0, 1),
  row(24, 'willDelaySec', LONG, IN_WILL),
  row(25, 'requestResponseInformation', BYTE, IN_CONNECT, 0, 1),
  row(26, 'responseInformation', TEXT, IN_CONNACK),
  row(28, 'serverReference', TEXT, IN_CONNACK + IN_DISCONNECT),
  row(31, 'reasonString', TEXT, ANSWER),
  row(33, 'receiveMaximum', WORD, BOTH_CONN, 1),
  row(34, 'topicAliasMaximum', WORD, BOTH_CONN),
  row(35, 'topicAlias', WORD, IN_PUBLISH, 1),
  row(36, 'maximumQos', BYTE, IN_CONNACK, 0, 1),
  row(37, 'retainAvailable', BYTE, IN_CONNACK, 0, 1),
  row(38, 'userProperties', PAIR, MESSAGE + IN_CONNECT + IN_SUBSCRIBE + IN_UNSUBSCRIBE + ANSWER),
  row(39, 'maximumPacketSize', LONG, BOTH_CONN, 1),
  row(40, 'wildcardAvailable', BYTE, IN_CONNACK, 0, 1),
  row(41, 'subscriptionIdentifiersAvailable', BYTE, IN_CONNACK, 0, 1),
  row(42, 'sharedAvailable', BYTE, IN_CONNACK, 0, 1),
];

/** Read a variable byte integer (section 1.5.5). */
export function readVarint(fields: Fields): number {
  let value = 0;
  let unit = 1;
  for (let count = 1; count <= 4; count++) {
    const byte = fields.byte();
    value += (byte & 127) * unit;
    unit *= 128;
    if (byte > 127) continue;
    if (byte === 0 && count > 1) {
      fields.blame('1.5.5-1 a variable byte integer with more bytes than it needs');
    }
    return value;
  }
  fields.blame('1.5.5-1 a variable byte integer with more than four bytes');
  return 0;
}

function readPair(fields: Fields): string[] {
  const pair = [fields.data(), fields.data()];
  if (textFault(pair[0]) !== '' || textFault(pair[1]) !== '') {
    fields.blame('1.5.7-1 a user property is not UTF-8 without U+0000');
  }
  return pair;
}

function readValue(fields: Fields, kind: number): number | string | string[] {
  if (kind === BYTE) return fields.byte();
  if (kind === WORD) return fields.word();
  if (kind === LONG) return fields.word() * 65536 + fields.word();
  if (kind === VARINT) return readVarint(fields);
  if (kind === DATA) return fields.data();
  return kind === TEXT ? fields.text() : readPair(fields);
}

function rowOf(id: number): PropertyRow | undefined {
  return PROPERTIES.filter((one) => one.id === id)[0];
}

/** @returns what is wrong with a value, '' for nothing. */
function valueFault(row: PropertyRow, value: unknown): string {
  if (typeof value === 'number' && (value < row.least || value > row.most)) {
    return (row.id === 35 ? '3.3.2-8' : '2.2.2.2') + ' property ' + row.id + ' is ' + value;
  }
  if (row.id !== 8 || typeof value !== 'string') return '';
  if (value === '') return '4.7.3-1 empty response topic';
  const isWild = value.indexOf('#') >= 0 || value.indexOf('+') >= 0;
  return isWild ? '3.3.2-14 wildcard in a response topic' : '';
}

/** Put a property among the others. @returns whether it may not be there again. */
function put(into: { [name: string]: unknown }, { name, id }: PropertyRow, value: unknown, packet: number) {
  const isList = id === 38 || id === 11;
  if (!isList) {
    if (into[name] !== undefined) return true;
    into[name] = value;
    return false;
  }
  // A subscription identifier may be repeated in a PUBLISH only [3.3.2.3.8, 3.8.2.1.2].
  const list = (into[name] || (into[name] = [])) as unknown[];
  list.push(value);
  return id === 11 && packet !== 3 && list.length > 1;
}

/** Read one property into the others. */
function readProperty(fields: Fields, packet: number, into: Properties): void {
  const id = readVarint(fields);
  const found = rowOf(id);
  if (found === undefined) {
    fields.blame('2.2.2.2 unknown property ' + id);
  } else if (((found.packets >> packet) & 1) === 0) {
    fields.blame('2.2.2.2 property ' + id + (packet === WILL ? ' in a will' : ' in packet type ' + packet));
  } else {
    const value = readValue(fields, found.kind);
    fields.blame(valueFault(found, value));
    if (put(into as { [name: string]: unknown }, found, value, packet)) {
      fields.blame('2.2.2.2 property ' + id + ' twice');
    }
  }
}

/**
 * Read the properties of a packet, from their length on, and judge them into `fields`.
 * @param packet type of the packet, or WILL.
 */
export function readProperties(fields: Fields, packet: number): Properties {
  const properties: Properties = {};
  const length = readVarint(fields);
  const behind = fields.left() - length;
  if (behind < 0) fields.blame('2.2.2.1 property length ' + length + ' behind the end of the packet');
  while (fields.fault() === '' && fields.left() > behind) readProperty(fields, packet, properties);
  if (fields.left() < behind) fields.blame('2.2.2.1 a property ends behind the property length');
  return properties;
}
