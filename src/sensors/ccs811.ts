// ScioSense (ams) CCS811: equivalent CO2 and volatile organic compounds over I2C. The chip measures by itself every 1, 10 or 60
// seconds; a sample is its latest. Names in brackets are registers of the datasheet SC-001232-DS, revision 2:
// https://www.sciosense.com/wp-content/uploads/documents/SC-001232-DS-2-CCS811B-Datasheet-Revision-2.pdf
// Its values are rough during the first 20 minutes of a run, and for 48 hours in a new chip. It stretches the clock.
// A chip that runs as it should is left running, so that it need not begin anew when settings change or the board restarts.

import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { isBlank, waitAfter, wordAt } from './check.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';

export interface Ccs811Options {
  /** 0x5A (default) with ADDR low, 0x5B with ADDR high. */
  readonly address?: 0x5a | 0x5b;
  /** Seconds between two measurements of the chip, default 1; the others need less current [MEAS_MODE]. */
  readonly interval?: 1 | 10 | 60;
  /** Of the air, for compensation: degrees, -25 to 100, default 25 [ENV_DATA]. */
  readonly temperature?: number;
  /** Of the air, for compensation: relative, 0 to 100 %, default 50 [ENV_DATA]. */
  readonly humidity?: number;
}

/** The last number of each range stands for everything beyond, so it is outside. */
const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'eco2',
    unit: 'ppm',
    deviceClass: 'carbon_dioxide',
    decimals: 0,
    precision: 0,
    min: 400,
    max: 29205,
  },
  {
    key: 'tvoc',
    unit: 'ppb',
    deviceClass: 'volatile_organic_compounds_parts',
    decimals: 0,
    precision: 0,
    min: 0,
    max: 32767,
  },
];

const enum Register {
  Status = 0x00,
  MeasureMode = 0x01,
  Result = 0x02,
  Environment = 0x05,
  HardwareId = 0x20,
  ErrorId = 0xe0,
  AppStart = 0xf4,
  Reset = 0xff,
}

const HARDWARE_ID = 0x81;
/** [STATUS]: the application runs, there is one, a sample is ready, something is wrong. */
const RUNNING = 0x80;
const APP_VALID = 0x10;
const DATA_READY = 0x08;
const ERROR = 0x01;
/** [ERROR_ID]: the resistance is at the end of what can be measured. */
const MAX_RESISTANCE = 0x08;

/** From power-up, from a reset and from the start of the application; one more each, since the clock may be about to tick. */
const POWER_UP_MS = 21;
const RESET_MS = 3;
const APP_START_MS = 2;
/** Looks a measurement, and at most: a fifth more than an interval. */
const LOOKS = 10;
const LOOKS_MAX = 12;

/** @returns what MEAS_MODE has to be for an interval, DRIVE_MODE in bits 4 to 6; 0 for one that the chip does not have. */
function modeOf(interval: number): number {
  return interval === 1 ? 0x10 : interval === 10 ? 0x20 : interval === 60 ? 0x30 : 0;
}

/** A CCS811 on `bus`. Touches nothing before the first `start`. */
export function createCcs811(bus: I2cBus, options: Ccs811Options = {}): Driver<Ccs811Options> {
  let address = 0x5a;
  let mode = 0;
  let lookMs = 0;

  const byte = new Uint8Array(1);
  const appStart = new Uint8Array([Register.AppStart]);
  const reset = new Uint8Array([Register.Reset, 0x11, 0xe5, 0x72, 0x8a]);
  const modeWord = new Uint8Array([Register.MeasureMode, 0]);
  const environment = new Uint8Array([Register.Environment, 0, 0, 0, 0]);
  // CO2 (2), compounds (2), status, error, raw (2).
  const result = new Uint8Array(8);

  function configureAir(temperature: number, humidity: number): boolean {
    const codeH = (humidity * 512 + 0.5) | 0;
    const codeT = ((temperature + 25) * 512 + 0.5) | 0;
    environment[1] = codeH >> 8;
    environment[2] = codeH;
    environment[3] = codeT >> 8;
    environment[4] = codeT;
    return temperature >= -25 && temperature <= 100 && humidity >= 0 && humidity <= 100;
  }

  function configure(next: Ccs811Options): number {
    const interval = next.interval === undefined ? 1 : next.interval;
    address = next.address === undefined ? 0x5a : next.address;
    mode = modeOf(interval);
    lookMs = (interval * 1000) / LOOKS;
    const isAir = configureAir(
      next.temperature === undefined ? 25 : next.temperature,
      next.humidity === undefined ? 50 : next.humidity,
    );
    return isAir && mode > 0 && address >> 1 === 0x5a >> 1 ? Code.Ok : Code.BadOptions;
  }

  /** @returns a byte, or a negative Code. */
  function look(register: number): number {
    const code = bus.readRegister(address, register, byte);
    return code < 0 ? code : byte[0];
  }

  function setMode(next: number): number {
    modeWord[1] = next;
    return bus.write(address, modeWord);
  }

  /** @returns whether the chip's program runs, and nothing else is read from the bus. */
  function isRunning(status: number): boolean {
    return (status & ~(DATA_READY | ERROR)) === (RUNNING | APP_VALID);
  }

  function identify(): number {
    const id = look(Register.HardwareId);
    if (id < 0) return id;
    if (id !== HARDWARE_ID) return isBlank(byte) ? Code.Fault : Code.WrongId;
    const status = look(Register.Status);
    if (status < 0) return status;
    if (isRunning(status) && look(Register.MeasureMode) === mode) return bus.write(address, environment);
    return waitAfter(bus.write(address, reset), RESET_MS);
  }

  function setUp(step: number): number {
    if (step === 0) return identify();
    const status = look(Register.Status);
    // A chip that starts up need not answer yet.
    if (status === Code.Absent) return Code.NotReady;
    if (status < 0) return status;
    if (step === 1) return waitAfter(bus.write(address, appStart), APP_START_MS);
    // Also where there is no application that could run.
    if (!isRunning(status)) return Code.Fault;
    const code = setMode(mode);
    return code < 0 ? code : bus.write(address, environment);
  }

  /** Ask what is wrong, by which the chip forgets it. */
  function errorCode(): number {
    const error = look(Register.ErrorId);
    return error < 0 ? error : error & MAX_RESISTANCE ? Code.Range : Code.Fault;
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    // It measures by itself.
    if (step === 0) return 0;
    const status = look(Register.Status);
    if (status < 0) return status;
    if (!isRunning(status)) return Code.Fault;
    if (status & ERROR) return errorCode();
    if (!(status & DATA_READY)) return step > LOOKS_MAX ? Code.Timeout : lookMs;
    const code = bus.readRegister(address, Register.Result, result);
    if (code < 0) return code;
    values[0] = wordAt(result, 0);
    values[1] = wordAt(result, 2);
    return Code.Ok;
  }

  function sleep(): void {
    setMode(0);
  }

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: POWER_UP_MS,
      minIntervalMs: 1000,
      discard: 0,
      retryMs: 2,
      patienceMs: 20,
      configure,
      setUp,
      measure,
      sleep,
    },
    options,
  );
}
