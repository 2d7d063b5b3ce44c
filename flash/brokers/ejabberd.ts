// ejabberd with mod_mqtt.

import { ANY_KEEP_ALIVE, type BrokerProfile } from './profile.ts';

const OPTIONS = 'mod_mqtt:mod_options() of ejabberd 23.01';
const STORY = 'npm run test:brokers, 23.01';

export const ejabberd: BrokerProfile = {
  id: 'ejabberd',
  name: 'ejabberd',
  versions: '23.01, module mod_mqtt; defaults, each can be configured',
  qosMax: 2,
  beyondQos: null,
  retain: true,
  retainedByWildcard: true,
  will: true,
  persistentSessions: true,
  payloadMax: null,
  packetMax: null,
  topicMaxBytes: null,
  topicLevelsMax: null,
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
    persistentSessions: `${OPTIONS}: session_expiry 5 minutes; ${STORY}`,
    payloadMax: 'mod_mqtt:listen_options(): max_payload_size infinity',
    packetMax: 'the payload is what is limited',
    topicMaxBytes: 'none among the options',
    topicLevelsMax: `${OPTIONS}: max_topic_depth 8 holds for topic filters; more levels pass in a publish`,
    topicShape: 'none; access_publish may allow less',
    topicForbids: 'none among the options',
    clientIdMaxBytes: 'none among the options',
    keepAliveSec: 'none among the options',
    tlsRequired: 'mod_mqtt:listen_options(): tls false',
  },
};
