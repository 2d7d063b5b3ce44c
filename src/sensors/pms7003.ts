// Plantower PMS5003, PMS7003 and PMSA003: particles, over UART at 9600 baud.
// Numbers in brackets are sections of the manual "PMS7003 series data manual" V2.5, as are those of its kin:
// https://download.kamami.pl/p564008-PMS7003%20series%20data%20manua_English_V2.5.pdf
// Never waits: each step is one command, or a look at what has come since.

import { after, remaining } from '../ports/clock.ts';
import { Code } from '../ports/codes.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import type { Uart } from '../ports/uart.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';
import { createWindow } from './window.ts';

export interface Pms7003Options {
  /**
   * 'passive' (default): the chip sends when it is asked, and a loss of its supply is noticed. 'active': it sends by itself, for
   * boards where nothing is connected to its RX; then nothing tells that it has just started [appendix I].
   */
  readonly mode?: 'passive' | 'active';
  /** Fan and laser run for a sample only, which lengthens the life of both: it takes half a minute then. Default: they run on. */
  readonly sleeps?: boolean;
}

/** The chip is made for 500 and promises 1000 at least, without an end [table 1]: smoke is no error. */
const PM_MAX = 50000;

/** In tenths of the chip's steps. */
const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'pm1',
    unit: '\xC2\xB5g/m\xC2\xB3',
    deviceClass: 'pm1',
    decimals: 1,
    precision: 0,
    min: 0,
    max: PM_MAX,
  },
  {
    key: 'pm25',
    unit: '\xC2\xB5g/m\xC2\xB3',
    deviceClass: 'pm25',
    decimals: 1,
    precision: 0,
    min: 0,
    max: PM_MAX,
  },
  {
    key: 'pm10',
    unit: '\xC2\xB5g/m\xC2\xB3',
    deviceClass: 'pm10',
    decimals: 1,
    precision: 0,
    min: 0,
    max: PM_MAX,
  },
];

/** Commands with their sums [appendix II]. */
const READ = '\x42\x4D\xE2\x00\x00\x01\x71';
const PASSIVE = '\x42\x4D\xE1\x00\x00\x01\x70';
const ACTIVE = '\x42\x4D\xE1\x00\x01\x01\x71';
const SLEEP = '\x42\x4D\xE4\x00\x00\x01\x73';
const WAKE = '\x42\x4D\xE4\x00\x01\x01\x74';

/** Places in a frame [appendix I]; words 1 to 3 are for factory air, 4 to 6 for the air that one breathes. */
const enum Frame {
  Head = 0,
  Length = 2,
  Pm1 = 10,
  Pm25 = 12,
  Pm10 = 14,
  Error = 29,
  Sum = 30,
  Size = 32,
}

const HEAD = 0x424d;
/** Bytes behind the length: of a reading, and of the answer to a command. */
const READING = 28;
const ANSWER = 4;

/** What has come, as bits. */
const enum Seen {
  Bytes = 1,
  /** A frame of another make: the PMS3003 has shorter ones, the PMS5003ST longer ones. */
  Other = 2,
  Broken = 4,
  Reading = 8,
}

/** From power-up, or from waking, until it takes commands; and until the fan has brought steady air [circuit attentions 4]. */
const BOOT_MS = 3000;
const FAN_MS = 30001 - BOOT_MS;
/** A command and its answer, and what was on the wire before: 50 bytes, each of which takes 1.04 ms. */
const COMMAND_MS = 100;
/** The shortest way to a reading: 39 bytes. */
const READ_MS = 50;
/** It sends every 2.3 s when nothing changes [output result]. */
const ACTIVE_MAX_MS = 3500;
/** Asked, it answers at once; one that just lost its supply is not yet up, to send by itself what would pass for the answer. */
const PASSIVE_MAX_MS = 500;

/** A PMS5003, PMS7003 or PMSA003 on `uart`, at 9600 baud. Says nothing before the first `start`. */
export function createPms7003(uart: Uart, options: Pms7003Options = {}): Driver<Pms7003Options> {
  const window = createWindow(Frame.Size);
  let isActive = false;
  let sleeps = false;
  /** The fan has run for long enough, and nothing told that it stopped. */
  let isWarm = false;
  let isListening = false;
  let seen = 0;
  let giveUpAt = 0;
  let pm1 = 0;
  let pm25 = 0;
  let pm10 = 0;
  let error = 0;

  function configure(next: Pms7003Options): number {
    isActive = next.mode === 'active';
    sleeps = next.sleeps === true;
    return isActive || next.mode === undefined || next.mode === 'passive' ? Code.Ok : Code.BadOptions;
  }

  /** The last byte may end a frame, and the last four may begin one. */
  function look(): void {
    const begun = window.wordAt(Frame.Size - 2);
    if (window.wordAt(Frame.Size - 4) === HEAD && begun !== READING && begun !== ANSWER) {
      seen |= Seen.Other;
    }
    if (window.wordAt(Frame.Head) !== HEAD || window.wordAt(Frame.Length) !== READING) return;
    let sum = 0;
    for (let i = 0; i < Frame.Sum; i++) sum += window.at(i);
    if (sum !== window.wordAt(Frame.Sum)) {
      seen |= Seen.Broken;
      return;
    }
    seen |= Seen.Reading;
    pm1 = window.wordAt(Frame.Pm1);
    pm25 = window.wordAt(Frame.Pm25);
    pm10 = window.wordAt(Frame.Pm10);
    error = window.at(Frame.Error);
  }

  function onData(bytes: string): void {
    if (!isListening) return;
    for (let i = 0; i < bytes.length; i++) {
      seen |= Seen.Bytes;
      window.push(bytes.charCodeAt(i));
      look();
    }
  }

  function say(command: string, waitMs: number): number {
    uart.write(command);
    return waitMs;
  }

  /** Forget what came, and hear what comes. */
  function listen(): void {
    window.clear();
    seen = 0;
    isListening = true;
  }

  /** The chip lost its supply, and is as it was made. */
  function spokeUnasked(): boolean {
    return !isActive && (seen & Seen.Reading) !== 0;
  }

  /** Three steps to a chip whose air is steady, whether it slept, ran, or was switched on with the board. */
  function prepare(step: number): number {
    if (step === 0) {
      if (spokeUnasked()) isWarm = false;
      return say(WAKE, isWarm ? COMMAND_MS : BOOT_MS);
    }
    if (step === 1) return say(isActive ? ACTIVE : PASSIVE, COMMAND_MS);
    // From here on a passive chip is silent.
    listen();
    return isWarm ? 0 : FAN_MS;
  }

  function ask(now: number): number {
    if (spokeUnasked()) {
      isWarm = false;
      return Code.Fault;
    }
    isWarm = true;
    listen();
    giveUpAt = after(now, isActive ? ACTIVE_MAX_MS : PASSIVE_MAX_MS);
    return isActive ? READ_MS : say(READ, READ_MS);
  }

  function rest(): void {
    uart.write(SLEEP);
    isWarm = false;
    isListening = false;
  }

  /** Why there is no reading. A chip that says nothing right may have had no supply. */
  function failure(): number {
    if (seen & Seen.Broken) return Code.Crc;
    isWarm = false;
    if (seen & Seen.Other) return Code.WrongId;
    return seen === 0 ? Code.Absent : Code.Timeout;
  }

  function collect(now: number, values: Int32Array): number {
    const hasReading = (seen & Seen.Reading) !== 0;
    if (!hasReading && remaining(now, giveUpAt) > 0) return Code.NotReady;
    const code = hasReading ? (error === 0 ? Code.Ok : Code.Fault) : failure();
    // A passive chip that says something unasked has to be heard.
    if (sleeps) rest();
    else if (isActive) isListening = false;
    seen = 0;
    values[0] = pm1 * 10;
    values[1] = pm25 * 10;
    values[2] = pm10 * 10;
    return code;
  }

  function setUp(step: number): number {
    return sleeps || step === 3 ? 0 : prepare(step);
  }

  function measure(step: number, now: number, values: Int32Array): number {
    if (sleeps && step < 3) return prepare(step);
    return step === (sleeps ? 3 : 0) ? ask(now) : collect(now, values);
  }

  uart.listen(onData);
  return createSampler(
    {
      channels: CHANNELS,
      // The driver itself waits for steady air, since only it knows when the fan began to run.
      warmUpMs: BOOT_MS,
      minIntervalMs: 2300,
      discard: 0,
      retryMs: 20,
      patienceMs: ACTIVE_MAX_MS + 1000,
      configure,
      setUp,
      measure,
      sleep: rest,
    },
    options,
  );
}
