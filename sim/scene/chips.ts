// All chips that a scene can wire: name, kind of connection, factory. A new one is its import and its line in CHIPS.

import { createAdxl345Chip } from '../chips/adxl345.ts';
import { createAht20Chip } from '../chips/aht20.ts';
import { createBatteryChip } from '../chips/battery.ts';
import { createBh1750Chip } from '../chips/bh1750.ts';
import { createBme280Chip, createBmp280Chip } from '../chips/bme280.ts';
import { createBme680Chip } from '../chips/bme680.ts';
import { createCcs811Chip } from '../chips/ccs811.ts';
import { createDht22Chip } from '../chips/dht22.ts';
import { createDs18b20Chip } from '../chips/ds18b20.ts';
import { createGpsChip } from '../chips/gps.ts';
import { createHcSr04Chip } from '../chips/hc-sr04.ts';
import { createHtu21dChip } from '../chips/htu21d.ts';
import { createHx711Chip } from '../chips/hx711.ts';
import { createIna219Chip } from '../chips/ina219.ts';
import { createIna226Chip } from '../chips/ina226.ts';
import { createLis3dhChip } from '../chips/lis3dh.ts';
import { createMax31855Chip } from '../chips/max31855.ts';
import { createMax6675Chip } from '../chips/max6675.ts';
import { createMhZ19Chip } from '../chips/mh-z19.ts';
import { createMpu6050Chip } from '../chips/mpu6050.ts';
import { createNtcChip } from '../chips/ntc.ts';
import { createPirChip } from '../chips/pir.ts';
import { createPms7003Chip } from '../chips/pms7003.ts';
import { createPulseSource } from '../chips/pulse-source.ts';
import { createScd30Chip } from '../chips/scd30.ts';
import { createScd4xChip } from '../chips/scd4x.ts';
import { createSgp30Chip } from '../chips/sgp30.ts';
import { createSgp40Chip } from '../chips/sgp40.ts';
import { createSht3xChip } from '../chips/sht3x.ts';
import { createSht4xChip } from '../chips/sht4x.ts';
import { createSoilProbe } from '../chips/soil-probe.ts';
import { createSwitchChip } from '../chips/switch.ts';
import { createTsl2561Chip } from '../chips/tsl2561.ts';
import { createTsl2591Chip } from '../chips/tsl2591.ts';
import { createVeml7700Chip } from '../chips/veml7700.ts';
import { createVl53l0xChip } from '../chips/vl53l0x.ts';
import type { FaultyChip } from '../chips/faults.ts';
import type { I2cChip } from '../chips/i2c-chip.ts';
import type { EchoDevice, LineDevice } from '../chips/line-device.ts';
import type { OneWireDevice } from '../chips/onewire-device.ts';
import type { SpiDevice } from '../chips/spi-device.ts';
import type { UartChip } from '../chips/uart-chip.ts';
import type { AnalogDevice } from '../device/analog.ts';
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
  create(options: any, more?: any): Chip;
  /** Its file in sim/chips without .ts; default: the name of the chip. */
  readonly file?: string;
  /** It wants `environment`, not `surroundings`. */
  readonly takesAir?: boolean;
  /** What it wants besides: the world's clock, or whether it gets its supply just now (it has had it for long). */
  readonly more?: 'now' | 'isCold';
  /** Options that are one of the quantities around it. */
  readonly sources?: Readonly<Record<string, keyof Quantities>>;
  /** Options that are the same in every scene. */
  readonly fixed?: Readonly<Record<string, number | string | boolean>>;
}

export type I2cType = Factory<'i2c', I2cChip>;
export type OneWireType = Factory<'onewire', OneWireDevice & FaultyChip>;
export type UartType = Factory<'uart', UartChip> & { readonly baud: number };
export type InputType = Factory<'input', InputChip>;
export type SpiType = Factory<'spi', FaultyChip & SpiDevice>;
export type LineType = Factory<'line', FaultyChip & LineDevice>;
export type EchoType = Factory<'echo', FaultyChip & EchoDevice>;
export type AnalogType = Factory<'analog', AnalogDevice>;
export type ChipType =
  I2cType | SpiType | OneWireType | UartType | InputType | LineType | EchoType | AnalogType;

/** What may be different from chip to chip of one kind. */
type Extras = Pick<ChipType, 'file' | 'takesAir' | 'more' | 'sources' | 'fixed'>;

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

const PIN = pinKey('pin', 4);

/** Devices on one wire are told apart by their serial numbers. */
function oneWire(
  create: (options: ChipOptions & { serial: number }) => OneWireDevice & FaultyChip,
  extras: Extras = {},
): OneWireType {
  return {
    kind: 'onewire',
    create,
    keys: [PIN, SERIAL_NUMBER],
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

/** What a chip has that is wired to one pin. */
const onPin: Connection = { keys: [PIN], claims: ({ pin }) => [{ what: `pin ${pin}` }] };

/** A level on a pin. */
function input(create: (options: never, isCold: boolean) => InputChip, extras: Extras = {}): InputType {
  return { kind: 'input', create, ...onPin, ...extras };
}

/** One line, on which the chip answers. */
function line(create: (options: ChipOptions) => FaultyChip & LineDevice, extras: Extras = {}): LineType {
  return { kind: 'line', create, ...onPin, ...extras };
}

/** A voltage at a pin. */
function analog(
  create: (options: never, now: () => number) => AnalogDevice,
  extras: Extras = {},
): AnalogType {
  return { kind: 'analog', create, ...onPin, more: 'now', ...extras };
}

/** A pin that starts, and one that answers. */
function echo(create: (options: ChipOptions) => FaultyChip & EchoDevice, extras: Extras = {}): EchoType {
  return {
    kind: 'echo',
    create,
    keys: [pinKey('trigger', 4), pinKey('echo', 5)],
    claims: ({ trigger, echo: pin }) => [{ what: `pin ${trigger}` }, { what: `pin ${pin}` }],
    ...extras,
  };
}

/** Chips on one bus are told apart by their chip selects. */
function spi(
  create: (options: ChipOptions & { select: number }) => FaultyChip & SpiDevice,
  extras: Extras = {},
): SpiType {
  return {
    kind: 'spi',
    create,
    keys: [BUS, pinKey('select', 5)],
    claims: ({ bus, select }) => [{ what: `SPI bus ${bus}`, sharedAs: 'select' }, { what: `pin ${select}` }],
    ...extras,
  };
}

/** Lines of a bus without a chip select: one chip has them for itself. */
function spiLines(create: (options: never) => FaultyChip & SpiDevice, extras: Extras = {}): SpiType {
  return {
    kind: 'spi',
    create,
    keys: [BUS],
    claims: ({ bus }) => [{ what: `SPI bus ${bus}` }],
    ...extras,
  };
}

const from = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);

export const CHIPS: Readonly<Record<string, ChipType>> = {
  adxl345: i2c(createAdxl345Chip, [0x53, 0x1d]),
  aht20: i2c(createAht20Chip, [0x38, 0x39]),
  battery: analog(createBatteryChip, { sources: { voltage: 'voltage' } }),
  bh1750: i2c(createBh1750Chip, [0x23, 0x5c]),
  bme280: i2c(createBme280Chip, [0x76, 0x77], { takesAir: true }),
  bme680: i2c(createBme680Chip, [0x76, 0x77]),
  bmp280: i2c(createBmp280Chip, [0x76, 0x77], { takesAir: true, file: 'bme280' }),
  button: input(createSwitchChip, { file: 'switch', sources: { closed: 'button' }, fixed: { bounceMs: 10 } }),
  ccs811: i2c(createCcs811Chip, [0x5a, 0x5b]),
  contact: input(createSwitchChip, {
    file: 'switch',
    sources: { closed: 'contact' },
    fixed: { bounceMs: 3 },
  }),
  dht11: line(createDht22Chip, { file: 'dht22', fixed: { isDht11: true } }),
  dht22: line(createDht22Chip),
  ds18b20: oneWire(createDs18b20Chip),
  ds18s20: oneWire(createDs18b20Chip, { file: 'ds18b20', fixed: { family: 0x10 } }),
  'energy-meter': input(createPulseSource, {
    file: 'pulse-source',
    sources: { pulses: 'pulses' },
    fixed: { widthUs: 30000, gapUs: 30000, bounceUs: 0, beginsNow: true },
  }),
  gps: uart(createGpsChip, 9600),
  'hc-sr04': echo(createHcSr04Chip),
  htu21d: i2c(createHtu21dChip, [0x40]),
  hx711: spiLines(createHx711Chip, { fixed: { perGram: 412, zero: -81234 } }),
  ina219: i2c(createIna219Chip, from(0x40, 16)),
  ina226: i2c(createIna226Chip, from(0x40, 16)),
  lis3dh: i2c(createLis3dhChip, [0x18, 0x19]),
  max31855: spi(createMax31855Chip),
  max6675: spi(createMax6675Chip),
  'mh-z19': uart(createMhZ19Chip, 9600),
  mpu6050: i2c(createMpu6050Chip, [0x68, 0x69]),
  ntc: analog(createNtcChip, { sources: { temperature: 'probeTemperature' } }),
  pir: input(createPirChip, { more: 'isCold', sources: { motion: 'motion' } }),
  pms7003: uart(createPms7003Chip, 9600),
  'rain-gauge': input(createPulseSource, {
    file: 'pulse-source',
    sources: { pulses: 'pulses' },
    fixed: { widthUs: 100000, gapUs: 100000, bounceUs: 500, beginsNow: true },
  }),
  scd30: i2c(createScd30Chip, [0x61]),
  scd41: i2c(createScd4xChip, [0x62], { file: 'scd4x', fixed: { type: 'scd41' } }),
  scd4x: i2c(createScd4xChip, [0x62]),
  sgp30: i2c(createSgp30Chip, [0x58]),
  sgp40: i2c(createSgp40Chip, [0x59]),
  sht3x: i2c(createSht3xChip, [0x44, 0x45]),
  sht4x: i2c(createSht4xChip, [0x44, 0x45, 0x46]),
  si7021: i2c(createHtu21dChip, [0x40], { file: 'htu21d', fixed: { type: 'si7021' } }),
  'soil-probe': analog(createSoilProbe, { sources: { moisture: 'moisture' } }),
  tsl2561: i2c(createTsl2561Chip, [0x39, 0x29, 0x49]),
  tsl2591: i2c(createTsl2591Chip, [0x29]),
  veml7700: i2c(createVeml7700Chip, [0x10]),
  vl53l0x: i2c(createVl53l0xChip, [0x29]),
};
