// The last bytes that came over a serial line. A driver looks after each byte whether they are a frame: wherever a stream is
// cut and whatever stands before a frame, it is found, and there is nothing to get out of step.

export interface Window {
  /** Take one more byte; the oldest goes. */
  push(byte: number): void;
  /** @returns the byte at `index`, 0: the oldest. */
  at(index: number): number;
  /** @returns two bytes, high one first. */
  wordAt(index: number): number;
  /** Make all bytes 0: what came until now is part of no frame. */
  clear(): void;
}

/** @param length bytes of a frame. */
export function createWindow(length: number): Window {
  const bytes = new Uint8Array(length);
  let oldest = 0;

  function push(byte: number): void {
    bytes[oldest] = byte;
    oldest++;
    if (oldest === length) oldest = 0;
  }

  function at(index: number): number {
    const place = oldest + index;
    return bytes[place < length ? place : place - length];
  }

  function wordAt(index: number): number {
    return at(index) * 256 + at(index + 1);
  }

  function clear(): void {
    for (let i = 0; i < length; i++) bytes[i] = 0;
  }

  return { push, at, wordAt, clear };
}
