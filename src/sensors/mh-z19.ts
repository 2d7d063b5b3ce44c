// Winsen MH-Z19B and MH-Z19C: carbon dioxide, over UART at 9600 baud.
// Numbers in brackets are sections of the manual "MH-Z19B" V1.0: https://www.winsen-sensor.com/d/files/infrared-gas-sensor/mh-z19b-co2-ver1_0.pdf
// A chip that has just started shows it in bytes 6 and 7. Some B have 0 there always, as the manual has it: on these a dip of the
// supply between two samples is not noticed, and for up to three minutes what is published may be values of the warm-up.
// It has no identity: its checksum tells that something like it is there. Never waits: each step is one command, or a look at
// what has come since.

import { after, remaining } from '../ports/clock.ts';
import { Code } from '../ports/codes.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import type { Uart } from '../ports/uart.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';
import { createWindow } from './window.ts';

export interface MhZ19Options {
  /** Parts per million up to which it measures: 2000, 5000 (default) or 10000. Written to the chip where it differs. */
  readonly range?: 2000 | 5000 | 10000;
  /**
   * Let it take the lowest value of a day for 400 ppm ("ABC"): right where fresh air comes in daily, wrong in a greenhouse.
   * Written to the chip where it differs, and looked at every 60 samples. Left out: stays as it is, which is on after power-up.
   */
  readonly selfCalibration?: boolean;
  /**
   * Publish the temperature too: that of the chip's inside, whole degrees, some above the room's. Default: no. Said when the driver is
   * made, not later.
   */
  readonly temperature?: boolean;
}

const CO2: ChannelMeta = {
  key: 'co2',
  unit: 'ppm',
  deviceClass: 'carbon_dioxide',
  decimals: 0,
  precision: 0,
  // There is no air without any: 0 is a chip that has not measured yet.
  min: 1,
  max: 10000,
};

const CHANNELS: readonly ChannelMeta[] = [CO2];

const CHANNELS_WARM: readonly ChannelMeta[] = [
  CO2,
  {
    key: 'temperature',
    unit: '\xC2\xB0C',
    deviceClass: 'temperature',
    decimals: 3,
    precision: 0,
    min: -20000,
    max: 100000,
  },
];

/** Commands [communication protocol]; the two that ask for settings are in no manual, and not all chips know them. */
const enum Command {
  Read = 0x86,
  AskRange = 0x9b,
  AskSelfCalibration = 0x7d,
}

const READ = '\xFF\x01\x86\0\0\0\0\0\x79';
const ASK_RANGE = '\xFF\x01\x9B\0\0\0\0\0\x64';
const ASK_SELF_CALIBRATION = '\xFF\x01\x7D\0\0\0\0\0\x82';
const SELF_CALIBRATION_ON = '\xFF\x01\x79\xA0\0\0\0\0\xE6';
const SELF_CALIBRATION_OFF = '\xFF\x01\x79\0\0\0\0\0\x86';
const RANGE_2000 = '\xFF\x01\x99\0\0\0\x07\xD0\x8F';
const RANGE_5000 = '\xFF\x01\x99\0\0\0\x13\x88\xCB';
const RANGE_10000 = '\xFF\x01\x99\0\0\0\x27\x10\x2F';

/** Bytes of a command and of an answer. */
const SIZE = 9;
/** What bytes 6 and 7 show from power-up until the first values are right, where they show anything. */
const STARTING = 15000;

/** The B takes three minutes [table 1], the C one. */
const WARM_UP_MS = 180000;
/** Command and answer: 18 bytes, each of which takes 1.04 ms. */
const READ_MS = 25;
const SETTING_MS = 100;
const ANSWER_MAX_MS = 300;
/** Samples from look to look at the self calibration, which a dip of the supply switches on. */
const LOOK_EVERY = 60;

/** An MH-Z19B or MH-Z19C on `uart`, at 9600 baud. Says nothing before the first `start`. */
export function createMhZ19(uart: Uart, options: MhZ19Options = {}): Driver<MhZ19Options> {
  const window = createWindow(SIZE);
  const channels = options.temperature === true ? CHANNELS_WARM : CHANNELS;
  let range = 5000;
  let selfCalibration: boolean | undefined;
  /** The command that an answer is awaited for; 0: none. */
  let asked = 0;
  let hasAnswer = false;
  let heard = false;
  let isBroken = false;
  let giveUpAt = 0;
  /** Since the last look at the self calibration. */
  let samples = 0;
  /** Steps of this sample before it reads. */
  let lead = 0;

  function configure(next: MhZ19Options): number {
    range = next.range === undefined ? 5000 : next.range;
    selfCalibration = next.selfCalibration;
    return range === 2000 || range === 5000 || range === 10000 ? Code.Ok : Code.BadOptions;
  }

  /** The last byte may end the answer. */
  function look(): void {
    if (window.at(0) !== 0xff || window.at(1) !== asked) return;
    let sum = 0;
    for (let i = 1; i < SIZE; i++) sum += window.at(i);
    hasAnswer = (sum & 0xff) === 0;
    isBroken = !hasAnswer;
  }

  /** What comes behind the answer stays outside, and the answer in the window. */
  function onData(bytes: string): void {
    for (let i = 0; i < bytes.length && asked !== 0 && !hasAnswer; i++) {
      heard = true;
      window.push(bytes.charCodeAt(i));
      look();
    }
  }

  /** @param command 0: whose answer nobody reads. @returns ms. */
  function say(bytes: string, command: number, ms: number): number {
    window.clear();
    asked = command;
    hasAnswer = false;
    heard = false;
    isBroken = false;
    uart.write(bytes);
    return ms;
  }

  function writeRange(): void {
    if (hasAnswer && window.wordAt(4) === range) return;
    say(range === 2000 ? RANGE_2000 : range === 5000 ? RANGE_5000 : RANGE_10000, 0, 0);
  }

  function writeSelfCalibration(isOn: boolean): void {
    if (hasAnswer && window.at(7) === (isOn ? 1 : 0)) return;
    say(isOn ? SELF_CALIBRATION_ON : SELF_CALIBRATION_OFF, 0, 0);
  }

  /** A chip that does not say how it is set is told. */
  function setUp(step: number): number {
    if (step === 0) return say(ASK_RANGE, Command.AskRange, SETTING_MS);
    if (step === 1) writeRange();
    else if (selfCalibration === undefined || step === 4) return 0;
    else if (step === 2) return say(ASK_SELF_CALIBRATION, Command.AskSelfCalibration, SETTING_MS);
    else writeSelfCalibration(selfCalibration);
    return SETTING_MS;
  }

  /** Why there is no answer. */
  function failure(): number {
    asked = 0;
    if (isBroken) return Code.Crc;
    return heard ? Code.Timeout : Code.Absent;
  }

  /** Count a sample. @returns whether it is to begin with a look at the self calibration. */
  function isLookDue(): boolean {
    if (selfCalibration === undefined || ++samples < LOOK_EVERY) return false;
    samples = 0;
    return true;
  }

  /** Begin a sample: look at the self calibration where that is due, and ask for values. */
  function begin(step: number, now: number): number {
    if (step === 0) lead = isLookDue() ? 1 : 0;
    if (step < lead) return say(ASK_SELF_CALIBRATION, Command.AskSelfCalibration, SETTING_MS);
    // It lost its supply without showing it: its settings are to be written again.
    if (lead > 0 && hasAnswer && window.at(7) !== (selfCalibration === true ? 1 : 0)) return Code.Fault;
    giveUpAt = after(now, ANSWER_MAX_MS);
    return say(READ, Command.Read, READ_MS);
  }

  function measure(step: number, now: number, values: Int32Array): number {
    if (step === 0 || step === lead) return begin(step, now);
    if (!hasAnswer) return remaining(now, giveUpAt) > 0 ? Code.NotReady : failure();
    asked = 0;
    // It lost its supply: its settings are to be looked at, and its values are none.
    if (window.wordAt(6) === STARTING) return Code.Fault;
    values[0] = window.wordAt(2);
    if (channels.length > 1) values[1] = (window.at(4) - 40) * 1000;
    // It shows no more than its range.
    return values[0] >= range ? Code.Range : Code.Ok;
  }

  /** It has no such state. */
  function sleep(): void {
    asked = 0;
  }

  uart.listen(onData);
  return createSampler(
    {
      channels,
      warmUpMs: WARM_UP_MS,
      minIntervalMs: 2000,
      discard: 0,
      retryMs: 10,
      patienceMs: 1000,
      configure,
      setUp,
      measure,
      sleep,
    },
    options,
  );
}
