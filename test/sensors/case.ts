// What a test knows of one driver: how to put it together with its chip, what its channels show, and what each fault must
// lead to. All else is the same for all drivers: check-case.ts. ES5 subset: loaded into engines.

import type { FaultyChip } from '../../sim/chips/faults.ts';
import type { Quantities, Surroundings } from '../../sim/environment/surroundings.ts';
import type { Rig } from '../../sim/rig/rig.ts';
import type { Driver } from '../../src/sensors/driver.ts';

/** A driver and its chip, ready to be sampled. */
export interface Pair {
  readonly driver: Driver;
  readonly chip: FaultyChip;
  /** Transfers on its bus so far; left out: those of the rig's I2C bus. */
  readonly transfers?: () => number;
  /** Its longest transfer, and how long each byte of that takes; left out: of the rig's I2C bus at 100 kHz, if it is on that. */
  readonly longest?: () => number;
  readonly byteMs?: number;
}

/** What one channel of the driver shows. */
export interface ChannelCase {
  /** The quantity around the chip that it follows. */
  readonly of: keyof Quantities;
  /** Of that quantity: what chip and driver can do, both ends included. */
  readonly min: number;
  readonly max: number;
  /** Farthest that a reading may be from the truth: half a step of the converter, noise, rounding. In the channel's unit. */
  readonly tolerance: number;
  /** What the channel shows for a quantity; left out: the same number. */
  expected?(truth: number): number;
}

/** A fault by its name, and the code that it must lead to. */
export interface FaultCase {
  readonly name: string;
  readonly code: number;
  /** Break it, and mend it. */
  make(pair: Pair, rig: Rig): void;
  undo(pair: Pair, rig: Rig): void;
  /** It happens while a sample is on its way. */
  readonly isMidway?: boolean;
}

export interface DriverCase {
  /** Name of its file in src/sensors, without .ts; also of its page. */
  readonly file: string;
  /** What it is called, and its kin that the driver is for too. */
  readonly chip: string;
  readonly maker: string;
  readonly datasheet: string;
  /** How a firmware makes one. */
  readonly example: string;
  /** @param seed of noise. */
  create(rig: Rig, surroundings: Surroundings, seed: number): Pair;
  /** In the order of the driver's channels; null for one that is tested by the driver's own test. */
  readonly channels: readonly (ChannelCase | null)[];
  readonly faults: readonly FaultCase[];
  /** Options that the chip does not have: each is Code.BadOptions. */
  readonly badOptions: readonly object[];
  /** Options that hold when nothing is said, or those that `create` uses. */
  readonly goodOptions: object;
  /** The chip is not on I2C, so that nothing can be held against the bus. */
  readonly isOffBus?: boolean;
}

/** A fault of every chip on an I2C bus, or of many: `faultCases` makes cases of them. */
type Switch = 'absent' | 'stuckLow' | 'stuckHigh' | 'wrongId' | 'badCrc';

/** @returns a case of a fault that is on or off. */
export function faultCase(name: Switch, code: number): FaultCase {
  return {
    name,
    code,
    make: (pair) => void (pair.chip.faults[name] = true),
    undo: (pair) => void (pair.chip.faults[name] = false),
  };
}

/** Conversions last `ms` longer than the longest time of the datasheet. */
export function slowCase(ms: number, code: number): FaultCase {
  return {
    name: 'slow',
    code,
    make: (pair) => void (pair.chip.faults.slowMs = ms),
    undo: (pair) => void (pair.chip.faults.slowMs = 0),
  };
}

/** Another chip has been put in its place, and the driver begins anew: while all goes well none looks for an identity. */
export function otherChipCase(code: number): FaultCase {
  return {
    name: 'another chip',
    code,
    make(pair) {
      pair.driver.close();
      pair.chip.faults.wrongId = true;
    },
    undo: (pair) => void (pair.chip.faults.wrongId = false),
  };
}

/** The converter of a channel is at its end. */
export function saturatedCase(channel: number, code: number): FaultCase {
  return {
    name: 'saturated ' + channel,
    code,
    make: (pair) => void (pair.chip.faults.saturated = 1 << channel),
    undo: (pair) => void (pair.chip.faults.saturated = 0),
  };
}

/** The supply dips while a sample is on its way, and is back at once. */
export function brownOutCase(code: number): FaultCase {
  return {
    name: 'brown-out',
    code,
    make: (pair, rig) => pair.chip.brownOut(rig.now()),
    undo: () => {},
    isMidway: true,
  };
}

/** The clock line of the bus is held down. */
export function busHeldCase(code: number): FaultCase {
  return {
    name: 'bus held down',
    code,
    make: (_pair, rig) => void (rig.i2c.stuck = true),
    undo: (_pair, rig) => void (rig.i2c.stuck = false),
  };
}
