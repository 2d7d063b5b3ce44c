// A driver without a chip: it counts.

import { Code } from '../../src/ports/codes.ts';
import type { ChannelMeta, Reading } from '../../src/ports/reading.ts';
import type { Driver } from '../../src/sensors/driver.ts';

const CHANNELS: readonly ChannelMeta[] = [
  { key: 'n', unit: '', deviceClass: '', decimals: 0, precision: 0, min: 0, max: 0x7ffffff },
];

/** @param after the number before the first. @param isOver asked before each: there is no further one. */
export function createCount(after: number, isOver: () => boolean): Driver {
  let n = after;

  function nothing(): number {
    return Code.Ok;
  }

  function poll(now: number, out: Reading): number {
    if (isOver()) return Code.NotReady;
    out.values[0] = ++n;
    out.time = now;
    return Code.Ok;
  }

  function close(): void {}

  return {
    channels: CHANNELS,
    warmUpMs: 0,
    minIntervalMs: 0,
    discard: 0,
    configure: nothing,
    start: nothing,
    poll,
    close,
  };
}
