// Judges what a client sends by MQTT 3.1.1 and takes it apart. A fault starts with the number of the statement it
// breaks, without the prefix "MQTT-". Knows neither connections nor time. ES5 subset: runs on the host and in engines.

import { createFields } from './fields.ts';
import type { Fields } from './fields.ts';
import type { Properties } from './properties.ts';

/** Types of the packets that are judged, as in the high four bits of the first byte. */
export const CONNECT = 1;
export const PUBLISH = 3;
export const SUBSCRIBE = 8;
export const PINGREQ = 12;
export const DISCONNECT = 14;

/** What is to be published for a client that is gone. */
export interface WillFields {
  topic: string;
  payload: string;
  qos: number;
  retain: boolean;
  /** Of MQTT 5.0. */
  properties?: Properties;
}

/** What a CONNECT says. */
export interface ConnectFields {
  clientId: string;
  /** In 5.0: clean start. */
  cleanSession: boolean;
  will: WillFields | undefined;
  keepAliveSec: number;
  username: string | undefined;
  password: string | undefined;
  /** Of MQTT 5.0. */
  properties?: Properties;
  fault: string;
}

/** What a PUBLISH says. */
export interface PublishFields {
  topic: string;
  payload: string;
  qos: number;
  retain: boolean;
  /** 0 for QoS 0. */
  packetIdentifier: number;
  /** Of MQTT 5.0. */
  properties?: Properties;
  fault: string;
}

/** What is wrong with the CONNECT flags (section 3.1.2.3 to 3.1.2.9), '' for nothing. */
function flagsFault(flags: number): string {
  const willQos = (flags >> 3) & 3;
  if ((flags & 1) !== 0) return '3.1.2-3 the reserved flag is set';
  if (willQos === 3) return '3.1.2-14 will QoS 3';
  if ((flags & 4) === 0 && willQos !== 0) return '3.1.2-13 will QoS without a will';
  if ((flags & 4) === 0 && (flags & 32) !== 0) return '3.1.2-15 will retain without a will';
  if ((flags & 128) === 0 && (flags & 64) !== 0) return '3.1.2-22 a password without a user name';
  return '';
}

/** @returns what is wrong with a topic name (section 4.7), '' for nothing. */
export function topicFault(topic: string): string {
  if (topic === '') return '4.7.3-1 empty topic name';
  if (topic.indexOf('#') >= 0 || topic.indexOf('+') >= 0) return '3.3.2-2 wildcard in a topic name';
  return '';
}

/** What is wrong with the fields ahead of the payload, '' for nothing. */
function preambleFault(protocol: string, level: number, flags: number): string {
  if (protocol !== 'MQTT') return '3.1.2-1 protocol name ' + protocol;
  if (level !== 4) return '3.1.2-2 protocol level ' + level;
  return flagsFault(flags);
}

/** Read the payload of a CONNECT into `connect` (section 3.1.3). @returns what is wrong with it. */
function takePayload(fields: Fields, flags: number, connect: ConnectFields): string {
  let fault = '';
  connect.clientId = fields.text();
  if (connect.clientId === '' && (flags & 2) === 0) fault = '3.1.3-8 empty client id without a clean session';
  if ((flags & 4) !== 0) {
    const topic = fields.text();
    fault = topicFault(topic) || fault;
    connect.will = { topic, payload: fields.data(), qos: (flags >> 3) & 3, retain: (flags & 32) !== 0 };
  }
  if ((flags & 128) !== 0) connect.username = fields.text();
  if ((flags & 64) !== 0) connect.password = fields.data();
  fault = fault || fields.fault();
  return fault === '' && fields.left() > 0 ? '3.1.3-1 bytes behind the last field of CONNECT' : fault;
}

/** Take a CONNECT's body apart (section 3.1). */
export function readConnect(body: string): ConnectFields {
  const fields = createFields(body);
  const protocol = fields.data();
  const level = fields.byte();
  const flags = fields.byte();
  const connect: ConnectFields = {
    clientId: '',
    cleanSession: (flags & 2) !== 0,
    will: undefined,
    keepAliveSec: fields.word(),
    username: undefined,
    password: undefined,
    fault: preambleFault(protocol, level, flags),
  };
  const fault = takePayload(fields, flags, connect);
  if (connect.fault === '') connect.fault = fault;
  return connect;
}

/** Take a PUBLISH apart (section 3.3). @param flags the low four bits of its first byte. */
export function readPublish(flags: number, body: string): PublishFields {
  const fields = createFields(body);
  const qos = (flags >> 1) & 3;
  const topic = fields.text();
  let fault = topicFault(topic);
  if (qos === 3) fault = '3.3.1-4 QoS 3';
  if (qos === 0 && (flags & 8) !== 0) fault = '3.3.1-2 DUP with QoS 0';
  const packetIdentifier = qos > 0 ? fields.word() : 0;
  if (qos > 0 && packetIdentifier === 0) fault = fault || '2.3.1-1 packet identifier 0';
  fault = fields.fault() || fault;
  return { topic, payload: fields.rest(), qos, retain: (flags & 1) !== 0, packetIdentifier, fault };
}

/** @returns what is wrong with the fixed header of a packet, '' for nothing. @param first its first byte. */
export function headerFault(first: number, length: number): string {
  const type = first >> 4;
  // PUBREL, SUBSCRIBE and UNSUBSCRIBE have flag 1 set, all others but PUBLISH none.
  const flags = type === 6 || type === 8 || type === 10 ? 2 : 0;
  if (type !== PUBLISH && (first & 15) !== flags) return '2.2.2-2 flags of packet type ' + type;
  if ((type === PINGREQ || type === DISCONNECT) && length !== 0) return 'body in packet type ' + type;
  return '';
}
