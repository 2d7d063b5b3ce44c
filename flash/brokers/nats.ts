// NATS with MQTT and JetStream switched on, and what was different before 2.10.

import { ANY_KEEP_ALIVE, type BrokerProfile } from './profile.ts';

const PAGE = 'https://docs.nats.io/running-a-nats-service/configuration/mqtt';
const STORY = 'npm run test:brokers, 2.9.10';

export const nats: BrokerProfile = {
  id: 'nats',
  name: 'NATS',
  versions: '2.10 and later; defaults',
  qosMax: 2,
  beyondQos: null,
  retain: true,
  retainedByWildcard: true,
  will: true,
  persistentSessions: true,
  payloadMax: 1_048_576,
  packetMax: null,
  topicMaxBytes: null,
  topicLevelsMax: null,
  topicShape: null,
  topicForbids: ' ',
  clientIdMaxBytes: null,
  keepAliveSec: ANY_KEEP_ALIVE,
  tlsRequired: false,
  sources: {
    qosMax: `${PAGE}: "NATS supports MQTT QoS: 0, 1 and 2"; not tried`,
    beyondQos: `${PAGE}: nothing is above`,
    retain: `nats-server, server/README-MQTT.md, Retained message; ${STORY}`,
    retainedByWildcard: STORY,
    will: `nats-server, server/README-MQTT.md, Will message; ${STORY}`,
    persistentSessions: `nats-server, server/README-MQTT.md, Session Management; ${STORY}`,
    payloadMax: 'NATS server configuration, max_payload: 1 MB by default; not verified for MQTT',
    packetMax: 'the payload is what is limited',
    topicMaxBytes: 'not verified: the documents name no limit',
    topicLevelsMax: 'not verified: the documents name no limit',
    topicShape: 'none; permissions may allow less',
    topicForbids: 'https://docs.nats.io/learn/mqtt: "a few characters have no encoding, a space above all"',
    clientIdMaxBytes: 'not verified: it is hashed (server/README-MQTT.md, Session Management)',
    keepAliveSec: 'not verified: the documents name no limit',
    tlsRequired: `${PAGE}: TLS is an option`,
  },
};

export const nats29: BrokerProfile = {
  ...nats,
  id: 'nats-2.9',
  name: 'NATS 2.9',
  versions: '2.2 to 2.9, as in Debian 12; defaults',
  qosMax: 1,
  beyondQos: 'closed',
  topicForbids: ' .',
  sources: {
    ...nats.sources,
    qosMax: STORY,
    beyondQos: STORY,
    topicForbids: `${nats.sources.topicForbids}; dots: measured by npm run test:brokers`,
  },
};
