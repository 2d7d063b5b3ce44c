// A DS18B20, DS1822 or DS18S20 as its wire shows it: scratchpad and EEPROM, conversion times, busy slots, parasite power, CRCs,
// and faults to switch on. Numbers in brackets are sections of the DS18B20's datasheet (19-7487), S ones of the DS18S20's
// (19-5474). Knows no driver. Fault `wrongId` puts another family into its place, `stuckLow` is a wire shorted to ground;
// `stuckHigh` is a wire that is off, so it is `absent`.

import type { Surroundings } from '../environment/surroundings.ts';
import { createFaults, createUnwrapped } from './faults.ts';
import type { FaultyChip } from './faults.ts';
import type { OneWireDevice } from './onewire-device.ts';

export interface Ds18b20ChipOptions {
  readonly surroundings: Surroundings;
  /** Lives on the wire, without a supply of its own. */
  readonly isParasite?: boolean;
  /** 0x28 (default), 0x22 for the DS1822, 0x10 for the DS18S20. */
  readonly family?: number;
  /** 0 to 65535, default 1: so that several are different. */
  readonly serial?: number;
  /** Configuration in its EEPROM, default 0x7F for 12 bits, as it leaves the factory. */
  readonly config?: number;
}

export interface Ds18b20Chip extends OneWireDevice, FaultyChip {
  readonly scratchpad: Uint8Array;
  /** A bit turns whenever a search finds it. */
  badRom: boolean;
  /** Conversions begun, modulo 256. */
  conversions: number;
  /** Bytes written into the EEPROM. */
  wear: number;
  /** A bus was used, or did not hold the wire up, while this chip lived on it. */
  starved: number;
}

const DS18S20 = 0x10;
/** A battery monitor: what `wrongId` puts here. */
const DS2438 = 0x26;

const enum Function {
  None = 0,
  Convert = 0x44,
  CopyScratchpad = 0x48,
  WriteScratchpad = 0x4e,
  ReadPowerSupply = 0xb4,
  RecallEeprom = 0xb8,
  ReadScratchpad = 0xbe,
}

/** CRC of the 1-Wire family, as the datasheet's shift register does it [CRC generation]: x^8 + x^5 + x^4 + 1, low bit first. */
function shiftedCrc(bytes: ArrayLike<number>, count: number): number {
  let register = 0;
  for (let bit = 0; bit < count * 8; bit++) {
    const feedback = (register ^ (bytes[bit >> 3] >> (bit & 7))) & 1;
    register = (register >> 1) & 0x7f;
    if (feedback) register ^= 0x8c;
  }
  return register;
}

export function createDs18b20Chip(options: Ds18b20ChipOptions): Ds18b20Chip {
  const temperature = options.surroundings.probeTemperature;
  const isParasite = options.isParasite === true;
  const ownFamily = options.family === undefined ? 0x28 : options.family;
  const serial = options.serial === undefined ? 1 : options.serial;
  const hasConfig = ownFamily !== DS18S20;
  const faults = createFaults();
  const timeOf = createUnwrapped();
  const rom = [ownFamily, serial & 0xff, serial >> 8, 0x4c, 0x52, 0x09, 0, 0];
  const scratchpad = new Uint8Array(9);
  /** Alarm limits and configuration, as they come from the factory or from an earlier life. */
  const eeprom = new Uint8Array([0x4b, 0x46, options.config === undefined ? 0x7f : options.config]);

  let command = Function.None;
  /** Bytes of the command's data so far, in either direction. */
  let at = 0;
  let isConverting = false;
  let doneAt = 0;
  /** Of the running conversion, sixteenths of a degree. */
  let sixteenths = 0;
  let isPowered = false;

  function recall(): void {
    scratchpad[2] = eeprom[0];
    scratchpad[3] = eeprom[1];
    scratchpad[4] = hasConfig ? eeprom[2] : 0xff;
  }

  /** What the scratchpad holds after power-up: 85 degrees [Memory, figure 9; S figure 7]. */
  function powerUp(): void {
    scratchpad[0] = hasConfig ? 0x50 : 0xaa;
    scratchpad[1] = hasConfig ? 0x05 : 0;
    recall();
    scratchpad[5] = 0xff;
    scratchpad[6] = 0x0c;
    scratchpad[7] = 0x10;
    command = Function.None;
    isConverting = false;
  }

  function store(): void {
    let code = sixteenths;
    if (hasConfig) {
      scratchpad[6] = 0x10 - (code & 15);
      // Bits below the resolution are undefined [table 2]: ones, so that nobody takes them for zeros.
      code |= 7 >> ((scratchpad[4] >> 5) & 3);
    } else {
      // T = TEMP_READ - 0.25 + (COUNT_PER_C - COUNT_REMAIN) / COUNT_PER_C [S Operation].
      const whole = (code + 4) >> 4;
      scratchpad[6] = 16 - (code + 4 - whole * 16);
      code = whole * 2 + (scratchpad[6] <= 8 ? 1 : 0);
    }
    scratchpad[0] = code & 0xff;
    scratchpad[1] = (code >> 8) & 0xff;
  }

  /** Let happen what has happened by now. */
  function settle(time: number): void {
    if (!isConverting || time < doneAt) return;
    isConverting = false;
    store();
  }

  /** Somebody uses the wire, or stops to hold it up: a chip that lives on it while it converts dies of that [Powering]. */
  function starve(time: number): void {
    settle(time);
    if (!isParasite || !isConverting) return;
    chip.starved++;
    powerUp();
  }

  function convert(time: number): void {
    const bits = hasConfig ? (scratchpad[4] >> 5) & 3 : 3;
    isConverting = true;
    chip.conversions = (chip.conversions + 1) & 0xff;
    // 93.75 ms at 9 bits, twice as long with each further one [table 2].
    doneAt = time + 93.75 * (1 << bits) + faults.slowMs;
    sixteenths = Math.floor((temperature(time) * 2) / 125 + 0.5);
    if (sixteenths < -880) sixteenths = -880;
    if (sixteenths > 2000) sixteenths = 2000;
  }

  function copy(): void {
    for (let i = 0; i < 3; i++) eeprom[i] = scratchpad[2 + i];
    chip.wear += 3;
  }

  function reset(now: number): void {
    starve(timeOf(now));
    command = Function.None;
    rom[0] = faults.wrongId ? DS2438 : ownFamily;
    rom[7] = shiftedCrc(rom, 7) ^ (chip.badRom ? 0x20 : 0);
  }

  function write(byte: number, now: number): void {
    const time = timeOf(now);
    starve(time);
    if (faults.stuckLow || faults.wrongId) return;
    if (command === Function.WriteScratchpad) {
      // TH and TL, and where there is one the configuration, of which two bits can be written [figure 10].
      if (at === 2 && hasConfig) scratchpad[4] = 0x1f | (byte & 0x60);
      else if (at < 2) scratchpad[2 + at] = byte;
      at++;
      return;
    }
    command = byte;
    at = 0;
    if (command === Function.Convert) convert(time);
    if (command === Function.CopyScratchpad) copy();
    if (command === Function.RecallEeprom) recall();
  }

  function read(now: number): number {
    const time = timeOf(now);
    starve(time);
    if (faults.wrongId) return 0xff;
    if (command === Function.Convert) return isConverting ? 0 : 0xff;
    if (command === Function.ReadPowerSupply) return isParasite ? 0 : 0xff;
    if (command !== Function.ReadScratchpad || at > 8) return 0xff;
    if (at === 0) scratchpad[8] = shiftedCrc(scratchpad, 8) ^ (faults.badCrc ? 0x04 : 0);
    return scratchpad[at++];
  }

  function power(isOn: boolean, now: number): void {
    if (isPowered && !isOn) starve(timeOf(now));
    isPowered = isOn;
    // Within 10 microseconds of the command, or it is too late.
    if (isParasite && isConverting && !isOn) starve(timeOf(now));
  }

  const chip: Ds18b20Chip = {
    rom,
    faults,
    scratchpad,
    badRom: false,
    conversions: 0,
    wear: 0,
    starved: 0,
    isThere: () => !faults.absent && !faults.stuckHigh,
    holdsLow: () => faults.stuckLow,
    reset,
    write,
    read,
    power,
    brownOut: () => powerUp(),
  };
  powerUp();
  rom[7] = shiftedCrc(rom, 7);
  return chip;
}
