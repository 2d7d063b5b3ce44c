// Digital pins, edges and analogue inputs.

export const enum Pull {
  None,
  Up,
  Down,
}

export interface DigitalInput {
  /** @returns 0 or 1. */
  read(): number;
}

export interface DigitalOutput {
  /** @param level 0 or 1. */
  write(level: number): void;
}

/** Called once per edge with the new level and the time of the edge in microseconds modulo 2^27. */
export type OnEdge = (level: number, timeUs: number) => void;

/** What `OnChange` tells of a level that was there so long, or longer, or nobody knows how long. */
export const HELD_MAX_US = 0x7ffffff;

/**
 * Called once for each edge, in order, from the event loop, however late. Two edges that are nearer to each other than the engine
 * can look may both come with the level after them.
 * @param level the new one. @param heldUs how long the pin had stayed as it was, microseconds, at most HELD_MAX_US.
 */
export type OnChange = (level: number, heldUs: number) => void;

/** An input that tells of its edges, too. */
export interface EdgeInput extends DigitalInput {
  /** Call `onChange` for each edge from now on. To be called once. */
  watch(onChange: OnChange): void;
}

export interface AnalogInput {
  /** Where the converter ends, millivolts: what is read as this, or more, may be more. */
  readonly maxMv: number;
  /** @returns millivolts at the pin, as near as the engine's calibration gets. */
  read(): number;
}
