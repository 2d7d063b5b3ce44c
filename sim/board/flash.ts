// The module "Flash": reads, programs and erases anywhere, reports no failure, and calls some pages free that are not.

import { bytesOf } from './bytes.ts';
import { PowerCut } from './power-cut.ts';
import { typeName } from './type-name.ts';
import type { FlashMap } from '../../boards/board.ts';
import type { Nor } from '../nor.ts';
import type { Machine } from './machine.ts';

/** Flash as the engine's own code uses it. Does nothing once the board has stopped. */
export interface EngineFlash {
  readonly map: FlashMap;
  read(address: number, length: number): Uint8Array;
  readInto(address: number, into: Uint8Array): void;
  /** Any address and length: at the edges, what is there is programmed again. */
  write(address: number, bytes: Uint8Array): void;
  erase(address: number): void;
}

export function engineFlash(machine: Machine): EngineFlash {
  const map = machine.data.flash;
  if (map === undefined) throw new Error(`board ${machine.data.id} has no flash`);
  return flashOf(machine.nor, map, machine.loop.isOn);
}

/** @param isOn whether who uses it has power. */
export function flashOf(nor: Nor, map: FlashMap, isOn: () => boolean): EngineFlash {
  const unit = map.programUnit;
  const readInto = (address: number, into: Uint8Array) => {
    if (isOn()) nor.read(address, into);
  };
  const read = (address: number, length: number) => {
    const into = new Uint8Array(length);
    readInto(address, into);
    return into;
  };
  /** The power may go away in the middle of it: then the program does not come to its next line. */
  const program = (address: number, bytes: Uint8Array) => {
    nor.program(address, bytes);
    if (!isOn()) throw new PowerCut();
  };
  /** One program of whole units, filled up with what is there. */
  const patch = (address: number, bytes: Uint8Array) => {
    const inUnit = address % unit;
    const word = read(address - inUnit, unit);
    word.set(bytes, inUnit);
    program(address - inUnit, word);
  };
  return {
    map,
    read,
    readInto,
    write(address, bytes) {
      if (!isOn()) return;
      const head = Math.min(bytes.length, (unit - (address % unit)) % unit);
      const tail = (bytes.length - head) % unit;
      const middle = bytes.length - tail;
      if (head > 0) patch(address, bytes.subarray(0, head));
      if (middle > head) program(address + head, bytes.subarray(head, middle));
      if (tail > 0) patch(address + middle, bytes.subarray(middle));
    },
    erase(address) {
      if (!isOn()) return;
      nor.erase(address);
      if (!isOn()) throw new PowerCut();
    },
  };
}

/** Make the module for a board. */
export function createFlash(machine: Machine): object {
  const { realm } = machine;
  const flash = machine.part(engineFlash);
  const { map } = flash;
  const isInside = (address: number) => address >= map.base && address < map.base + map.bytes;
  const area = (address: number, length: number) => realm.object({ addr: address, length });
  return realm.methods({
    getPage(address: number): object | undefined {
      if (!isInside(address)) return undefined;
      return area(address - ((address - map.base) % map.pageBytes), map.pageBytes);
    },
    getFree: () => realm.array(map.reportedFree.map(({ address, bytes }) => area(address, bytes))),
    erasePage(address: unknown): void {
      if (typeof address !== 'number' || !Number.isInteger(address)) {
        throw new realm.Error(`Address should be an integer, got ${typeName(address)}`);
      }
      flash.erase(address);
    },
    write(data: unknown, address: number): void {
      if (data === undefined) throw new realm.Error('Data is not defined');
      flash.write(address, bytesOf(realm, data));
    },
    read(length: number, address: number): Uint8Array | undefined {
      if (!(length > 0)) return undefined;
      const into = new realm.Uint8Array(length);
      // The same bytes by this side's methods: those of the engine are not all there, and do other things.
      flash.readInto(address, new Uint8Array(into.buffer));
      return into;
    },
  });
}
