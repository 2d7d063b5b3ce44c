/* I2C through /dev/i2c-N of Linux: see i2c.h. Its pins and its speed are the kernel's. */
#define _POSIX_C_SOURCE 200809L
#include "i2c.h"

#include "codes.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* One is enough for each number that scripts can ask for. */
static int files[MOTE_I2C_BUSES];
static size_t count;

/* Do a transfer. Returns what became of it. */
static int transfer(const int *file, struct i2c_msg *messages, uint32_t length) {
  struct i2c_rdwr_ioctl_data all;
  all.msgs = messages;
  all.nmsgs = length;
  if (ioctl(*file, I2C_RDWR, &all) >= 0) return MOTE_OK;
  return errno == ENXIO || errno == EREMOTEIO || errno == EIO ? MOTE_ABSENT : MOTE_TIMEOUT;
}

static int linux_open(void *part, int32_t data_pin, int32_t clock_pin, int32_t hz) {
  (void)part, (void)data_pin, (void)clock_pin, (void)hz;
  return MOTE_OK;
}

static int linux_write(void *part, uint8_t address, const uint8_t *from, size_t length) {
  struct i2c_msg message;
  if (length > UINT16_MAX) return MOTE_RANGE;
  message.addr = address;
  message.flags = 0;
  message.len = (uint16_t)length;
  message.buf = (uint8_t *)from;
  return transfer(part, &message, 1);
}

static int linux_read(void *part, uint8_t address, int32_t reg, uint8_t *into, size_t length) {
  uint8_t first = (uint8_t)reg;
  struct i2c_msg messages[2];
  if (length > UINT16_MAX) return MOTE_RANGE;
  messages[0].addr = messages[1].addr = address;
  messages[0].flags = 0;
  messages[0].len = 1;
  messages[0].buf = &first;
  messages[1].flags = I2C_M_RD;
  messages[1].len = (uint16_t)length;
  messages[1].buf = into;
  return reg >= 0 ? transfer(part, messages, 2) : transfer(part, messages + 1, 1);
}

bool mote_i2c_open_linux(mote_i2c_t *bus, const char *path) {
  int file = -1;
  errno = EMFILE;
  if (count < MOTE_I2C_BUSES) file = open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return false;
  files[count] = file;
  bus->open = linux_open;
  bus->write = linux_write;
  bus->read = linux_read;
  bus->part = &files[count++];
  return true;
}
