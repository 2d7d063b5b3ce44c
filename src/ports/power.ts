// Watchdog, sleep and restart.

export const enum WakeCause {
  PowerOn,
  Timer,
  Pin,
  Other,
}

export interface Power {
  /** Restart the board unless `feed` is called every `seconds`; whole seconds, longer than any blocking call of the engine. */
  watch(seconds: number): void;
  feed(): void;
  /** Sleep, then boot from the start: does not return. @param ms at most 2,147,000 (the engine counts microseconds in 32 bits). */
  sleep(ms: number): void;
  wakeCause(): WakeCause;
}
