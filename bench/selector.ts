// Builds the boot selector, as any firmware is, to where the uploader takes it from: `npm run docs:selector`. A test fails when
// that is not what its source gives.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from '../flash/build/build.ts';
import { PACKAGE_ROOT } from '../flash/build/firmware.ts';

/** From the root of the package. */
export const SELECTOR_CODE_FILE = 'flash/upload/selector-code.ts';
const SOURCE = join(PACKAGE_ROOT, 'src/ports/espruino/boot/selector.ts');

const quoted = (code: string) => `'${code.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** @returns the text of the file. */
export async function writeSelectorCode(): Promise<string> {
  const { code } = await build({ firmware: SOURCE, board: 'esp32', brokerProfile: null });
  return `// Written by npm run docs:selector from src/ports/espruino/boot/selector.ts.\n\nexport const SELECTOR_CODE =\n  ${quoted(code.trim())};\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(join(PACKAGE_ROOT, SELECTOR_CODE_FILE), await writeSelectorCode());
}
