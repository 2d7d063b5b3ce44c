// Bosch BME280: temperature, humidity and air pressure over I2C, one forced conversion a sample.
// Datasheet BST-BME280-DS002: https://www.bosch-sensortec.com/media/boschsensortec/downloads/datasheets/bst-bme280-ds002.pdf
// What it shares with the BMP280 is in bme280-core.ts.

import type { I2cBus } from '../ports/i2c.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { HUMIDITY, PRESSURE, TEMPERATURE, createBme280Family } from './bme280-core.ts';
import type { Bme280Options } from './bme280-core.ts';
import type { Driver } from './driver.ts';

export type { Bme280Options };

const CHIP_ID = 0x60;
const CHANNELS: readonly ChannelMeta[] = [TEMPERATURE, HUMIDITY, PRESSURE];

/** A BME280 on `bus`. Touches nothing before the first `start`. */
export function createBme280(bus: I2cBus, options: Bme280Options = {}): Driver<Bme280Options> {
  return createBme280Family(bus, options, CHANNELS, CHIP_ID, CHIP_ID, true);
}
