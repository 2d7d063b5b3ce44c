/* NOR flash in a file, for hosts with a file system: a program clears bits, an erase sets a page to 0xFF. */
#define _POSIX_C_SOURCE 200809L
#include "flash.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Bytes that are worked on at once. */
enum { CHUNK = 256 };

/* The chip begins with the file. */
typedef struct {
  FILE *file;
  mote_flash_geometry_t geometry;
  bool is_synced;
} chip_t;

/* One is enough: there is one `moteFlash`. */
static chip_t chip;

static bool seek(const chip_t *of, uint32_t address) {
  return fseek(of->file, (long)(address - of->geometry.base), SEEK_SET) == 0;
}

/* What was written is out of this program, and on the disk where that is asked for. */
static void settle(const chip_t *of) {
  fflush(of->file);
  if (of->is_synced) fsync(fileno(of->file));
}

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* What cannot be read looks programmed with zeros: no checksum holds there. */
static void file_read(void *part, uint32_t address, uint8_t *into, uint32_t length) {
  const chip_t *from = part;
  size_t done = 0;
  if (seek(from, address)) done = fread(into, 1, length, from->file);
  memset(into + done, 0, length - done);
}

static void file_program(void *part, uint32_t address, const uint8_t *from, uint32_t length) {
  const chip_t *to = part;
  uint8_t bytes[CHUNK];
  while (length > 0) {
    const uint32_t count = least(length, CHUNK);
    uint32_t i;
    file_read(part, address, bytes, count);
    for (i = 0; i < count; i++) bytes[i] &= from[i];
    if (seek(to, address)) fwrite(bytes, 1, count, to->file);
    address += count;
    from += count;
    length -= count;
  }
  settle(to);
}

static void set_bytes(const chip_t *of, uint32_t address, uint32_t length) {
  uint8_t bytes[CHUNK];
  memset(bytes, 0xff, sizeof bytes);
  if (!seek(of, address)) return;
  for (; length > 0; length -= least(length, CHUNK)) fwrite(bytes, 1, least(length, CHUNK), of->file);
  settle(of);
}

static void file_erase(void *part, uint32_t address) {
  const chip_t *of = part;
  set_bytes(of, address, of->geometry.page_size);
}

bool mote_flash_open_file(mote_flash_t *flash, const char *path, const mote_flash_geometry_t *geometry) {
  const uint32_t size = geometry->page_size * geometry->pages;
  long found;
  int why;
  FILE *made = fopen(path, "ab");
  if (made == NULL) return false;
  fclose(made);
  chip.geometry = *geometry;
  chip.is_synced = false;
  chip.file = fopen(path, "r+b");
  if (chip.file == NULL) return false;
  found = fseek(chip.file, 0, SEEK_END) == 0 ? ftell(chip.file) : 0;
  if (found < (long)size) set_bytes(&chip, geometry->base + (uint32_t)found, size - (uint32_t)found);
  if (ferror(chip.file)) {
    why = errno;
    fclose(chip.file);
    errno = why;
    return false;
  }
  flash->geometry = *geometry;
  flash->read = file_read;
  flash->program = file_program;
  flash->erase = file_erase;
  flash->part = &chip;
  return true;
}

void mote_flash_sync_file(mote_flash_t *flash) { ((chip_t *)flash->part)->is_synced = true; }

void mote_flash_close_file(mote_flash_t *flash) {
  fclose(((chip_t *)flash->part)->file);
  flash->part = NULL;
}
