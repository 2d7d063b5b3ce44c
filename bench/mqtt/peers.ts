// The clients that Mote is measured against: Espruino's own modules, from a checkout of its documentation, minified by white
// space and names only. What else a minifier does would make them slower on Espruino (docs/minifier.md).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { minify } from 'terser';
import { ExitCode, MoteError } from '../../flash/errors.ts';

export interface Module {
  /** Runs where `exports` is an object. */
  readonly code: string;
  readonly bytes: number;
}

/** @returns where Espruino's modules lie. */
export function modulesFolder(): string {
  const docs = process.env['ESPRUINO_DOCS'];
  if (docs === undefined || docs === '') {
    const fix = 'set ESPRUINO_DOCS to a checkout of EspruinoDocs';
    throw new MoteError('no modules to measure against', fix, undefined, ExitCode.Environment);
  }
  return join(docs, 'modules');
}

/** @param name of a module in the documentation. */
export async function minifiedModule(name: string): Promise<Module> {
  const source = readFileSync(join(modulesFolder(), `${name}.js`), 'latin1');
  const result = await minify(source, {
    ecma: 5,
    compress: false,
    // A module is a function of its own on Espruino.
    mangle: { toplevel: true, reserved: ['exports'] },
    format: { ascii_only: true, keep_numbers: true, comments: false },
  });
  const code = result.code as string;
  return { code, bytes: code.length };
}
