// Pins whose pulses are measured: lines on which a chip answers a pulse of ours with pulses of its own, in microseconds. No
// firmware can time those, so the engine does it in its interrupts: an edge comes as an event, late where the
// engine is busy, but with the time at which it was. Times are microseconds modulo 2^27.

/** A line with a pull-up, that several pull down. */
export interface OpenDrain {
  /** Pull it down until `release`. */
  pull(): void;
  release(): void;
  /**
   * Be called once for each falling edge, from the event loop; those that `pull` makes may be among them. There is one listener.
   * The engine's buffer holds the edges of some 10 milliseconds at most: come back from each call soon after `release`.
   */
  listen(onFall: (timeUs: number) => void): void;
}

/** A pin that starts, and one that answers. */
export interface PulseEcho {
  /** A pulse of 10 microseconds, or a little longer. */
  trigger(): void;
  /** Be called once for each edge of the answer with its new level, from the event loop. There is one listener. */
  listen(onEdge: (level: number, timeUs: number) => void): void;
}
