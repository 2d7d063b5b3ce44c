// What stands around a simulated board: sim.json beside the firmware says which chips are wired to which bus.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MoteError } from '../errors.ts';

/** Chips that the simulator knows. */
export const CHIPS = ['bme280'] as const;

export interface SceneChip {
  chip: (typeof CHIPS)[number];
  /** Number of the I2C bus, from 1. */
  bus: number;
  /** 7-bit address. */
  address: number;
}

export interface Scene {
  chips: SceneChip[];
  /** Seed of weather and noise. */
  seed: number;
}

const FIX = 'write {"chips":[{"chip":"bme280","bus":1,"address":118}],"seed":1}';

function isInteger(value: unknown, least: number, greatest: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= greatest;
}

function readChip(value: unknown, where: string): SceneChip {
  const wrong = (what: string) => new MoteError(what, FIX, where);
  if (typeof value !== 'object' || value === null) throw wrong('a chip is not an object');
  const { chip, bus, address, ...rest } = value as Record<string, unknown>;
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) throw wrong(`unknown key "${unknown}" of a chip`);
  const known = CHIPS.find((name) => name === chip);
  if (known === undefined) throw wrong(`unknown chip ${JSON.stringify(chip)}; known: ${CHIPS.join(', ')}`);
  if (!isInteger(bus, 1, 3)) throw wrong(`"bus" of ${known} is not 1, 2 or 3`);
  if (!isInteger(address, 8, 119)) throw wrong(`"address" of ${known} is not an integer from 8 to 119`);
  return { chip: known, bus, address };
}

/**
 * Read the scene of a firmware, a folder or a .ts file. Without a sim.json there are no chips.
 * @throws MoteError when sim.json is malformed.
 */
export function readScene(firmware: string): Scene {
  const isFile = statSync(firmware, { throwIfNoEntry: false })?.isFile() === true;
  const file = join(isFile ? dirname(firmware) : firmware, 'sim.json');
  if (!existsSync(file)) return { chips: [], seed: 1 };
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new MoteError(`not JSON: ${(error as Error).message}`, FIX, file);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new MoteError('not an object', FIX, file);
  }
  const { chips = [], seed = 1, ...rest } = parsed as Record<string, unknown>;
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) throw new MoteError(`unknown key "${unknown}"`, FIX, file);
  if (!Array.isArray(chips)) throw new MoteError('"chips" is not a list', FIX, file);
  if (!isInteger(seed, 0, 65535)) throw new MoteError('"seed" is not an integer from 0 to 65535', FIX, file);
  return { chips: chips.map((chip) => readChip(chip, file)), seed };
}
