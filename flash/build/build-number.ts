// The number of a build: what a firmware takes its sources to be by, so that it can tell that it is another than the one before. It is in
// bundles only that use it.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Code } from './emitted.ts';
import { PACKAGE_ROOT } from './firmware.ts';

const BUILD_FILE = join(PACKAGE_ROOT, 'src', 'link', 'build.ts');

/** @returns the code of the module `file`; of src/link/build.ts with 16 bits of a hash of all modules, wherever they lie. */
export function buildCode(file: string, code: string, modules: ReadonlyMap<string, Code>): string {
  if (file !== BUILD_FILE) return code;
  const hash = createHash('sha256');
  for (const text of [...modules.values()].map((module) => module.code).sort()) hash.update(text);
  return code.replace(/(BUILD =) 0;/, `$1 ${hash.digest().readUInt16LE(0)};`);
}
