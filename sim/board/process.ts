// process, getTime and the like: what the engine says about itself and the time.

import type { Machine } from './machine.ts';

/** The engine version whose behaviour was recorded (test/contract). */
export const VERSION = '2v29';

/** Make `process` for a board. Memory use of an engine is not simulated: what would be invented is not a number, unless a test says one. */
export function createProcess(machine: Machine): object {
  const { realm, data } = machine;
  const flash = data.flash;
  const fields = {
    version: VERSION,
    env: realm.object({
      VERSION,
      BOARD: data.engineName,
      FLASH: flash?.bytes ?? 0,
      STORAGE: flash?.storage.bytes ?? 0,
      SERIAL: machine.serial,
      MODULES: data.capabilities.wifi ? 'Flash,Storage,net,Wifi' : 'Flash,Storage,net',
    }),
  };
  const memory = (collect?: unknown) => {
    const unknown = { used: NaN, total: NaN };
    const { freeBytes, largestBlock } = machine.bench.memory;
    const blocksize = data.heap?.varBytes ?? NaN;
    // An ESP32 has a heap beside the variables, and speaks of it in an odd place.
    const hasHeap = data.capabilities.wifi && freeBytes !== undefined;
    const heap = hasHeap ? { free_heap: freeBytes, largest_block: largestBlock ?? freeBytes } : {};
    const pass = collect === false ? {} : { gc: NaN, gctime: NaN };
    return realm.object({
      free: hasHeap || freeBytes === undefined ? NaN : Math.floor(freeBytes / blocksize),
      usage: NaN,
      total: data.heap?.vars ?? NaN,
      history: NaN,
      ...pass,
      blocksize,
      rx: realm.object(unknown),
      tx: realm.object({ ...unknown, ...heap }),
    });
  };
  return Object.assign(realm.methods({ memory }), fields);
}

/** getTime and setTime. */
export function createTime(machine: Machine) {
  const { clock } = machine;
  return {
    getTime: () => clock.wall() / 1000,
    /** A clock that is the host's is not for a program to set. */
    setTime(seconds: number): void {
      if (machine.data.clockStartsAtZero) clock.setWall(Number(seconds) * 1000);
    },
  };
}
