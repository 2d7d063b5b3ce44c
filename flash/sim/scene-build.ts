// A scene for an engine: only the chips that it has, in one program that runs before the firmware.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { sceneProgram } from '../../sim/scene/program.ts';
import type { Host } from '../../sim/scene/program.ts';
import type { Scene } from '../../sim/scene/scene.ts';
import { build } from '../build/build.ts';
import { PACKAGE_ROOT } from '../build/firmware.ts';

/** In the npm package: texts of files by their paths from its root. Read by those alone who run a real engine, so it is packed. */
export const PACKED_SOURCES = 'sim.json.br';

/** @returns the folder of the simulator's sources. @param folder where those of the package are unpacked. */
function simFolder(folder: string): string {
  const packed = join(PACKAGE_ROOT, PACKED_SOURCES);
  if (!existsSync(packed)) return join(PACKAGE_ROOT, 'sim');
  const files = JSON.parse(brotliDecompressSync(readFileSync(packed)).toString()) as Record<string, string>;
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  // They name device code from where they lie.
  symlinkSync(join(PACKAGE_ROOT, 'src'), join(folder, 'src'), 'junction');
  return join(folder, 'sim');
}

/** @returns the program, ES5 and ASCII. */
export async function buildScene(scene: Scene, host: Host): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'mote-scene-'));
  try {
    writeFileSync(join(folder, 'main.ts'), sceneProgram(scene, host, simFolder(folder)));
    return (await build({ firmware: folder })).code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
