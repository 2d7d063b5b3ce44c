// How each sensor is wired, a line a wire or a choice, by the name of its driver. Words for a person: in the pages of docs/sensors, and
// in the README of a project that `mote init` writes.

export const WIRING: Readonly<Record<string, readonly string[]>> = {
  ads1115: [
    'VDD to 3.3 V, GND and ADDR to GND',
    'SDA and SCL to the bus; boards for makers have the pull-ups',
    'A0 to A3 to what is measured, never above VDD',
  ],
  adxl345: [
    'VCC and CS to 3.3 V, GND and SDO to GND',
    'SDA and SCL to the bus; boards for makers have the pull-ups',
  ],
  aht20: [
    'VDD to 3.3 V, GND to GND',
    'SDA and SCL to the bus; boards for makers have the pull-ups',
    'An AHT10 may disturb other chips on its bus: give it one of its own',
  ],
  battery: [
    'Two resistors of 100 kohm in series from the battery to GND, the pin between them, 100 nF from there to GND',
    'On an ESP32 a pin of ADC1: the others do not work beside Wi-Fi',
  ],
  bh1750: [
    'VCC to 3.3 V, GND to GND',
    'SDA and SCL to the bus; boards for makers have the pull-ups',
    'ADDR to GND for address 0x23, to 3.3 V for 0x5C',
  ],
  bme280: [
    'VDD and VDDIO to 3.3 V, GND to GND',
    'SDI to SDA, SCK to SCL; boards for makers have the pull-ups',
    'CSB to 3.3 V: I2C, not SPI',
    'SDO to GND for address 0x76, to 3.3 V for 0x77',
  ],
  bme680: [
    'VDD and VDDIO to 3.3 V, GND to GND',
    'SDI to SDA, SCK to SCL; boards for makers have the pull-ups',
    'CSB to 3.3 V: I2C, not SPI',
    'SDO to GND for address 0x76, to 3.3 V for 0x77',
  ],
  bmp280: [
    'VDD and VDDIO to 3.3 V, GND to GND',
    'SDI to SDA, SCK to SCL; boards for makers have the pull-ups',
    'CSB to 3.3 V: I2C, not SPI',
    'SDO to GND for address 0x76, to 3.3 V for 0x77',
  ],
  button: ['One end to the pin, which has its pull-up, the other to GND'],
  ccs811: [
    'VDD to 3.3 V, GND to GND',
    'SDA and SCL to the bus; boards for makers have the pull-ups',
    'nWAKE to GND: the chip answers always',
    'ADDR to GND for address 0x5A, to 3.3 V for 0x5B',
  ],
  contact: ['One end to the pin, which has its pull-up, the other to GND'],
  dht22: [
    'VDD to 3.3 V, GND to GND',
    'DATA to a pin, with a resistor of 5.1 k to 3.3 V where the board has none',
  ],
  ds18b20: [
    'VDD to 3.3 V, GND to GND',
    'DQ to a pin, with a resistor of 4.7 k to 3.3 V',
    'Without a supply of its own: VDD to GND, and the firmware holds the wire up while the chip converts',
  ],
  gps: ['VCC to 3.3 V (boards with a regulator: to 5 V), GND to GND', 'TX to a receiving pin; RX stays free'],
  'hc-sr04': [
    'VCC to 5 V, GND to GND',
    'TRIG to a pin',
    'ECHO through 10 k to a pin, and 20 k from there to GND: it gives 5 V',
  ],
  htu21d: ['VDD to 3.3 V, GND to GND', 'SDA and SCL to the bus; boards for makers have the pull-ups'],
  hx711: [
    'VDD to 3.3 V, VCC to what the cell wants, GND to GND',
    'DT (DOUT) to the pin of `in`, SCK (PD_SCK) to the pin of `out`',
    'The pin of `clock` stays free',
  ],
  ina219: [
    'VS to 3.3 V, GND to GND',
    'SDA and SCL to the bus; boards for makers have the pull-ups',
    'IN+ to the supply, IN- to the load, whose current flows through the shunt between them',
  ],
  ina226: [
    'VS to 3.3 V, GND to GND',
    'SDA and SCL to the bus; boards for makers have the pull-ups',
    'IN+ to the supply, IN- and VBUS to the load, whose current flows through the shunt',
  ],
  lis3dh: ['VIN to 3.3 V, GND and SA0 to GND', 'SDA and SCL to the bus; boards for makers have the pull-ups'],
  max31855: [
    'VCC to 3.3 V, GND to GND',
    'CLK, CS and DO to the clock, the chip select and the input of the SPI bus',
    'T+ and T- to the thermocouple, which must not touch ground',
  ],
  max6675: [
    'VCC to 3.3 V, GND to GND',
    'SCK, CS and SO to the clock, the chip select and the input of the SPI bus',
    'T+ and T- to a thermocouple of type K; T- is grounded on the board',
  ],
  'mh-z19': [
    'Vin to 5 V, GND to GND; its data pins are for 3.3 V',
    'TX to a receiving pin, RX to a transmitting pin',
    'A supply that does not dip: some B (bytes 6 and 7 of their answers always 0) do not show that they started anew between two samples, and for up to three minutes values of their warm-up may be published',
  ],
  mpu6050: [
    'VCC to 3.3 V, GND and AD0 to GND',
    'SDA and SCL to the bus; boards for makers have the pull-ups',
  ],
  ntc: [
    'A resistor of 10 kohm from the pin to 3.3 V, the thermistor from the pin to GND',
    'On an ESP32 a pin of ADC1: the others do not work beside Wi-Fi',
  ],
  pir: ['VCC to 5 V (AM312: 3.3 V), GND to GND', 'OUT to the pin: it is 3.3 V high'],
  pms7003: [
    'VCC to 5 V, GND to GND; its data pins are for 3.3 V',
    'TX to a receiving pin; RX to a transmitting pin, or to nothing in active mode',
    'SET and RESET stay free',
  ],
  pulses: ['One end of the contact to the pin, which has its pull-up, the other to GND'],
  scd30: [
    'VIN to 3.3 V or 5 V that can give 75 mA, GND to GND',
    'RX/SDA and TX/SCL to a bus of at most 50 kHz that waits when the chip holds the clock, for up to 150 ms',
    'SEL open or to GND',
  ],
  scd4x: [
    'VDD to 3.3 V that can give 205 mA for a moment, GND to GND',
    'SDA and SCL to the bus; boards for makers have the pull-ups',
  ],
  sgp30: [
    'VIN of the board to 3.3 V, GND to GND; the chip itself takes 1.8 V',
    'SDA and SCL to the bus; boards for makers have the pull-ups',
  ],
  sgp40: ['VDD to 3.3 V, GND to GND', 'SDA and SCL to the bus; boards for makers have the pull-ups'],
  sht3x: [
    'VDD to 3.3 V, GND to GND',
    'SDA and SCL to the bus; boards for makers have the pull-ups',
    'ADDR to GND, which boards for makers do',
  ],
  sht4x: ['VDD to 3.3 V, GND to GND', 'SDA and SCL to the bus; boards for makers have the pull-ups'],
  soil: [
    'VCC to 3.3 V, GND to GND, AOUT to the pin',
    'On an ESP32 a pin of ADC1: the others do not work beside Wi-Fi',
  ],
  tsl2561: [
    'VDD to 3.3 V, GND to GND',
    'SDA and SCL to the bus; boards for makers have the pull-ups',
    'ADDR open for address 0x39, to GND for 0x29, to 3.3 V for 0x49',
  ],
  tsl2591: ['VDD to 3.3 V, GND to GND', 'SDA and SCL to the bus; boards for makers have the pull-ups'],
  veml7700: ['VDD to 3.3 V, GND to GND', 'SDA and SCL to the bus; boards for makers have the pull-ups'],
  vl53l0x: ['VIN to 3.3 V, GND to GND', 'SDA and SCL to the bus; boards for makers have the pull-ups'],
};
