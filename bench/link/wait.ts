// Waiting for what happens in other processes.

import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 2;
const PATIENCE_MS = 120_000;

/** Wait until `condition`. @param what is waited for, in words. @throws when it has not come after `patienceMs`. */
export async function waitUntil(
  condition: () => boolean,
  what: string,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not in ${patienceMs} ms: ${what}`);
    await delay(LOOK_EVERY_MS);
  }
}

/** @throws when an engine has complained. */
export function expectNone(failures: readonly string[]): void {
  if (failures.length > 0) throw new Error(`the engine complained: ${failures.join('\n')}`);
}
