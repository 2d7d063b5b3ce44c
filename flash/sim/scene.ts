// What stands around a simulated board: sim.json beside the firmware says which chips are wired to what.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CHIPS } from '../../sim/scene/chips.ts';
import type { ChipType } from '../../sim/scene/chips.ts';
import type { PlaceKey } from '../../sim/scene/connections.ts';
import { DEFAULT_ENVIRONMENT, ENVIRONMENTS } from '../../sim/scene/environments.ts';
import type { Scene, SceneChip } from '../../sim/scene/scene.ts';
import { MoteError } from '../errors.ts';

export type { Scene } from '../../sim/scene/scene.ts';

const FIX = 'write {"chips":[{"chip":"bme280","bus":1,"address":118}],"seed":1}';

function isInteger(value: unknown, least: number, greatest: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= greatest;
}

const namesOf = (table: object) => Object.keys(table).sort().join(', ');

/** @returns a chip as it could stand in sim.json. */
function exampleOf(name: string, type: ChipType): string {
  const places = type.keys.map((key): [string, unknown] => [key.name, key.example]);
  return `write ${JSON.stringify(Object.fromEntries([['chip', name], ...places]))}`;
}

function readPlace(
  key: PlaceKey,
  value: unknown,
  chip: string,
  wrong: (what: string) => MoteError,
): number | string {
  if (value === undefined && key.fallback !== undefined) return key.fallback;
  if (value === undefined) throw wrong(`"${key.name}" of ${chip} is missing: it is ${key.allowed}`);
  if (!key.allows(value)) throw wrong(`"${key.name}" of ${chip} is not ${key.allowed}`);
  return value;
}

function readChip(value: unknown, where: string): SceneChip {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MoteError('a chip is not an object', FIX, where);
  }
  const { chip, ...places } = value as Record<string, unknown>;
  if (typeof chip !== 'string' || !Object.hasOwn(CHIPS, chip)) {
    const known = namesOf(CHIPS);
    throw new MoteError(`unknown chip ${JSON.stringify(chip)}; known: ${known}`, FIX, where);
  }
  const type = CHIPS[chip]!;
  const wrong = (what: string) => new MoteError(what, exampleOf(chip, type), where);
  const unknown = Object.keys(places).find((name) => !type.keys.some((key) => key.name === name));
  if (unknown !== undefined) throw wrong(`unknown key "${unknown}" of a chip: ${chip} has none`);
  const read = type.keys.map((key) => [key.name, readPlace(key, places[key.name], chip, wrong)]);
  return { chip, ...Object.fromEntries(read) };
}

/** Refuse two chips that take the same thing of the board for themselves. */
function checkClaims(chips: readonly SceneChip[], where: string): void {
  const taken = new Map<string, { by: string; sharedAs: string | undefined }>();
  for (const chip of chips) {
    for (const { what, sharedAs } of CHIPS[chip.chip]!.claims(chip)) {
      const other = taken.get(what);
      if (other !== undefined && (sharedAs === undefined || sharedAs !== other.sharedAs)) {
        throw new MoteError(
          `${other.by} and ${chip.chip} are both at ${what}`,
          'give one of them another place, or take it out',
          where,
        );
      }
      taken.set(what, { by: chip.chip, sharedAs });
    }
  }
}

function readEnvironment(value: unknown, where: string): string {
  if (typeof value === 'string' && Object.hasOwn(ENVIRONMENTS, value)) return value;
  throw new MoteError(
    `unknown environment ${JSON.stringify(value)}; known: ${namesOf(ENVIRONMENTS)}`,
    `write one of them, or leave it out for "${DEFAULT_ENVIRONMENT}"`,
    where,
  );
}

/**
 * Read the scene of a firmware, a folder or a .ts file. Without a sim.json there are no chips.
 * @throws MoteError when sim.json is malformed, or wires what cannot be wired.
 */
export function readScene(firmware: string): Scene {
  const isFile = statSync(firmware, { throwIfNoEntry: false })?.isFile() === true;
  const file = join(isFile ? dirname(firmware) : firmware, 'sim.json');
  if (!existsSync(file)) return { chips: [], environment: DEFAULT_ENVIRONMENT, seed: 1 };
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new MoteError(`not JSON: ${(error as Error).message}`, FIX, file);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new MoteError('not an object', FIX, file);
  }
  const {
    chips = [],
    environment = DEFAULT_ENVIRONMENT,
    seed = 1,
    ...rest
  } = parsed as Record<string, unknown>;
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) throw new MoteError(`unknown key "${unknown}"`, FIX, file);
  if (!Array.isArray(chips)) throw new MoteError('"chips" is not a list', FIX, file);
  if (!isInteger(seed, 0, 65535)) throw new MoteError('"seed" is not an integer from 0 to 65535', FIX, file);
  const read = chips.map((chip) => readChip(chip, file));
  checkClaims(read, file);
  return { chips: read, environment: readEnvironment(environment, file), seed };
}
