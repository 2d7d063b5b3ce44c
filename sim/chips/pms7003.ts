// A Plantower PMS7003 as its serial pins show it: it sends by itself or when asked, sleeps, and needs half a minute of air
// until its values are right. Numbers in brackets are sections of the "PMS7003 series data manual" V2.5. Knows no driver.
// Fault `wrongId`: a PMS3003, which has shorter frames and knows no commands.

import type { Surroundings } from '../environment/surroundings.ts';
import { createUartChip } from './uart-chip.ts';
import type { UartChip } from './uart-chip.ts';

export interface Pms7003ChipOptions {
  readonly surroundings: Surroundings;
  /** Time from frame to frame in active mode: 200 to 800, 2300 when little changes [output result]. Default 800. */
  readonly intervalMs?: number;
}

export interface Pms7003Inside {
  /** Of the last word [appendix I]; 0: none. */
  errorCode: number;
  /** As it is now. */
  isAsleep: boolean;
  isActive: boolean;
}

/** Until it takes commands and sends. */
const BOOT_MS = 1000;
/** Until the fan has brought steady air [circuit attentions 4]. */
const STEADY_MS = 30000;
/** From a command to its answer. */
const ANSWER_MS = 10;
const LONG = 100000000;

const enum Answer {
  None,
  Command,
  Reading,
}

export function createPms7003Chip(options: Pms7003ChipOptions): UartChip<Pms7003Inside> {
  const around = options.surroundings;
  const intervalMs = options.intervalMs === undefined ? 800 : options.intervalMs;

  const chip: Pms7003Inside = { errorCode: 0, isAsleep: false, isActive: true };

  return createUartChip(chip, (faults) => {
    const heard = [0, 0, 0, 0, 0, 0, 0];
    let startedAt = 0;
    let nextAt = 0;
    let answer = Answer.None;
    let answerAt = 0;
    let said = 0;
    let how = 0;

    function wake(time: number): void {
      chip.isAsleep = false;
      chip.isActive = true;
      startedAt = time;
      nextAt = time + BOOT_MS;
    }

    function powerUp(time: number): void {
      answer = Answer.None;
      wake(time);
    }

    function reply(kind: Answer, time: number): void {
      answer = kind;
      answerAt = time + ANSWER_MS + faults.slowMs;
    }

    /** [appendix II] A chip that sleeps knows one command only. */
    function obey(command: number, data: number, time: number): void {
      said = command;
      how = data;
      if (command === 0xe4 && data === 1) {
        if (chip.isAsleep) wake(time);
      } else if (chip.isAsleep) return;
      else if (command === 0xe4) {
        chip.isAsleep = true;
        reply(Answer.Command, time);
      } else if (command === 0xe1) {
        chip.isActive = data === 1;
        nextAt = time + intervalMs;
        reply(Answer.Command, time);
      } else if (command === 0xe2 && !chip.isActive) reply(Answer.Reading, time);
    }

    function isCommand(): boolean {
      let sum = 0;
      for (let i = 0; i < 5; i++) sum += heard[i];
      return heard[0] === 0x42 && heard[1] === 0x4d && heard[5] * 256 + heard[6] === sum;
    }

    function hear(byte: number, time: number): void {
      for (let i = 0; i < 6; i++) heard[i] = heard[i + 1];
      heard[6] = byte;
      if (time >= startedAt + BOOT_MS && !faults.wrongId && isCommand()) obey(heard[2], heard[4], time);
    }

    function put(out: Uint8Array, at: number, word: number): void {
      const whole = word < 0 ? 0 : word > 0xffff ? 0xffff : Math.floor(word);
      out[at] = whole >> 8;
      out[at + 1] = whole & 0xff;
    }

    function finish(out: Uint8Array, size: number): number {
      let sum = 0;
      out[0] = 0x42;
      out[1] = 0x4d;
      put(out, 2, size - 4);
      for (let i = 0; i < size - 2; i++) sum += out[i];
      put(out, size - 2, sum);
      if (faults.badCrc) out[7] ^= 0x10;
      return size;
    }

    /** Whole micrograms. In factory air ("CF=1") the same particles weigh more, from 30 micrograms on. Unsteady air is too clean. */
    function putMass(out: Uint8Array, index: number, tenths: number, time: number): void {
      const seen = time < startedAt + STEADY_MS ? tenths / 4 : tenths;
      const mass = faults.saturated & (1 << index) ? 0xffff : Math.floor((seen + 5) / 10);
      put(out, 10 + index * 2, mass);
      put(out, 4 + index * 2, mass > 30 ? 30 + (mass - 30) * 1.5 : mass);
    }

    function sendReading(out: Uint8Array, time: number): number {
      const fine = around.pm25(time);
      putMass(out, 0, around.pm1(time), time);
      putMass(out, 1, fine, time);
      putMass(out, 2, around.pm10(time), time);
      // Particles in 0.1 litres of air, from 0.3 to 10 micrometres.
      for (let i = 0; i < 6; i++) put(out, 16 + i * 2, (fine * 18) / (1 << (i * 2)));
      out[28] = 0x97;
      out[29] = chip.errorCode;
      return finish(out, faults.wrongId ? 24 : 32);
    }

    function sendCommand(out: Uint8Array): number {
      out[4] = said;
      out[5] = how;
      return finish(out, 8);
    }

    function send(out: Uint8Array, time: number): number {
      if (answer !== Answer.None && time >= answerAt) {
        const kind = answer;
        answer = Answer.None;
        return kind === Answer.Command ? sendCommand(out) : sendReading(out, time);
      }
      if (!(chip.isActive || faults.wrongId) || chip.isAsleep || time < nextAt) return 0;
      nextAt = time + intervalMs;
      return sendReading(out, time);
    }

    function silence(time: number): number {
      let next = time + LONG;
      if (answer !== Answer.None) next = answerAt;
      if ((chip.isActive || faults.wrongId) && !chip.isAsleep && nextAt < next) next = nextAt;
      return next - time;
    }

    return { powerUp, hear, send, silence };
  });
}
