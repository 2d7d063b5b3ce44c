// Firmware in a temporary folder, and what its bundle does in an empty context.

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import MagicString from 'magic-string';
import { afterAll, expect, vi } from 'vitest';
import type { Code } from '../../../flash/build/compile.ts';
import type { MoteError } from '../../../flash/errors.ts';

// Compilers take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Write files into a new folder, removed after the test file. @returns the folder. */
export function writeFirmware(files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mote-build-')));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** @returns a bundle of `body`, with a map that leads to the same places of "firmware.ts". */
export function bundleOf(body: string): Code {
  const code = `(function () {\n${body}\n})();\n`;
  const map = new MagicString(code).generateMap({
    source: 'firmware.ts',
    includeContent: true,
    hires: true,
  });
  return { code, map: map.toString() };
}

/** Run a bundle. @returns what it gave to `say`, and the globals it left behind. */
export function runBundle(code: string): { said: unknown[]; leaked: string[] } {
  const said: unknown[] = [];
  const context = createContext({ say: (value: unknown) => said.push(value) });
  const before = Object.keys(context);
  runInContext(code, context);
  return { said, leaked: Object.keys(context).filter((name) => !before.includes(name)) };
}

/** What a firmware of a test declares, as its engine has `say`. */
export const SAY = 'declare function say(value: unknown): void;\n';

/** @returns the MoteError that `promise` fails with. */
export async function failure(promise: Promise<unknown>): Promise<MoteError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error, 'a MoteError was expected').toMatchObject({ name: 'MoteError' });
  return error as MoteError;
}
