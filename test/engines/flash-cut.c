/* Cuts the power of an Espruino on Linux at the n-th program of its flash file (MOTE_CUT, from 1), and leaves of that program what
 * MOTE_TEAR says: `none` of it, the `first` half of its bytes, the `last` half, `some` bits, or `all`. Loaded with LD_PRELOAD.
 * Espruino reads what is there, ands it with what it programs, and writes the result with one fwrite. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int count;

static int is_flash(FILE *stream) {
  char link[64], path[512];
  ssize_t length;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fileno(stream));
  length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strstr(path, "espruino.flash") != NULL;
}

/* Which bits of byte i are programmed. */
static unsigned char mask(const char *tear, size_t i, size_t length) {
  if (strcmp(tear, "first") == 0) return i < length / 2 ? 0xff : 0;
  if (strcmp(tear, "last") == 0) return i < length / 2 ? 0 : 0xff;
  if (strcmp(tear, "some") == 0) return (unsigned char)(((i + count) * 2654435761u) >> 13);
  return strcmp(tear, "all") == 0 ? 0xff : 0;
}

size_t fwrite(const void *data, size_t size, size_t items, FILE *stream) {
  static size_t (*real)(const void *, size_t, size_t, FILE *);
  const char *cut = getenv("MOTE_CUT");
  const char *tear = getenv("MOTE_TEAR");
  if (real == NULL) real = (size_t(*)(const void *, size_t, size_t, FILE *))dlsym(RTLD_NEXT, "fwrite");
  if (cut != NULL && is_flash(stream) && ++count == atoi(cut)) {
    const unsigned char *programmed = data;
    size_t length = size * items, i;
    long at = ftell(stream);
    unsigned char *left = malloc(length);
    ssize_t got = pread(fileno(stream), left, length, at);
    for (i = 0; i < length; i++) {
      unsigned char before = got > (ssize_t)i ? left[i] : 0xff;
      unsigned char done = mask(tear == NULL ? "none" : tear, i, length);
      left[i] = (unsigned char)(before & (programmed[i] | (unsigned char)~done));
    }
    got = pwrite(fileno(stream), left, length, at);
    _exit(9);
  }
  return real(data, size, items, stream);
}
