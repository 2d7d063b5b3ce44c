// A firmware against the profile of its broker: what it will say that the broker does not take. Only what source and settings tell is
// looked at, so a firmware without findings may still say more than its broker takes.

import type { BrokerProfile } from '../brokers/profile.ts';
import type { Finding } from '../check/check.ts';
import type { Compiled } from './compile.ts';
import { toFindings, type Complaint } from './complaint.ts';
import {
  collectTraffic,
  isAbsent,
  isTrue,
  numberOf,
  textOf,
  TLS,
  type Connection,
  type Publish,
  type Subscribe,
  type Traffic,
} from './traffic.ts';

/** What a mote asks for that says nothing. */
const DEFAULT_KEEP_ALIVE_SEC = 30;
const PLAIN_PORT = 1883;

const BEYOND: Readonly<Record<string, string>> = {
  closed: 'it closes the connection, on each one anew',
  downgraded: 'it passes it on and answers as to QoS 1, so the mote sends it again on each connection',
  unanswered: 'it never acknowledges it, so nothing behind it is delivered',
};

function onQos(profile: BrokerProfile, { what, qos, at }: Publish): Complaint[] {
  const asked = numberOf(qos);
  if (asked === undefined || asked <= profile.qosMax) return [];
  return [
    {
      rule: 'broker-qos',
      message: `${profile.name} takes no QoS ${asked}, which ${what} has: ${BEYOND[profile.beyondQos ?? 'closed']}`,
      fix: `use QoS ${profile.qosMax}`,
      at: qos?.at ?? at,
      value: qos,
    },
  ];
}

function onRetain(profile: BrokerProfile, { what, retain, at }: Publish): Complaint[] {
  if (!isTrue(retain)) return [];
  const place = { at: retain?.at ?? at, value: retain };
  if (!profile.retain) {
    return [
      {
        ...place,
        rule: 'broker-retain',
        message: `${profile.name} keeps no retained message, as ${what} is: who comes later is not told`,
        fix: 'leave retain out, and do not count on it',
      },
    ];
  }
  if (profile.retainedByWildcard) return [];
  return [
    {
      ...place,
      rule: 'broker-retain',
      severity: 'warning',
      message: `${profile.name} sends retained messages, as ${what} is, to no subscription with wildcards`,
      fix: 'let those who come later subscribe to each topic by its name',
    },
  ];
}

function shapeOf(profile: BrokerProfile, clientId: string | undefined): RegExp | undefined {
  if (profile.topicShape === null) return undefined;
  const id = clientId?.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') ?? '[^/]+';
  return new RegExp(`^${profile.topicShape.pattern.replace('CLIENT_ID', () => id)}$`);
}

/** @returns what is wrong with a topic, as the end of a sentence, and what to do; undefined when nothing is. */
function faultOf(
  profile: BrokerProfile,
  topic: string,
  shape: RegExp | undefined,
): [string, string] | undefined {
  const levels = topic.split('/').length;
  const forbidden = [...(profile.topicForbids ?? '')].find((character) => topic.includes(character));
  if (shape !== undefined && !shape.test(topic)) {
    return [
      `takes ${profile.topicShape?.shown} only`,
      'publish there, with openMqtt in the place of startMote and no other will',
    ];
  }
  if (profile.topicMaxBytes !== null && topic.length > profile.topicMaxBytes) {
    return [`takes topics of ${profile.topicMaxBytes} bytes, and this one has ${topic.length}`, 'shorten it'];
  }
  if (profile.topicLevelsMax !== null && levels > profile.topicLevelsMax) {
    return [
      `takes topics of ${profile.topicLevelsMax} levels, and this one has ${levels}`,
      'use fewer slashes',
    ];
  }
  if (forbidden !== undefined) {
    return [`does not carry topics with ${JSON.stringify(forbidden)} as they are`, 'use another character'];
  }
  return undefined;
}

function onTopic(
  profile: BrokerProfile,
  { what, topic, at }: Publish,
  shape: RegExp | undefined,
): Complaint[] {
  const fault = topic === undefined ? undefined : faultOf(profile, topic, shape);
  if (fault === undefined) return [];
  const shown = Buffer.from(topic as string, 'latin1').toString();
  const message = `${profile.name} ${fault[0]}: ${shown} (${what})`;
  return [{ rule: 'broker-topic', message, fix: fault[1], at }];
}

function onPayload(profile: BrokerProfile, { what, payloadBytes, at }: Publish): Complaint[] {
  const bytes = numberOf(payloadBytes);
  const limit = profile.payloadMax ?? profile.packetMax;
  if (bytes === undefined || limit === null || bytes <= limit) return [];
  return [
    {
      rule: 'broker-payload',
      message: `${profile.name} takes ${limit} bytes, and ${what} has ${bytes}`,
      fix: 'send it in pieces',
      at: payloadBytes?.at ?? at,
      value: payloadBytes,
    },
  ];
}

/** Most brokers grant a lower QoS; one that does not answer is asked on each connection, and nothing comes. */
function onSubscribe(profile: BrokerProfile, { qos, at }: Subscribe): Complaint[] {
  const asked = numberOf(qos);
  if (profile.beyondQos !== 'unanswered' || asked === undefined || asked <= profile.qosMax) return [];
  return [
    {
      rule: 'broker-qos',
      message: `${profile.name} does not answer a subscription with QoS ${asked}`,
      fix: `use QoS ${profile.qosMax}`,
      at: qos?.at ?? at,
      value: qos,
    },
  ];
}

function onKeepAlive(profile: BrokerProfile, { keepAliveSec, at }: Connection): Complaint[] {
  const { min, max } = profile.keepAliveSec;
  const asked = keepAliveSec === undefined ? DEFAULT_KEEP_ALIVE_SEC : numberOf(keepAliveSec);
  if (asked === undefined || (asked >= min && asked <= max)) return [];
  const given = asked === 0 ? 'none' : `${asked} s`;
  return [
    {
      rule: 'broker-keep-alive',
      message: `${profile.name} holds with keep alives from ${min} to ${max} s, and the firmware asks for ${given}`,
      fix: `use ${min} to ${max}`,
      at: keepAliveSec?.at ?? at,
      value: keepAliveSec,
    },
  ];
}

function onTls(profile: BrokerProfile, { tls, port, at }: Connection): Complaint[] {
  if (!profile.tlsRequired) return [];
  const rule = 'broker-tls';
  const what = `${profile.name} takes TLS only`;
  if (isAbsent(tls)) {
    const fix = `say ${TLS}: openTls() beside host and port, with port 8883`;
    return [
      { rule, message: `${what}, and the firmware connects without`, fix, at: tls?.at ?? at, value: tls },
    ];
  }
  if (numberOf(port) !== PLAIN_PORT) return [];
  const message = `${what}, and port ${PLAIN_PORT} is the one without`;
  return [{ rule, message, fix: 'use port 8883', at: port?.at ?? at, value: port }];
}

function onClientId(profile: BrokerProfile, { clientId, at }: Connection): Complaint[] {
  const id = textOf(clientId);
  const limit = profile.clientIdMaxBytes;
  if (id === undefined || limit === null || id.length <= limit) return [];
  return [
    {
      rule: 'broker-client-id',
      message: `${profile.name} takes client identifiers of ${limit} bytes, and this one has ${id.length}`,
      fix: 'shorten it',
      at: clientId?.at ?? at,
      value: clientId,
    },
  ];
}

/** Discovery is retained, and who reads it subscribes with wildcards. */
function onDiscovery(profile: BrokerProfile, { discovery, at }: Connection): Complaint[] {
  if (isAbsent(discovery) || (profile.retain && profile.retainedByWildcard)) return [];
  return [
    {
      rule: 'broker-retain',
      severity: profile.retain ? 'warning' : 'error',
      message: `${profile.name} does not keep what discovery says for those who subscribe later with wildcards, as Home Assistant does`,
      fix: 'count on what is said at each session and when Home Assistant starts, or leave discovery out',
      at: discovery?.at ?? at,
      value: discovery,
    },
  ];
}

function complain(profile: BrokerProfile, { connections, publishes, subscribes }: Traffic): Complaint[] {
  // A firmware has one connection.
  const shape = shapeOf(profile, textOf(connections[0]?.clientId));
  return [
    ...connections.flatMap((connection) => [
      ...onTls(profile, connection),
      ...onClientId(profile, connection),
      ...onKeepAlive(profile, connection),
      ...onDiscovery(profile, connection),
    ]),
    ...publishes.flatMap((publish) => [
      ...onTopic(profile, publish, shape),
      ...onQos(profile, publish),
      ...onRetain(profile, publish),
      ...onPayload(profile, publish),
    ]),
    ...subscribes.flatMap((subscribe) => onSubscribe(profile, subscribe)),
  ];
}

/**
 * Hold a firmware against the profile of its broker.
 * @param folder of the firmware.
 * @returns a finding for each place and rule.
 */
export function checkForBroker(compiled: Compiled, folder: string, profile: BrokerProfile): Finding[] {
  return toFindings(complain(profile, collectTraffic(compiled, folder)), folder);
}
