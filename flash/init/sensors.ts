// What `mote init` can write into a firmware: every driver whose chip the virtual board has, and how each is connected. Data; the
// places that a chip of the virtual board can have are those of sim/scene.

/** How a driver is connected: what a firmware opens for it, and which places it takes. */
export type Connection =
  'i2c' | 'spi' | 'spi-lines' | 'onewire' | 'uart' | 'edge' | 'line' | 'echo' | 'analog';

export interface SensorType {
  /** On the command line, and in the topics of the firmware. */
  readonly name: string;
  readonly title: string;
  /** File in src/sensors, and its page in docs/sensors. */
  readonly driver: string;
  /** What that file exports to make one. */
  readonly creator: string;
  readonly connection: Connection;
  /** In sim.json. */
  readonly chip: string;
  /** Of the input of an edge. */
  readonly pull?: 'Up' | 'Down';
  /** What else the file exports that the creator is given. */
  readonly use?: string;
  /** Options, as they stand in the program. */
  readonly options?: string;
}

const capital = (name: string) =>
  name.replace(/(^|-)(\w)/g, (_all, _dash, letter: string) => letter.toUpperCase());

function sensor(
  connection: Connection,
  name: string,
  title: string,
  more: Partial<Omit<SensorType, 'name' | 'title' | 'connection'>> = {},
): SensorType {
  const driver = more.driver ?? name;
  return { name, title, driver, creator: `create${capital(driver)}`, connection, chip: name, ...more };
}

export const SENSORS: readonly SensorType[] = [
  sensor('i2c', 'bme280', 'BME280: temperature, humidity, pressure'),
  sensor('i2c', 'bmp280', 'BMP280: temperature, pressure'),
  sensor('i2c', 'bme680', 'BME680, BME688: temperature, humidity, pressure, gas'),
  sensor('i2c', 'sht3x', 'SHT30, SHT31, SHT35, SHT85: temperature, humidity'),
  sensor('i2c', 'sht4x', 'SHT40, SHT41, SHT43, SHT45: temperature, humidity'),
  sensor('i2c', 'aht20', 'AHT20, AHT10, AHT21, AHT25, DHT20: temperature, humidity'),
  sensor('i2c', 'htu21d', 'HTU21D, Si7021, SHT21: temperature, humidity'),
  sensor('onewire', 'ds18b20', 'DS18B20, DS18S20, DS1822: temperature'),
  sensor('line', 'dht22', 'DHT22, DHT21: temperature, humidity'),
  sensor('analog', 'ntc', 'NTC thermistor: temperature'),
  sensor('spi', 'max31855', 'MAX31855: thermocouple'),
  sensor('spi', 'max6675', 'MAX6675: thermocouple'),
  sensor('i2c', 'scd4x', 'SCD40, SCD41, SCD43: carbon dioxide, temperature, humidity'),
  sensor('i2c', 'scd30', 'SCD30: carbon dioxide, temperature, humidity'),
  sensor('i2c', 'sgp30', 'SGP30: volatile compounds'),
  sensor('i2c', 'sgp40', 'SGP40: volatile compounds'),
  sensor('i2c', 'ccs811', 'CCS811: volatile compounds'),
  sensor('uart', 'pms7003', 'PMS5003, PMS7003, PMSA003: fine dust'),
  sensor('uart', 'mh-z19', 'MH-Z19B, MH-Z19C: carbon dioxide'),
  sensor('i2c', 'bh1750', 'BH1750: light'),
  sensor('i2c', 'veml7700', 'VEML7700, VEML6030: light'),
  sensor('i2c', 'tsl2561', 'TSL2561: light'),
  sensor('i2c', 'tsl2591', 'TSL2591: light'),
  sensor('i2c', 'ina219', 'INA219: voltage, current, power'),
  sensor('i2c', 'ina226', 'INA226: voltage, current, power'),
  sensor('i2c', 'mpu6050', 'MPU-6050: acceleration, rotation'),
  sensor('i2c', 'lis3dh', 'LIS3DH: acceleration'),
  sensor('i2c', 'adxl345', 'ADXL345: acceleration'),
  sensor('i2c', 'vl53l0x', 'VL53L0X: distance'),
  sensor('echo', 'hc-sr04', 'HC-SR04, US-015, JSN-SR04T: distance'),
  sensor('spi-lines', 'hx711', 'HX711: weight', { options: '{ offset: -81234, countsPerGram: 412 }' }),
  sensor('edge', 'contact', 'reed switch, float switch, leak sensor', { pull: 'Up' }),
  sensor('edge', 'pir', 'HC-SR501, HC-SR505, AM312: motion', { pull: 'Down' }),
  sensor('edge', 'button', 'push button', { pull: 'Up' }),
  sensor('edge', 'rain-gauge', 'rain gauge', {
    driver: 'pulses',
    creator: 'createPulses',
    pull: 'Up',
    use: 'RAIN_GAUGE',
  }),
  sensor('edge', 'energy-meter', 'energy meter (S0)', {
    driver: 'pulses',
    creator: 'createPulses',
    pull: 'Up',
    use: 'ENERGY_METER',
  }),
  sensor('analog', 'battery', 'battery through a divider'),
  sensor('analog', 'soil', 'capacitive soil moisture probe', { chip: 'soil-probe' }),
  sensor('uart', 'gps', 'GPS receivers that speak NMEA 0183: position'),
];
