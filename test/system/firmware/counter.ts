// Driver of the counter chip (sim/system/counter-chip.ts): each conversion gives the next number, with its complement behind it.

import { Code } from '../../../src/ports/codes.ts';
import type { I2cBus } from '../../../src/ports/i2c.ts';
import type { Reading } from '../../../src/ports/reading.ts';
import type { Driver } from '../../../src/sensors/driver.ts';

const CONVERT = 1;
const CONVERT_MS = 5;
const MAX = 0x7fffff;

export function createCounter(bus: I2cBus, address: number): Driver<object> {
  const command = new Uint8Array([CONVERT]);
  const frame = new Uint8Array(6);

  function start(): number {
    const code = bus.write(address, command);
    return code < 0 ? code : CONVERT_MS;
  }

  function poll(now: number, out: Reading): number {
    const code = bus.read(address, frame);
    // It does not acknowledge before it is done.
    if (code < 0) return code === Code.Absent ? Code.NotReady : code;
    for (let i = 0; i < 3; i++) if ((frame[i] ^ frame[i + 3]) !== 255) return Code.Crc;
    out.values[0] = (frame[0] << 16) | (frame[1] << 8) | frame[2];
    out.time = now;
    return Code.Ok;
  }

  return {
    channels: [{ key: 'n', unit: '', deviceClass: '', decimals: 0, precision: 0, min: 0, max: MAX }],
    warmUpMs: 0,
    minIntervalMs: CONVERT_MS,
    discard: 0,
    configure: () => Code.Ok,
    start,
    poll,
    close(): void {},
  };
}
