// AWS IoT Core.

import type { BrokerProfile } from './profile.ts';

const GUIDE = 'https://docs.aws.amazon.com/iot/latest/developerguide/mqtt.html';
const QUOTAS =
  'https://docs.aws.amazon.com/general/latest/gr/iot-core.html, AWS IoT Core message broker and protocol limits and quotas';
const SDK =
  'https://aws.github.io/aws-iot-device-sdk-js-v2/node/enums/mqtt5.ClientExtendedValidationAndFlowControl.html';

export const awsIot: BrokerProfile = {
  id: 'aws-iot',
  name: 'AWS IoT Core',
  versions: 'the service; fixed',
  qosMax: 1,
  beyondQos: 'unanswered',
  retain: true,
  retainedByWildcard: true,
  will: true,
  persistentSessions: true,
  payloadMax: 131_072,
  packetMax: null,
  topicMaxBytes: 256,
  topicLevelsMax: 8,
  topicShape: null,
  topicForbids: null,
  clientIdMaxBytes: 128,
  keepAliveSec: { min: 5, max: 1200 },
  tlsRequired: true,
  sources: {
    qosMax: `${GUIDE}, MQTT Quality of Service (QoS) options: 0 and 1`,
    beyondQos: `${GUIDE}: "When QoS level 2 is requested, the message broker does not send a PUBACK or SUBACK"`,
    retain: `${GUIDE}, MQTT retained messages (since 2021; older texts say that it disconnects)`,
    retainedByWildcard: `${GUIDE}, MQTT retained messages: names no exception; not tried`,
    will: `${GUIDE}, MQTT Last Will and Testament (LWT) messages`,
    persistentSessions: `${GUIDE}, MQTT persistent sessions`,
    payloadMax: `${QUOTAS}: 128 KB`,
    packetMax: 'the payload is what is limited',
    topicMaxBytes: `${QUOTAS}: 256 bytes; ${SDK}`,
    topicLevelsMax: `${SDK}: 7 slashes (8 segments), without the prefix of AWS rules`,
    topicShape: 'none; the policy of the thing may allow less',
    topicForbids: `not verified: ${GUIDE} names no character; topics that begin with $ are its own`,
    clientIdMaxBytes: `${SDK}: 128 bytes`,
    keepAliveSec: `${QUOTAS}: longer ones, and none, are taken for 1200 s (also: release notes of awslabs/aws-c-mqtt 0.4.27); the least is 5 s in older copies of the table, which is all that could be read of it`,
    tlsRequired:
      'https://docs.aws.amazon.com/iot/latest/developerguide/protocols.html: TLS 1.2 and 1.3 for all communication',
  },
};
