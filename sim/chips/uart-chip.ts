// What all simulated chips on a serial line have in common: faults, a supply, and time that does not wrap. A chip's own file
// says what it sends and what it does with what it hears. ES5 subset: runs in engines.

import { createFaults, createUnwrapped } from './faults.ts';
import type { Faults, FaultyChip } from './faults.ts';

/** The inside of a chip. `time` is milliseconds of the world's clock; it does not wrap. */
export interface UartModel {
  /** The supply came: forget everything that is not permanent. */
  powerUp(time: number): void;
  /** A byte was heard, its stop bit has just ended. */
  hear(byte: number, time: number): void;
  /** Begin to send: fill `out` with what there is to say at `time`, as far as it has room. @returns how many; 0: nothing. */
  send(out: Uint8Array, time: number): number;
  /** @returns milliseconds for which it has nothing to send, when it hears nothing. */
  silence(time: number): number;
}

/** A chip on a serial line. `now` is an integer of milliseconds of the world's clock. */
export interface UartChip<Inside = object> extends FaultyChip {
  /** What a test may look at, and may set. */
  readonly inside: Inside;
  /** Times its supply failed: what was on the wire broke off. */
  failures: number;
  hear(byte: number, now: number): void;
  send(out: Uint8Array, now: number): number;
  silence(now: number): number;
  /** @returns what the board's pin makes of a byte that the chip sends; -1: nothing. */
  onWire(byte: number): number;
}

/**
 * @param inside what can be seen of its state. @param create its behaviour, which may look at its faults at any time. It has been
 * powered for long when the world begins.
 */
export function createUartChip<Inside>(
  inside: Inside,
  create: (faults: Faults) => UartModel,
): UartChip<Inside> {
  const faults = createFaults();
  const model = create(faults);
  const timeOf = createUnwrapped();

  function hear(byte: number, now: number): void {
    const time = timeOf(now);
    if (!faults.absent) model.hear(byte, time);
  }

  /** A line that is held up is silent; one that is held down is a break, which a receiver takes for zeros. */
  function onWire(byte: number): number {
    if (faults.absent || faults.stuckHigh) return -1;
    return faults.stuckLow ? 0 : byte;
  }

  model.powerUp(-1000000);
  const chip: UartChip<Inside> = {
    inside,
    faults,
    failures: 0,
    hear,
    send: (out, now) => model.send(out, timeOf(now)),
    silence: (now) => model.silence(timeOf(now)),
    onWire,
    brownOut(now) {
      chip.failures++;
      model.powerUp(timeOf(now));
    },
  };
  return chip;
}
