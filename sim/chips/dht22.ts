// A DHT22 (AM2302, DHT21) or DHT11 as its line shows it: the start pulse, an answer of 42 falling edges, the sum, and values that
// were measured when it was asked the time before. From Aosong's manuals of the AM2302 and DHT11. Knows no driver. Faults
// `wrongId`, `saturated` it cannot have.

import type { Surroundings } from '../environment/surroundings.ts';
import { createFaults, createUnwrapped } from './faults.ts';
import type { FaultyChip } from './faults.ts';
import type { LineDevice } from './line-device.ts';

export interface Dht22ChipOptions {
  readonly surroundings: Surroundings;
  readonly isDht11?: boolean;
}

export interface Dht22Chip extends LineDevice, FaultyChip {
  /** The frame that it sends next is this, where it is not null: with a sum behind it. */
  frame: readonly number[] | null;
}

const BITS = 40;

export function createDht22Chip(options: Dht22ChipOptions): Dht22Chip {
  const { temperature, humidity } = options.surroundings;
  const isDht11 = options.isDht11 === true;
  /** The start pulse lasts so long. */
  const minMs = isDht11 ? 18 : 1;
  const maxMs = isDht11 ? 30 : 20;
  const faults = createFaults();
  const timeOf = createUnwrapped();
  const bytes = new Uint8Array(5);
  let silentUntil = 0;
  let pulledAt = 0;
  /** Tenths, measured the time before. */
  let tenthsT = 0;
  let tenthsH = 0;
  let hasMeasured = false;

  function measure(time: number): void {
    tenthsT = Math.floor(temperature(time) / 100 + 0.5);
    tenthsH = Math.floor(humidity(time) / 100 + 0.5);
    hasMeasured = true;
  }

  /** It takes a second until it answers at all. */
  function powerUp(time: number): void {
    silentUntil = time + 1000;
    hasMeasured = false;
  }

  function fill(): void {
    const size = tenthsT < 0 ? -tenthsT : tenthsT;
    if (isDht11) {
      bytes[0] = (tenthsH / 10) | 0;
      bytes[1] = tenthsH % 10;
      bytes[2] = (size / 10) | 0;
      bytes[3] = (size % 10) + (tenthsT < 0 ? 0x80 : 0);
    } else {
      bytes[0] = tenthsH >> 8;
      bytes[1] = tenthsH & 0xff;
      // Sign and size, not a complement.
      bytes[2] = (size >> 8) + (tenthsT < 0 ? 0x80 : 0);
      bytes[3] = size & 0xff;
    }
    if (chip.frame !== null) for (let i = 0; i < 4; i++) bytes[i] = chip.frame[i];
    bytes[4] = bytes[0] + bytes[1] + bytes[2] + bytes[3] + (faults.badCrc ? 1 : 0);
  }

  /** 80 low and 80 high, then 50 low and 26 or 70 high a bit, and low at the end. */
  function answer(falls: Int32Array): number {
    let us = 30 + faults.slowMs * 1000;
    let count = 0;
    falls[count++] = us;
    us += 160;
    falls[count++] = us;
    for (let bit = 0; bit < BITS; bit++) {
      us += (isDht11 ? 54 : 50) + ((bytes[bit >> 3] >> (7 - (bit & 7))) & 1 ? 70 : 26);
      falls[count++] = us;
    }
    return count;
  }

  function isDeaf(): boolean {
    return faults.absent || faults.stuckLow || faults.stuckHigh;
  }

  function pulled(now: number): void {
    pulledAt = timeOf(now);
  }

  function released(now: number, falls: Int32Array): number {
    const time = timeOf(now);
    const held = time - pulledAt;
    if (isDeaf() || time < silentUntil) return 0;
    if (held < minMs || held > maxMs) return 0;
    if (!hasMeasured) measure(time);
    fill();
    measure(time);
    // Asked again before it has measured, it does not answer.
    silentUntil = time + (isDht11 ? 980 : 1980);
    return answer(falls);
  }

  const chip: Dht22Chip = {
    faults,
    frame: null,
    holdsLow: () => faults.stuckLow,
    pulled,
    released,
    brownOut: (now) => powerUp(timeOf(now)),
  };
  powerUp(-1000000);
  return chip;
}
