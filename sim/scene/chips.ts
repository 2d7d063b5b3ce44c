// All chips that a scene can wire: name, kind of connection, factory. A new one is its import and its line in CHIPS.

import { createBme280Chip } from '../chips/bme280.ts';
import type { FaultyChip } from '../chips/faults.ts';
import type { I2cChip } from '../chips/i2c-chip.ts';
import { createSht4xChip } from '../chips/sht4x.ts';
import type { Environment } from '../environment/environment.ts';
import type { Surroundings } from '../environment/surroundings.ts';
import { BUS, addressKey } from './connections.ts';
import type { Claim, PlaceKey } from './connections.ts';
import type { SceneChip } from './scene.ts';

/** What every factory is given; it takes what it needs. */
export interface ChipOptions {
  readonly surroundings: Surroundings;
  /** The same air, for chips that measure only that. */
  readonly environment: Environment;
  /** Of noise. */
  readonly seed: number;
}

/** How chips of one kind are connected. */
interface Connection {
  readonly keys: readonly PlaceKey[];
  /** What this chip takes for itself. */
  claims(chip: SceneChip): Claim[];
}

interface Factory<Options, Chip extends FaultyChip> {
  /** Its name is also that of the export of `file`. */
  create(options: Options): Chip;
  /** Its file in sim/chips without .ts; default: the name of the chip. */
  readonly file?: string;
  /** It wants `environment`, not `surroundings`. */
  readonly takesAir?: boolean;
}

export interface I2cType extends Connection, Factory<ChipOptions & { readonly address: number }, I2cChip> {
  readonly kind: 'i2c';
}

export type ChipType = I2cType;

type Extras = Pick<Factory<never, never>, 'file' | 'takesAir'>;

/** @param addresses that the chip can have, the usual one first. */
function i2c(create: I2cType['create'], addresses: readonly number[], extras: Extras = {}): I2cType {
  return {
    kind: 'i2c',
    create,
    keys: [BUS, addressKey(addresses)],
    claims: ({ bus, address }) => [{ what: `address ${address} of I2C bus ${bus}` }],
    ...extras,
  };
}

export const CHIPS: Readonly<Record<string, ChipType>> = {
  bme280: i2c(createBme280Chip, [0x76, 0x77], { takesAir: true }),
  sht4x: i2c(createSht4xChip, [0x44, 0x45, 0x46]),
};
