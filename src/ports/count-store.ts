// Where a count is kept over a loss of power: pulses of a meter. Small on purpose: one count a store, and no times.

/** A count is an integer from 0 to 2^53 - 1, in two parts that no engine allocates for: its lower bits, and those above. */
export const COUNT_LOW_MASK = 0x7ffffff;
export const COUNT_HIGH_MASK = 0x3ffffff;

export interface CountStore {
  /**
   * Put what was saved last into the two places of `parts`, the lower bits first.
   * @returns 0; Code.Empty when there is nothing; another code when nobody can tell now. Then `parts` is untouched.
   */
  load(parts: Int32Array): number;
  /**
   * Keep `parts` in the place of what is kept; a loss of power meanwhile leaves one or the other. Each call may wear flash:
   * the caller sees to it that there are few.
   * @returns 0, or a code and what was kept before stays.
   */
  save(parts: Int32Array): number;
}
