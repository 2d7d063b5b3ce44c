// InvenSense MPU-6050: acceleration, rotation and temperature over I2C; it measures all the time, and a sample is its next values.
// Numbers in brackets are sections of the register map RM-MPU-6000A 4.2, "PS" those of the specification PS-MPU-6000A 3.4:
// https://invensense.tdk.com/wp-content/uploads/2015/02/MPU-6000-Register-Map1.pdf
// Never waits: each step is one to three transfers.

import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { ACCELERATION, GRAVITY } from './acceleration.ts';
import { isBlank, nearest, signedWordAt, waitAfter } from './check.ts';
import type { Driver } from './driver.ts';
import { exponentOf, numberOr } from './options.ts';
import { createSampler } from './sampler.ts';

export interface Mpu6050Options {
  /** 0x68 (default) with AD0 low, 0x69 with AD0 high. */
  readonly address?: 0x68 | 0x69;
  /** Ends of the acceleration, plus and minus so many g, default 2 [4.5]. */
  readonly accelerationRange?: 2 | 4 | 8 | 16;
  /** Ends of the rotation, plus and minus so many degrees a second, default 250 [4.4]. */
  readonly rotationRange?: 250 | 500 | 1000 | 2000;
  /** Of the low-pass filter, hertz, default 44 [4.3]. */
  readonly bandwidth?: 260 | 184 | 94 | 44 | 21 | 10 | 5;
}

/** 32767 steps of the widest range. */
const TURN = 2001100;
const TURN_UNIT = '\xC2\xB0/s';

const CHANNELS: readonly ChannelMeta[] = [
  ACCELERATION[0],
  ACCELERATION[1],
  ACCELERATION[2],
  { key: 'rotation-x', unit: TURN_UNIT, deviceClass: '', decimals: 3, precision: 2, min: -TURN, max: TURN },
  { key: 'rotation-y', unit: TURN_UNIT, deviceClass: '', decimals: 3, precision: 2, min: -TURN, max: TURN },
  { key: 'rotation-z', unit: TURN_UNIT, deviceClass: '', decimals: 3, precision: 2, min: -TURN, max: TURN },
  {
    key: 'temperature',
    unit: '\xC2\xB0C',
    deviceClass: 'temperature',
    decimals: 3,
    precision: 1,
    min: -40000,
    max: 85000,
  },
];

const BANDWIDTHS: readonly number[] = [260, 184, 94, 44, 21, 10, 5];

const enum Register {
  RateDivider = 0x19,
  InterruptEnable = 0x38,
  InterruptStatus = 0x3a,
  Power = 0x6b,
  WhoAmI = 0x75,
}

const ID = 0x68;
const RESET_BIT = 0x80;
/** Awake, timed by the gyroscope, which is steadier than the oscillator [4.28]. */
const AWAKE = 1;
const ASLEEP = 0x40;
const DATA_READY = 1;
/** One value in ten: 100 a second with the filter. A reset leaves 0, which tells that settings are lost. */
const DIVIDER = 9;

const RESET_MS = 101;
/** Start-up of the gyroscope [PS 6.1] and of the slowest filter. */
const SETTLE_MS = 200;
/** A period with an oscillator that is 5 % slow [PS 6.4], and one for the clock. */
const PERIOD_MS = 12;

/** An MPU-6050 on `bus`. Touches nothing before the first `start`. */
export function createMpu6050(bus: I2cBus, options: Mpu6050Options = {}): Driver<Mpu6050Options> {
  const command = new Uint8Array(2);
  const byte = new Uint8Array(1);
  /** Register number and four settings, and what is read back of them. */
  const settings = new Uint8Array([Register.RateDivider, DIVIDER, 0, 0, 0]);
  const kept = new Uint8Array(4);
  /** Status, acceleration, temperature, rotation. */
  const frame = new Uint8Array(15);
  let address = 0x68;
  let stepG = 0;
  let stepTurn = 0;

  function configure(next: Mpu6050Options): number {
    const g = exponentOf(numberOr(next.accelerationRange, 2) / 2, 3);
    const turn = exponentOf(numberOr(next.rotationRange, 250) / 250, 3);
    const filter = BANDWIDTHS.indexOf(numberOr(next.bandwidth, 44));
    address = numberOr(next.address, 0x68);
    settings[2] = filter;
    settings[3] = turn << 3;
    settings[4] = g << 3;
    stepG = (GRAVITY * (1 << g)) / 16384;
    stepTurn = (1000 * (1 << turn)) / 131;
    return (g | turn | filter) < 0 || (address | 1) !== 0x69 ? Code.BadOptions : Code.Ok;
  }

  function setRegister(register: number, value: number): number {
    command[0] = register;
    command[1] = value;
    return bus.write(address, command);
  }

  /** Look at the chip's identity and reset it. @returns milliseconds, or a negative Code. */
  function identify(): number {
    const code = bus.readRegister(address, Register.WhoAmI, byte);
    if (code < 0) return code;
    if (byte[0] !== ID) return isBlank(byte) ? Code.Fault : Code.WrongId;
    return waitAfter(setRegister(Register.Power, RESET_BIT), RESET_MS);
  }

  /** It sleeps after a reset [4.28]. */
  function setUp(step: number): number {
    if (step === 0) return identify();
    if (step > 1) return Code.Ok;
    let code = setRegister(Register.Power, AWAKE);
    if (code === Code.Ok) code = bus.write(address, settings);
    if (code === Code.Ok) code = setRegister(Register.InterruptEnable, DATA_READY);
    return waitAfter(code, SETTLE_MS);
  }

  function keepsSettings(): boolean {
    for (let i = 0; i < 4; i++) if (kept[i] !== settings[i + 1]) return false;
    return true;
  }

  /** @param at place of three axes in the frame. @returns whether none is at the converter's end. */
  function take(at: number, step: number, values: Int32Array, to: number): boolean {
    for (let i = 0; i < 3; i++) {
      const raw = signedWordAt(frame, at + 2 * i);
      if (raw >= 0x7fff || raw <= -0x8000) return false;
      values[to + i] = nearest(raw * step);
    }
    return true;
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    // Reading the status forgets the values that are there [4.16]: the next ones are the sample.
    if (step === 0) return waitAfter(bus.readRegister(address, Register.InterruptStatus, byte), PERIOD_MS);
    // Status and values in one burst, so that they belong together; the settings after them.
    let code = bus.readRegister(address, Register.InterruptStatus, frame);
    if (code === Code.Ok) code = bus.readRegister(address, Register.RateDivider, kept);
    if (code < 0) return code;
    if (!keepsSettings()) return Code.Fault;
    if (!(frame[0] & DATA_READY)) return Code.NotReady;
    if (!take(1, stepG, values, 0) || !take(9, stepTurn, values, 3)) return Code.Overflow;
    values[6] = nearest((signedWordAt(frame, 7) * 50) / 17 + 36530);
    return Code.Ok;
  }

  function sleep(): void {
    setRegister(Register.Power, ASLEEP);
  }

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: 100,
      minIntervalMs: PERIOD_MS,
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
