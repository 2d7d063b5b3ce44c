// The air of a room: carbon dioxide, volatile compounds and fine dust, one JSON object a sensor. Means of what changes fast; the index
// of volatile compounds needs a sample each second, and is published when it has changed. It takes commands (docs/commands.md).

import { openI2c, openUart, startMote } from 'mote-sdk/espruino';
import { createCommands } from 'mote-sdk/parts/commands';
import { createConfiguration } from 'mote-sdk/parts/configuration';
import { createPower } from 'mote-sdk/ports/espruino/power';
import { createPms7003 } from 'mote-sdk/sensors/pms7003';
import { createScd4x } from 'mote-sdk/sensors/scd4x';
import { createSgp40 } from 'mote-sdk/sensors/sgp40';
import { createHomeAssistant } from 'mote-sdk/telemetry/discovery/home-assistant';
import { createJsonGroup } from 'mote-sdk/telemetry/formats/json-group';
import { createDeadband } from 'mote-sdk/telemetry/stages/deadband';
import { createMean } from 'mote-sdk/telemetry/stages/window';
import settings from './settings.json';

const i2c = openI2c({ bus: 1, data: 21, clock: 22 });
const mean = [createMean(settings.meanMs)];
const gas = createSgp40(i2c);
/** Kept, so that telling it makes nothing new. */
const climate = { temperature: 25000, humidity: 50000 };

startMote({
  id: settings.id,
  broker: settings.broker,
  wifi: settings.wifi,
  sensors: [
    {
      name: 'air',
      driver: createScd4x(i2c, { altitude: settings.altitude }),
      intervalMs: 5000,
      format: createJsonGroup,
      onReading(reading) {
        // The gas sensor corrects its signal by them.
        climate.temperature = reading.values[1];
        climate.humidity = reading.values[2];
        gas.configure(climate);
      },
    },
    {
      name: 'gas',
      driver: gas,
      intervalMs: 1000,
      channels: [
        { key: 'voc-index', stages: [createDeadband({ absolute: 5, maxIntervalMs: settings.meanMs })] },
      ],
    },
    {
      name: 'dust',
      driver: createPms7003(openUart({ port: 2, receive: 16, transmit: 17 })),
      intervalMs: 2500,
      channels: [
        { key: 'pm1', stages: mean },
        { key: 'pm25', stages: mean },
        { key: 'pm10', stages: mean },
      ],
      format: createJsonGroup,
    },
  ],
  discovery: createHomeAssistant({ name: 'Air quality' }),
  parts: [
    createCommands({
      // The board's own lamp.
      identify: (ms) => digitalPulse(2, 1, ms),
      restart: createPower().restart,
      configuration: createConfiguration(),
    }),
  ],
});
