// How much of the engine's memory is free. Asking takes some of it for a moment, so ask now and then.

/** @returns blocks (JsVars) that are free. */
export function freeMemory(): number {
  // Without a collection of garbage, which would hold up everything else.
  return process.memory(false).free;
}
