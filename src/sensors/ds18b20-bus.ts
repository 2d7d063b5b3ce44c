// What thermometers on one 1-Wire bus share: one search, and one conversion for all that are due together. While a conversion
// runs nobody else may use the wire: chips that live on it would die of that, and the others could no longer be asked
// whether they are done.
// Numbers in brackets are sections of the DS18B20's datasheet: https://www.analog.com/media/en/technical-documentation/data-sheets/ds18b20.pdf

import { after, elapsed, remaining } from '../ports/clock.ts';
import { Code } from '../ports/codes.ts';
import type { OneWireBus } from '../ports/onewire.ts';

/** To be handed to each `createDs18b20` of a bus. */
export interface Ds18b20Bus {
  readonly wire: OneWireBus;
  /** @returns a number for a driver, by which it says how long its chip converts. */
  join(): number;
  /** @param ms longest conversion of this driver's chip, 0: it has none to wait for. */
  setTime(member: number, ms: number): void;
  /**
   * Fetch a ROM by its place in the search, with a right CRC.
   * Whoever has tried the last search begins a new one; the others have that. @returns 0, or a negative Code.
   */
  find(member: number, index: number, rom: Uint8Array): number;
  /** @returns 0: the wire is free; Code.NotReady: a conversion runs; Code.Timeout: it is free, but nobody may fetch what is there. */
  settle(now: number): number;
  /** Look whether a chip lives on the wire [Powering the DS18B20]. @returns 0, or a negative Code. */
  lookAtPower(): number;
  /** Number of the last conversion. */
  latest(): number;
  /**
   * Begin a conversion, or take part in one that is young enough.
   * @param done number of the last conversion that the driver knows. @returns milliseconds until its end, or a negative Code.
   */
  convert(now: number, done: number): number;
}

const SKIP_ROM = 0xcc;
const CONVERT = 0x44;
const READ_POWER_SUPPLY = 0xb4;

/** A conversion is everybody's for so long, milliseconds from its start. */
const SHARE_MS = 1500;
/** And over, whatever the wire says, after so much. */
const LIMIT_MS = 2500;

/** @returns CRC-8 of `count` bytes, low bit first: 0 over bytes with their CRC behind them. */
export function crc8Low(bytes: Uint8Array, count: number): number {
  let crc = 0;
  for (let i = 0; i < count; i++) {
    crc ^= bytes[i];
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (crc & 1 ? 0x8c : 0);
  }
  return crc;
}

/** The thermometers of a bus. Touches nothing before the first `start` of one of them. */
export function createDs18b20Bus(wire: OneWireBus): Ds18b20Bus {
  const convertAll = new Uint8Array([SKIP_ROM, CONVERT]);
  const askPower = new Uint8Array([SKIP_ROM, READ_POWER_SUPPLY]);
  const byte = new Uint8Array(1);
  /** By driver: milliseconds, and the search that it tried last. */
  const times: number[] = [];
  const tried: number[] = [];
  let isParasite = false;
  let isRunning = false;
  /** The last conversion did not end. */
  let hasFailed = false;
  let startedAt = 0;
  let doneAt = 0;
  let conversion = 0;
  let searches = 0;
  /** Device 0 of the last search. */
  const first = new Uint8Array(8);
  let firstCode: number = Code.Absent;

  function join(): number {
    times.push(0);
    tried.push(0);
    return times.length - 1;
  }

  function setTime(member: number, ms: number): void {
    times[member] = ms;
  }

  function find(member: number, index: number, rom: Uint8Array): number {
    if (tried[member] === searches) {
      searches = (searches & 0xff) + 1;
      firstCode = wire.search(0, first);
    }
    tried[member] = searches;
    if (index === 0) rom.set(first);
    const code = index === 0 ? firstCode : wire.search(index, rom);
    return code === Code.Ok && crc8Low(rom, 8) !== 0 ? Code.Crc : code;
  }

  function settle(now: number): number {
    if (!isRunning) return hasFailed ? Code.Timeout : Code.Ok;
    if (remaining(now, doneAt) > 0) return Code.NotReady;
    byte[0] = 0xff;
    // Whoever converts answers zeros [Convert T], unless it has no power for that.
    if (!isParasite) wire.read(byte);
    if (byte[0] !== 0xff && elapsed(startedAt, now) < LIMIT_MS) return Code.NotReady;
    isRunning = false;
    hasFailed = byte[0] !== 0xff;
    return hasFailed ? Code.Timeout : Code.Ok;
  }

  function lookAtPower(): number {
    const code = wire.reset();
    if (code < 0) return code;
    wire.write(askPower);
    wire.read(byte);
    isParasite = byte[0] !== 0xff;
    return Code.Ok;
  }

  function latest(): number {
    return conversion;
  }

  function longest(): number {
    let ms = 0;
    for (let i = 0; i < times.length; i++) if (times[i] > ms) ms = times[i];
    return ms;
  }

  function convert(now: number, done: number): number {
    if (conversion !== done && elapsed(startedAt, now) < SHARE_MS) return remaining(now, doneAt);
    if (settle(now) === Code.NotReady) return Code.NotReady;
    const code = wire.reset();
    if (code < 0) return code;
    wire.write(convertAll, isParasite);
    // Few numbers are enough: one that comes again only begins a conversion that it could have shared.
    conversion = (conversion + 1) & 0xff;
    startedAt = now;
    doneAt = after(now, longest());
    isRunning = true;
    return longest();
  }

  return { wire, join, setTime, find, settle, lookAtPower, latest, convert };
}
