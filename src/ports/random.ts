// Randomness for jitter and identifiers. Not for cryptography.

export interface Random {
  /** @returns a uniformly distributed integer, 0 to 65535. */
  next(): number;
}
