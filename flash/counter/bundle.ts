// The counter's bundle for Espruino. Building takes seconds, and a counter that was killed should be back at once: so a
// bundle is kept under the hash of everything it is made of.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../build/firmware.ts';

/** Sources, the build that is made from, and the versions of what it uses. */
const INPUTS = ['src', 'examples/counter', 'flash/build', 'flash/check', 'boards', 'package-lock.json'];
const KEPT = 'out/counter-bundles';

function hashInputs(): string {
  const hash = createHash('sha256');
  for (const input of INPUTS) {
    const path = join(PACKAGE_ROOT, input);
    const files = input.endsWith('.json')
      ? ['']
      : readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => /\.ts$/.test(name));
    for (const file of files.sort()) hash.update(`${input}/${file}\0`).update(readFileSync(join(path, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** @returns the ES5 program of examples/counter. @param version of MQTT that is built in: 4, or both up to 5. */
export async function counterBundle(version: number): Promise<string> {
  const folder = join(PACKAGE_ROOT, KEPT);
  const file = join(folder, `${hashInputs()}-${version}.js`);
  try {
    return readFileSync(file, 'latin1');
  } catch {
    // Not built yet.
  }
  const { build } = await import('../build/build.ts');
  const { code } = await build({
    firmware: join(PACKAGE_ROOT, 'examples/counter'),
    board: 'espruino-linux',
    features: { V5: version > 4 },
  });
  mkdirSync(folder, { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, code, 'latin1');
  renameSync(draft, file);
  return code;
}
