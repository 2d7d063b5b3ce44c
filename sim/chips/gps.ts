// A satellite receiver as its transmitting pin shows it: once a second all sentences of that second, one behind the other.
// Numbers in brackets are sections of "u-blox 8 / M8 receiver description" UBX-13003221. Knows no driver. Fault `wrongId` it
// cannot have: it has no identity. ES5 subset: runs in engines.

import type { Surroundings } from '../environment/surroundings.ts';
import { createUartChip } from './uart-chip.ts';
import type { UartChip } from './uart-chip.ts';

export interface GpsChipOptions {
  readonly surroundings: Surroundings;
  /** Two letters that begin each sentence: GP (default), GN, GL, GA, ... */
  readonly talker?: string;
  /** Decimals of the minutes, 2 to 7, default 5. */
  readonly decimals?: number;
  /** Also the sentences that most receivers send besides. */
  readonly isTalkative?: boolean;
  /** Slower than so many millimetres a second there is no course. Default 0: there always is one. */
  readonly slow?: number;
  /** Days since 2000-01-01 at time 0; default 9555: 2026-02-28. */
  readonly day?: number;
}

/** From power-up until it sends, and until it has a position: a start without any memory of the sky. */
const BOOT_MS = 500;
const COLD_MS = 26000;
const PERIOD_MS = 1000;
const DAY_MS = 86400000;

function daysOfYear(year: number): number {
  return year % 4 === 0 ? 366 : 365;
}

function daysOfMonth(month: number, year: number): number {
  if (month === 2) return daysOfYear(year) - 337;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

export function createGpsChip(options: GpsChipOptions): UartChip {
  const around = options.surroundings;
  const talker = options.talker === undefined ? 'GP' : options.talker;
  const decimals = options.decimals === undefined ? 5 : options.decimals;
  const slow = options.slow === undefined ? 0 : options.slow;
  const firstDay = options.day === undefined ? 9555 : options.day;

  return createUartChip({}, (faults) => {
    let startedAt = 0;
    let nextAt = 0;
    let knowsTime = false;
    let out: Uint8Array = new Uint8Array(0);
    let size = 0;
    let begin = 0;

    function powerUp(time: number): void {
      startedAt = time;
      nextAt = time + BOOT_MS;
      knowsTime = time < 0;
    }

    function put(char: number): void {
      if (size < out.length) out[size++] = char;
    }

    function putText(text: string): void {
      for (let i = 0; i < text.length; i++) put(text.charCodeAt(i));
    }

    /** @param power 10 to the power of one less than the digits. */
    function putDigits(value: number, power: number): void {
      for (; power >= 1; power = Math.floor(power / 10)) put(48 + (Math.floor(value / power) % 10));
    }

    function putComma(): void {
      put(44);
    }

    /** A number with a point before its last `places` digits, without zeros before it. */
    function putNumber(value: number, places: number): void {
      let scale = 1;
      for (let i = 0; i < places; i++) scale *= 10;
      if (value < 0) put(45);
      const size = value < 0 ? -value : value;
      let power = 1;
      while (power * 10 <= size / scale) power *= 10;
      putDigits(Math.floor(size / scale), power);
      if (places === 0) return;
      put(46);
      putDigits(size % scale, scale / 10);
    }

    function start(kind: string): void {
      begin = size;
      put(36);
      putText(talker);
      putText(kind);
      putComma();
    }

    function putHex(value: number): void {
      put(value < 10 ? 48 + value : 55 + value);
    }

    function end(): void {
      let sum = 0;
      for (let i = begin + 1; i < size; i++) sum ^= out[i];
      put(42);
      putHex(sum >> 4);
      putHex(sum & 15);
      put(13);
      put(10);
      if (faults.badCrc) out[begin + 9] ^= 1;
    }

    /** Hundred-thousandths of a degree are 60 of the minute's fifth decimals. */
    function putAngle(value: number, degreesPower: number, hemispheres: string): void {
      let minutes = (value < 0 ? -value : value) * 60;
      let scale = 100000;
      for (let i = 5; i < decimals; i++) {
        minutes *= 10;
        scale *= 10;
      }
      for (let i = 5; i > decimals; i--) {
        minutes = Math.floor((minutes + 5) / 10);
        scale /= 10;
      }
      putDigits(Math.floor(minutes / scale / 60), degreesPower);
      putDigits(Math.floor(minutes / scale) % 60, 10);
      put(46);
      putDigits(minutes % scale, scale / 10);
      putComma();
      put(hemispheres.charCodeAt(value < 0 ? 1 : 0));
      putComma();
    }

    function putPlace(time: number, isFixed: boolean): void {
      if (!isFixed) return putText(',,,,');
      putAngle(around.latitude(time), 10, 'NS');
      putAngle(around.longitude(time), 100, 'EW');
    }

    function putTime(time: number): void {
      const seconds = Math.floor((time % DAY_MS) / 1000);
      if (knowsTime) {
        putDigits(Math.floor(seconds / 3600), 10);
        putDigits(Math.floor(seconds / 60) % 60, 10);
        putDigits(seconds % 60, 10);
        put(46);
        putDigits(0, 10);
      }
      putComma();
    }

    function putDate(time: number): void {
      let day = firstDay + Math.floor(time / DAY_MS);
      let year = 0;
      for (; day >= daysOfYear(year); year++) day -= daysOfYear(year);
      let month = 1;
      for (; day >= daysOfMonth(month, year); month++) day -= daysOfMonth(month, year);
      if (knowsTime) {
        putDigits(day + 1, 10);
        putDigits(month, 10);
        putDigits(year, 10);
      }
      putComma();
    }

    function putCourse(time: number): void {
      if (around.speed(time) >= slow) putNumber(around.course(time), 1);
      putComma();
    }

    /** [31.2.14] */
    function putRmc(time: number, isFixed: boolean): void {
      start('RMC');
      putTime(time);
      put(isFixed ? 65 : 86);
      putComma();
      putPlace(time, isFixed);
      if (isFixed) {
        putNumber(Math.floor((around.speed(time) * 900 + 231) / 463), 3);
        putComma();
        putCourse(time);
      } else putText(',,');
      putDate(time);
      putText(isFixed ? ',,A' : ',,N');
      end();
    }

    /** [31.2.4] */
    function putGga(time: number, isFixed: boolean): void {
      const used = around.satellites(time);
      start('GGA');
      putTime(time);
      putPlace(time, isFixed);
      putText(isFixed ? '1,' : '0,');
      putDigits(used > 99 ? 99 : used, 10);
      putComma();
      // The more satellites, the better they surround it.
      putNumber(isFixed ? 60 + Math.floor(600 / used) : 9999, 2);
      putComma();
      if (isFixed) {
        putNumber(around.altitude(time), 1);
        putText(',M,46.9,M,,');
      } else putText(',,,,,');
      end();
    }

    function putOthers(time: number, isFixed: boolean): void {
      start('GSV');
      putText('3,1,11,03,03,111,00,04,15,270,00,06,01,010,00,13,06,292,00');
      end();
      start('GLL');
      putPlace(time, isFixed);
      putTime(time);
      putText(isFixed ? 'A,A' : 'V,N');
      end();
      start('TXT');
      putText('01,01,02,ANTSTATUS=OK');
      end();
    }

    function send(into: Uint8Array, time: number): number {
      if (time < nextAt) return 0;
      nextAt = time - (time % PERIOD_MS) + PERIOD_MS;
      out = into;
      size = 0;
      const isFixed = around.satellites(time) >= 3 && time >= startedAt + COLD_MS;
      if (isFixed) knowsTime = true;
      putRmc(time, isFixed);
      if (options.isTalkative === true) putOthers(time, isFixed);
      putGga(time, isFixed);
      return size;
    }

    function silence(time: number): number {
      return nextAt - time;
    }

    return { powerUp, hear: () => {}, send, silence };
  });
}
