// A plant pot on a battery: moisture and temperature of the soil, light, and the battery itself. It sleeps between samples, keeps them in
// flash, and sends all that waits in one session. Each reading says when it was taken, and an account that none is missing.

import { openAnalogInput, openI2c, openPower, startMote } from 'mote-sdk/espruino';
import { createAccount } from 'mote-sdk/parts/account';
import { createHistory } from 'mote-sdk/parts/history';
import { createSleep } from 'mote-sdk/parts/sleep';
import { createSntp } from 'mote-sdk/parts/sntp';
import { createBattery } from 'mote-sdk/sensors/battery';
import { createBh1750 } from 'mote-sdk/sensors/bh1750';
import { createNtc } from 'mote-sdk/sensors/ntc';
import { createSoil } from 'mote-sdk/sensors/soil';
import { createHomeAssistant } from 'mote-sdk/telemetry/discovery/home-assistant';
import settings from './settings.json';

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
      channels: [{ key: 'moisture' }],
    },
    { name: 'pot', driver: createNtc(openAnalogInput(35)), intervalMs },
    { name: 'light', driver: createBh1750(openI2c({ bus: 1, data: 21, clock: 22 })), intervalMs },
    {
      name: 'supply',
      driver: createBattery(openAnalogInput(36)),
      intervalMs,
      channels: [{ key: 'battery' }, { key: 'voltage' }],
    },
  ],
  outbox: { whenFull: 'drop-oldest' },
  discovery: createHomeAssistant({ name: 'Plant' }),
  sleep: createSleep({
    power: openPower(),
    intervalMs,
    sendCount: settings.sendCount,
    sendAgeMs: settings.sendAgeMs,
  }),
  // Whether all of it arrived, how the network was, and the time.
  parts: [createAccount(), createHistory(), createSntp()],
});
