// All drivers, in the order of docs/sensors.

import type { DriverCase } from '../case.ts';
import { CASE as ADS1115 } from './ads1115.ts';
import { CASE as ADXL345 } from './adxl345.ts';
import { CASE as AHT20 } from './aht20.ts';
import { CASE as BATTERY } from './battery.ts';
import { CASE as BH1750 } from './bh1750.ts';
import { CASE as BME280 } from './bme280.ts';
import { CASE as BME680 } from './bme680.ts';
import { CASE as BMP280 } from './bmp280.ts';
import { CASE as BUTTON } from './button.ts';
import { CASE as CCS811 } from './ccs811.ts';
import { CASE as CONTACT } from './contact.ts';
import { CASE as DHT22 } from './dht22.ts';
import { CASE as DS18B20 } from './ds18b20.ts';
import { CASE as GPS } from './gps.ts';
import { CASE as HC_SR04 } from './hc-sr04.ts';
import { CASE as HTU21D } from './htu21d.ts';
import { CASE as HX711 } from './hx711.ts';
import { CASE as INA219 } from './ina219.ts';
import { CASE as INA226 } from './ina226.ts';
import { CASE as LIS3DH } from './lis3dh.ts';
import { CASE as MAX31855 } from './max31855.ts';
import { CASE as MAX6675 } from './max6675.ts';
import { CASE as MH_Z19 } from './mh-z19.ts';
import { CASE as MPU6050 } from './mpu6050.ts';
import { CASE as NTC } from './ntc.ts';
import { CASE as PIR } from './pir.ts';
import { CASE as PMS7003 } from './pms7003.ts';
import { CASE as PULSES } from './pulses.ts';
import { CASE as SCD30 } from './scd30.ts';
import { CASE as SCD4X } from './scd4x.ts';
import { CASE as SGP30 } from './sgp30.ts';
import { CASE as SGP40 } from './sgp40.ts';
import { CASE as SHT3X } from './sht3x.ts';
import { CASE as SHT4X } from './sht4x.ts';
import { CASE as SOIL } from './soil.ts';
import { CASE as TSL2561 } from './tsl2561.ts';
import { CASE as TSL2591 } from './tsl2591.ts';
import { CASE as VEML7700 } from './veml7700.ts';
import { CASE as VL53L0X } from './vl53l0x.ts';

export const CASES: readonly DriverCase[] = [
  BME280,
  BMP280,
  BME680,
  SHT3X,
  SHT4X,
  AHT20,
  HTU21D,
  DS18B20,
  DHT22,
  SCD4X,
  SCD30,
  SGP30,
  SGP40,
  CCS811,
  PMS7003,
  MH_Z19,
  BH1750,
  VEML7700,
  TSL2561,
  TSL2591,
  INA219,
  INA226,
  ADS1115,
  MPU6050,
  LIS3DH,
  ADXL345,
  VL53L0X,
  HC_SR04,
  HX711,
  MAX31855,
  MAX6675,
  CONTACT,
  PIR,
  BUTTON,
  PULSES,
  NTC,
  BATTERY,
  SOIL,
  GPS,
];
