// All drivers, in the order of docs/sensors.

import type { DriverCase } from '../case.ts';
import { CASE as ADS1115 } from './ads1115.ts';
import { CASE as ADXL345 } from './adxl345.ts';
import { CASE as INA219 } from './ina219.ts';
import { CASE as INA226 } from './ina226.ts';
import { CASE as LIS3DH } from './lis3dh.ts';
import { CASE as MAX31855 } from './max31855.ts';
import { CASE as MAX6675 } from './max6675.ts';
import { CASE as MPU6050 } from './mpu6050.ts';
import { CASE as SHT4X } from './sht4x.ts';
import { CASE as VL53L0X } from './vl53l0x.ts';

export const CASES: readonly DriverCase[] = [
  SHT4X,
  INA219,
  INA226,
  ADS1115,
  MPU6050,
  LIS3DH,
  ADXL345,
  MAX31855,
  MAX6675,
  VL53L0X,
];
