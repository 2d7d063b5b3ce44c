// TE HTU21D, Silicon Labs Si7021 and Sensirion SHT21: temperature and humidity over I2C, one measurement of each a sample.
// Names in brackets are sections of the datasheet "HTU21D(F)" HPC199: https://www.te.com/usa-en/product-CAT-HSC0004.html
// Never waits: each step is one or two transfers.

import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { crc8, isBlank, nearest, waitAfter, wordAt } from './check.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';

export interface Htu21dOptions {
  /** 0x40 (default); there is no other. */
  readonly address?: 0x40;
  /** Correct humidity by -0.15 % a degree from 25 °C, as TE wants it for its HTU21D only [temperature compensation]. Default: false. */
  readonly isCompensated?: boolean;
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
  {
    key: 'humidity',
    unit: '%',
    deviceClass: 'humidity',
    decimals: 3,
    precision: 2,
    min: 0,
    max: 100000,
  },
];

/** Those that hold no clock: a chip that is not done does not acknowledge [no hold master mode]. */
const enum Command {
  Temperature = 0xf3,
  Humidity = 0xf5,
  WriteUser = 0xe6,
  ReadUser = 0xe7,
  Reset = 0xfe,
}

/** User register: what is the same in all of these chips after a reset, and the heater, which a reset leaves as it is [soft reset]. */
const USER_MASK = 0x83;
const USER_RESET = 0x02;
const HEATER = 0x04;
/**
 * All but the two lowest bits of a value, which are to tell humidity from temperature [temperature and humidity values]. Clones have
 * others there (https://github.com/RobTillaart/SHT2x/pull/34), so nothing tells one kind of value from the other but the command
 * that was acknowledged before.
 */
const VALUE_MASK = 0xfffc;

/** Longest times of the slower chip: temperature the HTU21D, humidity the Si7021; and one more, since the clock may have been about to tick. */
const RESET_MS = 16;
const TEMPERATURE_MS = 51;
const HUMIDITY_MS = 24;
/** A Si7021 takes so long from power-up at the ends of its temperatures. */
const POWER_UP_MS = 81;

/** An HTU21D on `bus`. Touches nothing before the first `start`. */
export function createHtu21d(bus: I2cBus, options: Htu21dOptions = {}): Driver<Htu21dOptions> {
  const command = new Uint8Array(1);
  const user = new Uint8Array(2);
  const frame = new Uint8Array(3);
  let address = 0x40;
  let isCompensated = false;
  let rawT = 0;

  function configure(next: Htu21dOptions): number {
    address = next.address === undefined ? 0x40 : next.address;
    isCompensated = next.isCompensated === true;
    return address === 0x40 ? Code.Ok : Code.BadOptions;
  }

  function send(code: number, waitMs: number): number {
    command[0] = code;
    return waitAfter(bus.write(address, command), waitMs);
  }

  /**
   * Serial numbers differ from maker to maker, and so are no identity; the user register is the same in all of them.
   * Its resolution is the best after a reset.
   */
  function setUp(step: number): number {
    if (step === 0) return send(Command.Reset, RESET_MS);
    const code = bus.readRegister(address, Command.ReadUser, command);
    if (code < 0) return code;
    if (isBlank(command)) return Code.Fault;
    const value = command[0];
    if ((value & USER_MASK) !== USER_RESET) return Code.WrongId;
    if (!(value & HEATER)) return Code.Ok;
    if (step > 1) return Code.Fault;
    user[0] = Command.WriteUser;
    user[1] = value & ~HEATER;
    return waitAfter(bus.write(address, user), 1);
  }

  /** Fetch what a command has made. @returns its code, or a negative Code. */
  function fetch(): number {
    const code = bus.read(address, frame);
    if (code === Code.Absent) return Code.NotReady;
    if (code < 0) return code;
    // Its CRC would be right: it begins with 0.
    if (isBlank(frame)) return Code.Fault;
    if (crc8(frame, 0, 2, 0x31, 0) !== frame[2]) return Code.Crc;
    return wordAt(frame, 0) & VALUE_MASK;
  }

  function evaluate(rawH: number, values: Int32Array): number {
    // A converter at its end, which the next lines would hide.
    if (rawH === 0 || rawH === VALUE_MASK) return Code.Range;
    const temperature = nearest((rawT * 21965) / 8192 - 46850);
    let humidity = nearest((rawH * 15625) / 8192 - 6000);
    if (isCompensated) humidity = nearest(humidity - (25000 - temperature) * 0.15);
    values[0] = temperature;
    // Values beyond 0 and 100 % are within the chip's accuracy, and mean these.
    values[1] = humidity < 0 ? 0 : humidity > 100000 ? 100000 : humidity;
    return Code.Ok;
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    if (step === 0) return send(Command.Temperature, TEMPERATURE_MS);
    const raw = fetch();
    if (raw < 0) return raw;
    if (step > 1) return evaluate(raw, values);
    rawT = raw;
    return send(Command.Humidity, HUMIDITY_MS);
  }

  /** It sleeps by itself. */
  function sleep(): void {}

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: POWER_UP_MS,
      minIntervalMs: TEMPERATURE_MS + HUMIDITY_MS,
      discard: 0,
      retryMs: 3,
      patienceMs: 40,
      configure,
      setUp,
      measure,
      sleep,
    },
    options,
  );
}
