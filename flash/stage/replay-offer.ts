// Offers the replay of a seed, where the firmware of the system simulation is: it is built when it is asked for.

import { compileBundle } from '../../sim/board/bundle.ts';
import { build } from '../build/build.ts';
import type { BuildResult } from '../build/build.ts';
import { openReplayStage } from './replay.ts';
import type { ReplayStage } from './replay.ts';
import type { ModeOffer } from './runs.ts';
import type { Stage } from './stage.ts';
import { hasSystemFirmware, systemBuild } from './system-firmware.ts';

const FIRST_SEED = 1;

/** @param speed that it begins with. @param take given the stage, gives what is shown. */
export function replayOffer(speed: number, take: (stage: ReplayStage) => Stage): ModeOffer {
  if (!hasSystemFirmware()) {
    return {
      why: 'the firmware of the system simulation is not installed here',
      fix: 'replay seeds in a checkout of the source',
    };
  }
  /** Three firmwares are enough for all seeds. */
  const built = new Map<string, Promise<BuildResult>>();
  return async (seed = FIRST_SEED) => {
    const options = systemBuild(seed);
    const key = JSON.stringify(options);
    const building = built.get(key) ?? build(options);
    built.set(key, building);
    const { code, bytes } = await building;
    return async () =>
      take(openReplayStage({ seed, speed, bundle: compileBundle(code, 'firmware.js'), bundleBytes: bytes }));
  };
}
