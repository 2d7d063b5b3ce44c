// Satellite receivers that speak NMEA 0183 (u-blox NEO-6M to M10, Quectel L76 and L80, ATGM336H, MTK3339, ...): position, height,
// speed and course, over UART, and the time of the fix. Of all sentences GGA and RMC are read, of one and the same instant.
// Numbers in brackets are sections of "u-blox 8 / M8 receiver description" UBX-13003221:
// https://content.u-blox.com/sites/default/files/products/documents/u-blox8-M8_ReceiverDescrProtSpec_UBX-13003221.pdf
// A receiver has no identity. Nothing is said to it. Never waits: what comes between samples is not looked at.

import { after, remaining } from '../ports/clock.ts';
import type { WallTime } from '../ports/clock.ts';
import { Code } from '../ports/codes.ts';
import { NO_VALUE } from '../ports/reading.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import type { Uart } from '../ports/uart.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';

export interface GpsOptions {
  /** A position from fewer satellites is none: 3 (default) to 12. More are fewer jumps between houses. */
  readonly minSatellites?: number;
}

export interface Gps extends Driver<GpsOptions> {
  /** Fill `out` with the UTC of the last sample's fix, which is up to a second old when its `poll` ends; `day` is -1 without a fix. */
  utc(out: WallTime): void;
}

const enum Channel {
  Latitude,
  Longitude,
  Altitude,
  Speed,
  Course,
  Satellites,
  Hdop,
  Count,
}

/** Where a receiver is allowed to work, and dilution from table 3.1 [31.1.3]. */
const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'latitude',
    unit: '\xC2\xB0',
    deviceClass: '',
    decimals: 5,
    precision: 5,
    min: -9000000,
    max: 9000000,
  },
  {
    key: 'longitude',
    unit: '\xC2\xB0',
    deviceClass: '',
    decimals: 5,
    precision: 5,
    min: -18000000,
    max: 18000000,
  },
  {
    key: 'altitude',
    unit: 'm',
    deviceClass: 'distance',
    decimals: 1,
    precision: 1,
    min: -10000,
    max: 500000,
  },
  {
    key: 'speed',
    unit: 'm/s',
    deviceClass: 'speed',
    decimals: 3,
    precision: 2,
    min: 0,
    max: 600000,
  },
  { key: 'course', unit: '\xC2\xB0', deviceClass: '', decimals: 1, precision: 1, min: 0, max: 3599 },
  { key: 'satellites', unit: '', deviceClass: '', decimals: 0, precision: 0, min: 0, max: 99 },
  { key: 'hdop', unit: '', deviceClass: '', decimals: 2, precision: 1, min: 0, max: 9999 },
];

/** Characters. */
const enum Char {
  Dollar = 0x24,
  Star = 0x2a,
  Comma = 0x2c,
  Minus = 0x2d,
  Point = 0x2e,
  Zero = 0x30,
  Nine = 0x39,
  A = 0x41,
  C = 0x43,
  E = 0x45,
  G = 0x47,
  M = 0x4d,
  N = 0x4e,
  P = 0x50,
  R = 0x52,
  S = 0x53,
  W = 0x57,
}

/** The standard allows 82, and receivers with more decimals send more. */
const LINE_MAX = 120;
/** Talker and kind. */
const HEAD = 5;
/** Sentences come once a second, all of one instant together; then there is one whole pair within two. */
const LOOK_MS = 100;
const PAIR_MAX_MS = 3000;
/** An instant that no sentence says. */
const NEVER = -1;
/** Larger than any channel's `max`. */
const BEYOND = 0x7ffffff;
/** 2000-03-01, the day behind a leap day, in days since 1970. */
const MARCH_2000 = 11017;

/** @returns the value of a hexadecimal digit; what is none gives no value of one. */
function hexOf(char: number): number {
  return char <= Char.Nine ? char - Char.Zero : (char | 0x20) - 87;
}

/** @returns days since 1970-01-01 of a date as ddmmyy; -1 where a receiver does not know it, or is 1024 weeks behind. */
function dayOf(date: number): number {
  const year = date % 100;
  const day = (date / 10000) | 0;
  const month = ((date / 100) | 0) - day * 100;
  if (year < 20 || year > 79 || month < 1 || month > 12 || day < 1 || day > 31) return -1;
  // Years that begin in March have their leap day at the end.
  const shifted = (month + 9) % 12;
  const years = month < 3 ? year - 1 : year;
  return MARCH_2000 + years * 365 + (years >> 2) + (((shifted * 153 + 2) / 5) | 0) + day - 1;
}

/** A receiver on `uart`. */
export function createGps(uart: Uart, options: GpsOptions = {}): Gps {
  const line = new Uint8Array(LINE_MAX);
  const fix = new Int32Array(Channel.Count);
  let minSatellites = 3;
  let isListening = false;
  let heard = false;
  let isBroken = false;
  let giveUpAt = 0;
  /** Characters of the sentence so far; -1: none has begun. */
  let length = -1;
  let at = 0;
  /** Decimals of the number that was read last, and its sign. */
  let fraction = 0;
  let isNegative = false;
  /** Of which instant GGA and RMC are, hundredths of a second behind hhmmss; and whether they have a position. */
  let positionAt = NEVER;
  let motionAt = NEVER;
  let hasPosition = false;
  let isValid = false;
  let hasPair = false;
  let date = NO_VALUE;
  let fixDay = -1;
  let fixMs = 0;

  function configure(next: GpsOptions): number {
    minSatellites = next.minSatellites === undefined ? 3 : next.minSatellites;
    return minSatellites >= 3 && minSatellites <= 12 ? Code.Ok : Code.BadOptions;
  }

  /** Go behind the next comma; nothing goes behind the star at the end. */
  function skip(): void {
    while (line[at] !== Char.Comma && line[at] !== Char.Star) at++;
    if (line[at] === Char.Comma) at++;
  }

  function character(): number {
    const char = line[at];
    skip();
    return char;
  }

  function isDigit(): boolean {
    return line[at] >= Char.Zero && line[at] <= Char.Nine;
  }

  /** @returns NO_VALUE where there is no digit. */
  function readWhole(): number {
    let whole = NO_VALUE;
    for (; isDigit(); at++) {
      if (whole < 0) whole = 0;
      whole = whole < 1000000 ? whole * 10 + line[at] - Char.Zero : BEYOND;
    }
    return whole;
  }

  /** @returns as many decimals as `places`; more are cut off. */
  function readFraction(places: number): number {
    let decimals = 0;
    for (; isDigit(); at++) {
      if (places <= 0) continue;
      decimals = decimals * 10 + line[at] - Char.Zero;
      places--;
    }
    for (; places > 0; places--) decimals *= 10;
    return decimals;
  }

  /**
   * Read a number, and go behind the comma after it.
   * @param places decimals that `fraction` gets. @returns its whole part; NO_VALUE where there is no number.
   */
  function number(places: number): number {
    isNegative = line[at] === Char.Minus;
    if (isNegative) at++;
    const whole = readWhole();
    fraction = 0;
    if (line[at] === Char.Point) {
      at++;
      fraction = readFraction(places);
    }
    const isNumber = line[at] === Char.Comma || line[at] === Char.Star;
    skip();
    return isNumber ? whole : NO_VALUE;
  }

  /** @param scale 10 to the power of `places`. @returns a number with so many decimals as an integer. */
  function scaled(places: number, scale: number): number {
    const whole = number(places + 1);
    if (whole < 0) return NO_VALUE;
    const value = whole > 100000 ? BEYOND : whole * scale + (((fraction + 5) / 10) | 0);
    return isNegative ? -value : value;
  }

  /**
   * Degrees and minutes in one number, ddmm.mmmm, and a hemisphere. Decimals behind the fifth cannot change the result: that is
   * minutes / 60, and a step of it is 60 of the fifth decimal's.
   */
  function coordinate(positive: number, negative: number): number {
    const whole = number(5);
    const hemisphere = character();
    if (whole < 0 || isNegative || (hemisphere !== positive && hemisphere !== negative)) return NO_VALUE;
    const degrees = (whole / 100) | 0;
    const minutes = whole - degrees * 100;
    if (whole > 18000 || minutes > 59) return BEYOND;
    const value = degrees * 100000 + (((minutes * 100000 + fraction + 30) / 60) | 0);
    return hemisphere === positive ? value : -value;
  }

  function instant(): number {
    const whole = number(2);
    return whole < 0 ? NO_VALUE : whole * 100 + fraction;
  }

  /** [31.2.4] */
  function readPosition(): void {
    positionAt = instant();
    fix[Channel.Latitude] = coordinate(Char.N, Char.S);
    fix[Channel.Longitude] = coordinate(Char.E, Char.W);
    hasPosition = number(0) > 0;
    fix[Channel.Satellites] = number(0);
    fix[Channel.Hdop] = scaled(2, 100);
    fix[Channel.Altitude] = scaled(1, 10);
  }

  /** A knot is 463 / 900 metres a second. @returns thousandths of those as thousandths of these. */
  function speedOf(knots: number): number {
    if (knots < 0 || knots >= BEYOND) return knots;
    const whole = (knots / 900) | 0;
    return whole * 463 + ((((knots - whole * 900) * 463 + 450) / 900) | 0);
  }

  /** [31.2.14] */
  function readMotion(): void {
    motionAt = instant();
    isValid = character() === Char.A;
    for (let i = 0; i < 4; i++) skip();
    fix[Channel.Speed] = speedOf(scaled(3, 1000));
    const course = scaled(1, 10);
    fix[Channel.Course] = course === 3600 ? 0 : course;
    date = number(0);
  }

  /** A sentence is whole, star and checksum included [31.1.2]. */
  function read(): void {
    let sum = hexOf(line[length - 2]) * 16 + hexOf(line[length - 1]);
    for (let i = 0; i < length - 3; i++) sum ^= line[i];
    if (sum !== 0) {
      isBroken = true;
      return;
    }
    at = HEAD + 1;
    if (line[2] === Char.G) readPosition();
    else readMotion();
    hasPair = positionAt === motionAt;
    if (hasPair) isListening = false;
  }

  /** GGA or RMC of any talker but P, which is a maker's own sentence. */
  function isWanted(): boolean {
    if (line[0] === Char.P) return false;
    if (line[2] === Char.G) return line[3] === Char.G && line[4] === Char.A;
    return line[2] === Char.R && line[3] === Char.M && line[4] === Char.C;
  }

  function take(char: number): void {
    if (char === Char.Dollar) {
      length = 0;
      return;
    }
    line[length++] = char;
    if (length === HEAD + 1 && (char !== Char.Comma || !isWanted())) length = -1;
    else if (length > HEAD + 3 && line[length - 3] === Char.Star) {
      read();
      length = -1;
    } else if (length === LINE_MAX) length = -1;
  }

  function onData(bytes: string): void {
    for (let i = 0; i < bytes.length && isListening; i++) {
      heard = true;
      // What lies between sentences that are read is passed over by the engine itself.
      if (length < 0) i = bytes.indexOf('$', i);
      if (i < 0) return;
      take(bytes.charCodeAt(i));
    }
  }

  function learnTime(): void {
    fixDay = -1;
    if (!isValid || positionAt < 0) return;
    const hours = (positionAt / 1000000) | 0;
    const minutes = ((positionAt / 10000) | 0) - hours * 100;
    fixMs = (hours * 60 + minutes) * 60000 + (positionAt % 10000) * 10;
    // A leap second belongs to no day.
    if (minutes < 60 && fixMs < 86400000) fixDay = dayOf(date);
  }

  function utc(out: WallTime): void {
    out.day = fixDay;
    out.ms = fixDay < 0 ? 0 : fixMs;
  }

  /** There is nothing to set up: what it sends by itself is enough. */
  function setUp(): number {
    return 0;
  }

  function failure(): number {
    isListening = false;
    if (isBroken) return Code.Crc;
    return heard ? Code.Timeout : Code.Absent;
  }

  function begin(now: number): number {
    length = -1;
    positionAt = NEVER;
    motionAt = NEVER - 1;
    hasPair = false;
    heard = false;
    isBroken = false;
    isListening = true;
    fixDay = -1;
    giveUpAt = after(now, PAIR_MAX_MS);
    return LOOK_MS;
  }

  function hasFix(): boolean {
    return (
      isValid &&
      hasPosition &&
      fix[Channel.Satellites] >= minSatellites &&
      fix[Channel.Latitude] !== NO_VALUE &&
      fix[Channel.Longitude] !== NO_VALUE
    );
  }

  /** Without a fix only the satellites are known. */
  function measure(step: number, now: number, values: Int32Array): number {
    if (step === 0) return begin(now);
    if (!hasPair) return remaining(now, giveUpAt) > 0 ? Code.NotReady : failure();
    const isFixed = hasFix();
    for (let i = 0; i < Channel.Count; i++) {
      values[i] = isFixed || i === Channel.Satellites ? fix[i] : NO_VALUE;
    }
    learnTime();
    return Code.Ok;
  }

  /** It goes on, and is not listened to. */
  function sleep(): void {
    isListening = false;
    fixDay = -1;
  }

  uart.listen(onData);
  const sampler = createSampler(
    {
      channels: CHANNELS,
      warmUpMs: 1000,
      minIntervalMs: 100,
      discard: 0,
      retryMs: 20,
      patienceMs: PAIR_MAX_MS + 1000,
      configure,
      setUp,
      measure,
      sleep,
    },
    options,
  );
  return {
    channels: sampler.channels,
    warmUpMs: sampler.warmUpMs,
    minIntervalMs: sampler.minIntervalMs,
    discard: sampler.discard,
    configure: sampler.configure,
    start: sampler.start,
    poll: sampler.poll,
    close: sampler.close,
    utc,
  };
}
