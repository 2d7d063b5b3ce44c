/* A snapshot before it is run: what can be known of it without the engine. A damaged one would not only fail, it would read and
 * write where it must not. C99; needs no more than the engine's header. */
#ifndef MOTE_SNAPSHOT_H
#define MOTE_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  /* Aligned to 8 bytes, and to be written to: see firmware.h that `mote snapshot` makes. It has to stay as long as the engine does. */
  uint8_t *bytes;
  size_t size;
} mote_snapshot_t;

/* CRC-32 (ISO 3309), as `mote snapshot` says it. */
uint32_t mote_crc32(const uint8_t *bytes, size_t size);

/* Returns NULL, or why this is no snapshot for this engine. */
const char *mote_snapshot_fault(const mote_snapshot_t *snapshot);

/* Read a whole file. Returns false, and `why` says why not. Free the bytes. */
bool mote_snapshot_read(const char *path, mote_snapshot_t *out, const char **why);

#endif
