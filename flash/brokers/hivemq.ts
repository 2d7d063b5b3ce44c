// HiveMQ on one's own machine, and HiveMQ Cloud.

import { ANY_KEEP_ALIVE, type BrokerProfile } from './profile.ts';

const OPTIONS =
  'https://docs.hivemq.com/hivemq-edge/mqtt-specific-configuration.html, Table 1 (defaults of HiveMQ Edge)';
const RESTRICTIONS =
  'https://www.mintlify.com/hivemq/hivemq-community-edition/configuration/restrictions (Community Edition)';

export const hivemq: BrokerProfile = {
  id: 'hivemq',
  name: 'HiveMQ',
  versions: '4, Community Edition and Edge; defaults, each can be configured',
  qosMax: 2,
  beyondQos: null,
  retain: true,
  retainedByWildcard: true,
  will: true,
  persistentSessions: true,
  payloadMax: null,
  packetMax: 268_435_460,
  topicMaxBytes: null,
  topicLevelsMax: null,
  topicShape: null,
  topicForbids: null,
  clientIdMaxBytes: null,
  keepAliveSec: ANY_KEEP_ALIVE,
  tlsRequired: false,
  sources: {
    qosMax: `${OPTIONS}: Maximum QoS 2`,
    beyondQos: `${OPTIONS}: nothing is above`,
    retain: `${OPTIONS}: Retained Messages true`,
    retainedByWildcard: 'MQTT 3.1.1, section 3.3.1.3; the page says "100% compliant"; not tried',
    will: 'MQTT 3.1.1, section 3.1.2.5; the page says "100% compliant"; not tried',
    persistentSessions: `${OPTIONS}: Session Expiry`,
    payloadMax: 'the packet is what is limited',
    packetMax: `${OPTIONS}: Max packet size 268435460`,
    topicMaxBytes: `${RESTRICTIONS}: max-topic-length 65535`,
    topicLevelsMax: `${RESTRICTIONS}: names none`,
    topicShape: 'none on the pages; permissions may allow less',
    topicForbids: 'none on the pages',
    clientIdMaxBytes: `${RESTRICTIONS}: max-client-id-length 65535`,
    keepAliveSec: `${OPTIONS}: Max Keep alive 65535, Allow Unlimited Keep alive true`,
    tlsRequired: 'a TCP listener on 1883 is the default of the Community Edition; not tried',
  },
};

export const hivemqCloud: BrokerProfile = {
  ...hivemq,
  id: 'hivemq-cloud',
  name: 'HiveMQ Cloud',
  versions: 'the service; it can set lower limits than HiveMQ itself, which are not described here',
  tlsRequired: true,
  sources: {
    ...hivemq.sources,
    tlsRequired:
      'https://docs.hivemq.com/hivemq-cloud/quick-start-guide.html: port 8883 with TLS only; from memory, the page could not be read again',
  },
};
