// Avia HX711: the 24-bit converter of scales. Its pins hang on an SPI bus whose data line is the chip's clock (PD_SCK): a clock that is
// high for more than 60 us switches the chip off, which no firmware can exclude that sets a pin high and low, while
// a bus sends all pulses in one go. `clock` of that bus is a pin that is left free, `in` is DOUT, `out` is PD_SCK, and
// there is no `select`; 250 kHz to 2 MHz. The line must be low between transfers, as it is behind a byte that ends in 0: a
// board that leaves it high keeps the chip off, which is Code.Timeout, never a value.
// Datasheet: https://cdn.sparkfun.com/datasheets/Sensors/ForceFlex/hx711_english.pdf; its sections have no numbers, so in brackets are
// their names. It has no identity and no CRC. Never waits: each step is one or two transfers.

import { elapsed } from '../ports/clock.ts';
import { Code } from '../ports/codes.ts';
import { NO_VALUE } from '../ports/reading.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import type { SpiDevice } from '../ports/spi.ts';
import { nearest } from './check.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';

export interface Hx711Options {
  /** 128 (default) or 64 for channel A, 32 for channel B. */
  readonly gain?: 128 | 64 | 32;
  /** Level of pin RATE: 10 (default, low) or 80 conversions a second. */
  readonly rate?: 10 | 80;
  /** Tare: counts of the empty scale, default 0. */
  readonly offset?: number;
  /** Counts a gram, negative where the cell is mounted the other way round; left out: there is no weight yet, only counts. */
  readonly countsPerGram?: number;
}

const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'weight',
    unit: 'g',
    deviceClass: 'weight',
    decimals: 1,
    precision: 1,
    min: -100000000,
    max: 100000000,
  },
  { key: 'counts', unit: '', deviceClass: '', decimals: 0, precision: 0, min: -8388607, max: 8388606 },
];

/** Four pulses, and the bits of an answer that are in the pauses behind them: a new bit is there 0.1 us after the pulse begins. */
const PULSES = 0xaa;
const FRAME_BYTES = 7;
/** The pulses behind the 24 of data [table 3]. */
const GAIN_128 = 0x80;
const GAIN_32 = 0xa0;
const GAIN_64 = 0xa8;
/** Behind the 25th pulse DOUT is high until the next conversion. */
const DONE = 0x40;

/** From conversion to conversion [Output settling time], with 10 % for the oscillator. */
const PERIOD_MS = 110;
const PERIOD_MS_80 = 14;
/** A conversion that is later than this was one after a reset, which takes four times as long, and forgets channel and gain. */
const LATE_MS = 250;
const LATE_MS_80 = 35;

/** An HX711 on `device`. Touches nothing before the first `start`. */
export function createHx711(device: SpiDevice, options: Hx711Options = {}): Driver<Hx711Options> {
  const pulses = new Uint8Array([PULSES, PULSES, PULSES, PULSES, PULSES, PULSES, 0]);
  const frame = new Uint8Array(FRAME_BYTES);
  /** No pulse: what comes in is DOUT as it is. */
  const quiet = new Uint8Array(1);
  const level = new Uint8Array(1);
  let offset = 0;
  let countsPerGram = 0;
  let periodMs = 0;
  let lateMs = 0;
  let readAt = 0;

  /** @returns the pulses behind the data; 0: the chip has no such gain. */
  function gainPulses(gain: number | undefined): number {
    if (gain === undefined || gain === 128) return GAIN_128;
    return gain === 64 ? GAIN_64 : gain === 32 ? GAIN_32 : 0;
  }

  /** @returns whether `counts` are none at all, or a number that is not 0. */
  function isScale(counts: number | undefined): boolean {
    return counts === undefined || counts < 0 || counts > 0;
  }

  /** @returns false: the chip has no such rate. */
  function setRate(rate: number | undefined): boolean {
    periodMs = rate === 80 ? PERIOD_MS_80 : PERIOD_MS;
    lateMs = rate === 80 ? LATE_MS_80 : LATE_MS;
    return rate === undefined || rate === 10 || rate === 80;
  }

  function configure(next: Hx711Options): number {
    const last = gainPulses(next.gain);
    offset = next.offset === undefined ? 0 : next.offset;
    countsPerGram = next.countsPerGram === undefined ? 0 : next.countsPerGram;
    pulses[FRAME_BYTES - 1] = last;
    if (!setRate(next.rate) || last === 0 || !isScale(next.countsPerGram)) return Code.BadOptions;
    return offset >= -8388608 && offset <= 8388607 ? Code.Ok : Code.BadOptions;
  }

  function setUp(): number {
    return Code.Ok;
  }

  /** Fetch a conversion, and choose channel and gain of the next one. @returns 0, or a negative Code. */
  function fetch(now: number): number {
    let code = device.transfer(quiet, level);
    if (code < 0) return code;
    // Pulses now would be lost, or worse. A level that changes meanwhile is none yet.
    if (level[0] !== 0) return Code.NotReady;
    code = device.transfer(pulses, frame);
    readAt = now;
    // A line that is held down looks ready, but cannot do this.
    return code === Code.Ok && !(frame[FRAME_BYTES - 1] & DONE) ? Code.Fault : code;
  }

  /** @returns the 24 bits with their sign. */
  function counts(): number {
    let bits = 0;
    for (let i = 0; i < FRAME_BYTES - 1; i++) {
      const four = frame[i];
      bits = (bits << 4) | ((four >> 3) & 8) | ((four >> 2) & 4) | ((four >> 1) & 2) | (four & 1);
    }
    return (bits ^ 0x800000) - 0x800000;
  }

  /** The first conversion may have been made with another channel or gain, so it is only fetched; the next one counts. */
  function measure(step: number, now: number, values: Int32Array): number {
    const isLate = elapsed(readAt, now) > lateMs;
    const code = fetch(now);
    if (code < 0) return code;
    if (step === 0) return periodMs;
    // The chip may have started anew in between, or we were late: this one was only fetched, too.
    if (isLate) return Code.NotReady;
    // The converter at its ends [Output data] is what the channel's range leaves out.
    values[1] = counts();
    values[0] = countsPerGram === 0 ? NO_VALUE : nearest(((values[1] - offset) * 10) / countsPerGram);
    return Code.Ok;
  }

  /** Only a clock that stays high would switch it off. */
  function sleep(): void {}

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: 450,
      minIntervalMs: 250,
      discard: 0,
      retryMs: 5,
      patienceMs: 1200,
      configure,
      setUp,
      measure,
      sleep,
    },
    options,
  );
}
