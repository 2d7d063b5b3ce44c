// Eclipse Mosquitto, as it is without limits in its configuration.

import { ANY_KEEP_ALIVE, type BrokerProfile } from './profile.ts';

const MANUAL = 'mosquitto.conf(5) of 2.0.11';
const STORY = 'npm run test:brokers, 2.0.11';

export const mosquitto: BrokerProfile = {
  id: 'mosquitto',
  name: 'Mosquitto',
  versions: '2.0; defaults, each can be configured lower',
  qosMax: 2,
  beyondQos: null,
  retain: true,
  retainedByWildcard: true,
  will: true,
  persistentSessions: true,
  payloadMax: null,
  packetMax: null,
  topicMaxBytes: null,
  topicLevelsMax: 201,
  topicShape: null,
  topicForbids: null,
  clientIdMaxBytes: null,
  keepAliveSec: ANY_KEEP_ALIVE,
  tlsRequired: false,
  sources: {
    qosMax: `${MANUAL}, max_qos: 2 by default`,
    beyondQos: `${MANUAL}, max_qos: nothing is above by default; a lower one disconnects`,
    retain: `${MANUAL}, retain_available: true by default`,
    retainedByWildcard: STORY,
    will: STORY,
    persistentSessions: STORY,
    payloadMax: `${MANUAL}, message_size_limit: 0, none, by default`,
    packetMax: `${MANUAL}, max_packet_size: no limit by default`,
    topicMaxBytes: 'MQTT 3.1.1, section 1.5.3; no option of mosquitto.conf(5) lowers it',
    topicLevelsMax:
      'Mosquitto, lib/util_topic.c, TOPIC_HIERARCHY_LIMIT 200, the number of slashes; measured by npm run test:brokers',
    topicShape: 'none in mosquitto.conf(5); an ACL may allow less',
    topicForbids: 'none in mosquitto.conf(5)',
    clientIdMaxBytes: 'none in mosquitto.conf(5)',
    keepAliveSec: `${MANUAL}, max_keepalive: holds for MQTT 5.0 only`,
    tlsRequired: `${MANUAL}, listener: plain unless certificates are named`,
  },
};
