// A firmware with a chip of each other kind of connection, its scene, and what it must publish wherever it runs.

import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Surroundings } from '../../../sim/environment/surroundings.ts';
import { createWeatherDay } from '../../../sim/environment/weather-day.ts';
import type { Scene } from '../../../sim/scene/scene.ts';
import type { Heard } from './two-chips.ts';

export const SCENE: Scene = {
  chips: [
    { chip: 'ds18b20', pin: 4, serial: 1 },
    { chip: 'ds18s20', pin: 4, serial: 2 },
    { chip: 'pms7003', port: 2 },
    { chip: 'contact', pin: 5 },
  ],
  environment: 'weather',
  seed: 9,
};

export const SETTINGS = {
  id: 'mixed',
  intervalMs: 3000,
  broker: { host: 'broker', port: 1883 },
  wifi: { ssid: 'home', password: 'secret' },
};

export const FIRMWARE: Readonly<Record<string, string>> = {
  'sim.json': JSON.stringify(SCENE),
  'settings.json': JSON.stringify(SETTINGS),
  'features.json': readFileSync('examples/weather-station/features.json', 'utf8'),
  'main.ts': `import { openUart, startMote } from 'mote-sdk/espruino';
import { openEdgeInput } from 'mote-sdk/ports/espruino/gpio';
import { openOneWire } from 'mote-sdk/ports/espruino/onewire';
import { Pull } from 'mote-sdk/ports/gpio';
import { createContact } from 'mote-sdk/sensors/contact';
import { createDs18b20 } from 'mote-sdk/sensors/ds18b20';
import { createDs18b20Bus } from 'mote-sdk/sensors/ds18b20-bus';
import { createPms7003 } from 'mote-sdk/sensors/pms7003';
import settings from './settings.json';

const wire = createDs18b20Bus(openOneWire(4));
const intervalMs = settings.intervalMs;
startMote({
  id: settings.id,
  broker: settings.broker,
  wifi: settings.wifi,
  sensors: [
    { name: 'a', driver: createDs18b20(wire), intervalMs },
    { name: 'b', driver: createDs18b20(wire, { index: 1 }), intervalMs },
    { name: 'c', driver: createPms7003(openUart({ port: 2, receive: 16, transmit: 17 })), intervalMs },
    { name: 'd', driver: createContact(openEdgeInput(5, Pull.Up)), intervalMs },
  ],
});
`,
};

/** What each topic follows. */
const QUANTITY: Readonly<Record<string, keyof Surroundings>> = {
  'mixed/a/temperature': 'probeTemperature',
  'mixed/b/temperature': 'probeTemperature',
  'mixed/c/pm1': 'pm1',
  'mixed/c/pm25': 'pm25',
  'mixed/c/pm10': 'pm10',
  'mixed/d/contact': 'contact',
};

/** What it shows for the quantity, and by how much it may be off: a chip's step, and how the truth moves meanwhile. */
const SHOWN: Readonly<Record<string, readonly [(truth: number) => number, number]>> = {
  a: [(truth) => truth / 1000, 0.06],
  b: [(truth) => truth / 1000, 0.06],
  c: [(truth) => truth / 10, 0.8],
  d: [(truth) => 1 - truth, 0],
};

export function expectMixed(heard: readonly Heard[]): void {
  const around = createWeatherDay({ seed: SCENE.seed });
  for (const { topic, value, time } of heard) {
    const [shown, tolerance] = SHOWN[topic.split('/')[1]!]!;
    const truth = shown(around[QUANTITY[topic]!](time));
    expect(Math.abs(value - truth), `${topic} ${value} instead of ${truth}`).toBeLessThanOrEqual(tolerance);
  }
}

export const MIXED_TOPICS = Object.keys(QUANTITY).sort();
