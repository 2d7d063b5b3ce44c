// That a driver leaves nothing behind: a thousand samples, and the heap is as it was. And what it allocates on the way, its chip
// left out: what the bus said once is played again. ES5 subset: loaded into engines.

import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import type { SimulatedI2cBus } from '../../sim/rig/i2c.ts';
import { createRig } from '../../sim/rig/rig.ts';
import type { Rig } from '../../sim/rig/rig.ts';
import type { Reading } from '../../src/ports/reading.ts';
import type { DriverCase } from './case.ts';

const SAMPLES = 1000;
/** As many as an engine needs to bring its call stack and tables to their sizes. */
const SAMPLES_BEFORE = 60;
/** Espruino holds small integers in less: the clock begins beyond them, and so does the bus's count. */
const LARGE = 0x1000000;

/** @returns a function that takes a sample of a new driver. */
function createSubject(driverCase: DriverCase, rig: Rig): () => void {
  const driver = driverCase.create(rig, createStill(createQuantities()), 1).driver;
  const out: Reading = { values: new Int32Array(driver.channels.length), time: 0 };

  return function () {
    rig.advance(driver.minIntervalMs);
    let answer = driver.start(rig.now());
    if (answer === 0) answer = driver.poll(rig.now(), out);
    for (let polls = 0; answer > 0 && polls < 400; polls++) {
      rig.advance(answer);
      answer = driver.poll(rig.now(), out);
    }
  };
}

/** Looks before and after, of which the largest counts: numbers of a chip's noise take more memory at one time than at another. */
const LOOKS = 8;

function growthIn(sample: () => void, figure: () => number, looksMost: boolean): number {
  // Made beforehand: what holds the numbers must not count itself.
  const looks = new Int32Array(3);

  function look(index: number): void {
    looks[index] = figure();
    for (let i = 1; i < LOOKS && looksMost; i++) {
      sample();
      looks[2] = figure();
      if (looks[2] > looks[index]) looks[index] = looks[2];
    }
  }

  for (let i = 0; i < SAMPLES_BEFORE; i++) sample();
  look(0);
  for (let i = 0; i < SAMPLES; i++) sample();
  look(1);
  return looks[1] - looks[0];
}

/** @returns by how much `figure`, bytes held, grew over 1000 samples. */
export function growthOf(driverCase: DriverCase, figure: () => number): number {
  const rig = createRig(LARGE);
  rig.i2c.transfers = LARGE;
  return growthIn(createSubject(driverCase, rig), figure, true);
}

/** @returns by how much `figure`, the most bytes ever held, grew over 1000 samples. */
export function peakGrowthOf(driverCase: DriverCase, figure: () => number): number {
  return growthIn(createSubject(driverCase, createRig(LARGE)), figure, false);
}

/** What an I2C bus answered, transfer by transfer. */
interface Tape {
  readonly codes: number[];
  /** Where the bytes of each begin. */
  readonly starts: number[];
  readonly bytes: number[];
}

function withBus(rig: Rig, i2c: SimulatedI2cBus): Rig {
  return { now: rig.now, advance: rig.advance, onTick: rig.onTick, devices: rig.devices, i2c };
}

function createRecorder(bus: SimulatedI2cBus, tape: Tape): SimulatedI2cBus {
  function note(code: number, into?: Uint8Array): number {
    tape.codes.push(code);
    tape.starts.push(tape.bytes.length);
    for (let i = 0; into !== undefined && i < into.length; i++) tape.bytes.push(into[i]);
    return code;
  }

  return {
    stuck: false,
    transfers: LARGE,
    longest: 0,
    write: (address, bytes) => note(bus.write(address, bytes)),
    read: (address, into) => note(bus.read(address, into), into),
    readRegister: (address, register, into) => note(bus.readRegister(address, register, into), into),
  };
}

/** @param from, to transfers that are played again and again, once the ones before are over. */
function createPlayer(tape: Tape, from: number, to: number): SimulatedI2cBus {
  let next = 0;

  function play(into: Uint8Array | undefined): number {
    const at = next;
    next = next + 1 === to ? from : next + 1;
    const start = tape.starts[at];
    for (let i = 0; into !== undefined && i < into.length; i++) into[i] = tape.bytes[start + i];
    return tape.codes[at];
  }

  return {
    stuck: false,
    transfers: LARGE,
    longest: 0,
    write: () => play(undefined),
    read: (_address, into) => play(into),
    readRegister: (_address, _register, into) => play(into),
  };
}

/** Samples until nothing is new, and those that are played again. */
const SAMPLES_FIRST = 6;
const SAMPLES_AGAIN = 12;

/** @returns by how much `figure`, allocations so far, grew over 1000 samples; of a driver on another bus its chip's are in it. */
export function allocationsOf(driverCase: DriverCase, figure: () => number): number {
  const tape: Tape = { codes: [], starts: [], bytes: [] };
  const rig = createRig(LARGE);
  const record = createSubject(driverCase, withBus(rig, createRecorder(rig.i2c, tape)));
  for (let i = 0; i < SAMPLES_FIRST; i++) record();
  const from = tape.codes.length;
  for (let i = 0; i < SAMPLES_AGAIN; i++) record();
  const to = tape.codes.length;
  if (to === 0) return growthIn(createSubject(driverCase, createRig(LARGE)), figure, false);
  return growthIn(
    createSubject(driverCase, withBus(createRig(LARGE), createPlayer(tape, from, to))),
    figure,
    false,
  );
}
