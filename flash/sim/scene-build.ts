// A scene for an engine: only the chips that it has, in one program that runs before the firmware.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sceneProgram } from '../../sim/scene/program.ts';
import type { Host } from '../../sim/scene/program.ts';
import type { Scene } from '../../sim/scene/scene.ts';
import { build } from '../build/build.ts';
import { PACKAGE_ROOT } from '../build/firmware.ts';

/** @returns the program, ES5 and ASCII. */
export async function buildScene(scene: Scene, host: Host): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'mote-scene-'));
  try {
    writeFileSync(join(folder, 'main.ts'), sceneProgram(scene, host, join(PACKAGE_ROOT, 'sim')));
    return (await build({ firmware: folder })).code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
