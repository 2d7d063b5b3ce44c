// What a chip on a single line looks like to the line: it hears the host's pulse and answers with edges. `now` is an integer of
// milliseconds of the world's clock.

/** A chip on a line with a pull-up. */
export interface LineDevice {
  /** It holds the line down. */
  holdsLow(): boolean;
  /** The host pulls the line down. */
  pulled(now: number): void;
  /**
   * The host lets go of it. @param falls to be filled with the falling edges of the answer, microseconds from now, in order.
   * @returns how many.
   */
  released(now: number, falls: Int32Array): number;
}

/** A chip that answers a pulse on one pin with pulses on another. */
export interface EchoDevice {
  /**
   * The pulse. @param edges to be filled with the edges of the answer, microseconds from now, in order; the first rises.
   * @returns how many.
   */
  triggered(now: number, edges: Int32Array): number;
}
