// ST LIS3DH: acceleration over I2C with 12 bits; it measures all the time, and a sample is its next values.
// Numbers in brackets are sections of the datasheet DocID17530 rev 2: https://www.st.com/resource/en/datasheet/lis3dh.pdf
// Never waits: each step is one or two transfers.

import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import { ACCELERATION, GRAVITY } from './acceleration.ts';
import { isBlank, nearest, signedLowWordAt, waitAfter } from './check.ts';
import type { Driver } from './driver.ts';
import { exponentOf, numberOr } from './options.ts';
import { createSampler } from './sampler.ts';

export interface Lis3dhOptions {
  /** 0x18 (default) with SA0 low, 0x19 with SA0 high. */
  readonly address?: 0x18 | 0x19;
  /** Ends of the acceleration, plus and minus so many g, default 2 [8.11]. */
  readonly range?: 2 | 4 | 8 | 16;
  /** Values a second, default 100; fewer need less current [8.8]. */
  readonly rate?: 1 | 10 | 25 | 50 | 100 | 200 | 400;
}

/** Codes of options are places in these, from 0 and from 1. The widest range has steps of 12 mg, not of 8 [2.1]. */
const STEPS_MG: readonly number[] = [1, 2, 4, 12];
const RATES: readonly number[] = [1, 10, 25, 50, 100, 200, 400];

const enum Register {
  WhoAmI = 0x0f,
  Control1 = 0x20,
  Control5 = 0x24,
  /** With the number of a register: count up from there [6.1.1]. */
  CountUp = 0x80,
}

const ID = 0x33;
/** Load the trimming values again, which takes 5 ms. */
const BOOT = 0x80;
const BOOT_MS = 6;
/** All three axes. A reset leaves this, too, but with a rate of 0: asleep. */
const AXES = 7;
/** Both bytes of a value belong together, and it has 12 bits. */
const CONTROL4 = 0x88;
const DATA_READY = 8;

/** Places in the frame: control registers 1 to 6, reference, status, values. */
const enum Place {
  Control1 = 0,
  Control4 = 3,
  Status = 7,
  Values = 8,
}

/** An LIS3DH on `bus`. Touches nothing before the first `start`. */
export function createLis3dh(bus: I2cBus, options: Lis3dhOptions = {}): Driver<Lis3dhOptions> {
  const command = new Uint8Array(2);
  const byte = new Uint8Array(1);
  /** Register number and the control registers 1 to 6: no filter, no interrupt, no FIFO. */
  const settings = new Uint8Array([Register.Control1 | Register.CountUp, 0, 0, 0, 0, 0, 0]);
  const frame = new Uint8Array(14);
  let address = 0x18;
  let stepMm = 0;
  let periodMs = 0;

  function configure(next: Lis3dhOptions): number {
    const range = exponentOf(numberOr(next.range, 2) / 2, 3);
    const rate = numberOr(next.rate, 100);
    const code = RATES.indexOf(rate);
    address = numberOr(next.address, 0x18);
    settings[1] = ((code + 1) << 4) | AXES;
    settings[4] = CONTROL4 | (range << 4);
    stepMm = (STEPS_MG[range & 3] * GRAVITY) / 1000;
    // 10 % slow, rounded up, and one for the clock.
    periodMs = (1100 / rate + 2) | 0;
    return (range | code) < 0 || (address | 1) !== 0x19 ? Code.BadOptions : Code.Ok;
  }

  function setRegister(register: number, value: number): number {
    command[0] = register;
    command[1] = value;
    return bus.write(address, command);
  }

  /** Look at the chip's identity and boot it. @returns milliseconds, or a negative Code. */
  function identify(): number {
    const code = bus.readRegister(address, Register.WhoAmI, byte);
    if (code < 0) return code;
    if (byte[0] !== ID) return isBlank(byte) ? Code.Fault : Code.WrongId;
    return waitAfter(setRegister(Register.Control5, BOOT), BOOT_MS);
  }

  /** The first seven values are not yet settled [3.2.1]. */
  function setUp(step: number): number {
    if (step === 0) return identify();
    return step === 1 ? waitAfter(bus.write(address, settings), 7 * periodMs) : Code.Ok;
  }

  function fetch(): number {
    return bus.readRegister(address, Register.Control1 | Register.CountUp, frame);
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    // Reading the values forgets them: the next ones are the sample.
    const code = fetch();
    if (step === 0) return waitAfter(code, periodMs);
    if (code < 0) return code;
    if (frame[Place.Control1] !== settings[1] || frame[Place.Control4] !== settings[4]) return Code.Fault;
    if (!(frame[Place.Status] & DATA_READY)) return Code.NotReady;
    for (let i = 0; i < 3; i++) {
      // 12 bits at the left of the word.
      const raw = signedLowWordAt(frame, Place.Values + 2 * i) >> 4;
      if (raw >= 0x7ff || raw <= -0x800) return Code.Overflow;
      values[i] = nearest(raw * stepMm);
    }
    return Code.Ok;
  }

  function sleep(): void {
    setRegister(Register.Control1, AXES);
  }

  return createSampler(
    {
      channels: ACCELERATION,
      warmUpMs: BOOT_MS,
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
