// Azure IoT Hub: MQTT as the way into it, not a broker between clients.

import type { BrokerProfile } from './profile.ts';

const PAGE = 'https://learn.microsoft.com/azure/iot/iot-mqtt-connect-to-iot-hub';

export const azureIotHub: BrokerProfile = {
  id: 'azure-iot-hub',
  name: 'Azure IoT Hub',
  versions: 'the service; fixed',
  qosMax: 1,
  beyondQos: 'closed',
  retain: false,
  retainedByWildcard: false,
  will: true,
  persistentSessions: true,
  payloadMax: 262_144,
  packetMax: null,
  topicMaxBytes: null,
  topicLevelsMax: null,
  topicShape: {
    pattern: '(devices/CLIENT_ID/messages/events/[^/]*|\\$iothub/.+)',
    shown: 'devices/<client id>/messages/events/<properties>, and $iothub/...',
  },
  topicForbids: null,
  clientIdMaxBytes: 128,
  keepAliveSec: { min: 0, max: 1177 },
  tlsRequired: true,
  sources: {
    qosMax: `${PAGE}, Sending device-to-cloud messages: no QoS 2`,
    beyondQos: `${PAGE}, Sending device-to-cloud messages: "closes the network connection"`,
    retain: `${PAGE}, Sending device-to-cloud messages: not persisted, passed on with the property mqtt-retain`,
    retainedByWildcard: `${PAGE}: there are no retained messages`,
    will: `${PAGE}: as a telemetry message, on the topic of telemetry`,
    persistentSessions: `${PAGE}, Receiving cloud-to-device messages: subscriptions persist with CleanSession 0`,
    payloadMax: `${PAGE}, comparison with Event Grid: message size 256 KB`,
    packetMax: 'the message is what is limited',
    topicMaxBytes: 'not verified: the page names no limit',
    topicLevelsMax: 'the shape says it',
    topicShape: `${PAGE}, Sending device-to-cloud messages: "it only supports the documented topic names"`,
    topicForbids: 'the shape says it',
    clientIdMaxBytes:
      'IoT Hub developer guide, identity registry: device id up to 128 characters; from memory, not read again',
    keepAliveSec: `${PAGE}, Default keep-alive time-out: "maximum client keep-alive value you can set is 1767 / 1.5 = 1177 seconds"`,
    tlsRequired: `${PAGE}: "does not support nonsecure connections over TCP port 1883"`,
  },
};
