// All drivers, in the order of docs/sensors.

import type { DriverCase } from '../case.ts';
import { CASE as AHT20 } from './aht20.ts';
import { CASE as HTU21D } from './htu21d.ts';
import { CASE as SCD30 } from './scd30.ts';
import { CASE as SCD4X } from './scd4x.ts';
import { CASE as SGP30 } from './sgp30.ts';
import { CASE as SGP40 } from './sgp40.ts';
import { CASE as SHT3X } from './sht3x.ts';
import { CASE as SHT4X } from './sht4x.ts';

export const CASES: readonly DriverCase[] = [SHT3X, SHT4X, AHT20, HTU21D, SCD4X, SCD30, SGP30, SGP40];
