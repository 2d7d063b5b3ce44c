// A program for engines: the BME280 driver, its chip, the weather and the scheduler, in one script. Prints `ok <what>` or
// `FAIL <what>: <seen>`, lines `= <numbers>` that are the same on every engine, and `end` at its end. ES5 subset.

import { createBme280Chip } from '../../sim/chips/bme280.ts';
import { placeTrim } from '../../sim/chips/bme280-trim.ts';
import type { I2cDevice } from '../../sim/chips/i2c-device.ts';
import { createWeather } from '../../sim/environment/weather.ts';
import { after } from '../../src/ports/clock.ts';
import { Code } from '../../src/ports/codes.ts';
import type { I2cBus } from '../../src/ports/i2c.ts';
import type { Reading } from '../../src/ports/reading.ts';
import { createBme280 } from '../../src/sensors/bme280.ts';
import { createScheduler } from '../../src/sensors/scheduler.ts';
import type { Scheduler } from '../../src/sensors/scheduler.ts';
import { BME280_VECTORS } from './bme280-vectors.ts';
import type { Bme280Vector } from './bme280-vectors.ts';

declare const print: (line: string) => void;
/** Where an engine can tell: our Duktape host, and Espruino. */
declare const heapUsed: (() => number) | undefined;
/** Allocations so far, also of what was freed at once: our Duktape host. */
declare const allocations: (() => number) | undefined;
declare const process: { memory?: () => { usage: number } } | undefined;

function check(what: string, seen: number | string, wanted: number | string): void {
  print(seen === wanted ? 'ok ' + what : 'FAIL ' + what + ': ' + seen + ', not ' + wanted);
}

function textOf(reading: Reading): string {
  return reading.values[0] + ' ' + reading.values[1] + ' ' + reading.values[2];
}

let now = 0;
/** Written again and again, so that the bus leaves nothing on the heap. */
const pointer = new Uint8Array(1);

function createBus(chip: I2cDevice): I2cBus {
  return {
    write: (_address, bytes) => (chip.write(bytes, now) ? Code.Ok : Code.Absent),
    read: (_address, into) => (chip.read(into, now) ? Code.Ok : Code.Absent),
    readRegister(_address, register, into) {
      pointer[0] = register;
      return chip.write(pointer, now) && chip.read(into, now) ? Code.Ok : Code.Absent;
    },
  };
}

/** Registers with given codes in them, and a conversion that is over at once. */
function createFrozenChip(vector: Bme280Vector): I2cDevice {
  const registers = new Uint8Array(256);
  let at = 0;
  placeTrim(registers, vector.trim);
  registers[0xd0] = 0x60;
  registers[0xf7] = vector.pressure >> 12;
  registers[0xf8] = (vector.pressure >> 4) & 255;
  registers[0xf9] = (vector.pressure & 15) << 4;
  registers[0xfa] = vector.temperature >> 12;
  registers[0xfb] = (vector.temperature >> 4) & 255;
  registers[0xfc] = (vector.temperature & 15) << 4;
  registers[0xfd] = vector.humidity >> 8;
  registers[0xfe] = vector.humidity & 255;
  return {
    address: 0x76,
    write(bytes) {
      at = bytes[0];
      for (let i = 0; i + 1 < bytes.length; i += 2) {
        registers[bytes[i]] = bytes[i] === 0xf4 ? bytes[i + 1] & 0xfc : bytes[i + 1];
      }
      return true;
    },
    read(into) {
      for (let i = 0; i < into.length; i++) into[i] = registers[at + i];
      return true;
    },
  };
}

function checkVectors(): void {
  const out: Reading = { values: new Int32Array(3), time: 0 };
  for (let i = 0; i < BME280_VECTORS.length; i++) {
    const vector = BME280_VECTORS[i];
    const driver = createBme280(createBus(createFrozenChip(vector)));
    let answer = driver.start(now);
    while (answer > 0) {
      now = after(now, answer);
      answer = driver.poll(now, out);
    }
    const seen = answer < 0 ? 'code ' + answer : textOf(out);
    const values = vector.values;
    const wanted = values === null ? 'code ' + Code.Range : values[0] + ' ' + values[1] + ' ' + values[2];
    check('vector ' + i, seen, wanted);
  }
}

let readings = 0;
let failures = '';
let recoveries = 0;
let last: Reading | undefined;
let wait = 0;

function onReading(_index: number, reading: Reading): void {
  readings++;
  last = reading;
}

function onFailure(_index: number, code: number, count: number): void {
  failures += code + 'x' + count + ' ';
}

function onRecovered(): void {
  recoveries++;
}

function createStation(device: I2cDevice): Scheduler {
  const driver = createBme280(createBus(device), { pressureOversampling: 4, filter: 4 });
  wait = 0;
  return createScheduler([{ driver, intervalMs: 1000 }], { onReading, onFailure, onRecovered, onWake() {} });
}

function run(scheduler: Scheduler): void {
  now = after(now, wait);
  wait = scheduler.run(now);
}

/** Let time pass until `count` more readings are there, or many calls were made. */
function runFor(scheduler: Scheduler, count: number): void {
  const wanted = readings + count;
  for (let calls = 0; readings < wanted && calls < count * 8; calls++) run(scheduler);
}

function checkRun(): void {
  const chip = createBme280Chip({ environment: createWeather({ seed: 280 }), seed: 280 });
  const scheduler = createStation(chip);
  for (let i = 0; i < 10; i++) {
    runFor(scheduler, 2);
    print('= ' + (last === undefined ? 'nothing' : textOf(last) + ' at ' + last.time));
  }
  check('readings', readings, 20);
  check('no failure', failures, '');
  chip.faults.absent = true;
  for (let i = 0; i < 5; i++) run(scheduler);
  check('nothing while absent', readings, 20);
  chip.faults.absent = false;
  chip.brownOut(now);
  runFor(scheduler, 3);
  chip.brownOut(now);
  runFor(scheduler, 3);
  check('readings afterwards', readings, 26);
  check('failures', failures, '-1x1 -1x2 -1x3 -1x4 -1x5 -7x1 ');
  check('recoveries', recoveries, 2);
}

function used(): number {
  if (typeof heapUsed !== 'undefined') return heapUsed();
  if (typeof process !== 'undefined' && process.memory) return process.memory().usage;
  return 0;
}

/** @returns 0 where an engine cannot tell. */
function allocated(): number {
  return typeof allocations === 'undefined' ? 0 : allocations();
}

/** On a chip without noise, whose numbers would take more memory at one time than at another. */
function checkMemory(): void {
  const scheduler = createStation(createFrozenChip(BME280_VECTORS[0]));
  // Made beforehand: what holds the two numbers must not count itself.
  const looks = new Int32Array(2);
  runFor(scheduler, 20);
  looks[0] = used();
  runFor(scheduler, 1000);
  looks[1] = used();
  check('memory after 1000 readings', looks[1] - looks[0], 0);
  looks[0] = allocated();
  runFor(scheduler, 1000);
  looks[1] = allocated();
  // A few are the engine's own: its call stack, its tables.
  check('no allocation', looks[1] - looks[0] > 5 ? looks[1] - looks[0] : 0, 0);
}

checkVectors();
checkRun();
checkMemory();
print('end');
