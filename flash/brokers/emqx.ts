// EMQX, as it is installed.

import { ANY_KEEP_ALIVE, type BrokerProfile } from './profile.ts';

const MQTT = 'https://docs.emqx.com/en/emqx/latest/configuration/mqtt.html, Basic MQTT Configurations';

export const emqx: BrokerProfile = {
  id: 'emqx',
  name: 'EMQX',
  versions: '5; defaults, each can be configured',
  qosMax: 2,
  beyondQos: null,
  retain: true,
  retainedByWildcard: true,
  will: true,
  persistentSessions: true,
  payloadMax: null,
  packetMax: 1_048_576,
  topicMaxBytes: null,
  topicLevelsMax: 128,
  topicShape: null,
  topicForbids: null,
  clientIdMaxBytes: null,
  keepAliveSec: ANY_KEEP_ALIVE,
  tlsRequired: false,
  sources: {
    qosMax: `${MQTT}, max_qos_allowed: 2`,
    beyondQos: `${MQTT}, max_qos_allowed: nothing is above`,
    retain: `${MQTT}, retain_available: true`,
    retainedByWildcard:
      'MQTT 3.1.1, section 3.3.1.3; the page says "100% MQTT 5.0 and 3.x compliant"; not tried',
    will: 'MQTT 3.1.1, section 3.1.2.5; the page says "100% MQTT 5.0 and 3.x compliant"; not tried',
    persistentSessions: `${MQTT.replace('Basic MQTT Configurations', 'Session')}: session_expiry_interval`,
    payloadMax: 'the packet is what is limited',
    packetMax: `${MQTT}, max_packet_size: 1MB`,
    topicMaxBytes: 'not verified: the page names no limit',
    topicLevelsMax: `${MQTT}, max_topic_levels: 128`,
    topicShape: 'none on the page; an ACL may allow less',
    topicForbids: 'none on the page',
    clientIdMaxBytes: `${MQTT}, max_clientid_len: 65535`,
    keepAliveSec: 'not verified: the page says that the server may set another one for MQTT 5.0',
    tlsRequired: 'EMQX has a plain listener on 1883 by default; EMQX Cloud Serverless has none',
  },
};
