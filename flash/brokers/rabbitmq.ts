// RabbitMQ with its MQTT plugin.

import { ANY_KEEP_ALIVE, type BrokerProfile } from './profile.ts';

const PAGE = 'https://www.rabbitmq.com/docs/mqtt';
const STORY = 'npm run test:brokers, 3.10.8';

export const rabbitmq: BrokerProfile = {
  id: 'rabbitmq',
  name: 'RabbitMQ',
  versions: '3.10 and later, plugin rabbitmq_mqtt; defaults',
  qosMax: 1,
  beyondQos: 'downgraded',
  retain: true,
  retainedByWildcard: false,
  will: true,
  persistentSessions: true,
  payloadMax: null,
  packetMax: null,
  topicMaxBytes: null,
  topicLevelsMax: null,
  topicShape: null,
  topicForbids: '.',
  clientIdMaxBytes: null,
  keepAliveSec: ANY_KEEP_ALIVE,
  tlsRequired: false,
  sources: {
    qosMax: `${PAGE}, Limitations, QoS 2: unsupported`,
    beyondQos: `${PAGE}, Limitations, QoS 2: "will downgrade the QoS level to 1"; ${STORY}`,
    retain: `${PAGE}, Retained Messages and Stores: on the node that took them; ${STORY}`,
    retainedByWildcard: `${PAGE}, Retained Messages and Stores: "no retained messages are sent"; ${STORY}`,
    will: `${PAGE}, Supported MQTT features; ${STORY}`,
    persistentSessions: `${PAGE}, Queue Properties: one day by default; ${STORY}`,
    payloadMax: 'not verified: the page names no limit',
    packetMax: 'not verified: the page names no limit',
    topicMaxBytes: 'not verified: the page names none; 256 bytes pass in 3.10.8',
    topicLevelsMax: `${PAGE}, Performance: names no limit`,
    topicShape: 'none; topic permissions may allow less',
    topicForbids: `${PAGE}, Topic level separator and wildcards: "topics that have dots in them won't work as expected"`,
    clientIdMaxBytes: 'not verified: it becomes a part of a queue name, which is a short string of 255 bytes',
    keepAliveSec: 'not verified: the page names no limit',
    tlsRequired: `${PAGE}, TCP Listeners: plain on 1883 by default`,
  },
};
