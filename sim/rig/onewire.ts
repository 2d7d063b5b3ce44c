// A 1-Wire bus as device code sees it, with simulated devices on it: for tests that need no board. ES5 subset: runs in engines.

import type { Clock } from '../../src/ports/clock.ts';
import { Code } from '../../src/ports/codes.ts';
import type { OneWireBus } from '../../src/ports/onewire.ts';
import { ROM_BYTES, RomCommand } from '../chips/onewire-device.ts';
import type { OneWireDevice } from '../chips/onewire-device.ts';

export interface SimulatedOneWireBus extends OneWireBus {
  /** Resets, writes, reads and searches so far, modulo 256: Espruino holds larger integers in more. */
  transfers: number;
  /** Bytes of the longest read, write or search: each bit of a search takes three time slots, and all devices are found in one call. */
  longest: number;
  /** Searches of the whole bus so far. */
  searches: number;
}

const DEVICES_MAX = 64;

const enum Expect {
  RomCommand,
  Rom,
  Function,
}

/** @returns whether a search finds `a` before `b`: their first different bit is 0 in `a`. */
function isBefore(a: readonly number[], b: readonly number[]): boolean {
  for (let bit = 0; bit < 64; bit++) {
    const difference = ((a[bit >> 3] >> (bit & 7)) & 1) - ((b[bit >> 3] >> (bit & 7)) & 1);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** @param devices may grow and shrink while the bus is used. @param clock the world's time. */
export function createOneWireBus(
  devices: readonly OneWireDevice[],
  clock: Pick<Clock, 'now'>,
): SimulatedOneWireBus {
  let expects = Expect.Function;
  /** 1 at the place of a device that takes part. */
  const selected = new Uint8Array(DEVICES_MAX);
  let romAt = 0;
  /** Places of the devices that the last search found, in its order. */
  const found = new Uint8Array(DEVICES_MAX);
  let foundCount = 0;

  function isThere(device: OneWireDevice): boolean {
    return device.isThere === undefined || device.isThere();
  }

  function isHeldLow(): boolean {
    for (let i = 0; i < devices.length; i++) {
      const device = devices[i];
      if (isThere(device) && device.holdsLow !== undefined && device.holdsLow()) return true;
    }
    return false;
  }

  function power(isOn: boolean): void {
    for (let i = 0; i < devices.length; i++) {
      const device = devices[i];
      if (device.power !== undefined) device.power(isOn, clock.now());
    }
  }

  function selectAll(isSelected: boolean): void {
    for (let i = 0; i < devices.length; i++) selected[i] = isSelected && isThere(devices[i]) ? 1 : 0;
  }

  function count(bytes: number): void {
    bus.transfers = (bus.transfers + 1) & 0xff;
    if (bytes > bus.longest) bus.longest = bytes;
  }

  function reset(): number {
    let answers = 0;
    count(0);
    power(false);
    for (let i = 0; i < devices.length; i++) {
      if (!isThere(devices[i])) continue;
      devices[i].reset(clock.now());
      answers++;
    }
    selectAll(false);
    expects = Expect.RomCommand;
    // A wire that is held down looks like an answer.
    return answers > 0 ? Code.Ok : Code.Absent;
  }

  function takeRomCommand(byte: number): void {
    selectAll(byte === RomCommand.Skip || byte === RomCommand.Match);
    romAt = 0;
    expects = byte === RomCommand.Match ? Expect.Rom : Expect.Function;
  }

  /** Devices whose ROM differs drop out, byte by byte. */
  function takeRomByte(byte: number): void {
    for (let i = 0; i < devices.length; i++) if (devices[i].rom[romAt] !== byte) selected[i] = 0;
    romAt++;
    if (romAt === ROM_BYTES) expects = Expect.Function;
  }

  function put(byte: number): void {
    if (expects === Expect.RomCommand) takeRomCommand(byte);
    else if (expects === Expect.Rom) takeRomByte(byte);
    else {
      for (let i = 0; i < devices.length; i++) {
        if (selected[i] && isThere(devices[i])) devices[i].write(byte, clock.now());
      }
    }
  }

  function write(bytes: Uint8Array, isPowered?: boolean): void {
    count(bytes.length);
    power(false);
    if (!isHeldLow()) for (let i = 0; i < bytes.length; i++) put(bytes[i]);
    power(isPowered === true);
  }

  function get(): number {
    let bits = 0xff;
    for (let i = 0; i < devices.length; i++) {
      if (selected[i] && isThere(devices[i])) bits &= devices[i].read(clock.now());
    }
    return bits;
  }

  function read(into: Uint8Array): void {
    count(into.length);
    power(false);
    for (let i = 0; i < into.length; i++) into[i] = isHeldLow() ? 0 : get();
  }

  function searchAll(): void {
    bus.searches++;
    foundCount = 0;
    // All bits zero is what a search finds on a wire that is held down, and it gives that up.
    if (reset() < 0 || isHeldLow()) return;
    for (let i = 0; i < devices.length; i++) {
      if (!isThere(devices[i])) continue;
      let place = foundCount++;
      for (; place > 0 && isBefore(devices[i].rom, devices[found[place - 1]].rom); place--) {
        found[place] = found[place - 1];
      }
      found[place] = i;
    }
    count(foundCount * (1 + 3 * ROM_BYTES));
  }

  function search(index: number, into: Uint8Array): number {
    if (index === 0) searchAll();
    if (index >= foundCount) return Code.Absent;
    const rom = devices[found[index]].rom;
    for (let i = 0; i < ROM_BYTES; i++) into[i] = rom[i];
    return Code.Ok;
  }

  const bus: SimulatedOneWireBus = { transfers: 0, longest: 0, searches: 0, reset, write, read, search };
  return bus;
}
