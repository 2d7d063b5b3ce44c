// TI TMP102: temperature over I2C, one conversion a sample. Numbers in brackets are sections of the datasheet SBOS397:
// https://www.ti.com/lit/ds/symlink/tmp102.pdf

import { Code } from 'mote-sdk/ports/codes';
import type { I2cBus } from 'mote-sdk/ports/i2c';
import type { ChannelMeta } from 'mote-sdk/ports/reading';
import { nearest, signedWordAt, waitAfter } from 'mote-sdk/sensors/check';
import type { Driver } from 'mote-sdk/sensors/driver';
import { createSampler } from 'mote-sdk/sensors/sampler';

export interface Tmp102Options {
  /** 0x48 (default) to 0x4B, by what pin ADD0 is connected to. */
  readonly address?: number;
}

const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'temperature',
    unit: '\xC2\xB0C',
    deviceClass: 'temperature',
    decimals: 3,
    precision: 2,
    min: -40000,
    max: 125000,
  },
];

/** Stay shut down, and start one conversion [7.3.8]. */
const ONE_SHOT = 0x81;
/** Longest conversion 35 ms [6.5], and one more, since the clock may have been about to tick. */
const CONVERSION_MS = 36;

export function createTmp102(bus: I2cBus, options: Tmp102Options = {}): Driver<Tmp102Options> {
  const command = new Uint8Array([0x01, ONE_SHOT, 0xa0]);
  const word = new Uint8Array(2);
  let address = 0x48;

  function configure(next: Tmp102Options): number {
    address = next.address === undefined ? 0x48 : next.address;
    return address >= 0x48 && address <= 0x4b ? Code.Ok : Code.BadOptions;
  }

  /** Read the configuration. It has no identity, but bits 6 and 5 that read 1, and four that read 0 [7.5.3]. */
  function look(): number {
    const code = bus.readRegister(address, 0x01, word);
    if (code < 0) return code;
    return (word[0] & 0x60) === 0x60 && (word[1] & 0x0f) === 0 ? Code.Ok : Code.WrongId;
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    if (step === 0) return waitAfter(bus.write(address, command), CONVERSION_MS);
    let code = look();
    if (code < 0) return code;
    // A supply that failed meanwhile has put it back into continuous conversion.
    if ((word[0] & 1) === 0) return Code.Fault;
    if ((word[0] & 0x80) === 0) return Code.NotReady;
    code = bus.readRegister(address, 0x00, word);
    // Twelve bits of 1/16 degree.
    values[0] = nearest((signedWordAt(word, 0) >> 4) * 62.5);
    return code;
  }

  function sleep(): void {}

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: 10,
      minIntervalMs: CONVERSION_MS,
      discard: 0,
      retryMs: 5,
      patienceMs: 30,
      configure,
      setUp: look,
      measure,
      sleep,
    },
    options,
  );
}
