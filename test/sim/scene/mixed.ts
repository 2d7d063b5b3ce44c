// A firmware with a chip of each other kind of connection, its scene, and what it must publish wherever it runs.

import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
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

/** Everything around these chips stands still, and this is it. */
const TRUTH: Readonly<Record<string, number>> = {
  'mixed/a/temperature': 18.25,
  'mixed/b/temperature': 18.25,
  'mixed/c/pm1': 4.2,
  'mixed/c/pm25': 7.8,
  'mixed/c/pm10': 10.1,
  'mixed/d/contact': 0,
};

/** A chip's step. */
const TOLERANCE: Readonly<Record<string, number>> = { a: 0.04, b: 0.04, c: 0.6, d: 0 };

export function expectMixed(heard: readonly Heard[]): void {
  for (const { topic, value } of heard) {
    expect(Math.abs(value - TRUTH[topic]!), `${topic} ${value}`).toBeLessThanOrEqual(
      TOLERANCE[topic.split('/')[1]!]!,
    );
  }
}

export const MIXED_TOPICS = Object.keys(TRUTH).sort();
