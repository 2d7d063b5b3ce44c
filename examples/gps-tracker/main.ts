// Where it is and how it is shaken. A position is one JSON object; without a fix it has no coordinates.

import { openI2c, openUart, startMote } from 'mote-sdk/espruino';
import { createGps } from 'mote-sdk/sensors/gps';
import { createLis3dh } from 'mote-sdk/sensors/lis3dh';
import { createHomeAssistantDevice } from 'mote-sdk/telemetry/discovery/home-assistant-device';
import { createJsonGroup } from 'mote-sdk/telemetry/formats/json-group';
import { createDeviation } from 'mote-sdk/telemetry/stages/window';
import settings from './settings.json';

const motion = [createDeviation(settings.motionMs)];

startMote({
  id: settings.id,
  broker: settings.broker,
  wifi: settings.wifi,
  sensors: [
    {
      name: 'position',
      driver: createGps(openUart({ port: 2, receive: 16, transmit: 17 })),
      intervalMs: settings.intervalMs,
      format: createJsonGroup,
    },
    {
      name: 'shock',
      driver: createLis3dh(openI2c({ bus: 1, data: 21, clock: 22 })),
      intervalMs: 200,
      channels: [
        { key: 'acceleration-x', stages: motion },
        { key: 'acceleration-y', stages: motion },
        { key: 'acceleration-z', stages: motion },
      ],
      format: createJsonGroup,
    },
  ],
  outbox: { whenFull: 'drop-oldest' },
  discovery: createHomeAssistantDevice({ name: 'Tracker' }),
});
