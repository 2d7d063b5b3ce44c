// ESP32-C3 with 4 MB of flash and the Espruino build "ESP32C3", whose console is the chip's own USB.

import type { BoardData } from './board.ts';
import { esp32 } from './esp32.ts';
import { CH340, CH343, CP210X, USB_SERIAL_JTAG } from './usb.ts';

export const esp32C3: BoardData = {
  ...esp32,
  id: 'esp32-c3',
  name: 'ESP32-C3 (Espruino)',
  engineName: 'ESP32C3_IDF4',
  sources: [
    'Espruino boards/ESP32C3_IDF4.py, which calls itself beta: variables, pins, buses, saved_code, console, ESP_HEAP_SIZE of 70000',
    'Espruino targets/esp32/main.c: a board gets (free heap - 70000) / 13 variables, at most 4095; process.memory().total says how many',
    'Espruino src/jsutils.h: bytes of a variable at 4095 variables',
    'Espruino targets/esp32/IDF4/partitions.csv: what lies where in the flash; its 64 KB at 0x310000 are named "flash" and used by nothing',
    'Espruino targets/esp32/jshardware.c: jshFlashGetFree, FLASH_MAX of 4 MB; under ESP-IDF 5 and later erasePage hands over a page number where an address belongs: this holds for the official builds, which are ESP-IDF 4',
    'Espruino targets/esp32/IDF4/sdkconfig_c3: 160 MHz, TLS records of 16384 bytes in and 4096 out; 40000 bytes for a connection as on the ESP32, not measured',
    'Espruino targets/esp32/jswrap_esp32.c: deepSleep by time and by pins',
    'Espruino targets/esp32/README_flash_C3.txt, make/targets/ESP32_IDF4.make and its download manifest: image files, addresses, mode and frequency',
    'ESP32-C3 series datasheet, "Pin overview" and "Strapping pins": 2, 8, 9; 11 to 17 are the flash and its supply; 18 and 19 the USB',
    "The engine's own pins for I2C, 8 and 9, are strapping pins: 6 and 7 are those of the Seeed XIAO ESP32C3",
    'ESP32-C3 series datasheet, "Current consumption in other modes": running at 160 MHz with the modem asleep 23 to 28 mA, of which the upper; deep sleep with RTC timer 5 uA',
    'ESP32-C3 series datasheet, "RF current consumption": receiving 84 mA, sending 276 to 335 mA; of which 112 mA is one part sending to six parts receiving',
    "Espressif's low-power guide (esp-techpedia): deep sleep of the ESP32-C3 5 uA; the currents while it runs and with the radio on were not read again in its newest datasheet",
    'Not measured: 500 ms from wake to program, as the ESP32',
    'Espruino src/jswrap_process.c, scripts/build_platform_config.py: process.env.BOARD is the name of the file in boards/',
  ],
  heap: { vars: 4095, varBytes: 13 },
  pins: {
    count: 22,
    analog: [0, 1, 2, 3, 4],
    absent: [],
    inputOnly: [],
    strapping: [2, 8, 9],
    taken: [
      { pins: [11, 12, 13, 14, 15, 16, 17], by: 'the flash in the module' },
      { pins: [18, 19], by: 'the USB, which is the console' },
    ],
    shared: [{ pins: [20, 21], by: 'the UART that the ROM prints to at power-on' }],
  },
  buses: { i2c: 1, spi: 1, serial: 2 },
  i2cPins: { data: 6, clock: 7 },
  console: { device: 'Serial1', via: 'usb-serial-jtag', baud: 115200 },
  flash: {
    ...esp32.flash!,
    outbox: {
      address: 0x310000,
      bytes: 0x10000,
      why: 'the partition table keeps it for "flash", which nothing uses: of the other two that Flash.getFree() reports, 0xE000 holds settings of Wi-Fi and radio, and 0x360000 lies inside Storage',
    },
    partitions: [
      { name: 'boot loader', address: 0x0, bytes: 0x8000 },
      { name: 'partition table', address: 0x8000, bytes: 0x1000 },
      { name: 'nvs', address: 0x9000, bytes: 0x6000 },
      { name: 'phy_init', address: 0xf000, bytes: 0x1000 },
      { name: 'factory', address: 0x10000, bytes: 0x1f4000 },
    ],
  },
  currents: { bootMs: 500, activeMa: 28, radioMa: 112, sleepUa: 5 },
  firmware: {
    chip: 'ESP32-C3',
    archive: 'espruino_%v_esp32c3.tgz',
    page: 'https://www.espruino.com/Download',
    files: [
      { file: 'bootloader.bin', address: 0x0 },
      { file: 'partition-table.bin', address: 0x8000 },
      { file: 'espruino-esp32c3.bin', address: 0x10000 },
    ],
    flashMode: 'dio',
    flashFreq: '80m',
  },
  usb: [USB_SERIAL_JTAG, CP210X, CH340, CH343],
};
