// What is loaded into engines: device programs and worlds, built by the project's own build, each once.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { build } from '../../flash/build/build.ts';
import type { BuildOptions } from '../../flash/build/build.ts';
import type { Script } from './engines.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const built = new Map<string, Promise<Script>>();

/** Build a program. @param firmware folder or file, from the root of the project. */
export function program(firmware: string, options: Omit<BuildOptions, 'firmware'> = {}): Promise<Script> {
  const key = JSON.stringify([firmware, options]);
  const name = firmware.replace(/\.ts$/, '').replace(/\W+/g, '-');
  const script =
    built.get(key) ??
    build({ ...options, firmware: join(ROOT, firmware) }).then(({ code }) => ({ name, code }));
  built.set(key, script);
  return script;
}

/** @returns the device programs below test/`folder`, as paths from the root of the project. */
export function devicePrograms(folder: string): string[] {
  return readdirSync(join(ROOT, 'test', folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.device.ts'))
    .map((file) => join('test', folder, file))
    .sort();
}

/** Everything an engine without anything of its own needs to run a firmware. */
export const WORLD = 'sim/device/world.ts';
/** The world that allocates nothing. */
export const QUIET_WORLD = 'sim/device/quiet.ts';
/** What the Linux Espruino lacks. */
export const ESPRUINO_WORLD = 'sim/device/espruino.ts';
export const EXAMPLE = 'examples/weather-station';

/** Run scripts in Node, in a context that has nothing but the language: what all engines should print. */
export function runInNode(scripts: Script[]): string[] {
  const lines: string[] = [];
  const context = vm.createContext({ print: (...words: unknown[]) => void lines.push(words.join(' ')) });
  for (const { name, code } of scripts) vm.runInContext(code, context, { filename: name });
  return lines;
}
