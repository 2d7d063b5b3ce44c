// A stage in virtual time for tests: a weather station that publishes with QoS 1 through its outbox in flash, and a button on what happens.

import { esp32 } from '../../../boards/esp32.ts';
import { build } from '../../../flash/build/build.ts';
import type { BuildResult } from '../../../flash/build/build.ts';
import type { OutcomeEvent, StageEvent } from '../../../flash/stage/events.ts';
import { openVirtualStage } from '../../../flash/stage/virtual.ts';
import type { VirtualStage } from '../../../flash/stage/virtual.ts';
import { compileBundle } from '../../../sim/board/bundle.ts';
import type { CompiledBundle } from '../../../sim/board/bundle.ts';
import type { Scene } from '../../../sim/scene/scene.ts';
import { writeFirmware } from '../build/fixture.ts';

export const HOST = 'broker';
export const PORT = 1883;

const MAIN = `import { openI2c, startMote } from 'mote-sdk/espruino';
import { createSht3x } from 'mote-sdk/sensors/sht3x';
import settings from './settings.json';
const i2c = openI2c({ bus: 1, data: 21, clock: 22, hz: 400000 });
startMote({
  id: settings.id,
  broker: settings.broker,
  wifi: settings.wifi,
  sensors: [{ name: 'air', driver: createSht3x(i2c, { address: 0x44 }), intervalMs: settings.intervalMs, qos: 1 }],
});
`;

const SETTINGS = {
  id: 'm',
  intervalMs: 1000,
  broker: { host: HOST, port: PORT, keepAliveSec: 10, backoff: { windowMs: 1000, maxMs: 4000 } },
  wifi: { ssid: 'w', password: 'p' },
};

export const SCENE: Scene = {
  chips: [{ chip: 'sht3x', bus: 1, address: 0x44 }],
  environment: 'room',
  seed: 1,
};

let built: Promise<{ result: BuildResult; bundle: CompiledBundle }> | undefined;

/** The firmware of these tests, built once a file. */
export function firmware(): Promise<{ result: BuildResult; bundle: CompiledBundle }> {
  built ??= build({
    firmware: writeFirmware({ 'main.ts': MAIN, 'settings.json': JSON.stringify(SETTINGS) }),
  }).then((result) => ({ result, bundle: compileBundle(result.code, 'firmware.js') }));
  return built;
}

export interface TestStage extends VirtualStage {
  /** Everything that was told so far. */
  readonly events: StageEvent[];
  readonly lines: string[];
  of<Type extends StageEvent['type']>(type: Type): Extract<StageEvent, { type: Type }>[];
  /** What became of a fault so far. */
  outcome(fault: number): OutcomeEvent | undefined;
}

/** Its time stands still. @param scene in the place of its own. */
export async function openTestStage(scene: Partial<Scene> = {}): Promise<TestStage> {
  const { result, bundle } = await firmware();
  const lines: string[] = [];
  const all = { ...SCENE, ...scene };
  const stage = openVirtualStage({
    title: 'test',
    firmware: 'test',
    seed: all.seed,
    bundle,
    bundleBytes: result.bytes,
    board: esp32,
    scene: all,
    host: HOST,
    port: PORT,
    speed: 0,
    onConsole: (line) => void lines.push(line),
    hide: (line) => line,
  });
  const events: StageEvent[] = [...stage.journal.events()];
  stage.journal.listen((event) => void events.push(event));
  const of = <Type extends StageEvent['type']>(type: Type) =>
    events.filter((event): event is Extract<StageEvent, { type: Type }> => event.type === type);
  return {
    ...stage,
    events,
    lines,
    of,
    outcome: (fault) => of('outcome').findLast((event) => event.fault === fault),
  };
}
