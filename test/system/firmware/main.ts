// The mote of the system simulation: two counters, one published with QoS 1 and one with QoS 2, and a part that says on the console
// what became of each reading, beside the account that any mote can keep, so that the simulation can hold it against what the broker got. It takes part in nothing itself.

import { openI2c, startMote } from '../../../src/espruino.ts';
import { createAccount } from '../../../src/parts/account.ts';
import { createCounter } from './counter.ts';
import { createWitness } from './witness.ts';
import settings from './settings.json';

const i2c = openI2c({ bus: 1, data: 21, clock: 22, hz: 400000 });

startMote({
  id: settings.id,
  broker: settings.broker,
  wifi: settings.wifi,
  sensors: [
    { name: 'one', driver: createCounter(i2c, 0x20), intervalMs: settings.intervalMs, qos: 1 },
    { name: 'two', driver: createCounter(i2c, 0x21), intervalMs: settings.intervalMs, qos: 2 },
  ],
  parts: [createWitness, createAccount()],
});
