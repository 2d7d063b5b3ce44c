// One 1-Wire bus on a pin; the engine times the slots.

import { Code } from '../codes.ts';
import type { OneWireBus } from '../onewire.ts';

const ROM_BYTES = 8;

export function openOneWire(pin: number): OneWireBus {
  const wire = new OneWire(pin);
  /** What the search for device 0 found; the others are looked up in it. */
  let found: string[] = [];

  function reset(): number {
    return wire.reset() ? Code.Ok : Code.Absent;
  }

  /** The engine leaves the pin a driven output behind a write with power, and an input behind one without. */
  function write(bytes: Uint8Array, power?: boolean): void {
    wire.write(bytes, power === true);
  }

  function read(into: Uint8Array): void {
    into.set(wire.read(into.length));
  }

  function search(index: number, into: Uint8Array): number {
    if (index === 0) found = wire.search();
    if (index >= found.length) return Code.Absent;
    for (let i = 0; i < ROM_BYTES; i++) into[i] = parseInt(found[index].substr(2 * i, 2), 16);
    return Code.Ok;
  }

  return { reset, write, read, search };
}
