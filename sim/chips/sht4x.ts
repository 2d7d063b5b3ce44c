// A Sensirion SHT4x as its I2C pins show it: single-byte commands, times, CRCs, the heater's commands, and faults to switch on.
// Numbers in brackets are sections of the datasheet "SHT4x" 6.5. Knows no driver. Fault `wrongId` it cannot have: it has no identity
// but a serial number.

import type { Surroundings } from '../environment/surroundings.ts';
import { createI2cChip } from './i2c-chip.ts';
import type { I2cChip } from './i2c-chip.ts';
import { codeOf, putWord } from './sensirion.ts';

export interface Sht4xChipOptions {
  readonly surroundings: Surroundings;
  /** 0x44 (default), 0x45 or 0x46. */
  readonly address?: number;
}

/** Time from power-up, or from a reset, to the first command that is acknowledged [3.1]. */
const SILENT_MS = 1;
/** Commands that measure [4.5], and their longest times in milliseconds, rounded up [3.1]: plain ones, then with the heater. */
const MEASUREMENTS = [0xfd, 0xf6, 0xe0, 0x39, 0x2f, 0x1e, 0x32, 0x24, 0x15];
const MEASURE_MS = [9, 5, 2, 1109, 1109, 1109, 119, 119, 119];
const SERIAL_HIGH = 0x0f4e;
const SERIAL_LOW = 0x91c3;

const enum Content {
  Nothing,
  Values,
  Serial,
}

export function createSht4xChip(options: Sht4xChipOptions): I2cChip {
  const { temperature, humidity } = options.surroundings;
  const address = options.address === undefined ? 0x44 : options.address;

  return createI2cChip(address, (faults) => {
    let silentUntil = 0;
    let busyUntil = 0;
    let content = Content.Nothing;
    let codeT = 0;
    let codeH = 0;

    function powerUp(time: number): void {
      silentUntil = time + SILENT_MS;
      content = Content.Nothing;
    }

    /** The heater's pulse comes before the measurement [4.9]. */
    function convert(time: number, ms: number): void {
      busyUntil = time + ms + faults.slowMs;
      content = Content.Values;
      codeT = faults.saturated & 1 ? 0xffff : codeOf(temperature(time), -45000, 130000, 0xffff);
      codeH = faults.saturated & 2 ? 0xffff : codeOf(humidity(time), -6000, 119000, 0xffff);
    }

    function write(bytes: Uint8Array | number[], time: number): boolean {
      if (time < silentUntil || time < busyUntil || bytes.length !== 1) return false;
      const command = bytes[0];
      const at = MEASUREMENTS.indexOf(command);
      if (at >= 0) convert(time, MEASURE_MS[at]);
      else if (command === 0x89) content = Content.Serial;
      else if (command === 0x94) powerUp(time);
      else return false;
      return true;
    }

    /** A chip that has nothing, or is not done, does not acknowledge; what was read is gone [4.1]. */
    function read(into: Uint8Array, time: number): boolean {
      if (time < silentUntil || time < busyUntil || content === Content.Nothing) return false;
      const isSerial = content === Content.Serial;
      putWord(into, 0, isSerial ? SERIAL_HIGH : codeT, faults.badCrc);
      putWord(into, 3, isSerial ? SERIAL_LOW : codeH, false);
      content = Content.Nothing;
      return true;
    }

    return { powerUp, write, read };
  });
}
