// A mote in virtual time behind the real server of the page. Its time stands still unless a test lets some pass, so that what a page shows can
// be compared with what the stage says.

import { esp32 } from '../../boards/esp32.ts';
import { build } from '../../flash/build/build.ts';
import { ExitCode, MoteError } from '../../flash/errors.ts';
import { startPageServer } from '../../flash/page/server.ts';
import type { PageServer } from '../../flash/page/server.ts';
import type { OutcomeEvent, StageEvent } from '../../flash/stage/events.ts';
import { replayOffer } from '../../flash/stage/replay-offer.ts';
import type { ReplayStage } from '../../flash/stage/replay.ts';
import { createRuns } from '../../flash/stage/runs.ts';
import { openVirtualStage } from '../../flash/stage/virtual.ts';
import type { VirtualStage } from '../../flash/stage/virtual.ts';
import { compileBundle } from '../../sim/board/bundle.ts';
import type { Scene } from '../../sim/scene/scene.ts';
import { writeFirmware } from '../flash/build/fixture.ts';

const main = (intervalMs: number) => `import { openI2c, startMote } from 'mote-sdk/espruino';
import { createAccount } from 'mote-sdk/parts/account';
import { createCommands } from 'mote-sdk/parts/commands';
import { createSht3x } from 'mote-sdk/sensors/sht3x';
const i2c = openI2c({ bus: 1, data: 21, clock: 22, hz: 400000 });
startMote({
  id: 'page-1',
  broker: { host: 'broker', port: 1883, keepAliveSec: 10, backoff: { windowMs: 1000, maxMs: 4000 } },
  wifi: { ssid: 'w', password: 'p' },
  sensors: [{ name: 'air', driver: createSht3x(i2c, { address: 0x44 }), intervalMs: ${intervalMs}, qos: 1 }],
  parts: [createAccount({ heartbeatMs: ${5 * intervalMs} }), createCommands({})],
});
`;
const SCENE: Scene = { chips: [{ chip: 'sht3x', bus: 1, address: 0x44 }], environment: 'weather', seed: 7 };

const INTERVAL_MS = 2000;

/** Built once a file, by interval. */
const prepared = new Map<number, Promise<(seed: number) => VirtualStage>>();

function prepare(intervalMs: number): Promise<(seed: number) => VirtualStage> {
  const known = prepared.get(intervalMs);
  if (known !== undefined) return known;
  const firmware = writeFirmware({ 'main.ts': main(intervalMs) });
  const made = build({ firmware }).then((result) => {
    const bundle = compileBundle(result.code, 'firmware.js');
    return (seed: number) =>
      openVirtualStage({
        title: 'Air',
        firmware: 'air',
        seed,
        bundle,
        bundleBytes: result.bytes,
        board: esp32,
        scene: { ...SCENE, seed },
        host: 'broker',
        port: 1883,
        speed: 0,
        onConsole: () => {},
        hide: (line) => line,
      });
  });
  prepared.set(intervalMs, made);
  return made;
}

export interface RealRun {
  readonly server: PageServer;
  /** The run that is on now. */
  stage(): VirtualStage;
  /** The replay that was begun last. */
  replay(): ReplayStage;
  /** The last event of a type that this run has told. */
  last<Type extends StageEvent['type']>(type: Type): Extract<StageEvent, { type: Type }> | undefined;
  outcome(fault: number): OutcomeEvent | undefined;
  close(): Promise<void>;
}

/** @param intervalMs from one sample to the next. @param port of its page, 0: any. @param hasReplay seeds of the system simulation are to be had */
export async function startRealRun(intervalMs = INTERVAL_MS, port = 0, hasReplay = false): Promise<RealRun> {
  const open = await prepare(intervalMs);
  let stage = open(SCENE.seed);
  let replay: ReplayStage | undefined;
  const none = { why: 'not in this test', fix: 'use virtual' };
  const runs = createRuns(stage, {
    live: none,
    replay: hasReplay ? replayOffer(0, (made) => (replay = made)) : none,
    virtual: async (seed = SCENE.seed) => {
      if (seed === 404) throw new MoteError('no such seed', 'use another', 'seed', ExitCode.Usage);
      return async () => (stage = open(seed));
    },
  });
  const server = await startPageServer({ runs, port });
  return {
    server,
    stage: () => stage,
    replay: () => replay!,
    last: (type) =>
      stage.journal
        .events()
        .findLast((event): event is Extract<StageEvent, { type: typeof type }> => event.type === type),
    outcome: (fault) =>
      stage.journal
        .events()
        .findLast((event): event is OutcomeEvent => event.type === 'outcome' && event.fault === fault),
    async close() {
      await server.close();
      await runs.stop();
    },
  };
}
