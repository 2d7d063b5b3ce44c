/* Flash of the host for device code in JerryScript 3.0: what a C program that embeds the engine gives to
 * src/ports/jerryscript/flash.ts. C99; needs nothing but the engine. */
#ifndef MOTE_FLASH_H
#define MOTE_FLASH_H

#include <stdbool.h>
#include <stdint.h>

/* The pages that belong to the outbox alone, and what their part demands. */
typedef struct {
  uint32_t base;         /* Address of the first page, a multiple of page_size. */
  uint32_t page_size;    /* Bytes an erase sets to 0xFF. */
  uint32_t pages;        /* At least 2. */
  uint32_t program_unit; /* Address and length of a program are multiples of this: 4 or 8. */
  bool ecc;              /* A unit takes one program and after it only zeros. */
} mote_flash_geometry_t;

/* How to get at the part. Each function comes back when it is done; none is asked for anything outside of the pages. What
 * goes wrong is not told: the outbox reads back. */
typedef struct {
  mote_flash_geometry_t geometry;
  void (*read)(void *part, uint32_t address, uint8_t *into, uint32_t length);
  /* A program only clears bits, whatever `from` says. Address and length are multiples of the program unit. */
  void (*program)(void *part, uint32_t address, const uint8_t *from, uint32_t length);
  void (*erase)(void *part, uint32_t address);
  void *part; /* Handed to each function. */
} mote_flash_t;

/* Returns false for pages that scripts cannot have: fewer than 2, no whole program units, or addresses from 2^27 on, for which the
 * engine would take memory with each call. */
static inline bool mote_flash_fits(const mote_flash_geometry_t *geometry) {
  const uint32_t unit = geometry->program_unit, size = geometry->page_size, base = geometry->base, end = 0x7ffffffu;
  if (unit == 0 || size == 0 || size % unit != 0 || base % size != 0 || base > end) return false;
  return geometry->pages >= 2 && geometry->pages <= (end - base) / size;
}

/* Give `flash` to scripts as the global object `moteFlash`, after jerry_init and before they run. It has to stay as long as
 * the engine does; there is one.
 * Returns false, and scripts have none: for pages that do not fit, or when the engine has no memory left. */
bool mote_flash_register(const mote_flash_t *flash);

/* Flash in the file `path`, which is made, erased, where there is none. It survives the end of the program, and that of the
 * machine as far as its file system does. Fills `flash` for mote_flash_register. Returns false, and errno says why, when the file
 * cannot be had in its whole size. The pages have to fit. */
bool mote_flash_open_file(mote_flash_t *flash, const char *path, const mote_flash_geometry_t *geometry);

/* From now on each program and erase waits until the disk says that it has it, so that what was written survives the loss of
 * power too, as far as the system and its disk keep their word. */
void mote_flash_sync_file(mote_flash_t *flash);

/* Only after the scripts have ended. */
void mote_flash_close_file(mote_flash_t *flash);

#endif
