// A plant pot on a battery: moisture and temperature of the soil, light, and the battery itself. Published when something has
// changed, and once an hour in any case. Each reading says when it was taken, and an account that none is missing.

import { openAnalogInput, openI2c, startMote } from 'mote-sdk/espruino';
import { createAccount } from 'mote-sdk/parts/account';
import { createHistory } from 'mote-sdk/parts/history';
import { createSntp } from 'mote-sdk/parts/sntp';
import { createBattery } from 'mote-sdk/sensors/battery';
import { createBh1750 } from 'mote-sdk/sensors/bh1750';
import { createNtc } from 'mote-sdk/sensors/ntc';
import { createSoil } from 'mote-sdk/sensors/soil';
import { createHomeAssistant } from 'mote-sdk/telemetry/discovery/home-assistant';
import { createDeadband } from 'mote-sdk/telemetry/stages/deadband';
import settings from './settings.json';

const maxIntervalMs = 3600000;
const intervalMs = settings.intervalMs;

startMote({
  id: settings.id,
  broker: settings.broker,
  wifi: settings.wifi,
  sensors: [
    {
      name: 'soil',
      driver: createSoil(openAnalogInput(34), { dryMv: settings.dryMv, wetMv: settings.wetMv }),
      intervalMs,
      channels: [{ key: 'moisture', stages: [createDeadband({ absolute: 0.5, maxIntervalMs })] }],
    },
    {
      name: 'pot',
      driver: createNtc(openAnalogInput(35)),
      intervalMs,
      channels: [{ key: 'temperature', stages: [createDeadband({ absolute: 0.2, maxIntervalMs })] }],
    },
    {
      name: 'light',
      driver: createBh1750(openI2c({ bus: 1, data: 21, clock: 22 })),
      intervalMs,
      channels: [{ key: 'illuminance', stages: [createDeadband({ percent: 5, maxIntervalMs })] }],
    },
    {
      name: 'supply',
      driver: createBattery(openAnalogInput(36)),
      intervalMs,
      channels: [
        { key: 'battery', stages: [createDeadband({ absolute: 1, maxIntervalMs })] },
        { key: 'voltage', stages: [createDeadband({ absolute: 0.02, maxIntervalMs })] },
      ],
    },
  ],
  outbox: { whenFull: 'drop-oldest' },
  discovery: createHomeAssistant({ name: 'Plant' }),
  // Whether all of it arrived, how the network was, and the time.
  parts: [createAccount({ heartbeatMs: 900000 }), createHistory(), createSntp()],
});
