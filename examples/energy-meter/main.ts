// Two meters: one that blinks for each watt-hour, whose total survives a loss of power beside the messages in flash; and a direct
// current through a shunt, whose energy is summed up here. Lines for InfluxDB.

import { Pull, createCountStore, openBoard, openEdgeInput, openI2c, startMote } from 'mote-sdk/espruino';
import { createIna226 } from 'mote-sdk/sensors/ina226';
import { ENERGY_METER, createPulses } from 'mote-sdk/sensors/pulses';
import { createInflux } from 'mote-sdk/telemetry/formats/influx';
import { createTotal } from 'mote-sdk/telemetry/stages/total';
import { createUnit } from 'mote-sdk/telemetry/stages/unit';
import settings from './settings.json';

/** Where the total is kept in the outbox; lower keys are the outbox's own. */
const TOTAL_KEY = 11;

const board = openBoard();
const total = createCountStore(board.outbox, TOTAL_KEY);

startMote(
  {
    id: settings.id,
    broker: settings.broker,
    wifi: settings.wifi,
    sensors: [
      {
        name: 'mains',
        driver: createPulses(openEdgeInput(18, Pull.Up), total, ENERGY_METER),
        intervalMs: settings.intervalMs,
        format: createInflux,
      },
      {
        name: 'solar',
        driver: createIna226(openI2c({ bus: 1, data: 21, clock: 22 })),
        intervalMs: settings.intervalMs,
        channels: [
          { key: 'voltage' },
          { key: 'current' },
          { key: 'power' },
          { key: 'power', name: 'energy', stages: [createTotal(), createUnit('kWh')] },
        ],
        format: createInflux,
      },
    ],
  },
  board,
);
