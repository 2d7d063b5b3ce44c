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

export interface AnalogInput {
  /** @returns millivolts at the pin, as near as the engine's calibration gets. */
  read(): number;
}
