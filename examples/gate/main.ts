// A gate that is told what to do and says what it did: the MQTT client alone, without sensors around it.

import { openMqtt } from 'mote-sdk/espruino';
import settings from './settings.json';

const mqtt = openMqtt(settings);
/** QoS 1 and retained: whoever asks later is told the last state. */
const state = mqtt.topic('gate/state', 1, true);

mqtt.subscription('gate/set', 1, function (payload) {
  if (payload === 'open' || payload === 'closed') mqtt.publish(state, payload);
});
