// Aosong AHT20, AHT10, AHT21, AHT25 and DHT20: temperature and humidity over I2C, one measurement a sample.
// Numbers in brackets are sections of the datasheet "AHT20" 1.1: https://www.aosong.com/en/products-32.html
// Never waits: each step is one or two transfers. A status is read without a command before it: 0x71, which datasheets tell to
// send, is the address 0x38 with the bit for reading.

import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { crc8, isBlank, nearest, waitAfter } from './check.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';

export interface Aht20Options {
  /** 0x38 (default); an AHT10 may be at 0x39. */
  readonly address?: 0x38 | 0x39;
  /**
   * 'aht20' (default); 'aht10', which has another command to calibrate and sends no CRC; 'dht20' for DHT20, AHT21 and AHT25,
   * which have three registers in its place.
   */
  readonly type?: 'aht10' | 'aht20' | 'dht20';
}

/** Ranges from tables 1 and 2, temperature as far as the AHT21's. */
const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'temperature',
    unit: '\xC2\xB0C',
    deviceClass: 'temperature',
    decimals: 3,
    precision: 2,
    min: -40000,
    max: 120000,
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

/** Commands [5.3]; all but the reset have two bytes behind them. */
const enum Command {
  CalibrateAht10 = 0xe1,
  CalibrateAht20 = 0xbe,
  Measure = 0xac,
  Reset = 0xba,
}

/** Status [5.3, table 9]. */
const BUSY = 0x80;
const CALIBRATED = 0x08;
/** Both bits that a DHT20 must show, or else its registers are to be written back ["DHT20" V1.0, 7.4]. */
const INITIALIZED = 0x18;
/** What a register's number becomes to write it. */
const WRITE = 0xb0;
/** Steps to write back three registers: ask, read, write. */
const REGISTER_STEPS = 9;

/** Times [5.4, 5.5], and one more, since the clock may have been about to tick. */
const POWER_UP_MS = 101;
const RESET_MS = 21;
const CALIBRATE_MS = 11;
const REGISTER_MS = 6;
const MEASURE_MS = 81;
/** Oftener it would warm itself by more than 0.1 degrees [table 3]. */
const INTERVAL_MS = 2000;

/** An AHT20 on `bus`. Touches nothing before the first `start`. */
export function createAht20(bus: I2cBus, options: Aht20Options = {}): Driver<Aht20Options> {
  const single = new Uint8Array(1);
  const command = new Uint8Array(3);
  const plain = new Uint8Array(6);
  const checked = new Uint8Array(7);
  let frame = checked;
  let address = 0x38;
  /** Bits of the status without which there are no values. */
  let ready = CALIBRATED;
  let calibrate: number = Command.CalibrateAht20;

  function configure(next: Aht20Options): number {
    const type = next.type;
    address = next.address === undefined ? 0x38 : next.address;
    frame = checked;
    ready = CALIBRATED;
    calibrate = Command.CalibrateAht20;
    if (type === 'aht10') {
      frame = plain;
      calibrate = Command.CalibrateAht10;
    } else if (type === 'dht20') ready = INITIALIZED;
    else if (type !== undefined && type !== 'aht20') return Code.BadOptions;
    return address === 0x38 || (address === 0x39 && type === 'aht10') ? Code.Ok : Code.BadOptions;
  }

  function send(code: number, second: number, waitMs: number): number {
    command[0] = code;
    command[1] = second;
    command[2] = 0;
    return waitAfter(bus.write(address, command), waitMs);
  }

  /** @returns 0 when the chip is calibrated, else a negative Code. */
  function look(): number {
    const code = bus.read(address, single);
    if (code < 0) return code;
    const status = single[0];
    if (status === 0xff) return Code.Fault;
    if (status & BUSY) return Code.NotReady;
    return (status & ready) === ready ? Code.Ok : Code.Fault;
  }

  /** Read what a register holds into where it is written from. */
  function fetchRegister(): number {
    const code = bus.read(address, command);
    if (code < 0) return code;
    if (isBlank(command)) return Code.Fault;
    return command[0] & BUSY ? Code.NotReady : CALIBRATE_MS;
  }

  /** Write the registers of a DHT20 back as they are: its maker's way, without a reason. @param at step, 0 to 8. */
  function initialize(at: number): number {
    const register = at < 3 ? 0x1b : at < 6 ? 0x1c : 0x1e;
    const action = at % 3;
    if (action === 0) return send(register, 0, REGISTER_MS);
    if (action === 1) return fetchRegister();
    command[0] = WRITE | register;
    return waitAfter(bus.write(address, command), CALIBRATE_MS);
  }

  /** The chip has no identity: a status that shows calibration tells that something like it is there. */
  function setUp(step: number): number {
    if (step === 0) {
      single[0] = Command.Reset;
      return waitAfter(bus.write(address, single), RESET_MS);
    }
    const isNewer = ready === INITIALIZED;
    if (isNewer && step > 1 && step <= REGISTER_STEPS) return initialize(step - 1);
    const code = look();
    if (step > 1 || code !== Code.Fault) return code;
    if (isNewer) return initialize(0);
    return send(calibrate, 0x08, CALIBRATE_MS);
  }

  /** @returns 0 when the frame holds a measurement, else a negative Code. */
  function judge(): number {
    if (isBlank(frame)) return Code.Fault;
    if (frame[0] & BUSY) return Code.NotReady;
    // An AHT10 that lost its supply measures on without its calibration, and a DHT20 may.
    if ((frame[0] & ready) !== ready) return Code.Fault;
    return frame === plain || crc8(checked, 0, 6, 0x31, 0xff) === checked[6] ? Code.Ok : Code.Crc;
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    if (step === 0) return send(Command.Measure, 0x33, MEASURE_MS);
    let code = bus.read(address, frame);
    if (code === Code.Ok) code = judge();
    if (code < 0) return code;
    const rawH = (frame[1] << 12) | (frame[2] << 4) | (frame[3] >> 4);
    const rawT = ((frame[3] & 15) << 16) | (frame[4] << 8) | frame[5];
    // Nothing was measured since power-up; or no air is as dry. The other end of humidity is what fog gives: a value.
    if (rawH === 0) return rawT === 0 ? Code.Fault : Code.Range;
    values[0] = nearest((rawT * 3125) / 16384 - 50000);
    values[1] = nearest((rawH * 3125) / 32768);
    return Code.Ok;
  }

  /** It sleeps by itself. */
  function sleep(): void {}

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: POWER_UP_MS,
      minIntervalMs: INTERVAL_MS,
      discard: 0,
      retryMs: 5,
      patienceMs: 100,
      configure,
      setUp,
      measure,
      sleep,
    },
    options,
  );
}
