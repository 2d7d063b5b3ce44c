/* A simulated BME280, so that a firmware can be tried where there is no bus: see i2c.h. Registers as in the data sheet
 * BST-BME280-DS002; a conversion is over at once. */
#include "i2c.h"

#include "codes.h"

#include <string.h>

enum {
  ADDRESS = 0x76,
  TRIM_LOW = 0x88,
  CHIP_ID = 0xd0,
  RESET = 0xe0,
  TRIM_HIGH = 0xe1,
  CTRL_HUM = 0xf2,
  CTRL_MEAS = 0xf4,
  CONFIG = 0xf5,
  VALUES = 0xf7
};

/* Trimming values of the worked example of Bosch's BMP280 data sheet (3.12); humidity as found on modules. */
static const uint8_t trim_low[] = {0x70, 0x6b, 0x43, 0x67, 0x18, 0xfc, 0x7d, 0x8e, 0x43, 0xd6, 0xd0, 0x0b, 0x27,
                                   0x0b, 0x8c, 0x00, 0xf9, 0xff, 0x8c, 0x3c, 0xf8, 0xc6, 0x70, 0x17, 0x00, 0x4b};
static const uint8_t trim_high[] = {0x72, 0x01, 0x00, 0x13, 0x29, 0x03, 0x1e};
/* What the example reads: 25.08 degrees, 100653 Pa; and about half of full humidity. */
static const uint8_t measured[] = {0x65, 0x5a, 0xc0, 0x7e, 0xed, 0x00, 0x6b, 0x00};
/* What they hold before the first conversion. */
static const uint8_t unmeasured[] = {0x80, 0x00, 0x00, 0x80, 0x00, 0x00, 0x80, 0x00};

static uint8_t registers[256];
static uint8_t pointer;

static void reset(void) {
  memset(registers, 0, sizeof registers);
  memcpy(registers + TRIM_LOW, trim_low, sizeof trim_low);
  memcpy(registers + TRIM_HIGH, trim_high, sizeof trim_high);
  memcpy(registers + VALUES, unmeasured, sizeof unmeasured);
  registers[CHIP_ID] = 0x60;
}

static void set_register(uint8_t reg, uint8_t value) {
  if (reg == RESET && value == 0xb6) reset();
  else if (reg == CTRL_HUM) registers[reg] = value & 7;
  else if (reg == CONFIG) registers[reg] = value & 0xfd;
  else if (reg == CTRL_MEAS) {
    registers[reg] = value & 0xfc;
    if ((value & 3) != 0) memcpy(registers + VALUES, measured, sizeof measured);
  }
}

static int sim_open(void *part, int32_t data_pin, int32_t clock_pin, int32_t hz) {
  (void)part, (void)data_pin, (void)clock_pin, (void)hz;
  return MOTE_OK;
}

/* Pairs of register and value; a register alone is where the next read begins [6.2]. */
static int sim_write(void *part, uint8_t address, const uint8_t *from, size_t length) {
  size_t i;
  (void)part;
  if (address != ADDRESS) return MOTE_ABSENT;
  for (i = 0; i < length; i += 2) {
    pointer = from[i];
    if (i + 1 < length) set_register(pointer, from[i + 1]);
  }
  return MOTE_OK;
}

static int sim_read(void *part, uint8_t address, int32_t reg, uint8_t *into, size_t length) {
  size_t i;
  (void)part;
  if (address != ADDRESS) return MOTE_ABSENT;
  if (reg >= 0) pointer = (uint8_t)reg;
  for (i = 0; i < length; i++) into[i] = registers[pointer++];
  return MOTE_OK;
}

void mote_i2c_open_bme280(mote_i2c_t *bus) {
  reset();
  bus->open = sim_open;
  bus->write = sim_write;
  bus->read = sim_read;
  bus->part = NULL;
}
