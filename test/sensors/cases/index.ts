// All drivers, in the order of docs/sensors.

import type { DriverCase } from '../case.ts';
import { CASE as BH1750 } from './bh1750.ts';
import { CASE as BME280 } from './bme280.ts';
import { CASE as BMP280 } from './bmp280.ts';
import { CASE as BME680 } from './bme680.ts';
import { CASE as CCS811 } from './ccs811.ts';
import { CASE as SHT4X } from './sht4x.ts';
import { CASE as TSL2561 } from './tsl2561.ts';
import { CASE as TSL2591 } from './tsl2591.ts';
import { CASE as VEML7700 } from './veml7700.ts';

export const CASES: readonly DriverCase[] = [
  BH1750,
  BME280,
  BME680,
  BMP280,
  CCS811,
  SHT4X,
  TSL2561,
  TSL2591,
  VEML7700,
];
