// A firmware with two chips on one bus, the scene for it, and what it must publish wherever it runs.

import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { createWeatherDay } from '../../../sim/environment/weather-day.ts';
import type { Scene } from '../../../sim/scene/scene.ts';

export const SCENE: Scene = {
  chips: [
    { chip: 'bme280', bus: 1, address: 0x77 },
    { chip: 'sht4x', bus: 1, address: 0x44 },
  ],
  environment: 'weather',
  seed: 5,
};

export const SETTINGS = {
  id: 'two',
  intervalMs: 2000,
  broker: { host: 'broker', port: 1883 },
  wifi: { ssid: 'home', password: 'secret' },
};

/** Files of the firmware's folder. */
export const FIRMWARE: Readonly<Record<string, string>> = {
  'sim.json': JSON.stringify(SCENE),
  'settings.json': JSON.stringify(SETTINGS),
  // What an outbox can do besides takes memory that the smallest engine lacks.
  'features.json': readFileSync('examples/weather-station/features.json', 'utf8'),
  'main.ts': `import { openI2c, startMote } from 'mote-sdk/espruino';
import { createBme280 } from 'mote-sdk/sensors/bme280';
import { createSht4x } from 'mote-sdk/sensors/sht4x';
import settings from './settings.json';

const i2c = openI2c({ bus: 1, data: 21, clock: 22 });
startMote({
  id: settings.id,
  broker: settings.broker,
  wifi: settings.wifi,
  sensors: [
    { name: 'a', driver: createBme280(i2c, { address: 0x77 }), intervalMs: settings.intervalMs },
    { name: 'b', driver: createSht4x(i2c), intervalMs: settings.intervalMs },
  ],
});
`,
};

export const TOPICS = ['a/temperature', 'a/humidity', 'a/pressure', 'b/temperature', 'b/humidity'];

export interface Heard {
  readonly topic: string;
  readonly value: number;
  /** When it came, in milliseconds of the chips' clock. */
  readonly time: number;
}

/** What the chips may be off: noise, resolution, and how the weather moves from a measurement to its arrival. */
const TOLERANCE: Readonly<Record<string, number>> = { temperature: 0.15, humidity: 0.6, pressure: 30 };

/** Expect that values are those of the weather at their time. */
export function expectTrue(heard: readonly Heard[]): void {
  const weather = createWeatherDay({ seed: SCENE.seed });
  for (const { topic, value, time } of heard) {
    const quantity = topic.split('/').at(-1) as 'temperature' | 'humidity' | 'pressure';
    const truth = weather[quantity](time) / (quantity === 'pressure' ? 1 : 1000);
    expect(Math.abs(value - truth), `${topic} ${value} instead of ${truth}`).toBeLessThan(
      TOLERANCE[quantity]!,
    );
  }
}

/** @returns the topics, without the mote's name, each once. */
export function topicsOf(heard: readonly Heard[]): string[] {
  return [...new Set(heard.map(({ topic }) => topic.replace('two/', '')))].sort();
}
