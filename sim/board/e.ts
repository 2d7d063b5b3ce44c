// The object E: bytes and strings, CRC, randomness, watchdog. What an engine knows of its own memory is not simulated.

import { listenersOf } from './events.ts';
import { bytesOf, byteText, bytesToText, crc32, textToBytes } from './bytes.ts';
import { writeBootCode } from './files.ts';
import type { Machine } from './machine.ts';
import { textOf } from './text.ts';
import { toJs } from './to-js.ts';
import { Wake } from './machine.ts';
import type { WorldTimer } from './world.ts';

/** A generator before it is seeded: all boards draw the same numbers, as an ESP32 does. */
const FIRST_W = 0xdeadbeef;
const FIRST_Z = 0xcafebabe;

/** The board's only source of random numbers: Espruino's two multiply-with-carry halves (jsutils.c), of 16 bits of the seed each. */
export function boardRandom(_machine: Machine) {
  let w = FIRST_W;
  let z = FIRST_Z;
  /** @returns an integer of 31 bits. */
  const draw = () => {
    z = (36969 * (z & 0xffff) + (z >>> 16)) >>> 0;
    w = (18000 * (w & 0xffff) + (w >>> 16)) >>> 0;
    return ((z << 16) + w) & 0x7fffffff;
  };
  return {
    draw,
    next: () => draw() / 0x80000000,
    seed(value: number) {
      w = ((value & 0xffff) | (value << 16)) >>> 0;
      z = ((value & 0xffff0000) | (value >>> 16)) >>> 0;
    },
  };
}

/** Restarts the board when it is not fed: by the program, or by every pass of the idle loop. */
function watchdog(machine: Machine) {
  const { clock, loop, world } = machine;
  let periodMs = 0;
  let automatic = false;
  let fed = 0;
  let timer: WorldTimer | undefined;

  const isStarved = () => periodMs > 0 && clock.now() - fed >= periodMs;
  const arm = () => {
    if (timer !== undefined) world.clearTimer(timer);
    timer = undefined;
    if (periodMs === 0 || automatic || !loop.isOn()) return;
    timer = world.setTimer(Math.max(0, fed + periodMs - world.now()), () => {
      if (loop.isOn() && isStarved()) machine.reboot(Wake.PowerOn, 0);
    });
  };
  const feed = () => {
    fed = clock.now();
    arm();
  };
  // The idle loop of the engine spins all the time: only what blocks it starves an automatic watchdog.
  loop.onPassEnd(() => {
    if (automatic) fed = clock.now();
  });
  machine.onStop(() => {
    if (timer !== undefined) world.clearTimer(timer);
  });
  return {
    feed,
    start(seconds: number, auto: boolean) {
      periodMs = Math.floor(seconds) * 1000;
      automatic = auto;
      feed();
    },
    /** Called while the program blocks. */
    check(blockedMs: number) {
      if (automatic ? periodMs > 0 && blockedMs >= periodMs : isStarved()) machine.restart(Wake.PowerOn, 0);
    },
  };
}

/** Make E for a board. */
export function createE(machine: Machine): object {
  const { realm } = machine;
  const random = machine.part(boardRandom);
  const hasWatchdog = machine.data.capabilities.watchdog;
  const dog = machine.part(watchdog);
  machine.onBlock(dog.check);

  const self: object = realm.methods({
    toString(...data: unknown[]): string {
      const only = data.length === 1 ? data[0] : undefined;
      return typeof only === 'string' ? byteText(only) : bytesToText(bytesOf(realm, data));
    },
    toUint8Array: (...data: unknown[]) => new realm.Uint8Array(bytesOf(realm, data)),
    toArrayBuffer(text: unknown): ArrayBuffer | undefined {
      return typeof text === 'string' ? new realm.Uint8Array(textToBytes(text)).buffer : undefined;
    },
    toJS: (value: unknown) => toJs(value),
    sum(data: unknown): number {
      let sum = 0;
      for (const byte of bytesOf(realm, data)) sum += byte;
      return sum;
    },
    CRC32: (data: unknown) => crc32(bytesOf(realm, data)),
    hwRand: random.draw,
    srand: (seed: number) => random.seed(seed),
    getErrorFlags: () => realm.array([]),
    getTemperature: () => NaN,
    enableWatchdog(seconds: number, isAuto?: unknown): void {
      if (hasWatchdog) dog.start(Number(seconds), isAuto === undefined || Boolean(isAuto));
    },
    kickWatchdog(): void {
      if (hasWatchdog) dog.feed();
    },
    /** What is listening is told before. */
    reboot() {
      machine.loop.callAll(listenersOf(self, 'kill') ?? [], self, []);
      machine.restart(Wake.PowerOn, 0);
    },
    setBootCode(code: unknown, alwaysExec?: unknown): void {
      writeBootCode(machine, typeof code === 'string' ? code : '', Boolean(alwaysExec));
    },
    setPassword: (password?: unknown) =>
      machine.console.setPassword(password === undefined ? undefined : textOf(password)),
    lockConsole: () => machine.console.lock(),
    getConsole: () => machine.console.getDevice(),
    setConsole(device: unknown): void {
      if (device !== null && typeof device !== 'string') {
        throw new realm.Error('the console goes to a port by its name, or to null');
      }
      machine.console.setDevice(device);
    },
  });
  return self;
}
