// A mote that sleeps, of whose readings none is like another: the analogue input counts. It says which ones its outbox took.

import { openAnalogInput, openPower, startMote } from 'mote-sdk/espruino';
import type { Mote, MotePart } from 'mote-sdk/espruino';
import { createSleep } from 'mote-sdk/parts/sleep';
import { createHomeAssistant } from 'mote-sdk/telemetry/discovery/home-assistant';
import settings from './settings.json';

/** Millivolts at full scale, so that a code of the converter is 1. */
const SCALE = 4096;
const NEVER_MS = 0x3ffffff;
const TAKEN = 100;

const input = openAnalogInput(34, SCALE);
let value = 0;

/** Voltages say what a test wants to be different, so that one bundle does. @returns `byDefault` where there is none. */
function readSetting(pin: number, byDefault: number): number {
  const set = openAnalogInput(pin, SCALE).read();
  return set > 0 ? set : byDefault;
}

startMote({
  id: settings.id,
  broker: settings.broker,
  wifi: settings.wifi,
  sensors: [
    {
      name: 'count',
      driver: {
        channels: [{ key: 'n', unit: '', deviceClass: '', decimals: 0, precision: 0, min: 0, max: SCALE }],
        minIntervalMs: 0,
        warmUpMs: readSetting(38, 0) * 100,
        discard: 0,
        configure: () => 0,
        start() {
          value = input.read();
          return 5;
        },
        poll(_now, out) {
          out.values[0] = value;
          return 0;
        },
        close() {},
      },
      intervalMs: 60000,
    },
  ],
  time: false,
  discovery: createHomeAssistant(),
  parts: [
    (mote: Mote): MotePart => ({
      onReading(_index, reading, code) {
        if (code >= 0) mote.ports.log.write(TAKEN, reading.values[0]);
      },
      run: () => NEVER_MS,
    }),
  ],
  sleep: createSleep({
    power: openPower(),
    intervalMs: readSetting(35, 15) * 60000,
    sendCount: readSetting(36, 8),
    awakeMs: readSetting(37, 0) * 100,
    sampleMs: 10000,
  }),
});
