// Judges what a client sends by MQTT 5.0 and takes it apart, as judge.ts does by 3.1.1. A fault starts with the number of the statement
// it breaks, or of the section where that has none. Knows neither connections nor time. ES5 subset.

import { createFields, textFault } from './fields.ts';
import type { Fields } from './fields.ts';
import { CONNECT, DISCONNECT, PINGREQ, PUBLISH, SUBSCRIBE, topicFault } from './judge.ts';
import type { ConnectFields, PublishFields } from './judge.ts';
import { WILL, readProperties } from './properties.ts';
import type { Properties } from './properties.ts';

const PUBREL = 6;
const UNSUBSCRIBE = 10;
const AUTH = 15;

/** @returns the protocol level of a CONNECT, -1 when it has none. */
export function levelOf(body: string): number {
  return body.length > 6 ? body.charCodeAt(6) : -1;
}

/** The same rules under the numbers of 5.0. */
function faultOf(fields: Fields): string {
  const fault = fields.fault();
  return fault.indexOf('1.5.3-') === 0 ? '1.5.4-' + fault.substr(6) : fault;
}

/** Types of packets whose flags have a statement of their own, which has the number of the type. */
const OWN_FLAGS = [PUBREL, SUBSCRIBE, UNSUBSCRIBE, DISCONNECT, AUTH];

/** @returns what is wrong with the fixed header of a packet, '' for nothing. @param first its first byte. */
export function headerFault5(first: number, length: number): string {
  const type = first >> 4;
  const own = OWN_FLAGS.indexOf(type);
  const wanted = own >= 0 && type < DISCONNECT ? 2 : 0;
  if (type !== PUBLISH && (first & 15) !== wanted) {
    return (own < 0 ? '2.1.3-1' : '3.' + type + '.1-1') + ' flags of packet type ' + type;
  }
  return type === PINGREQ && length !== 0 ? '3.12.2 body in PINGREQ' : '';
}

/** What is wrong with the CONNECT flags (section 3.1.2.3 to 3.1.2.9). Unlike in 3.1.1 a password needs no user name. */
function flagsFault5(flags: number): string {
  const willQos = (flags >> 3) & 3;
  if ((flags & 1) !== 0) return '3.1.2-3 the reserved flag is set';
  if (willQos === 3) return '3.1.2-12 will QoS 3';
  if ((flags & 4) === 0 && willQos !== 0) return '3.1.2-11 will QoS without a will';
  if ((flags & 4) === 0 && (flags & 32) !== 0) return '3.1.2-13 will retain without a will';
  return '';
}

/** Payload format 1 is a promise (section 3.3.2.3.2); U+0000 is allowed there. */
function payloadFault(properties: Properties, payload: string): string {
  if (properties.payloadFormat !== 1 || textFault(payload.split('\x00').join(' ')) === '') return '';
  return '3.3.2.3.2 the payload is not UTF-8';
}

function readWill(fields: Fields, flags: number): ConnectFields['will'] {
  const properties = readProperties(fields, WILL);
  const topic = fields.text();
  fields.blame(topicFault(topic));
  const payload = fields.data();
  fields.blame(payloadFault(properties, payload));
  return { topic, payload, qos: (flags >> 3) & 3, retain: (flags & 32) !== 0, properties };
}

/** Take a CONNECT's body apart (section 3.1). */
export function readConnect5(body: string): ConnectFields {
  const fields = createFields(body);
  const protocol = fields.data();
  if (protocol !== 'MQTT') fields.blame('3.1.2-1 protocol name ' + protocol);
  fields.byte();
  const flags = fields.byte();
  fields.blame(flagsFault5(flags));
  const keepAliveSec = fields.word();
  const properties = readProperties(fields, CONNECT);
  if (properties.authenticationData !== undefined && properties.authenticationMethod === undefined) {
    fields.blame('3.1.2.11.10 authentication data without a method');
  }
  const clientId = fields.text();
  const will = (flags & 4) !== 0 ? readWill(fields, flags) : undefined;
  const username = (flags & 128) !== 0 ? fields.text() : undefined;
  const password = (flags & 64) !== 0 ? fields.data() : undefined;
  if (fields.left() > 0) fields.blame('3.1.3-1 bytes behind the last field of CONNECT');
  const cleanSession = (flags & 2) !== 0;
  return {
    clientId,
    cleanSession,
    will,
    keepAliveSec,
    username,
    password,
    properties,
    fault: faultOf(fields),
  };
}

function publishFlagsFault(qos: number, isDup: boolean): string {
  if (qos === 3) return '3.3.1-4 QoS 3';
  return qos === 0 && isDup ? '3.3.1-2 DUP with QoS 0' : '';
}

/** What only both together tell. */
function publishFault(topic: string, properties: Properties): string {
  if (properties.subscriptionIdentifiers !== undefined) {
    return '3.3.4-6 subscription identifier from a client';
  }
  const isNameless = topic === '' && properties.topicAlias === undefined;
  return isNameless ? '3.3.2.1 neither a topic name nor a topic alias' : '';
}

/** Take a client's PUBLISH apart (section 3.3). @param flags the low four bits of its first byte. */
export function readPublish5(flags: number, body: string): PublishFields {
  const fields = createFields(body);
  const qos = (flags >> 1) & 3;
  fields.blame(publishFlagsFault(qos, (flags & 8) !== 0));
  const topic = fields.text();
  if (topic !== '') fields.blame(topicFault(topic));
  const packetIdentifier = qos > 0 ? fields.word() : 0;
  if (qos > 0 && packetIdentifier === 0) fields.blame('2.2.1-3 packet identifier 0');
  const properties = readProperties(fields, PUBLISH);
  fields.blame(publishFault(topic, properties));
  const payload = fields.rest();
  fields.blame(payloadFault(properties, payload));
  return {
    topic,
    payload,
    qos,
    retain: (flags & 1) !== 0,
    packetIdentifier,
    properties,
    fault: faultOf(fields),
  };
}

/** A topic filter with its options as they came. */
export interface FilterFields {
  filter: string;
  /** 0 in UNSUBSCRIBE. */
  options: number;
}

/** What a SUBSCRIBE or UNSUBSCRIBE says. */
export interface FiltersFields {
  packetIdentifier: number;
  filters: FilterFields[];
  properties: Properties;
  fault: string;
}

function optionsFault(filter: string, options: number): string {
  if ((options & 0xc0) !== 0) return '3.8.3-5 reserved subscription options of ' + filter;
  if ((options & 3) === 3) return '3.8.3.1 requested QoS 3';
  if (options >> 4 === 3) return '3.8.3.1 retain handling 3';
  const isShared = filter.indexOf('$share/') === 0;
  return isShared && (options & 4) !== 0 ? '3.8.3-4 No Local on ' + filter : '';
}

/** Take a SUBSCRIBE (section 3.8) or UNSUBSCRIBE (section 3.10) apart. What is in the filters is not judged here. */
export function readFilters5(type: number, body: string): FiltersFields {
  const fields = createFields(body);
  const packetIdentifier = fields.word();
  if (packetIdentifier === 0) fields.blame('2.2.1-3 packet identifier 0');
  const properties = readProperties(fields, type);
  const filters: FilterFields[] = [];
  while (fields.left() > 0 && fields.fault() === '') {
    const filter = fields.text();
    const options = type === SUBSCRIBE ? fields.byte() : 0;
    fields.blame(optionsFault(filter, options));
    filters.push({ filter, options });
  }
  if (filters.length === 0) {
    fields.blame(type === SUBSCRIBE ? '3.8.3-2 no topic filter' : '3.10.3-2 no topic filter');
  }
  return { packetIdentifier, filters, properties, fault: faultOf(fields) };
}

/** A packet that is a reason code and properties, some with a packet identifier ahead. */
export interface ReasonFields {
  /** 0 without one. */
  packetIdentifier: number;
  code: number;
  properties: Properties;
  fault: string;
}

/** Of a PUBLISH. 0x10, no matching subscribers, is for a server only. */
const PUBLISH_CODES = [0, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99];
const RELEASE_CODES = [0, 0x92];

/** Reason codes that a client may send, by type of packet (sections 3.4.2.1 to 3.7.2.1, 3.14.2.1, 3.15.2.1). */
export const CLIENT_CODES: { [type: number]: number[] } = {
  4: PUBLISH_CODES,
  5: PUBLISH_CODES,
  6: RELEASE_CODES,
  7: RELEASE_CODES,
  14: [0, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99],
  15: [0x18, 0x19],
};

/** Take PUBACK, PUBREC, PUBREL, PUBCOMP, DISCONNECT or AUTH apart. */
export function readReason(type: number, body: string): ReasonFields {
  const fields = createFields(body);
  const hasId = type !== DISCONNECT && type !== AUTH;
  const packetIdentifier = hasId ? fields.word() : 0;
  if (hasId && packetIdentifier === 0) fields.blame('2.2.1-3 packet identifier 0');
  // What is left out is reason code 0 and no properties (section 3.4.2.1, 3.14.2.1, 3.15.2.1).
  const code = fields.left() > 0 ? fields.byte() : 0;
  if (CLIENT_CODES[type].indexOf(code) < 0) {
    // The sections of chapter 3 have the numbers of the types.
    fields.blame('3.' + type + '.2-1 reason code 0x' + code.toString(16) + ' in packet type ' + type);
  }
  const properties = fields.left() > 0 ? readProperties(fields, type) : {};
  if (fields.left() > 0) fields.blame('2.1.4 bytes behind the last field of packet type ' + type);
  return { packetIdentifier, code, properties, fault: faultOf(fields) };
}
