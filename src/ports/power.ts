// Watchdog, sleep and restart.

export const enum WakeCause {
  /** Power-on or any reset. */
  PowerOn,
  Timer,
  Pin,
  Other,
}

export interface Power {
  /** It can sleep; else `sleep` does nothing. */
  readonly canSleep: boolean;
  /** Restart the board unless `feed` is called every `seconds`; whole seconds, longer than any blocking call of the engine. */
  watch(seconds: number): void;
  feed(): void;
  /**
   * Sleep, then boot from the start: does not return, but for an engine that cannot sleep.
   * @param ms at most 2,147,000 (the engine counts microseconds in 32 bits); more is cut to that.
   */
  sleep(ms: number): void;
  wakeCause(): WakeCause;
  /** Boot from the start, as after a reset: does not return. */
  restart(): void;
}
