// Maxim MAX31855: a thermocouple and its cold junction over SPI, mode 0, at most 5 MHz. It converts all the time and can only be read.
// Numbers in brackets are pages of the datasheet 19-5793 rev. 5: https://www.analog.com/media/en/technical-documentation/data-sheets/max31855.pdf
// The thermocouple's type is in the chip's name, and not in its bits. There is no identity: two bits that are always 0 tell a chip from a
// line that is high. All 0, exactly 0 degrees at both ends, cannot be told from a line that is low, and is taken for one.
// Never waits: a sample is one transfer.

import { Code } from '../ports/codes.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import type { SpiDevice } from '../ports/spi.ts';
import { isBlank, nearest, signedWordAt } from './check.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';

/** Ranges of all types together [1], and of the chip itself [2]. */
const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'temperature',
    unit: '\xC2\xB0C',
    deviceClass: 'temperature',
    decimals: 3,
    precision: 2,
    min: -270000,
    max: 1800000,
  },
  {
    key: 'internal-temperature',
    unit: '\xC2\xB0C',
    deviceClass: 'temperature',
    decimals: 3,
    precision: 2,
    min: -40000,
    max: 125000,
  },
];

/** Always 0, and the fault bit; always 0, and short to supply, short to ground, open [10]. */
const BAD_1 = 0x03;
const BAD_3 = 0x0f;

/** Longest conversion and start-up [3], and one for the clock. */
const CONVERSION_MS = 101;
const START_UP_MS = 201;

/** A MAX31855 behind `spi`. */
export function createMax31855(spi: SpiDevice): Driver {
  const out = new Uint8Array(4);
  const frame = new Uint8Array(4);

  function configure(): number {
    return Code.Ok;
  }

  function setUp(): number {
    return Code.Ok;
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    // What is read is then no older than the sample's time.
    if (step === 0) return CONVERSION_MS;
    const code = spi.transfer(out, frame);
    if (code < 0) return code;
    if (isBlank(frame) || frame[1] & BAD_1 || frame[3] & BAD_3) return Code.Fault;
    // 14 bits in quarters of a degree, 12 bits in sixteenths.
    values[0] = (signedWordAt(frame, 0) >> 2) * 250;
    values[1] = nearest((signedWordAt(frame, 2) >> 4) * 62.5);
    return Code.Ok;
  }

  /** It cannot. */
  function sleep(): void {}

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: START_UP_MS,
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
