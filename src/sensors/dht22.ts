// Aosong AM2302 (DHT22), AM2301 (DHT21) and DHT11: temperature and humidity over one line.
// Manuals: https://cdn-shop.adafruit.com/datasheets/Digital+humidity+and+temperature+sensor+AM2302.pdf and
// https://www.mouser.com/datasheet/2/758/DHT11-Technical-Data-Sheet-Translated-Version-1143054.pdf; numbers in brackets are sections
// of the first. Never waits: the start pulse ends in a later step, and bits are told by times that the engine took of edges.

import { elapsed } from '../ports/clock.ts';
import { Code } from '../ports/codes.ts';
import type { OpenDrain } from '../ports/pulse.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';

export interface Dht22Options {
  /** 'dht22' (default) also for AM2302, AM2301 and DHT21; 'dht11' has another frame and wants a longer start pulse. */
  readonly model?: 'dht22' | 'dht11';
}

/** Ranges of the AM2302 [table 1]: outside, it is broken, or no AM2302. */
const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'temperature',
    unit: '\xC2\xB0C',
    deviceClass: 'temperature',
    decimals: 3,
    precision: 1,
    min: -40000,
    max: 80000,
  },
  {
    key: 'humidity',
    unit: '%',
    deviceClass: 'humidity',
    decimals: 3,
    precision: 1,
    min: 0,
    max: 100000,
  },
];

/** Start pulse: 1 to 20 ms [7.3], for the DHT11 18 to 30; one more than the least, since the clock may be about to tick. */
const START_MS = 2;
const START_MS_DHT11 = 20;
/** Longest answer, 40 + 170 + 40 * 130 us, and time for the engine to bring its edges. */
const ANSWER_MS = 9;

/** From falling edge to falling edge: 76 us for a 0, 120 for a 1 [table 6], 77 and 122 for a DHT11; 160 come before the first bit. */
const GAP_MIN_US = 55;
const GAP_ONE_US = 99;
const GAP_MAX_US = 145;
const BITS = 40;
/** Ours, two of the answer's beginning, and the end of each bit. */
const FALLS_MAX = BITS + 3;

/** Between two start pulses. */
const PAUSE_MS = 2000;
/** What was measured longer ago is not what is. */
const FRESH_MS = 5000;

/** A DHT22 on `line`. Touches nothing before the first `start`, but listens from now on. */
export function createDht22(line: OpenDrain, options: Dht22Options = {}): Driver<Dht22Options> {
  /** Microseconds before each falling edge, 255 for more. */
  const gaps = new Uint8Array(FALLS_MAX);
  const bytes = new Uint8Array(5);
  let falls = 0;
  let lastFall = 0;
  let isDht11 = false;
  let wasAsked = false;
  let askedAt = 0;
  /** What the next answer shows was measured long ago. */
  let isOld = false;

  line.listen(function (timeUs: number): void {
    const gap = elapsed(lastFall, timeUs);
    lastFall = timeUs;
    if (falls < FALLS_MAX) gaps[falls] = gap < 255 ? gap : 255;
    falls++;
  });

  function configure(next: Dht22Options): number {
    isDht11 = next.model === 'dht11';
    return next.model === undefined || next.model === 'dht22' || isDht11 ? Code.Ok : Code.BadOptions;
  }

  /** It has neither identity nor settings. */
  function setUp(): number {
    return Code.Ok;
  }

  /** Put the bits together. @returns 0, or a negative Code. */
  function receive(): number {
    // One may be our own.
    if (falls <= 1) return Code.Absent;
    if (falls <= BITS) return Code.Timeout;
    if (falls > FALLS_MAX) return Code.Crc;
    for (let bit = 0; bit < BITS; bit++) {
      const gap = gaps[falls - BITS + bit];
      // An edge that was lost, or one too many.
      if (gap < GAP_MIN_US || gap > GAP_MAX_US) return Code.Crc;
      bytes[bit >> 3] = (bytes[bit >> 3] << 1) | (gap > GAP_ONE_US ? 1 : 0);
    }
    const sum = bytes[0] + bytes[1] + bytes[2] + bytes[3];
    if ((sum & 0xff) !== bytes[4]) return Code.Crc;
    // The sum of a dead frame is right.
    return sum === 0 ? Code.Fault : Code.Ok;
  }

  /** @returns tenths; the DHT11 has them in a byte of their own. */
  function tenths(high: number, low: number): number {
    return isDht11 ? high * 10 + low : high * 256 + low;
  }

  function evaluate(values: Int32Array): number {
    const signByte = isDht11 ? bytes[3] : bytes[2];
    const low = isDht11 ? bytes[3] & 0x7f : bytes[3];
    const high = isDht11 ? bytes[2] : bytes[2] & 0x7f;
    if (isDht11 && (low > 9 || bytes[1] > 9)) return Code.Fault;
    // Sign and size, not a complement [7.2].
    values[0] = tenths(high, low) * (signByte & 0x80 ? -100 : 100);
    values[1] = tenths(bytes[0], bytes[1]) * 100;
    return Code.Ok;
  }

  /** @returns milliseconds until the pulse must end, or Code.NotReady where it is too soon for one. */
  function ask(now: number): number {
    if (wasAsked && elapsed(askedAt, now) < PAUSE_MS) return Code.NotReady;
    falls = 0;
    line.pull();
    askedAt = now;
    wasAsked = true;
    return isDht11 ? START_MS_DHT11 : START_MS;
  }

  function measure(step: number, now: number, values: Int32Array): number {
    if (step === 0) isOld = !wasAsked || elapsed(askedAt, now) > FRESH_MS;
    if (step === 0 || step === 3) return ask(now);
    if (step === 1 || step === 4) {
      line.release();
      return ANSWER_MS;
    }
    const code = receive();
    if (code < 0) return code;
    // It measures when it is asked, and answers with what it has measured the time before [7.3].
    return step === 2 && isOld ? PAUSE_MS : evaluate(values);
  }

  /** It sleeps by itself, once nobody holds the line down. */
  function sleep(): void {
    line.release();
  }

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: 2000,
      minIntervalMs: PAUSE_MS,
      discard: 0,
      retryMs: 50,
      patienceMs: 2500,
      configure,
      setUp,
      measure,
      sleep,
    },
    options,
  );
}
