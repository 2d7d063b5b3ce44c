// A Sensirion SCD30 as its I2C pins show it: commands, settings in permanent memory, numbers as floats, CRCs, times, and faults to
// switch on. Numbers in brackets are sections of the "Interface Description" 1.0. Knows no driver. Fault `wrongId` it cannot have: it
// has no identity. `saturated`: CO2 and temperature beyond their upper ends, humidity at its lower one, since the upper one is 100 %.

import type { Surroundings } from '../environment/surroundings.ts';
import { createI2cChip } from './i2c-chip.ts';
import type { I2cChip } from './i2c-chip.ts';
import { putWord, sensirionCrc } from './sensirion.ts';

/** What the chip keeps without power. */
export interface Scd30Memory {
  /** Seconds. */
  interval: number;
  /** Metres. */
  altitude: number;
  /** Hundredths of a degree. */
  offset: number;
  selfCalibration: number;
  /** Hectopascals; 0: the altitude counts. */
  pressure: number;
  isMeasuring: boolean;
}

export interface Scd30Chip extends I2cChip {
  readonly memory: Scd30Memory;
  /** How often it was written, but for the start of measurements. */
  writes(): number;
}

const POWER_UP_MS = 2000;
/** From a command to its answer [1.1]. */
const ANSWER_MS = 3;
const FIRMWARE = 0x0342;

export function createScd30Chip(options: { readonly surroundings: Surroundings }): Scd30Chip {
  const { co2, temperature, humidity, pressure } = options.surroundings;
  const memory: Scd30Memory = {
    interval: 2,
    altitude: 0,
    offset: 0,
    selfCalibration: 0,
    pressure: 0,
    isMeasuring: false,
  };
  let writes = 0;

  const chip = createI2cChip(0x61, (faults) => {
    const float = new Float32Array(1);
    const bytes = new Uint8Array(float.buffer);
    /** CO2, temperature, humidity. */
    const data = new Float32Array(3);
    let silentUntil = 0;
    let nextAt = 0;
    let hasData = false;
    /** The first measurement after power-up knows no CO2. */
    let isFirst = true;
    /** The command whose answer can be read; -1: none. */
    let asked = -1;
    let askedAt = 0;

    function powerUp(time: number): void {
      silentUntil = time + POWER_UP_MS;
      nextAt = silentUntil + memory.interval * 1000;
      hasData = false;
      isFirst = true;
      asked = -1;
    }

    /** Of the air, as the chip believes: it counts molecules, and divides by this. */
    function believed(): number {
      if (memory.pressure > 0) return memory.pressure * 100;
      return 101325 * Math.pow(1 - 0.0000225577 * memory.altitude, 5.2559);
    }

    function convert(time: number): void {
      const ppm = (co2(time) * pressure(time)) / believed();
      data[0] = faults.saturated & 1 ? 65535 : isFirst ? 0 : ppm;
      data[1] = faults.saturated & 2 ? 130 : temperature(time) / 1000 - memory.offset / 100;
      data[2] = faults.saturated & 4 ? 0 : humidity(time) / 1000;
      isFirst = false;
      hasData = true;
    }

    function advance(time: number): void {
      if (!memory.isMeasuring || time < nextAt + faults.slowMs) return;
      const period = memory.interval * 1000;
      const at = nextAt + Math.floor((time - nextAt) / period) * period;
      convert(at);
      nextAt = at + period;
    }

    function start(value: number, time: number): boolean {
      if (value !== 0 && (value < 700 || value > 1400)) return false;
      memory.pressure = value;
      // One that measures already goes on.
      if (memory.isMeasuring) return true;
      memory.isMeasuring = true;
      nextAt = time + memory.interval * 1000;
      return true;
    }

    function setInterval(value: number, time: number): void {
      memory.interval = value;
      nextAt = time + value * 1000;
    }

    function set(command: number, value: number, time: number): boolean {
      if (command === 0x0010) return start(value, time);
      writes++;
      if (command === 0x4600 && value >= 2 && value <= 1800) setInterval(value, time);
      else if (command === 0x5102) memory.altitude = value;
      else if (command === 0x5403) memory.offset = value;
      else if (command === 0x5306) memory.selfCalibration = value & 1;
      else return false;
      return true;
    }

    /** @returns the word that a command asks for, or -1. */
    function answer(command: number): number {
      if (command === 0x0202) return hasData ? 1 : 0;
      if (command === 0x4600) return memory.interval;
      if (command === 0x5102) return memory.altitude;
      if (command === 0x5403) return memory.offset;
      if (command === 0x5306) return memory.selfCalibration;
      return command === 0xd100 ? FIRMWARE : -1;
    }

    function take(command: number, time: number): boolean {
      asked = -1;
      if (command === 0x0104) memory.isMeasuring = false;
      else if (command === 0xd304) powerUp(time);
      else if (command === 0x0300 || answer(command) >= 0) {
        asked = command;
        askedAt = time;
      } else return false;
      return true;
    }

    function write(into: Uint8Array | number[], time: number): boolean {
      advance(time);
      if (time < silentUntil || into.length < 2) return false;
      const command = into[0] * 256 + into[1];
      if (into.length === 2) return take(command, time);
      asked = -1;
      const isRight = into.length === 5 && sensirionCrc(into[2], into[3]) === into[4];
      return isRight && set(command, into[2] * 256 + into[3], time);
    }

    /** A float, high byte first, in two words [1.4.5]. */
    function putFloat(into: Uint8Array, at: number, value: number): void {
      float[0] = value;
      putWord(into, at, bytes[3] * 256 + bytes[2], faults.badCrc);
      putWord(into, at + 3, bytes[1] * 256 + bytes[0], false);
    }

    function read(into: Uint8Array, time: number): boolean {
      advance(time);
      if (time < silentUntil || asked < 0 || time < askedAt + ANSWER_MS) return false;
      if (asked === 0x0300) {
        for (let i = 0; i < 3; i++) putFloat(into, 6 * i, data[i]);
        hasData = false;
      } else putWord(into, 0, answer(asked), faults.badCrc);
      asked = -1;
      return true;
    }

    return { powerUp, write, read };
  });

  return {
    address: chip.address,
    faults: chip.faults,
    write: chip.write,
    read: chip.read,
    brownOut: chip.brownOut,
    memory,
    writes: () => writes,
  };
}
