// All drivers, in the order of docs/sensors.

import type { DriverCase } from '../case.ts';
import { CASE as DHT22 } from './dht22.ts';
import { CASE as DS18B20 } from './ds18b20.ts';
import { CASE as HC_SR04 } from './hc-sr04.ts';
import { CASE as HX711 } from './hx711.ts';
import { CASE as SHT4X } from './sht4x.ts';

export const CASES: readonly DriverCase[] = [SHT4X, DS18B20, DHT22, HC_SR04, HX711];
