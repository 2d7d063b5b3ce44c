// Analog Devices ADXL345: acceleration over I2C; it measures all the time, and a sample is its next values.
// Numbers in brackets are pages of the datasheet rev. E: https://www.analog.com/media/en/technical-documentation/data-sheets/adxl345.pdf
// Always 16 g with full resolution: narrower ranges have the same steps. Never waits: each step is one to five transfers.

import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import { ACCELERATION, GRAVITY } from './acceleration.ts';
import { isBlank, nearest, signedLowWordAt, waitAfter } from './check.ts';
import type { Driver } from './driver.ts';
import { exponentOf, numberOr } from './options.ts';
import { createSampler } from './sampler.ts';

export interface Adxl345Options {
  /** 0x53 (default) with ALT ADDRESS low, 0x1D with it high. */
  readonly address?: 0x53 | 0x1d;
  /** Values a second, default 100; fewer need less current and have less noise [14]. */
  readonly rate?: 12.5 | 25 | 50 | 100 | 200 | 400;
}

const enum Register {
  Id = 0x00,
  OffsetX = 0x1e,
  Rate = 0x2c,
  Power = 0x2d,
  Format = 0x31,
  Fifo = 0x38,
}

const ID = 0xe5;
/** Full resolution, low byte first, 16 g. */
const FORMAT = 0x0b;
const MEASURE = 8;
const DATA_READY = 0x80;

/** Places in the frame: rate, power, interrupts enabled, their pins, interrupts, format, values. */
const enum Place {
  Rate = 0,
  Power = 1,
  Interrupts = 4,
  Format = 5,
  Values = 6,
}

/** An ADXL345 on `bus`. Touches nothing before the first `start`. */
export function createAdxl345(bus: I2cBus, options: Adxl345Options = {}): Driver<Adxl345Options> {
  const command = new Uint8Array(2);
  const byte = new Uint8Array(1);
  const noOffsets = new Uint8Array([Register.OffsetX, 0, 0, 0]);
  const frame = new Uint8Array(12);
  let address = 0x53;
  let rateCode = 0;
  let periodMs = 0;

  function configure(next: Adxl345Options): number {
    const rate = numberOr(next.rate, 100);
    const exponent = exponentOf(rate / 12.5, 5);
    address = numberOr(next.address, 0x53);
    rateCode = exponent + 7;
    // 10 % slow, rounded up, and one for the clock.
    periodMs = (1100 / rate + 2) | 0;
    return exponent < 0 || (address !== 0x53 && address !== 0x1d) ? Code.BadOptions : Code.Ok;
  }

  /** @param code of the transfer before. @returns it when it is an error, else that of this one. */
  function setRegister(code: number, register: number, value: number): number {
    if (code < 0) return code;
    command[0] = register;
    command[1] = value;
    return bus.write(address, command);
  }

  /** It cannot be reset: all that matters is written, measuring last [25]. */
  function begin(): number {
    let code = setRegister(bus.write(address, noOffsets), Register.Rate, rateCode);
    code = setRegister(code, Register.Format, FORMAT);
    code = setRegister(code, Register.Fifo, 0);
    // Turned on after 1.1 ms and a period [4].
    return waitAfter(setRegister(code, Register.Power, MEASURE), periodMs + 2);
  }

  function setUp(step: number): number {
    if (step > 0) return Code.Ok;
    const code = bus.readRegister(address, Register.Id, byte);
    if (code < 0) return code;
    if (byte[0] !== ID) return isBlank(byte) ? Code.Fault : Code.WrongId;
    return begin();
  }

  /** @returns false when the chip does not hold what we wrote: it was reset, or the bus gives all 0x00 or 0xFF. */
  function keepsSettings(): boolean {
    return frame[Place.Rate] === rateCode && frame[Place.Power] === MEASURE && frame[Place.Format] === FORMAT;
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    // Settings, status and values in one burst. Reading the values forgets them: the next ones are the sample.
    const code = bus.readRegister(address, Register.Rate, frame);
    if (step === 0) return waitAfter(code, periodMs);
    if (code < 0) return code;
    if (!keepsSettings()) return Code.Fault;
    if (!(frame[Place.Interrupts] & DATA_READY)) return Code.NotReady;
    for (let i = 0; i < 3; i++) {
      // 13 bits, 256 a g.
      const raw = signedLowWordAt(frame, Place.Values + 2 * i);
      if (raw >= 0xfff || raw <= -0x1000) return Code.Overflow;
      values[i] = nearest((raw * GRAVITY) / 256);
    }
    return Code.Ok;
  }

  function sleep(): void {
    setRegister(Code.Ok, Register.Power, 0);
  }

  return createSampler(
    {
      channels: ACCELERATION,
      warmUpMs: 2,
      minIntervalMs: 13,
      discard: 0,
      retryMs: 2,
      patienceMs: 50,
      configure,
      setUp,
      measure,
      sleep,
    },
    options,
  );
}
