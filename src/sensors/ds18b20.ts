// Analog Devices (Maxim, Dallas) DS18B20, DS1822 and DS18S20: temperature over 1-Wire; any number on one wire, each a driver.
// Numbers in brackets are sections, tables and figures of the datasheet "DS18B20" 19-7487, with an S of "DS18S20" 19-5474:
// https://www.analog.com/media/en/technical-documentation/data-sheets/ds18b20.pdf
// Never waits: each step is at most three short exchanges; the bus takes care that one conversion serves all chips.

import { Code } from '../ports/codes.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { nearest, signedLowWordAt } from './check.ts';
import { crc8Low } from './ds18b20-bus.ts';
import type { Ds18b20Bus } from './ds18b20-bus.ts';
import type { Driver } from './driver.ts';
import { createSampler } from './sampler.ts';

export interface Ds18b20Options {
  /** Which chip on the wire: its ROM, family first and CRC last, as 16 hexadecimal digits [64-bit lasered ROM code]. */
  readonly rom?: string;
  /**
   * Without `rom`: its place among all devices in the order of a search, from 0 (default). Once found, a chip is known by its ROM
   * until `close` or `configure`, so that no other can step into its place.
   */
  readonly index?: number;
  /** Bits, 9 to 12 (default): half a degree in 94 ms to a sixteenth in 750 ms [table 2]. The DS18S20 has no choice. */
  readonly resolution?: 9 | 10 | 11 | 12;
}

/** The whole range of the chip [Features]. */
const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'temperature',
    unit: '\xC2\xB0C',
    deviceClass: 'temperature',
    decimals: 3,
    precision: 2,
    min: -55000,
    max: 125000,
  },
];

const enum Family {
  Ds18s20 = 0x10,
  Ds1822 = 0x22,
  Ds18b20 = 0x28,
}

const MATCH_ROM = 0x55;
const WRITE_SCRATCHPAD = 0x4e;
const READ_SCRATCHPAD = 0xbe;

/** The scratchpad [figure 9; S figure 7]. */
const enum At {
  HighLimit = 2,
  LowLimit = 3,
  Config = 4,
  Remain = 6,
  PerDegree = 7,
}

/** Alarm limits that nobody has in EEPROM, low above high: what a chip forgets that lost its supply. */
const MARK_HIGH = 0x95;
const MARK_LOW = 0x6a;
/** Codes of 85 degrees, which stand there after power-up, with what stands in `Remain` then. */
const RESET_CODE = 0x0550;
const RESET_CODE_S = 0x00aa;
const RESET_REMAIN = 0x0c;

/** Conversion at 9 bits, rounded up, and one more, since the clock may have been about to tick; twice that with each bit [table 2]. */
const CONVERT_MS = 94;
/** Between the settings of a chip and its conversion: others that start now are set up meanwhile, and take part. */
const GATHER_MS = 5;

/** A thermometer on the wire of `group`. Touches nothing before the first `start`. */
export function createDs18b20(group: Ds18b20Bus, options: Ds18b20Options = {}): Driver<Ds18b20Options> {
  const wire = group.wire;
  const member = group.join();
  const rom = new Uint8Array(8);
  const setWords = new Uint8Array([
    MATCH_ROM,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    WRITE_SCRATCHPAD,
    MARK_HIGH,
    MARK_LOW,
    0,
  ]);
  const readWords = new Uint8Array([MATCH_ROM, 0, 0, 0, 0, 0, 0, 0, 0, READ_SCRATCHPAD]);
  const scratchpad = new Uint8Array(9);
  let index = 0;
  let isGiven = false;
  let isKnown = false;
  /** Number of the last conversion that is not for us. */
  let done = 0;
  let config = 0;
  let resolution = 12;

  /** Take the ROM over. @returns 0, or Code.WrongId: no thermometer. */
  function adopt(): number {
    const family = rom[0];
    if (family !== Family.Ds18b20 && family !== Family.Ds18s20 && family !== Family.Ds1822) {
      return Code.WrongId;
    }
    setWords.set(rom, 1);
    readWords.set(rom, 1);
    isKnown = true;
    return Code.Ok;
  }

  /** @returns whether `text` is a ROM with a right CRC, of a thermometer. */
  function takeRom(text: string): boolean {
    if (text.length !== 16) return false;
    for (let i = 0; i < 8; i++) {
      rom[i] = parseInt(text.substr(2 * i, 2), 16);
    }
    return crc8Low(rom, 8) === 0 && adopt() === Code.Ok;
  }

  function configure(next: Ds18b20Options): number {
    resolution = next.resolution === undefined ? 12 : next.resolution;
    index = next.index === undefined ? 0 : next.index;
    isGiven = next.rom !== undefined;
    isKnown = false;
    if (!(resolution >= 9 && resolution <= 12 && index >= 0)) return Code.BadOptions;
    if ((resolution | 0) !== resolution || (index | 0) !== index) return Code.BadOptions;
    config = ((resolution - 9) << 5) | 0x1f;
    setWords[12] = config;
    return next.rom !== undefined && !takeRom(next.rom) ? Code.BadOptions : Code.Ok;
  }

  /** Find out which chip is meant. @returns 0, or a negative Code. */
  function identify(): number {
    if (isKnown) return Code.Ok;
    const code = group.find(member, index, rom);
    return code < 0 ? code : adopt();
  }

  /** Settings and mark into the scratchpad, never into EEPROM, which wears out. */
  function setUp(step: number, now: number): number {
    if (step > 0) return Code.Ok;
    let code = group.settle(now);
    if (code === Code.NotReady) return code;
    code = identify();
    if (code === Code.Ok) code = group.lookAtPower();
    if (code === Code.Ok) code = wire.reset();
    if (code < 0) return code;
    // A DS18S20 has no third register, and takes no notice of its byte.
    wire.write(setWords);
    // What was converted before is none of ours.
    done = group.latest();
    group.setTime(member, CONVERT_MS << (rom[0] === Family.Ds18s20 ? 3 : resolution - 9));
    return GATHER_MS;
  }

  /** @returns 0: the scratchpad is what this chip says, and it has kept its settings. */
  function check(): number {
    // A CRC of zeros is zero, so it lets a wire through that is held down; no chip with a mark has zeros.
    if (crc8Low(scratchpad, 9) !== 0) return isSilent() ? Code.Absent : Code.Crc;
    if (scratchpad[At.HighLimit] !== MARK_HIGH || scratchpad[At.LowLimit] !== MARK_LOW) return Code.Fault;
    const isS = rom[0] === Family.Ds18s20;
    if (!isS && scratchpad[At.Config] !== config) return Code.Fault;
    const isReset = signedLowWordAt(scratchpad, 0) === (isS ? RESET_CODE_S : RESET_CODE);
    return isReset && scratchpad[At.Remain] === RESET_REMAIN ? Code.Fault : Code.Ok;
  }

  /** Nobody felt meant by the ROM. */
  function isSilent(): boolean {
    for (let i = 0; i < 9; i++) if (scratchpad[i] !== 0xff) return false;
    return true;
  }

  /** @returns thousandths of a degree. */
  function temperature(): number {
    const code = signedLowWordAt(scratchpad, 0);
    // Bits below the resolution are undefined [table 2].
    if (rom[0] !== Family.Ds18s20) return (((code >> (12 - resolution)) << (12 - resolution)) * 125) / 2;
    const perDegree = scratchpad[At.PerDegree];
    return (code >> 1) * 1000 - 250 + ((perDegree - scratchpad[At.Remain]) * 1000) / perDegree;
  }

  function measure(step: number, now: number, values: Int32Array): number {
    if (step === 0) return group.convert(now, done);
    let code = group.settle(now);
    if (code === Code.Ok) code = wire.reset();
    if (code < 0) return code;
    wire.write(readWords);
    wire.read(scratchpad);
    done = group.latest();
    code = check();
    if (code === Code.Ok) values[0] = nearest(temperature());
    return code;
  }

  /** It sleeps by itself. */
  function sleep(): void {
    isKnown = isGiven;
    group.setTime(member, 0);
  }

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: 10,
      minIntervalMs: CONVERT_MS << 3,
      discard: 0,
      retryMs: 10,
      patienceMs: 1500,
      configure,
      setUp,
      measure,
      sleep,
    },
    options,
  );
}
