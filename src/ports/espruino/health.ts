// Tells the boot selector of an upload, where there is one, that the firmware works.

/** Ends the trial of a new firmware; does nothing without one. */
export function reportHealthy(): void {
  // By its bare name: not every engine calls its global object `global`.
  if (typeof moteHealthy === 'function') moteHealthy();
}
