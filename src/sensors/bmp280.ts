// Bosch BMP280: temperature and air pressure over I2C, one forced conversion a sample. Datasheet BST-BMP280-DS001:
// https://www.bosch-sensortec.com/media/boschsensortec/downloads/datasheets/bst-bmp280-ds001.pdf
// What it shares with the BME280, which is nearly all, is in bme280-core.ts.

import type { I2cBus } from '../ports/i2c.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import { PRESSURE, TEMPERATURE, createBme280Family } from './bme280-core.ts';
import type { Oversampling } from './bme280-core.ts';
import type { Driver } from './driver.ts';

/** Numbers in brackets are sections of the datasheet. */
export interface Bmp280Options {
  /** 0x76 (default) with SDO low, 0x77 with SDO high. */
  readonly address?: 0x76 | 0x77;
  /** Samples that the chip averages, default 1 each: the datasheet's advice for weather [3.4]. */
  readonly temperatureOversampling?: Oversampling;
  /** The same of pressure. */
  readonly pressureOversampling?: Oversampling;
  /** Coefficient of the low-pass filter for both, default 0 for none [3.3.3]. */
  readonly filter?: 0 | 2 | 4 | 8 | 16;
}

/** The chip, and its samples, which were sold too. */
const CHIP_ID = 0x58;
const SAMPLE_ID = 0x56;
const CHANNELS: readonly ChannelMeta[] = [TEMPERATURE, PRESSURE];

/** A BMP280 on `bus`. Touches nothing before the first `start`. A BME280 is not one: it has a driver of its own. */
export function createBmp280(bus: I2cBus, options: Bmp280Options = {}): Driver<Bmp280Options> {
  return createBme280Family(bus, options, CHANNELS, SAMPLE_ID, CHIP_ID, false);
}
