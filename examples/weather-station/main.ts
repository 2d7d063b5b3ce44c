// A BME280 on an ESP32: temperature, humidity and air pressure, as often as settings.json says. Home Assistant finds it by itself.

import { openI2c, startMote } from 'mote-sdk/espruino';
import { createBme280 } from 'mote-sdk/sensors/bme280';
import { createHomeAssistant } from 'mote-sdk/telemetry/discovery/home-assistant';
import settings from './settings.json';

const i2c = openI2c({ bus: 1, data: 21, clock: 22, hz: 400000 });

startMote({
  id: settings.id,
  broker: settings.broker,
  wifi: settings.wifi,
  sensors: [
    {
      name: 'outdoor',
      driver: createBme280(i2c, { address: 0x76 }),
      intervalMs: settings.intervalMs,
      qos: settings.qos,
    },
  ],
  discovery: settings.homeAssistant ? createHomeAssistant({ name: 'Weather station' }) : undefined,
});
