// A Sensirion SCD4x as its I2C pins show it: modes, settings in RAM and EEPROM, times, CRCs, and faults to switch on. Numbers in brackets
// are sections of the datasheet "SCD4x" 1.4. Knows no driver. Fault `wrongId` it cannot have: it has no identity but a serial number.
// `saturated`: CO2 and temperature at their upper ends, humidity at its lower one, since the upper one is 100 %.

import type { Surroundings } from '../environment/surroundings.ts';
import { createI2cChip } from './i2c-chip.ts';
import type { I2cChip } from './i2c-chip.ts';
import { codeOf, putWord, sensirionCrc } from './sensirion.ts';

/** What the chip keeps: in EEPROM, and in RAM while it is powered. */
export interface Scd4xSettings {
  /** Words as they are sent. */
  offset: number;
  altitude: number;
  selfCalibration: number;
}

export interface Scd4xChipOptions {
  readonly surroundings: Surroundings;
  /** SCD41 (default) or SCD40, which measures no single shots. */
  readonly type?: 'scd40' | 'scd41';
}

export interface Scd4xChip extends I2cChip {
  readonly ram: Scd4xSettings;
  readonly eeprom: Scd4xSettings;
  /** How often the EEPROM was written. */
  writes(): number;
}

const POWER_UP_MS = 1000;
/** The chip warms itself by this, which its offset takes away: 4 degrees from the factory [3.6.1]. */
const SELF_HEATING = 4000;
const FACTORY_OFFSET = 0x05da;

/** Commands that only take time [table 9], and their times. */
const READABLE = [0xec05, 0xe4b8, 0x2318, 0x2322, 0xe000, 0x2313, 0x3682, 0x202f];
/** Those that a chip which measures by itself takes, all but the one that stops it. */
const WHILE_MEASURING = [0xec05, 0xe4b8, 0xe000];

export function createScd4xChip(options: Scd4xChipOptions): Scd4xChip {
  const { co2, temperature, humidity, pressure } = options.surroundings;
  const hasSingle = options.type !== 'scd40';
  const eeprom: Scd4xSettings = { offset: FACTORY_OFFSET, altitude: 0, selfCalibration: 1 };
  const ram: Scd4xSettings = { offset: 0, altitude: 0, selfCalibration: 0 };
  let writes = 0;

  const chip = createI2cChip(0x62, (faults) => {
    let busyUntil = 0;
    /** Of measurements; 0: idle. */
    let periodMs = 0;
    let nextAt = 0;
    /** A single measurement ends then. */
    let singleAt = -1;
    let hasData = false;
    let isAsleep = false;
    /** Hectopascals; 0: the altitude counts. */
    let ambient = 0;
    /** The command whose answer can be read; 0: none. */
    let asked = 0;
    let askedAt = 0;
    let codeC = 0;
    let codeT = 0;
    let codeH = 0;

    function load(): void {
      ram.offset = eeprom.offset;
      ram.altitude = eeprom.altitude;
      ram.selfCalibration = eeprom.selfCalibration;
      ambient = 0;
    }

    function idle(): void {
      periodMs = 0;
      singleAt = -1;
      asked = 0;
    }

    function powerUp(time: number): void {
      busyUntil = time + POWER_UP_MS;
      hasData = false;
      isAsleep = false;
      idle();
      load();
    }

    /** Of the air, as the chip believes: it counts molecules, and divides by this. */
    function believed(): number {
      return ambient > 0 ? ambient * 100 : 101325 * Math.pow(1 - 0.0000225577 * ram.altitude, 5.2559);
    }

    function convert(time: number): void {
      const ppm = Math.floor((co2(time) * pressure(time)) / believed() + 0.5);
      const t = temperature(time) + SELF_HEATING - (ram.offset * 175000) / 65535;
      codeC = faults.saturated & 1 || ppm > 0xffff ? 0xffff : ppm;
      codeT = faults.saturated & 2 ? 0xffff : codeOf(t, -45000, 130000, 0xffff);
      codeH = faults.saturated & 4 ? 0 : codeOf(humidity(time), 0, 100000, 0xffff);
      hasData = true;
    }

    /** What happened since the last look. */
    function advance(time: number): void {
      if (singleAt >= 0 && time >= singleAt + faults.slowMs) {
        convert(singleAt);
        singleAt = -1;
      }
      if (periodMs === 0 || time < nextAt + faults.slowMs) return;
      const at = nextAt + Math.floor((time - nextAt) / periodMs) * periodMs;
      convert(at);
      nextAt = at + periodMs;
    }

    function begin(ms: number, time: number): void {
      periodMs = ms;
      nextAt = time + ms;
      hasData = false;
    }

    function set(command: number, value: number): boolean {
      if (command === 0xe000) ambient = value;
      else if (periodMs > 0) return false;
      else if (command === 0x241d) ram.offset = value;
      else if (command === 0x2427) ram.altitude = value;
      else if (command === 0x2416) ram.selfCalibration = value & 1;
      else return false;
      return true;
    }

    function persist(): void {
      eeprom.offset = ram.offset;
      eeprom.altitude = ram.altitude;
      eeprom.selfCalibration = ram.selfCalibration;
      writes++;
    }

    /** Begin to measure. @returns false when `command` does not. */
    function measure(command: number, time: number): boolean {
      if (command === 0x21b1) begin(5000, time);
      else if (command === 0x21ac) begin(30000, time);
      else if (command === 0x219d && hasSingle) {
        singleAt = time + 5000;
        busyUntil = singleAt;
        hasData = false;
      } else return false;
      return true;
    }

    /** Other commands of an idle chip. @returns how long it is busy with it, or -1: there is no such. */
    function obey(command: number): number {
      if (command === 0x3646) load();
      else if (command === 0x3615) persist();
      else if (command === 0x36e0) isAsleep = true;
      else return -1;
      return command === 0x3615 ? 800 : command === 0x3646 ? 30 : 1;
    }

    function take(command: number, time: number): boolean {
      if (command === 0x3f86) {
        idle();
        busyUntil = time + 500;
        return true;
      }
      if (periodMs > 0 && WHILE_MEASURING.indexOf(command) < 0) return false;
      if (READABLE.indexOf(command) >= 0) {
        asked = command;
        askedAt = time;
        return true;
      }
      if (measure(command, time)) return true;
      const ms = obey(command);
      busyUntil = time + ms;
      return ms >= 0;
    }

    /** A command without, or with a word and its CRC; a chip that is busy acknowledges none, a sleeping one but one, which it does not acknowledge either. */
    function write(bytes: Uint8Array | number[], time: number): boolean {
      advance(time);
      if (time < busyUntil || bytes.length < 2) return false;
      const command = bytes[0] * 256 + bytes[1];
      if (isAsleep) {
        if (command === 0x36f6) powerUp(time - POWER_UP_MS + 30);
        return false;
      }
      asked = 0;
      if (bytes.length === 2) return take(command, time);
      const isRight = bytes.length === 5 && sensirionCrc(bytes[2], bytes[3]) === bytes[4];
      if (!isRight || !set(command, bytes[2] * 256 + bytes[3])) return false;
      busyUntil = time + 1;
      return true;
    }

    function answer(command: number): number {
      if (command === 0xe4b8) return hasData ? 0x8006 : 0x8000;
      if (command === 0x2318) return ram.offset;
      if (command === 0x2322) return ram.altitude;
      if (command === 0xe000) return ambient;
      if (command === 0x2313) return ram.selfCalibration;
      return hasSingle ? 0x1440 : 0x0440;
    }

    function isReady(time: number): boolean {
      if (time < busyUntil || asked === 0 || time < askedAt + 1) return false;
      return asked !== 0xec05 || hasData;
    }

    function putThree(into: Uint8Array, first: number, second: number, third: number): void {
      putWord(into, 0, first, faults.badCrc);
      putWord(into, 3, second, false);
      putWord(into, 6, third, false);
    }

    /** Data are given once [3.5.2]. */
    function read(into: Uint8Array, time: number): boolean {
      advance(time);
      if (!isReady(time)) return false;
      if (asked === 0x3682) putThree(into, 0xf896, 0x9f07, 0x3bbe);
      else if (asked === 0xec05) {
        putThree(into, codeC, codeT, codeH);
        hasData = false;
      } else putWord(into, 0, answer(asked), faults.badCrc);
      asked = 0;
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
    ram,
    eeprom,
    writes: () => writes,
  };
}
