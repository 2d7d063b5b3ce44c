/* Looks at a snapshot: see snapshot.h. */
#include "snapshot.h"

#include <errno.h>
#include <jerryscript-snapshot.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More is no firmware. */
static const long SIZE_MAX_FILE = 16L * 1024 * 1024;

/* Magic, version, flags, place of the literals, number of functions, and the place of the first: words of 4 bytes. */
enum { MAGIC_AT = 0, VERSION_AT = 4, LITERALS_AT = 12, HEADER_SIZE = 24 };

static uint32_t word_at(const uint8_t *bytes, size_t at) {
  uint32_t word;
  memcpy(&word, bytes + at, sizeof word);
  return word;
}

uint32_t mote_crc32(const uint8_t *bytes, size_t size) {
  uint32_t crc = 0xffffffffu;
  size_t i;
  int bit;
  for (i = 0; i < size; i++) {
    crc ^= bytes[i];
    for (bit = 0; bit < 8; bit++) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
  }
  return ~crc;
}

const char *mote_snapshot_fault(const mote_snapshot_t *snapshot) {
  if (snapshot->size < HEADER_SIZE) return "too short for a snapshot";
  if ((uintptr_t)snapshot->bytes % 8 != 0) return "not aligned to 8 bytes";
  if (memcmp(snapshot->bytes + MAGIC_AT, "JRRY", 4) != 0) return "no snapshot of JerryScript for this byte order";
  if (word_at(snapshot->bytes, VERSION_AT) != JERRY_SNAPSHOT_VERSION) return "a snapshot for another version of JerryScript";
  if (word_at(snapshot->bytes, LITERALS_AT) > snapshot->size) return "cut off";
  return NULL;
}

bool mote_snapshot_read(const char *path, mote_snapshot_t *out, const char **why) {
  FILE *file = fopen(path, "rb");
  long size = -1;
  out->bytes = NULL;
  if (file == NULL) {
    *why = strerror(errno);
    return false;
  }
  if (fseek(file, 0, SEEK_END) == 0) size = ftell(file);
  *why = size < 0 || size > SIZE_MAX_FILE ? "no file of a size that a firmware has" : NULL;
  if (*why == NULL) {
    out->size = (size_t)size;
    out->bytes = malloc(out->size + 1);
    if (out->bytes == NULL) *why = "no memory";
    else if (fseek(file, 0, SEEK_SET) != 0 || fread(out->bytes, 1, out->size, file) != out->size) *why = "cannot be read";
  }
  fclose(file);
  if (*why == NULL) return true;
  free(out->bytes);
  out->bytes = NULL;
  return false;
}
