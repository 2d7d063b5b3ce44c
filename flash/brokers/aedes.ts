// aedes, the broker inside of `mote sim`.

import { ANY_KEEP_ALIVE, type BrokerProfile } from './profile.ts';

const DEFAULTS = 'aedes 1.2.0, aedes.js, defaultOptions';
const STORY = 'npm run test:brokers, 1.2.0';

export const aedes: BrokerProfile = {
  id: 'aedes',
  name: 'aedes',
  versions: '1; defaults; keeps everything in memory unless it is given a store',
  qosMax: 2,
  beyondQos: null,
  retain: true,
  retainedByWildcard: true,
  will: true,
  persistentSessions: true,
  payloadMax: null,
  packetMax: null,
  topicMaxBytes: null,
  topicLevelsMax: 100,
  topicShape: null,
  topicForbids: null,
  clientIdMaxBytes: null,
  keepAliveSec: ANY_KEEP_ALIVE,
  tlsRequired: false,
  sources: {
    qosMax: STORY,
    beyondQos: 'nothing is above',
    retain: STORY,
    retainedByWildcard: STORY,
    will: STORY,
    persistentSessions: STORY,
    payloadMax: `${DEFAULTS}: none`,
    packetMax: `${DEFAULTS}: none`,
    topicMaxBytes: `${DEFAULTS}: none`,
    topicLevelsMax: `${DEFAULTS}: maxTopicLevels 100; measured by npm run test:brokers`,
    topicShape: 'none; authorizePublish may allow less',
    topicForbids: `${DEFAULTS}: none`,
    clientIdMaxBytes: `${DEFAULTS}: maxClientsIdLength holds for MQTT 3.1 only`,
    keepAliveSec: `${DEFAULTS}: keepaliveLimit 0, none`,
    tlsRequired: 'whoever embeds it decides',
  },
};
