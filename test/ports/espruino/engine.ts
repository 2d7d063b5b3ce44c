// How tests give Espruino's globals and built-in modules to the ports, and get at the ports.

import Module from 'node:module';
import { vi } from 'vitest';

type Load = (name: string, ...rest: unknown[]) => unknown;
const loader = Module as unknown as { _load: Load };
const load = loader._load;

/** Names of the engine's modules; Node has one of the same name. */
const BUILT_IN = ['net', 'tls', 'crypto', 'Flash', 'Wifi'];

/** Put globals and modules in place until `removeEngine`. A module that is left out is not found, as on the engine. */
export function installEngine(globals: Record<string, unknown>, modules: Record<string, unknown> = {}): void {
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  // A module under test has its own `require`, which no global can replace.
  loader._load = (name, ...rest) => {
    if (!BUILT_IN.includes(name)) return load(name, ...rest);
    if (name in modules) return modules[name];
    throw new Error(`Module "${name}" not found`);
  };
}

export function removeEngine(): void {
  vi.unstubAllGlobals();
  loader._load = load;
}

/**
 * Load src/ports/espruino/`name`.ts. Its path is put together here so that the compiler does not follow it: the types of
 * Espruino's globals and those of Node's cannot stand in one program.
 */
export async function loadPort<T>(name: string): Promise<T> {
  return (await import(/* @vite-ignore */ `../../../src/ports/espruino/${name}.ts`)) as T;
}
