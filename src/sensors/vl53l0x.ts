// ST VL53L0X: distance by time of flight over I2C, one measurement a sample. The datasheet DocID029104 describes no register but the
// identity: what is written here is ST's API, see THIRD_PARTY.md. https://www.st.com/resource/en/datasheet/vl53l0x.pdf
// Without a target the channel has no value. Never waits: 80 settings go out in five steps, all other steps are up to 23 transfers.

import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import { NO_VALUE } from '../ports/reading.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { isBlank, waitAfter, wordAt } from './check.ts';
import type { Driver } from './driver.ts';
import { numberOr } from './options.ts';
import { createSampler } from './sampler.ts';

export interface Vl53l0xOptions {
  /** Milliseconds that one measurement may take, 20 to 500, default 33: longer ones have less noise. */
  readonly budgetMs?: number;
}

/** Up to 2 m, and the error that this may have. */
const CHANNELS: readonly ChannelMeta[] = [
  { key: 'distance', unit: 'mm', deviceClass: 'distance', decimals: 0, precision: 0, min: 0, max: 2200 },
];

/** The address after power-up and each reset: another one cannot last. */
const ADDRESS = 0x29;

const enum Register {
  Start = 0x00,
  Sequence = 0x01,
  InterruptConfig = 0x0a,
  InterruptClear = 0x0b,
  /** Interrupt, range status, eight more, distance. */
  Result = 0x13,
  SpadCount = 0x4e,
  SpadOffset = 0x4f,
  FinalTimeout = 0x71,
  Unlock = 0x80,
  Nvm = 0x83,
  Polarity = 0x84,
  StandardMode = 0x88,
  Pads = 0x89,
  StopVariable = 0x91,
  SpadInfo = 0x92,
  SpadMap = 0xb0,
  SpadStart = 0xb6,
  Reset = 0xbf,
  Identity = 0xc0,
  Page = 0xff,
}

const ID_HIGH = 0xee;
const ID_LOW = 0xaa;
/** What is measured: dynamic selection, pre-range, final range. No reset leaves this, which tells that settings are lost. */
const SEQUENCE = 0xe8;
const NEW_SAMPLE = 4;
/** Range status of a distance that holds; 1 to 3 are a laser that fails, and a calibration that is missing. */
const VALID = 11;
const HARDWARE = 3;

/** Boots within 1.2 ms; one more, since the clock may have been about to tick. */
const BOOT_MS = 3;
const CALIBRATION_MS = 10;

/**
 * Microseconds of a measurement that are not its final range, and the macro periods of the pre-range, both with the settings
 * below; nanoseconds of a macro period of the final range.
 */
const OVERHEAD_US = 17067;
const PRE_RANGE_PERIODS = 151;
const PERIOD_NS = 38132;

/** Pairs of settings that go out in one step. */
const PAIRS = 16;
const FIRST_TUNING_STEP = 4;

/** A VL53L0X on `bus`. Touches nothing before the first `start`. */
export function createVl53l0x(bus: I2cBus, options: Vl53l0xOptions = {}): Driver<Vl53l0xOptions> {
  // ST's tuning settings: register, value, ...
  const tuning = new Uint8Array([
    0xff, 0x01, 0x00, 0x00, 0xff, 0x00, 0x09, 0x00, 0x10, 0x00, 0x11, 0x00, 0x24, 0x01, 0x25, 0xff, 0x75,
    0x00, 0xff, 0x01, 0x4e, 0x2c, 0x48, 0x00, 0x30, 0x20, 0xff, 0x00, 0x30, 0x09, 0x54, 0x00, 0x31, 0x04,
    0x32, 0x03, 0x40, 0x83, 0x46, 0x25, 0x60, 0x00, 0x27, 0x00, 0x50, 0x06, 0x51, 0x00, 0x52, 0x96, 0x56,
    0x08, 0x57, 0x30, 0x61, 0x00, 0x62, 0x00, 0x64, 0x00, 0x65, 0x00, 0x66, 0xa0, 0xff, 0x01, 0x22, 0x32,
    0x47, 0x14, 0x49, 0xff, 0x4a, 0x00, 0xff, 0x00, 0x7a, 0x0a, 0x7b, 0x00, 0x78, 0x21, 0xff, 0x01, 0x23,
    0x34, 0x42, 0x00, 0x44, 0xff, 0x45, 0x26, 0x46, 0x05, 0x40, 0x40, 0x0e, 0x06, 0x20, 0x1a, 0x43, 0x40,
    0xff, 0x00, 0x34, 0x03, 0x35, 0x44, 0xff, 0x01, 0x31, 0x04, 0x4b, 0x09, 0x4c, 0x05, 0x4d, 0x04, 0xff,
    0x00, 0x44, 0x00, 0x45, 0x20, 0x47, 0x08, 0x48, 0x28, 0x67, 0x00, 0x70, 0x04, 0x71, 0x01, 0x72, 0xfe,
    0x76, 0x00, 0x77, 0x00, 0xff, 0x01, 0x0d, 0x01, 0xff, 0x00, 0x80, 0x01, 0x01, 0xf8, 0xff, 0x01, 0x8e,
    0x01, 0x00, 0x01, 0xff, 0x00, 0x80, 0x00,
  ]);
  const command = new Uint8Array(2);
  const byte = new Uint8Array(1);
  const identity = new Uint8Array(2);
  const spads = new Uint8Array(6);
  /** Register number and map. */
  const spadsOut = new Uint8Array(7);
  const frame = new Uint8Array(13);
  const calibrationStep = FIRST_TUNING_STEP + tuning.length / (2 * PAIRS);
  let timeout = 0;
  let measureMs = 0;
  let stopVariable = 0;
  /** First error of this step: after it nothing more is sent. */
  let trouble = 0;

  function configure(next: Vl53l0xOptions): number {
    const budgetMs = numberOr(next.budgetMs, 33);
    if (!(budgetMs >= 20 && budgetMs <= 500)) return Code.BadOptions;
    let low = (((budgetMs * 1000 - OVERHEAD_US) * 1000) / PERIOD_NS + PRE_RANGE_PERIODS - 0.5) | 0;
    let high = 0;
    // 8 bits and an exponent.
    for (; low > 0xff; high++) low >>= 1;
    timeout = high * 256 + low;
    // One more for the start, one for the oscillator, one for the clock.
    measureMs = (budgetMs + 3) | 0;
    return Code.Ok;
  }

  function set(register: number, value: number): void {
    if (trouble < 0) return;
    command[0] = register;
    command[1] = value;
    trouble = bus.write(ADDRESS, command);
  }

  function fetch(register: number, into: Uint8Array): void {
    if (trouble === Code.Ok) trouble = bus.readRegister(ADDRESS, register, into);
  }

  function get(register: number): number {
    fetch(register, byte);
    return byte[0];
  }

  function openNvm(): void {
    set(Register.Unlock, 1);
    set(Register.Page, 1);
    set(Register.Start, 0);
  }

  function closeNvm(): void {
    set(Register.Page, 1);
    set(Register.Start, 1);
    set(Register.Page, 0);
    set(Register.Unlock, 0);
  }

  /** @returns 0, or a negative Code. */
  function lookAtIdentity(): number {
    fetch(Register.Identity, identity);
    if (trouble < 0) return trouble;
    if (isBlank(identity)) return Code.Fault;
    return identity[0] === ID_HIGH && identity[1] === ID_LOW ? Code.Ok : Code.WrongId;
  }

  /**
   * Reset it: a step that broke off may have left any page, another firmware any mode. One that is held in reset has no identity:
   * it is looked at again afterwards.
   */
  function identify(): number {
    set(Register.Page, 0);
    const code = lookAtIdentity();
    if (code < 0 && code !== Code.Fault) return code;
    set(Register.Reset, 0);
    return waitAfter(trouble, 2);
  }

  function release(): number {
    set(Register.Reset, 1);
    return waitAfter(trouble, BOOT_MS);
  }

  /** Pads for 2.8 V and more, as boards have them; then ask the permanent memory for the reference diodes. */
  function request(): number {
    const code = lookAtIdentity();
    // A chip that boots does not answer.
    if (code < 0) return code === Code.Absent ? Code.NotReady : code;
    set(Register.Pads, get(Register.Pads) | 1);
    set(Register.StandardMode, 0);
    openNvm();
    stopVariable = get(Register.StopVariable);
    closeNvm();
    openNvm();
    set(Register.Page, 6);
    set(Register.Nvm, get(Register.Nvm) | 4);
    set(Register.Page, 7);
    set(0x81, 1);
    set(Register.Unlock, 1);
    set(0x94, 0x6b);
    set(Register.Nvm, 0);
    return waitAfter(trouble, 2);
  }

  /** Of the good reference diodes leave on as many as the memory says. @param info how many; bit 7: those behind the aperture. */
  function choose(info: number): void {
    const first = info & 0x80 ? 12 : 0;
    let left = info & 0x7f;
    spadsOut[0] = Register.SpadMap;
    for (let i = 0; i < 48; i++) {
      const at = i >> 3;
      const bit = 1 << (i & 7);
      if (i < first || left === 0) spads[at] &= ~bit;
      else if (spads[at] & bit) left--;
      spadsOut[at + 1] = spads[at];
    }
  }

  function setSpads(): number {
    if (get(Register.Nvm) === 0 && trouble === Code.Ok) return Code.NotReady;
    set(Register.Nvm, 1);
    const info = get(Register.SpadInfo);
    set(0x81, 0);
    set(Register.Page, 6);
    set(Register.Nvm, get(Register.Nvm) & ~4);
    closeNvm();
    fetch(Register.SpadMap, spads);
    set(Register.Page, 1);
    set(Register.SpadOffset, 0);
    set(Register.SpadCount, 0x2c);
    set(Register.Page, 0);
    set(Register.SpadStart, 0xb4);
    choose(info);
    if (trouble === Code.Ok) trouble = bus.write(ADDRESS, spadsOut);
    return waitAfter(trouble, 1);
  }

  function tune(from: number): number {
    for (let i = from; i < from + 2 * PAIRS; i += 2) set(tuning[i], tuning[i + 1]);
    return waitAfter(trouble, 1);
  }

  function calibrateVoltage(): number {
    set(Register.InterruptConfig, NEW_SAMPLE);
    set(Register.Polarity, get(Register.Polarity) & ~0x10);
    set(Register.InterruptClear, 1);
    set(Register.FinalTimeout, timeout >> 8);
    set(Register.FinalTimeout + 1, timeout);
    set(Register.Sequence, 1);
    set(Register.Start, 0x41);
    return waitAfter(trouble, CALIBRATION_MS);
  }

  /** What follows a calibration that is done: the next one, or readiness. */
  function proceed(isLast: boolean): number {
    const isDone = (get(Register.Result) & 7) > 0;
    if (trouble < 0) return trouble;
    if (!isDone) return Code.NotReady;
    set(Register.InterruptClear, 1);
    set(Register.Start, 0);
    set(Register.Sequence, isLast ? SEQUENCE : 2);
    if (isLast) return trouble;
    set(Register.Start, 1);
    return waitAfter(trouble, CALIBRATION_MS);
  }

  function setUp(step: number): number {
    trouble = Code.Ok;
    if (step === 0) return identify();
    if (step === 1) return release();
    if (step === 2) return request();
    if (step === 3) return setSpads();
    if (step < calibrationStep) return tune((step - FIRST_TUNING_STEP) * 2 * PAIRS);
    return step === calibrationStep ? calibrateVoltage() : proceed(step > calibrationStep + 1);
  }

  function begin(): number {
    openNvm();
    set(Register.StopVariable, stopVariable);
    set(Register.Start, 1);
    set(Register.Page, 0);
    set(Register.Unlock, 0);
    set(Register.Start, 1);
    return waitAfter(trouble, measureMs);
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    trouble = Code.Ok;
    if (step === 0) return begin();
    fetch(Register.Result, frame);
    const sequence = get(Register.Sequence);
    if (trouble < 0) return trouble;
    if (sequence !== SEQUENCE) return Code.Fault;
    if (!(frame[0] & 7)) return Code.NotReady;
    set(Register.InterruptClear, 1);
    const status = (frame[1] >> 3) & 15;
    if (status <= HARDWARE) return Code.Fault;
    values[0] = status === VALID ? wordAt(frame, 11) : NO_VALUE;
    return trouble;
  }

  /** It sleeps by itself. */
  function sleep(): void {}

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: BOOT_MS,
      minIntervalMs: 40,
      discard: 0,
      retryMs: 3,
      patienceMs: 100,
      configure,
      setUp,
      measure,
      sleep,
    },
    options,
  );
}
