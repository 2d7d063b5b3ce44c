// The globals that Espruino adds to the language, by name. Each is made when a program first asks for it.

import type { BoardData } from '../../boards/board.ts';
import { createE } from './e.ts';
import { listenersOf } from './events.ts';
import { createEsp32 } from './esp32.ts';
import { createGpio, createPins, createWatches } from './gpio.ts';
import { createI2c } from './i2c.ts';
import { eraseBootCode } from './files.ts';
import type { Machine } from './machine.ts';
import { Wake } from './machine.ts';
import { createModules } from './modules.ts';
import type { Realm } from './realm.ts';
import { createOneWire } from './onewire.ts';
import { createProcess, createTime } from './process.ts';
import { createSerial, loopback } from './serial.ts';
import { createSpi } from './spi.ts';
import type { Start } from './start.ts';
import { printLines, textOf } from './text.ts';
import { createTimers } from './timers.ts';

type Make = (machine: Machine) => unknown;

const print =
  (machine: Machine) =>
  (...values: unknown[]) => {
    for (const line of printLines(values)) machine.print(line);
  };

const fromBase64 = () => (text: string) => Buffer.from(text, 'base64').toString('latin1');
const toBase64 = () => (text: string) => Buffer.from(text, 'latin1').toString('base64');

/** What every board has. */
const COMMON: Readonly<Record<string, Make>> = {
  require: (machine) => machine.part(createModules).require,
  Modules: (machine) => machine.part(createModules).Modules,
  print,
  console: (machine) => {
    const log = print(machine);
    return machine.realm.methods({ log, debug: log, info: log, warn: log, error: log, trace: log });
  },
  process: (machine) => machine.part(createProcess),
  E: (machine) => machine.part(createE),
  setTimeout: (machine) => machine.part(createTimers).setTimeout,
  setInterval: (machine) => machine.part(createTimers).setInterval,
  clearTimeout: (machine) => machine.part(createTimers).clearTimeout,
  clearInterval: (machine) => machine.part(createTimers).clearInterval,
  changeInterval: (machine) => machine.part(createTimers).changeInterval,
  getTime: (machine) => machine.part(createTime).getTime,
  setTime: (machine) => machine.part(createTime).setTime,
  getSerial: (machine) => () => machine.serial,
  digitalRead: (machine) => machine.part(createGpio).digitalRead,
  digitalWrite: (machine) => machine.part(createGpio).digitalWrite,
  digitalPulse: (machine) => machine.part(createGpio).digitalPulse,
  pinMode: (machine) => machine.part(createGpio).pinMode,
  getPinMode: (machine) => machine.part(createGpio).getPinMode,
  analogRead: (machine) => machine.part(createGpio).analogRead,
  setWatch: (machine) => machine.part(createWatches).setWatch,
  clearWatch: (machine) => machine.part(createWatches).clearWatch,
  Pin: (machine) => machine.part(createPins).Pin,
  OneWire: createOneWire,
  LoopbackA: (machine) => machine.part(loopback).a,
  LoopbackB: (machine) => machine.part(loopback).b,
  atob: fromBase64,
  btoa: toBase64,
  HIGH: () => 1,
  LOW: () => 0,
  /** Both come when the pass is over. */
  load: (machine) => (name?: unknown) =>
    startAgain(machine, name === undefined ? { how: 'load' } : { how: 'file', name: textOf(name) }),
  reset: (machine) => (clearFlash?: unknown) => {
    if (clearFlash) eraseBootCode(machine);
    startAgain(machine, { how: 'reset' });
  },
  save: (machine) => () => {
    throw new machine.realm.Error('save() is not simulated: write the program to .bootcde');
  },
  echo: (machine) => (isOn: unknown) => machine.console.echo(Boolean(isOn)),
};

/** What is listening on E is told before. */
function startAgain(machine: Machine, start: Start): void {
  machine.loop.afterEvents(() => {
    const e = machine.part(createE);
    machine.console.leave();
    machine.loop.callAll(listenersOf(e, 'kill') ?? [], e, []);
    machine.loop.report();
    machine.reboot(Wake.PowerOn, 0, start);
  });
}

/** I2C1, I2C2, ... */
function numbered(
  prefix: string,
  count: number,
  make: (machine: Machine, number: number) => unknown,
  first = 1,
) {
  return Array.from({ length: count }, (_, i): [string, Make] => {
    const number = first + i;
    return [`${prefix}${number}`, (machine) => make(machine, number)];
  });
}

const tables = new WeakMap<BoardData, ReadonlyMap<string, Make>>();

/** @returns the globals of a kind of board. */
export function globalsOf(data: BoardData): ReadonlyMap<string, Make> {
  let table = tables.get(data);
  if (table !== undefined) return table;
  const { pins, buses, capabilities, bootCode } = data;
  table = new Map([
    ...Object.entries(COMMON),
    ...numbered('I2C', buses.i2c, createI2c),
    ...numbered('SPI', buses.spi, createSpi),
    ...numbered('Serial', buses.serial, createSerial),
    ...numbered('D', pins.count, (machine, number) => machine.part(createPins).pin(number), 0),
    ...(capabilities.sleep ? ([['ESP32', createEsp32]] as [string, Make][]) : []),
    ...(bootCode
      ? []
      : ([['quit', (machine: Machine) => () => machine.reboot(0, undefined)]] as [string, Make][])),
  ]);
  tables.set(data, table);
  return table;
}

const VALUE_OF = Symbol('value of');
const prototypes = new WeakMap<Realm, Map<BoardData, object>>();

/** Every global as a property that is made when asked for; what is assigned becomes the object's own. */
function rootPrototype(realm: Realm, data: BoardData): object {
  let byBoard = prototypes.get(realm);
  if (byBoard === undefined) prototypes.set(realm, (byBoard = new Map()));
  let prototype = byBoard.get(data);
  if (prototype !== undefined) return prototype;
  prototype = realm.object({});
  for (const name of globalsOf(data).keys()) {
    Object.defineProperty(prototype, name, {
      get(this: { [VALUE_OF]: (name: string) => unknown }) {
        return this[VALUE_OF](name);
      },
      set(this: object, value: unknown) {
        Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true });
      },
    });
  }
  byBoard.set(data, prototype);
  return prototype;
}

/** Make the global object of a board. @param valueOf gives a global by its name. */
export function createRoot(realm: Realm, data: BoardData, valueOf: (name: string) => unknown): object {
  const root = Object.create(rootPrototype(realm, data)) as { [VALUE_OF]: (name: string) => unknown };
  root[VALUE_OF] = valueOf;
  return root;
}
