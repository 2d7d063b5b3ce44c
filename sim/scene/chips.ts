// All chips that a scene can wire: name, kind of connection, factory. A new one is its import and its line in CHIPS.

import { createAht20Chip } from '../chips/aht20.ts';
import { createBme280Chip, createBmp280Chip } from '../chips/bme280.ts';
import { createDs18b20Chip } from '../chips/ds18b20.ts';
import type { FaultyChip } from '../chips/faults.ts';
import type { I2cChip } from '../chips/i2c-chip.ts';
import { createIna219Chip } from '../chips/ina219.ts';
import type { OneWireDevice } from '../chips/onewire-device.ts';
import { createPms7003Chip } from '../chips/pms7003.ts';
import { createSht3xChip } from '../chips/sht3x.ts';
import { createSht4xChip } from '../chips/sht4x.ts';
import { createSwitchChip } from '../chips/switch.ts';
import type { UartChip } from '../chips/uart-chip.ts';
import type { InputChip } from '../device/input.ts';
import type { Environment } from '../environment/environment.ts';
import type { Quantities, Surroundings } from '../environment/surroundings.ts';
import { BUS, PORT, SERIAL_NUMBER, addressKey, pinKey } from './connections.ts';
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

interface Factory<Kind extends string, Chip extends FaultyChip> extends Connection {
  readonly kind: Kind;
  /** Its name is also that of the export of `file`. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each factory wants something else; CHIPS says what
  create(options: any): Chip;
  /** Its file in sim/chips without .ts; default: the name of the chip. */
  readonly file?: string;
  /** It wants `environment`, not `surroundings`. */
  readonly takesAir?: boolean;
  /** Options that are one of the quantities around it. */
  readonly sources?: Readonly<Record<string, keyof Quantities>>;
  /** Options that are the same in every scene. */
  readonly fixed?: Readonly<Record<string, number | string | boolean>>;
}

export type I2cType = Factory<'i2c', I2cChip>;
export type OneWireType = Factory<'onewire', OneWireDevice & FaultyChip>;
export type UartType = Factory<'uart', UartChip> & { readonly baud: number };
export type InputType = Factory<'input', InputChip>;
export type ChipType = I2cType | OneWireType | UartType | InputType;

/** What may be different from chip to chip of one kind. */
type Extras = Pick<ChipType, 'file' | 'takesAir' | 'sources' | 'fixed'>;

/** @param addresses that the chip can have, the usual one first. */
function i2c(
  create: (options: ChipOptions & { address: number }) => I2cChip,
  addresses: readonly number[],
  extras: Extras = {},
): I2cType {
  return {
    kind: 'i2c',
    create,
    keys: [BUS, addressKey(addresses)],
    claims: ({ bus, address }) => [{ what: `address ${address} of I2C bus ${bus}` }],
    ...extras,
  };
}

/** Devices on one wire are told apart by their serial numbers. */
function oneWire(
  create: (options: ChipOptions & { serial: number }) => OneWireDevice & FaultyChip,
  extras: Extras = {},
): OneWireType {
  return {
    kind: 'onewire',
    create,
    keys: [pinKey('pin'), SERIAL_NUMBER],
    claims: ({ pin, serial }) => [
      { what: `pin ${pin}`, sharedAs: '1-Wire' },
      { what: `serial number ${serial} of the wire at pin ${pin}` },
    ],
    ...extras,
  };
}

/** @param baud of the chip. */
function uart(create: (options: ChipOptions) => UartChip, baud: number, extras: Extras = {}): UartType {
  return {
    kind: 'uart',
    create,
    baud,
    keys: [PORT],
    claims: ({ port }) => [{ what: `serial port ${port}` }],
    ...extras,
  };
}

/** A level on a pin. */
function input<Options>(create: (options: Options) => InputChip, extras: Extras = {}): InputType {
  return {
    kind: 'input',
    create,
    keys: [pinKey('pin')],
    claims: ({ pin }) => [{ what: `pin ${pin}` }],
    ...extras,
  };
}

const from = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);

export const CHIPS: Readonly<Record<string, ChipType>> = {
  aht20: i2c(createAht20Chip, [0x38, 0x39]),
  bme280: i2c(createBme280Chip, [0x76, 0x77], { takesAir: true }),
  bmp280: i2c(createBmp280Chip, [0x76, 0x77], { takesAir: true, file: 'bme280' }),
  button: input(createSwitchChip, { file: 'switch', sources: { closed: 'button' }, fixed: { bounceMs: 10 } }),
  contact: input(createSwitchChip, {
    file: 'switch',
    sources: { closed: 'contact' },
    fixed: { bounceMs: 3 },
  }),
  ds18b20: oneWire(createDs18b20Chip),
  ds18s20: oneWire(createDs18b20Chip, { file: 'ds18b20', fixed: { family: 0x10 } }),
  ina219: i2c(createIna219Chip, from(0x40, 16)),
  pms7003: uart(createPms7003Chip, 9600),
  sht3x: i2c(createSht3xChip, [0x44, 0x45]),
  sht4x: i2c(createSht4xChip, [0x44, 0x45, 0x46]),
};
