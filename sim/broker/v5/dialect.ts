// MQTT 5.0 on one connection: what its client may do by what CONNECT and CONNACK announced (limits, topic aliases, Receive Maximum),
// and how packets are written within what the client announced. What a packet may say at all is judged in sim/device/judge5.ts.

import { headerFault5, readFilters5, readPublish5, readReason } from '../../device/judge5.ts';
import type { ConnectFields } from '../../device/judge.ts';
import type { Properties } from '../../device/properties.ts';
import type { Behaviour, Limits } from '../behaviour.ts';
import type { Dialect } from '../dialect.ts';
import { WINDOW } from '../dialect.ts';
import { filterFault } from '../filter.ts';
import type { Delivery } from '../message.ts';
import { messageProperties } from '../message.ts';
import { RETAIN, Type } from '../packets.ts';
import type { Subscription } from '../subscriptions.ts';
import { ack5, codes5, connack5, publish5, reason5 } from './packets.ts';
import { toReason } from './reasons.ts';
import { in5 } from './statements.ts';

const RECEIVE_MAXIMUM = 65535;
const SHARE = '$share/';

/** @returns what a filter of SUBSCRIBE or UNSUBSCRIBE is (section 4.8.2), and what is wrong with it. */
function readFilter(name: string): { readonly filter: string; readonly isShared: boolean; fault: string } {
  if (!name.startsWith(SHARE)) return { filter: name, isShared: false, fault: filterFault(name) };
  const end = name.indexOf('/', SHARE.length);
  const share = name.slice(SHARE.length, end < 0 ? undefined : end);
  const filter = end < 0 ? '' : name.slice(end + 1);
  let fault = filterFault(filter);
  if (filter === '' || /[+#]/.test(share)) fault = `4.8.2-2 share name or filter of ${name}`;
  if (share === '') fault = `4.8.2-1 no share name in ${name}`;
  return { filter, isShared: true, fault };
}

/** Topic aliases towards a client: the one that was given first is given again. */
function createAliases(maximum: number) {
  const aliases = new Map<string, number>();
  return {
    /** @returns alias of a topic, 0: there can be none; and whether the client knows it. */
    look(topic: string): { readonly alias: number; readonly isKnown: boolean } {
      const known = aliases.get(topic);
      if (known !== undefined || maximum === 0) return { alias: known ?? 0, isKnown: known !== undefined };
      const oldest = [...aliases.values()][0];
      return { alias: aliases.size < maximum ? aliases.size + 1 : oldest, isKnown: false };
    },
    /** The client is told. */
    note(topic: string, alias: number) {
      for (const [other, taken] of aliases) if (taken === alias && other !== topic) aliases.delete(other);
      aliases.set(topic, alias);
    },
  };
}

interface Place {
  readonly connect: ConnectFields;
  readonly behaviour: Behaviour;
  readonly limits: Limits;
  /** Milliseconds. */
  now(): number;
}

export function createDialect5({ connect, behaviour, limits, now }: Place): Dialect {
  const asked = connect.properties ?? {};
  const receiveMaximum = limits.receiveMaximum ?? RECEIVE_MAXIMUM;
  const aliasMaximum = limits.topicAliasMaximum ?? 0;
  const clientSize = asked.maximumPacketSize ?? Infinity;
  const topics = new Map<number, string>();
  const aliases = createAliases(asked.topicAliasMaximum ?? 0);
  /** Identifiers of PUBLISHes of QoS 1 and 2 that came on this connection, and whose exchange is not over. */
  const unacknowledged = new Set<number>();

  /** @returns the topic of a PUBLISH. */
  const resolve = (topic: string, alias: number | undefined): { topic: string; fault: string } => {
    if (alias === undefined) return { topic, fault: '' };
    if (aliasMaximum === 0) return { topic, fault: `3.2.2-18 topic alias ${alias} without a maximum` };
    if (alias > aliasMaximum) return { topic, fault: `3.3.2-9 topic alias ${alias} above ${aliasMaximum}` };
    if (topic !== '') topics.set(alias, topic);
    const known = topics.get(alias);
    return known === undefined
      ? { topic, fault: `3.3.2-7 topic alias ${alias} is of no topic` }
      : { topic: known, fault: '' };
  };

  const publishFault = (qos: number, retain: boolean, id: number): string => {
    if (qos > (limits.maximumQos ?? 2)) return `3.2.2-11 QoS ${qos} above ${limits.maximumQos}`;
    if (retain && limits.retainAvailable === 0) return '3.2.2-14 RETAIN where it is not available';
    if (qos === 0 || unacknowledged.has(id)) return '';
    return unacknowledged.size >= receiveMaximum
      ? `3.3.4-7 more than ${receiveMaximum} messages without acknowledgement`
      : '';
  };

  const subscribeFault = (filter: string, isShared: boolean): string => {
    if (limits.wildcardAvailable === 0 && /[+#]/.test(filter)) {
      return `3.2.2.3.11 wildcard in ${filter} where it is not available`;
    }
    return limits.sharedAvailable === 0 && isShared ? '3.2.2.3.13 a shared subscription' : '';
  };

  /**
   * Add the broker's remarks to an answer, where they may be [MQTT-3.1.2-29] and fit [MQTT-3.4.2-2 and those like it].
   * @returns '' when the packet is too large even without them.
   */
  const remark = (type: number, properties: Properties, write: (properties: Properties) => string) => {
    const isTold = asked.requestProblemInformation !== 0;
    if (isTold || type === Type.Connack || type === Type.Disconnect) {
      const bytes = write({ ...properties, ...behaviour.remarks });
      if (bytes.length <= clientSize) return bytes;
    }
    const bytes = write(properties);
    return bytes.length <= clientSize ? bytes : '';
  };

  /** What is left of the time that a message is worth something [MQTT-3.3.2-6]. */
  const expiryOf = ({ properties, expiresAt }: Delivery) =>
    expiresAt === undefined
      ? properties?.messageExpirySec
      : Math.max(0, Math.ceil((expiresAt - now()) / 1000));

  return {
    version: 5,
    window: Math.min(WINDOW, asked.receiveMaximum ?? RECEIVE_MAXIMUM),
    header: (first, length, size) =>
      size > (limits.maximumPacketSize ?? Infinity)
        ? `3.2.2-15 ${size} bytes where ${limits.maximumPacketSize} are allowed`
        : headerFault5(first, length),
    readPublish(flags, body) {
      const heard = readPublish5(flags, body);
      const { payload, qos, retain, packetIdentifier: id, properties = {} } = heard;
      const wrong = heard.fault || publishFault(qos, retain, id);
      const { topic, fault } = resolve(heard.topic, properties.topicAlias);
      if (qos > 0) unacknowledged.add(id);
      const message = { topic, payload, qos, retain, ...messageProperties(properties) };
      return { message, id, fault: wrong || fault };
    },
    readAck(type, body) {
      const { packetIdentifier: id, code, fault } = readReason(type, body);
      return { id, code, fault };
    },
    readFilters(type, body) {
      const { packetIdentifier: id, filters, properties, fault } = readFilters5(type, body);
      const identifier = properties.subscriptionIdentifiers?.[0] ?? 0;
      let wrong = fault;
      if (identifier > 0 && limits.subscriptionIdentifiersAvailable === 0) {
        wrong ||= '3.2.2.3.12 a subscription identifier where there can be none';
      }
      const subscriptions = filters.map(({ filter: name, options }): Subscription => {
        const { filter, isShared, fault } = readFilter(name);
        wrong ||= fault || (type === Type.Subscribe ? subscribeFault(filter, isShared) : '');
        return {
          name,
          filter,
          isShared,
          qos: Math.min(options & 3, limits.maximumQos ?? 2),
          noLocal: (options & 4) !== 0,
          retainAsPublished: (options & 8) !== 0,
          retainHandling: (options >> 4) & 3,
          identifier,
        };
      });
      return { id, subscriptions, fault: wrong };
    },
    readDisconnect(body) {
      const { code, properties, fault } = readReason(Type.Disconnect, body);
      const { sessionExpirySec, serverReference } = properties;
      let wrong = fault;
      if (serverReference !== undefined) wrong ||= '3.14.2.2.5 server reference from a client';
      if (sessionExpirySec && !asked.sessionExpirySec) {
        wrong ||= '3.14.2.2.2 session expiry in DISCONNECT, and none in CONNECT';
      }
      return { code, sessionExpirySec, fault: wrong };
    },
    spell: in5,
    connack: (present, code, properties) =>
      remark(Type.Connack, properties, (all) => connack5(present, toReason(code), all)),
    publish(message, flags, id) {
      const { topic, payload, qos, retain, identifiers } = message;
      const { alias, isKnown } = behaviour.usesAliases ? aliases.look(topic) : { alias: 0, isKnown: false };
      const bytes = publish5({
        topic: isKnown ? '' : topic,
        payload,
        qos,
        flags: flags | (retain ? RETAIN : 0),
        id,
        properties: {
          ...message.properties,
          messageExpirySec: expiryOf(message),
          topicAlias: alias === 0 ? undefined : alias,
          subscriptionIdentifiers: identifiers && [...identifiers],
        },
      });
      if (bytes.length > clientSize) return '';
      if (alias > 0) aliases.note(topic, alias);
      return bytes;
    },
    ack(type, id, code) {
      const isEnd = type === Type.Puback || type === Type.Pubcomp || (type === Type.Pubrec && code >= 0x80);
      if (isEnd) unacknowledged.delete(id);
      return remark(type, {}, (all) => ack5(type, id, code, all));
    },
    codes: (type, id, codes) => remark(type, {}, (all) => codes5(type, id, codes, all)),
    disconnect: (code, properties = {}) =>
      remark(Type.Disconnect, properties, (all) => reason5(Type.Disconnect, code, all)),
  };
}
