// Texas Instruments ADS1115 and ADS1015: voltages at up to eight pairs of their four pins over I2C, one single-shot conversion each.
// Numbers in brackets are sections of the datasheets SBAS444D and SBAS473E: https://www.ti.com/lit/ds/symlink/ads1115.pdf
// The chip has no identity; that it keeps what is written to it tells that it is there. Never waits: one to three transfers a step.

import { Code } from '../ports/codes.ts';
import type { I2cBus } from '../ports/i2c.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { isBlank, nearest, signedWordAt, waitAfter, wordAt } from './check.ts';
import type { Driver } from './driver.ts';
import { exponentOf, numberOr } from './options.ts';
import { createSampler } from './sampler.ts';

export interface Ads1115Input {
  /** A pin against ground, or one pin minus another [9.3.1]. Also the channel's key. */
  readonly pins: 'a0' | 'a1' | 'a2' | 'a3' | 'a0-a1' | 'a0-a3' | 'a1-a3' | 'a2-a3';
  /** Ends of the converter, plus and minus so many millivolts, default 4096; no pin bears more than the supply [9.3.3]. */
  readonly range?: 6144 | 4096 | 2048 | 1024 | 512 | 256;
}

export interface Ads1115Options {
  /** 0x48 (default) to 0x4B, by pin ADDR. */
  readonly address?: number;
  /** Inputs in the order of the channels, default pin a0. `configure` may change them, but not their number. */
  readonly inputs?: readonly Ads1115Input[];
  /** Conversions a second, default 128: fewer have less noise [9.6.3]. An ADS1015 has 128 to 3300. */
  readonly rate?: number;
  /** 12 bits in place of 16, and other rates: an ADS1015. */
  readonly is12Bit?: boolean;
}

/** Codes of options are places in these. */
const PINS: readonly string[] = ['a0-a1', 'a0-a3', 'a1-a3', 'a2-a3', 'a0', 'a1', 'a2', 'a3'];
const RATES: readonly number[] = [8, 16, 32, 64, 128, 250, 475, 860];
const RATES_12_BIT: readonly number[] = [128, 250, 490, 920, 1600, 2400, 3300];
const DEFAULT_INPUTS: readonly Ads1115Input[] = [{ pins: 'a0' }];
const INPUTS_MAX = 8;

const enum Register {
  Conversion = 0,
  Config = 1,
}

/** Written: begin. Read: no conversion runs. */
const IDLE = 0x8000;
const SINGLE_SHOT = 0x100;
/** The comparator is off; that it would latch means nothing then, but a reset clears it. */
const COMPARATOR_OFF = 7;

/** Longest conversion at 8 a second, which a chip may be at when it is found. */
const PATIENCE_MS = 160;

/** @returns the code of a range, 0 to 5, in its place; negative for one that the chip does not have. */
function gainOf(range: number): number {
  if (range === 6144) return 0;
  const exponent = exponentOf(range / 256, 4);
  return exponent < 0 ? -1 : (5 - exponent) << 9;
}

function createChannels(inputs: readonly Ads1115Input[]): ChannelMeta[] {
  const channels: ChannelMeta[] = [];
  for (let i = 0; i < inputs.length; i++) {
    channels.push({
      key: inputs[i].pins,
      unit: 'V',
      deviceClass: 'voltage',
      decimals: 6,
      precision: 4,
      min: -6144000,
      max: 6144000,
    });
  }
  return channels;
}

/** An ADS1115 on `bus`. Touches nothing before the first `start`. */
export function createAds1115(bus: I2cBus, options: Ads1115Options = {}): Driver<Ads1115Options> {
  const channels = createChannels(options.inputs === undefined ? DEFAULT_INPUTS : options.inputs);
  const command = new Uint8Array(3);
  const word = new Uint8Array(2);
  /** By channel: what is written to the chip, without the bit that begins; and millivolts at the converter's end. */
  const configs = new Uint16Array(INPUTS_MAX);
  const ranges = new Uint16Array(INPUTS_MAX);
  let address = 0x48;
  let end = 0x7fff;
  let conversionMs = 0;

  /** @param common the part of the settings that all inputs share. @returns whether the chip has such an input. */
  function setInput(at: number, input: Ads1115Input, common: number): boolean {
    const mux = PINS.indexOf(input.pins);
    const gain = gainOf(numberOr(input.range, 4096));
    ranges[at] = numberOr(input.range, 4096);
    configs[at] = common | (mux << 12) | gain;
    return mux >= 0 && gain >= 0;
  }

  function setInputs(inputs: readonly Ads1115Input[], common: number): number {
    if (inputs.length !== channels.length || inputs.length > INPUTS_MAX) return Code.BadOptions;
    for (let i = 0; i < inputs.length; i++) if (!setInput(i, inputs[i], common)) return Code.BadOptions;
    return Code.Ok;
  }

  function configure(next: Ads1115Options): number {
    const rates = next.is12Bit === true ? RATES_12_BIT : RATES;
    const rate = numberOr(next.rate, 128);
    const code = rates.indexOf(rate);
    address = numberOr(next.address, 0x48);
    end = next.is12Bit === true ? 0x7ff0 : 0x7fff;
    // 10 % slower than it should be at most [7.5], after 25 us to wake up [9.4.2.1]; rounded up, and one for the clock.
    conversionMs = (1112 / rate + 2.03) | 0;
    if (code < 0 || channels.length === 0 || address < 0x48 || address > 0x4b) return Code.BadOptions;
    return setInputs(
      next.inputs === undefined ? DEFAULT_INPUTS : next.inputs,
      SINGLE_SHOT | (code << 5) | COMPARATOR_OFF,
    );
  }

  function setConfig(value: number): number {
    command[0] = Register.Config;
    command[1] = value >> 8;
    command[2] = value;
    return bus.write(address, command);
  }

  /** @returns 0 when a conversion with these settings is done, or a negative Code. @param lost what it means when it has others. */
  function look(config: number, lost: number): number {
    const code = bus.readRegister(address, Register.Config, word);
    if (code < 0) return code;
    const seen = wordAt(word, 0);
    if ((seen | IDLE) !== (config | IDLE)) return isBlank(word) ? Code.Fault : lost;
    return seen & IDLE ? Code.Ok : Code.NotReady;
  }

  /** Another firmware may have left it converting, and it begins nothing before it is done [9.6.3]. */
  function setUp(step: number): number {
    return step === 0 ? waitAfter(setConfig(configs[0]), 1) : look(configs[0], Code.WrongId);
  }

  /** Take the value of an input. @returns 0, or a negative Code. */
  function collect(at: number, values: Int32Array): number {
    let code = look(configs[at], Code.Fault);
    if (code === Code.Ok) code = bus.readRegister(address, Register.Conversion, word);
    if (code < 0) return code;
    const raw = signedWordAt(word, 0);
    if (raw >= end || raw <= -0x8000) return Code.Overflow;
    values[at] = nearest((raw * ranges[at]) / 32.768);
    return Code.Ok;
  }

  function measure(step: number, _now: number, values: Int32Array): number {
    const code = step === 0 ? Code.Ok : collect(step - 1, values);
    if (code < 0 || step === channels.length) return code;
    return waitAfter(setConfig(configs[step] | IDLE), conversionMs);
  }

  /** It sleeps by itself. */
  function sleep(): void {}

  return createSampler(
    {
      channels,
      warmUpMs: 1,
      minIntervalMs: 10,
      discard: 0,
      retryMs: 2,
      patienceMs: PATIENCE_MS,
      configure,
      setUp,
      measure,
      sleep,
    },
    options,
  );
}
