// Maxim MAX6675: a type K thermocouple over SPI, mode 0, at most 4.3 MHz. It can only be read, and each read begins a conversion anew.
// Numbers in brackets are pages of the datasheet 19-2235 rev. 2: https://www.analog.com/media/en/technical-documentation/data-sheets/max6675.pdf
// There is no identity: two bits that are always 0 tell a chip from a line that is high. It shows 0 for 0 degrees and all below; this,
// and a line that is low, is Code.Fault. Never waits: each step is one transfer.

import { Code } from '../ports/codes.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import type { SpiDevice } from '../ports/spi.ts';
import { waitAfter, wordAt } from './check.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';

/** One step within the converter's ends [1]. */
const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'temperature',
    unit: '\xC2\xB0C',
    deviceClass: 'temperature',
    decimals: 3,
    precision: 2,
    min: 250,
    max: 1023500,
  },
];

/** Sign and identity, always 0; and an open input [5]. */
const BAD = 0x8006;

/** Longest conversion [2], and one for the clock. */
const CONVERSION_MS = 221;

/** A MAX6675 behind `spi`. */
export function createMax6675(spi: SpiDevice): Driver {
  const out = new Uint8Array(2);
  const frame = new Uint8Array(2);

  function configure(): number {
    return Code.Ok;
  }

  function setUp(): number {
    return Code.Ok;
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    const code = spi.transfer(out, frame);
    // What this read shows may be as old as the read before it: it only begins a conversion.
    if (step === 0) return waitAfter(code, CONVERSION_MS);
    if (code < 0) return code;
    const word = wordAt(frame, 0);
    // The last bit is driven by nobody.
    if (word & BAD || word < 8) return Code.Fault;
    values[0] = (word >> 3) * 250;
    return Code.Ok;
  }

  /** It cannot. */
  function sleep(): void {}

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: CONVERSION_MS,
      minIntervalMs: CONVERSION_MS,
      discard: 0,
      retryMs: 1,
      patienceMs: 1,
      configure,
      setUp,
      measure,
      sleep,
    },
    CHANNELS,
  );
}
