// What CONNECT says of MQTT 5.0: the properties that a firmware gives, and those that the client's own limits make. Bytes only.

import { AUTH, INBOUND } from '../features.ts';
import { PropertyId, type Property } from '../ports/properties.ts';
import type { Connect } from './packet.ts';
import { encodeProperties, IN_CONNECT, IN_WILL, lengthened } from './properties.ts';

/** Messages of QoS 1 and 2 from the broker that may wait for their last answer. */
export const RECEIVE_MAXIMUM = 32;
/** Topics from the broker that an alias may stand for. */
export const ALIASES_MAX = 4;
/** Sessions that never end: what 3.1.1 has (section 3.1.2.11.2). */
const NEVER_EXPIRES = 0xffffffff;

const NONE: readonly Property[] = [];

/** @returns the value of a property that is a number; `otherwise` where it is not there. */
export function numberOf(list: readonly Property[], id: number, otherwise: number): number {
  for (let i = 0; i < list.length; i++) if (list[i][0] === id) return list[i][1] as number;
  return otherwise;
}

/** @returns what a firmware gives and what it leaves open, in one list. */
export function connectProperties(connect: Connect): Property[] {
  const list = (connect.properties === undefined ? NONE : connect.properties).slice(0);
  function add(id: number, value: number): void {
    if (numberOf(list, id, -1) < 0) list.push([id, value]);
  }
  if (!connect.cleanSession) add(PropertyId.SessionExpiry, NEVER_EXPIRES);
  if (INBOUND) add(PropertyId.ReceiveMaximum, RECEIVE_MAXIMUM);
  if (INBOUND) add(PropertyId.TopicAliasMaximum, ALIASES_MAX);
  return list;
}

/** @returns the properties of a CONNECT behind their length; null when they are not possible. */
export function encodeConnectProperties(list: readonly Property[]): string | null {
  const isPossible =
    numberOf(list, PropertyId.ReceiveMaximum, RECEIVE_MAXIMUM) <= RECEIVE_MAXIMUM &&
    numberOf(list, PropertyId.TopicAliasMaximum, 0) <= ALIASES_MAX;
  const body = isPossible ? encodeProperties(list, IN_CONNECT) : null;
  return body === null ? null : lengthened(body);
}

/** @returns the properties of a will behind their length; null when they are not possible. */
export function encodeWillProperties(connect: Connect): string | null {
  const will = connect.will;
  const list = AUTH && will !== undefined && will.properties !== undefined ? will.properties : NONE;
  const body = encodeProperties(list, IN_WILL);
  return body === null ? null : lengthened(body);
}
