// All drivers, in the order of docs/sensors.

import type { DriverCase } from '../case.ts';
import { CASE as GPS } from './gps.ts';
import { CASE as MHZ19 } from './mh-z19.ts';
import { CASE as PMS7003 } from './pms7003.ts';
import { CASE as SHT4X } from './sht4x.ts';

export const CASES: readonly DriverCase[] = [SHT4X, PMS7003, MHZ19, GPS];
