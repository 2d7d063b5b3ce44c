// ESP32-S3 with at least 4 MB of flash and the Espruino build "ESP32S3", whose console is the chip's own USB.

import type { BoardData } from './board.ts';
import { esp32 } from './esp32.ts';
import { esp32C3 } from './esp32-c3.ts';
import { CH343, CP210X, USB_SERIAL_JTAG } from './usb.ts';

export const esp32S3: BoardData = {
  ...esp32,
  id: 'esp32-s3',
  name: 'ESP32-S3 (Espruino)',
  engineName: 'ESP32S3_IDF4',
  sources: [
    'Espruino boards/ESP32S3_IDF4.py: variables, pins, buses, saved_code, console; no pin of it measures voltages',
    'Espruino targets/esp32/main.c: a board gets (free heap - 40000) / 14 variables, at most 16383; process.memory().total says how many',
    'Espruino targets/esp32/IDF4/partitions.csv: what lies where in the flash; its 64 KB at 0x310000 are named "flash" and used by nothing',
    'Espruino targets/esp32/jshardware.c: jshFlashGetFree, FLASH_MAX of 4 MB however large the part is; under ESP-IDF 5 and later erasePage hands over a page number where an address belongs: this holds for the official builds, which are ESP-IDF 4',
    'Espruino targets/esp32/IDF4/sdkconfig_s3: 240 MHz, TLS records of 16384 bytes in and 4096 out; 40000 bytes for a connection as on the ESP32, not measured',
    'Espruino targets/esp32/README_flash_S3.txt, make/targets/ESP32_IDF4.make and its download manifest: image files, addresses, mode and frequency',
    'ESP32-S3 series datasheet, "Pin overview" and "Strapping pins": 0, 3, 45, 46; 22 to 25 do not exist; 26 to 32 are flash and PSRAM, 33 to 37 too where these are octal; 19 and 20 the USB',
    'ESP32-S3 series datasheet, "Current consumption in modem-sleep mode": one core running at 240 MHz with peripherals clocked 66 mA; deep sleep with RTC memory 7 uA',
    'ESP32-S3 series datasheet, "RF current consumption": receiving 88 mA, sending 283 to 340 mA; of which 116 mA is one part sending to six parts receiving',
    "Espressif's low-power guide (esp-techpedia): deep sleep of the ESP32-S3 7 uA; the currents while it runs and with the radio on were not read again in its newest datasheet",
    'Not measured: 500 ms from wake to program, as the ESP32',
    'Espruino src/jswrap_process.c, scripts/build_platform_config.py: process.env.BOARD is the name of the file in boards/',
  ],
  pins: {
    count: 49,
    analog: [],
    absent: [22, 23, 24, 25],
    inputOnly: [],
    strapping: [0, 3, 45, 46],
    taken: [
      { pins: [26, 27, 28, 29, 30, 31, 32], by: 'flash and PSRAM in the module' },
      { pins: [19, 20], by: 'the USB, which is the console' },
    ],
    shared: [
      { pins: [33, 34, 35, 36, 37], by: 'flash and PSRAM in modules where these are octal (R8, R16, V)' },
      { pins: [43, 44], by: 'the UART that the ROM prints to at power-on' },
    ],
  },
  buses: { i2c: 2, spi: 2, serial: 3 },
  i2cPins: { data: 8, clock: 9 },
  console: { device: 'Serial1', via: 'usb-serial-jtag', baud: 115200 },
  flash: esp32C3.flash!,
  currents: { bootMs: 500, activeMa: 66, radioMa: 116, sleepUa: 7 },
  firmware: {
    chip: 'ESP32-S3',
    archive: 'espruino_%v_esp32s3.tgz',
    page: 'https://www.espruino.com/Download',
    files: [
      { file: 'bootloader.bin', address: 0x0 },
      { file: 'partition-table.bin', address: 0x8000 },
      { file: 'espruino-esp32s3.bin', address: 0x10000 },
    ],
    flashMode: 'dio',
    flashFreq: '80m',
  },
  usb: [USB_SERIAL_JTAG, CH343, CP210X],
};
