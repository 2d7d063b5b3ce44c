// A Winsen MH-Z19B as its serial pins show it: nine bytes a command, nine an answer, three minutes until its values are right.
// Numbers in brackets are sections of the manual "MH-Z19B" V1.0; what stands in no manual is as its users found it
// (https://revspace.nl/MH-Z19B). Knows no driver. Fault `wrongId` it cannot have: it has no identity.

import type { Surroundings } from '../environment/surroundings.ts';
import { createUartChip } from './uart-chip.ts';
import type { UartChip } from './uart-chip.ts';

export interface MhZ19ChipOptions {
  readonly surroundings: Surroundings;
  /** Until its values are right: 180000 (default), 60000 of the MH-Z19C. */
  readonly warmUpMs?: number;
  /**
   * Bytes 5 to 7 of a reading are always 0, as the manual of the B has them, so that nothing shows that it has just started. Default:
   * false, they are as on other chips, B and C.
   */
  readonly isMute?: boolean;
}

export interface MhZ19Inside {
  /** Kept without supply. */
  range: number;
  /** On after each power-up. */
  selfCalibration: boolean;
  /** It knows the commands that stand in no manual. */
  tellsSettings: boolean;
  /** Settings written so far, and calibrations. */
  writes: number;
  calibrations: number;
}

/** From power-up until it answers. */
const BOOT_MS = 1000;
const ANSWER_MS = 5;
const LONG = 100000000;

export function createMhZ19Chip(options: MhZ19ChipOptions): UartChip<MhZ19Inside> {
  const around = options.surroundings;
  const warmUpMs = options.warmUpMs === undefined ? 180000 : options.warmUpMs;
  const chip: MhZ19Inside = {
    range: 5000,
    selfCalibration: true,
    tellsSettings: true,
    writes: 0,
    calibrations: 0,
  };

  return createUartChip(chip, (faults) => {
    const heard = [0, 0, 0, 0, 0, 0, 0, 0, 0];
    let startedAt = 0;
    let answer = 0;
    let answerAt = 0;

    function powerUp(time: number): void {
      chip.selfCalibration = true;
      startedAt = time;
      answer = 0;
    }

    function write(): void {
      chip.writes++;
    }

    function obey(command: number, time: number): void {
      if (command === 0x79) {
        write();
        chip.selfCalibration = heard[3] === 0xa0;
      } else if (command === 0x99) {
        write();
        chip.range = heard[6] * 256 + heard[7];
      } else if (command === 0x87 || command === 0x88) {
        chip.calibrations++;
        return;
      } else if (command === 0x9b || command === 0x7d) {
        if (!chip.tellsSettings) return;
      } else if (command !== 0x86) return;
      answer = command;
      answerAt = time + ANSWER_MS + faults.slowMs;
    }

    function sumOf(bytes: Uint8Array | number[]): number {
      let sum = 0;
      for (let i = 1; i < 8; i++) sum += bytes[i];
      return (255 - (sum & 255) + 1) & 255;
    }

    function hear(byte: number, time: number): void {
      for (let i = 0; i < 8; i++) heard[i] = heard[i + 1];
      heard[8] = byte;
      if (time < startedAt + BOOT_MS) return;
      if (heard[0] === 0xff && heard[1] === 1 && heard[8] === sumOf(heard)) obey(heard[2], time);
    }

    function putWord(out: Uint8Array, at: number, word: number): void {
      out[at] = word >> 8;
      out[at + 1] = word & 255;
    }

    /** Until it is warm it shows 410, whatever is in the air. */
    function putReading(out: Uint8Array, time: number): void {
      const isWarm = time >= startedAt + warmUpMs;
      const co2 = faults.saturated & 1 ? chip.range : isWarm ? around.co2(time) : 410;
      putWord(out, 2, co2 > chip.range ? chip.range : co2);
      out[4] = Math.floor((around.temperature(time) + 500) / 1000) + 40;
      if (options.isMute !== true) putWord(out, 6, isWarm ? 1180 : 15000);
    }

    function send(out: Uint8Array, time: number): number {
      if (answer === 0 || time < answerAt) return 0;
      out[0] = 0xff;
      out[1] = answer;
      for (let i = 2; i < 8; i++) out[i] = 0;
      if (answer === 0x86) putReading(out, time);
      else if (answer === 0x9b) putWord(out, 4, chip.range);
      else if (answer === 0x7d) out[7] = chip.selfCalibration ? 1 : 0;
      else out[2] = 1;
      out[8] = sumOf(out) ^ (faults.badCrc ? 0x10 : 0);
      answer = 0;
      return 9;
    }

    function silence(time: number): number {
      return answer === 0 ? LONG : answerAt - time;
    }

    return { powerUp, hear, send, silence };
  });
}
