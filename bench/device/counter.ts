// A sensor whose value is one more each time: whoever reads along sees at once what is missing.

import type { Reading } from '../../src/ports/reading.ts';
import { NO_VALUE } from '../../src/ports/reading.ts';
import type { Driver } from '../../src/sensors/driver.ts';

/** The last number that it may take; the host moves it on. */
declare const last: number;
/** The number before the first. */
declare const before: number;

export function createCounter(): Driver {
  let value = before;
  return {
    channels: [
      {
        key: 'count',
        unit: '',
        deviceClass: '',
        kind: 'total',
        decimals: 0,
        precision: 0,
        min: 0,
        max: 0x7ffffff,
      },
    ],
    warmUpMs: 0,
    minIntervalMs: 1,
    discard: 0,
    configure: () => 0,
    start: () => 0,
    poll(now: number, out: Reading): number {
      out.values[0] = value < last ? ++value : NO_VALUE;
      out.time = now;
      return 0;
    },
    close() {},
  };
}
