/* I2C buses of a host, as a table of functions: those of Linux (i2c-linux.c), a simulated chip (i2c-bme280.c), or your own.
 * Knows nothing of the engine. */
#ifndef MOTE_I2C_H
#define MOTE_I2C_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Buses that scripts can ask for, numbered from 1. */
enum { MOTE_I2C_BUSES = 4 };

/* One bus. Each function gives 0, MOTE_ABSENT when nobody acknowledged, MOTE_TIMEOUT when the bus is stuck, MOTE_RANGE for
 * more bytes than it takes at once; nothing is put into `into` then. None may block for longer than the transfer takes. */
typedef struct {
  /* Set the bus up. Pins of a bus that has its own are of no use. */
  int (*open)(void *part, int32_t data_pin, int32_t clock_pin, int32_t hz);
  int (*write)(void *part, uint8_t address, const uint8_t *from, size_t length);
  /* `reg` is a register number that is written first, with a repeated start behind it; -1: none. */
  int (*read)(void *part, uint8_t address, int32_t reg, uint8_t *into, size_t length);
  void *part; /* Handed to each function. */
} mote_i2c_t;

/* A bus of Linux: `path` is /dev/i2c-0 or another. Returns false, and errno says why, when it cannot be opened. */
bool mote_i2c_open_linux(mote_i2c_t *bus, const char *path);

/* A bus with one simulated BME280 on it, at 0x76, which always measures what the worked example of its data sheet does. */
void mote_i2c_open_bme280(mote_i2c_t *bus);

#endif
