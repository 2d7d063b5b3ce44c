// A firmware with an SPI bus, pulses that are timed and a voltage, its scene, and what it must publish wherever it runs.

import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Surroundings } from '../../../sim/environment/surroundings.ts';
import { createRoom } from '../../../sim/environment/room.ts';
import type { Scene } from '../../../sim/scene/scene.ts';
import type { Heard } from './two-chips.ts';

export const SCENE: Scene = {
  chips: [
    { chip: 'max31855', bus: 1, select: 5 },
    { chip: 'dht22', pin: 4 },
    { chip: 'hc-sr04', trigger: 12, echo: 13 },
    { chip: 'battery', pin: 32 },
  ],
  environment: 'room',
  seed: 11,
};

export const SETTINGS = {
  id: 'pins',
  intervalMs: 3000,
  broker: { host: 'broker', port: 1883 },
  wifi: { ssid: 'home', password: 'secret' },
};

export const FIRMWARE: Readonly<Record<string, string>> = {
  'sim.json': JSON.stringify(SCENE),
  'settings.json': JSON.stringify(SETTINGS),
  'features.json': readFileSync('examples/weather-station/features.json', 'utf8'),
  'main.ts': `import { startMote } from 'mote-sdk/espruino';
import { openAnalogInput } from 'mote-sdk/ports/espruino/gpio';
import { openOpenDrain, openPulseEcho } from 'mote-sdk/ports/espruino/pulse';
import { openSpi } from 'mote-sdk/ports/espruino/spi';
import { createBattery } from 'mote-sdk/sensors/battery';
import { createDht22 } from 'mote-sdk/sensors/dht22';
import { createHcSr04 } from 'mote-sdk/sensors/hc-sr04';
import { createMax31855 } from 'mote-sdk/sensors/max31855';
import settings from './settings.json';

const intervalMs = settings.intervalMs;
const spi = openSpi({ bus: 1, clock: 18, in: 19, out: 23, select: 5 });
startMote({
  id: settings.id,
  broker: settings.broker,
  wifi: settings.wifi,
  sensors: [
    { name: 'a', driver: createMax31855(spi), intervalMs },
    { name: 'b', driver: createDht22(openOpenDrain(4)), intervalMs },
    { name: 'c', driver: createHcSr04(openPulseEcho(12, 13)), intervalMs },
    { name: 'd', driver: createBattery(openAnalogInput(32)), intervalMs },
  ],
});
`,
};

/** What each topic follows, how large its unit is in that of the quantity, and by how much it may be off. */
const SHOWN: Readonly<Record<string, readonly [keyof Surroundings, number, number]>> = {
  'pins/a/temperature': ['probeTemperature', 1000, 0.3],
  'pins/a/internal-temperature': ['temperature', 1000, 0.2],
  'pins/b/temperature': ['temperature', 1000, 0.2],
  'pins/b/humidity': ['humidity', 1000, 0.4],
  'pins/c/distance': ['distance', 1, 40],
  'pins/d/voltage': ['voltage', 1000, 0.05],
};

export function expectPins(heard: readonly Heard[]): void {
  const around = createRoom({ seed: SCENE.seed });
  for (const { topic, value, time } of heard) {
    const shown = SHOWN[topic];
    if (shown === undefined) continue;
    const [quantity, unit, tolerance] = shown;
    const truth = around[quantity](time) / unit;
    expect(Math.abs(value - truth), `${topic} ${value} instead of ${truth}`).toBeLessThanOrEqual(tolerance);
  }
}

export const PINS_TOPICS = [...Object.keys(SHOWN), 'pins/d/battery'].sort();
