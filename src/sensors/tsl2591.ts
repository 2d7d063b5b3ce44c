// ams TSL2591: illuminance over I2C from a broad and an infrared channel, one measurement a sample, with the gain that the light asks
// for. Numbers in brackets are pages of the datasheet of April 2013: https://cdn-shop.adafruit.com/datasheets/TSL25911_Datasheet_EN_v1.pdf
// The maker has published no formula for lux; this one is Adafruit's, see THIRD_PARTY.md.

import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { isBlank, lowWordAt, nearest, waitAfter } from './check.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';

export interface Tsl2591Options {
  /** 0x29 (default), 0x28 for types ending in 3. */
  readonly address?: 0x28 | 0x29;
  /** Default 'auto'; the others are 1, 25, 428 and 9876 times the light [6]. */
  readonly gain?: 'auto' | 'low' | 'medium' | 'high' | 'max';
  /** Default 100 [16]. */
  readonly integrationMs?: 100 | 200 | 300 | 400 | 500 | 600;
}

const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'illuminance',
    unit: 'lx',
    deviceClass: 'illuminance',
    decimals: 3,
    precision: 1,
    min: 0,
    max: 134000000,
  },
];

/** With the bits that make it a normal command [13]. */
const enum Register {
  Enable = 0xa0,
  Control = 0xa1,
  Id = 0xb2,
  Status = 0xb3,
}

const DEVICE_ID = 0x50;
const POWER_AND_ALS = 0x03;
const VALID = 0x01;

/** By code of the gain [16]. */
const GAINS = [1, 25, 428, 9876];
const FIRST_GAIN = 1;
const TOO_FEW = 100;
/** More than there are gains. */
const STEPS_MAX = 6;
/** Counts a lux at gain 1 and 1 ms are one of these. */
const LUX_FACTOR = 408;
/** Ends of the converter: of 100 ms, and of all longer times [8]. */
const FULL_100 = 36863;
const FULL = 65535;

/** @returns the code of a gain, 4 for 'auto'; -1 for one that the chip does not have. */
function gainCode(gain: string | undefined): number {
  if (gain === undefined || gain === 'auto') return 4;
  if (gain === 'low') return 0;
  if (gain === 'medium') return 1;
  return gain === 'high' ? 2 : gain === 'max' ? 3 : -1;
}

/** A TSL2591 on `bus`. Touches nothing before the first `start`. */
export function createTsl2591(bus: I2cBus, options: Tsl2591Options = {}): Driver<Tsl2591Options> {
  let address = 0x29;
  let isAutomatic = true;
  let gain = FIRST_GAIN;
  /** Code of the integration time: tenths of a second, less one. */
  let time = 0;

  const command = new Uint8Array(2);
  const byte = new Uint8Array(1);
  const settings = new Uint8Array(2);
  // Status, broad (2), infrared (2).
  const data = new Uint8Array(5);

  function configure(next: Tsl2591Options): number {
    const code = gainCode(next.gain);
    const ms = next.integrationMs === undefined ? 100 : next.integrationMs;
    address = next.address === undefined ? 0x29 : next.address;
    isAutomatic = code === 4;
    gain = isAutomatic ? FIRST_GAIN : code;
    time = ms / 100 - 1;
    // Also false for what is between the codes.
    const isTime = (time | 0) === time && time >= 0 && time <= 5;
    return isTime && code >= 0 && address >> 1 === 0x28 >> 1 ? Code.Ok : Code.BadOptions;
  }

  function write(register: number, value: number): number {
    command[0] = register;
    command[1] = value;
    return bus.write(address, command);
  }

  function setUp(): number {
    const code = bus.readRegister(address, Register.Id, byte);
    if (code < 0) return code;
    if (byte[0] === DEVICE_ID) return Code.Ok;
    return isBlank(byte) ? Code.Fault : Code.WrongId;
  }

  /** Start with the gain that is set, from the beginning of an integration. @returns milliseconds, or a negative Code. */
  function begin(): number {
    let code = write(Register.Enable, 0);
    if (code === Code.Ok) code = write(Register.Control, (gain << 4) | time);
    if (code === Code.Ok) code = write(Register.Enable, POWER_AND_ALS);
    // 108 ms each at the slowest [8], and one for the clock.
    return waitAfter(code, 108 * (time + 1) + 1);
  }

  /** @returns whether another gain is set that fits better. */
  function changesGain(broad: number, isFull: boolean): boolean {
    if (isFull && gain > 0) gain--;
    else if (broad < TOO_FEW && gain < 3) gain++;
    else return false;
    return true;
  }

  /** @returns whether the chip has power and the settings that we gave it. */
  function keepsSettings(): boolean {
    return settings[0] === POWER_AND_ALS && settings[1] === ((gain << 4) | time);
  }

  function milliluxOf(broad: number, infrared: number): number {
    // Darkness has no ratio; and more infrared than all light is noise in the dark.
    if (broad <= infrared) return 0;
    const visible = (broad - infrared) * (1 - infrared / broad);
    return nearest((visible * LUX_FACTOR * 10) / ((time + 1) * GAINS[gain]));
  }

  /** Settings come behind the values, which were measured under what is seen. @returns 0, or a negative Code. */
  function fetch(): number {
    let code = bus.readRegister(address, Register.Status, data);
    if (code === Code.Ok) code = bus.readRegister(address, Register.Enable, settings);
    if (code < 0) return code;
    if (!keepsSettings()) return Code.Fault;
    return data[0] & VALID ? Code.Ok : Code.NotReady;
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    if (step === 0) return begin();
    const code = fetch();
    if (code < 0) return code;
    const broad = lowWordAt(data, 1);
    const infrared = lowWordAt(data, 3);
    const full = time === 0 ? FULL_100 : FULL;
    const isFull = broad >= full || infrared >= full;
    if (isAutomatic && step < STEPS_MAX && changesGain(broad, isFull)) return begin();
    if (isFull) return Code.Overflow;
    values[0] = milliluxOf(broad, infrared);
    return Code.Ok;
  }

  function sleep(): void {
    write(Register.Enable, 0);
  }

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: 1,
      minIntervalMs: 110,
      discard: 0,
      retryMs: 5,
      patienceMs: 50,
      configure,
      setUp,
      measure,
      sleep,
    },
    options,
  );
}
