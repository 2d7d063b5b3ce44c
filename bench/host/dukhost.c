/* Runs ES5 files in Duktape under a heap cap and lets them see their allocations.
 * Usage: dukhost HEAP_BYTES FILE...      (0 = no cap; the files share one global scope)
 * Scripts have print(...), allocations(), allocatedBytes(), heapUsed(). Each allocation counts, also one that is freed
 * at once, and each change of a block's size.
 * Exit codes: 0 all ran, 1 uncaught error, 2 wrong usage or unreadable file, 10 out of memory. */
#include <duktape.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_UNCAUGHT = 1, EXIT_USAGE = 2, EXIT_MEMORY = 10 };

/* In front of every block; the union keeps the block aligned for any type. */
typedef union {
  size_t size;
  double align_double;
  void *align_pointer;
  long double align_long_double;
} Header;

static size_t heap_cap;
static size_t heap_used;
static unsigned long allocation_count;
static unsigned long allocated_bytes;
static int allocation_refused;

static int fits(size_t more) { return heap_cap == 0 || more <= heap_cap - heap_used; }

static void *resize(Header *old, size_t size) {
  size_t old_size = old == NULL ? 0 : old->size;
  Header *block = NULL;
  allocation_count++;
  allocated_bytes += size;
  if (size <= old_size || fits(size - old_size)) block = realloc(old, sizeof(Header) + size);
  if (block == NULL) {
    allocation_refused = 1;
    return NULL;
  }
  block->size = size;
  heap_used += size - old_size;
  return block + 1;
}

static void host_free(void *udata, void *pointer) {
  Header *block = pointer == NULL ? NULL : (Header *)pointer - 1;
  (void)udata;
  if (block == NULL) return;
  heap_used -= block->size;
  free(block);
}

static void *host_alloc(void *udata, duk_size_t size) {
  (void)udata;
  return size == 0 ? NULL : resize(NULL, size);
}

static void *host_realloc(void *udata, void *pointer, duk_size_t size) {
  if (size == 0) {
    host_free(udata, pointer);
    return NULL;
  }
  return resize(pointer == NULL ? NULL : (Header *)pointer - 1, size);
}

/* A refused allocation alone is no failure: Duktape collects garbage and asks again. A script that fails after one
 * may only have met the cap while its own error was being built, which Duktape calls DoubleError. */
static int out_of_memory(const char *message) {
  if (!allocation_refused) return 0;
  return strstr(message, "alloc failed") != NULL || strstr(message, "DoubleError") != NULL;
}

/* Duktape comes here when it cannot even build an error object. */
static void host_fatal(void *udata, const char *message) {
  (void)udata;
  fflush(stdout);
  if (message == NULL) message = "unknown";
  if (out_of_memory(message)) {
    fprintf(stderr, "out of memory\n");
    exit(EXIT_MEMORY);
  }
  fprintf(stderr, "fatal: %s\n", message);
  exit(EXIT_UNCAUGHT);
}

static duk_ret_t script_print(duk_context *ctx) {
  duk_idx_t i, count = duk_get_top(ctx);
  for (i = 0; i < count; i++) printf("%s%s", i == 0 ? "" : " ", duk_to_string(ctx, i));
  putchar('\n');
  return 0;
}

static duk_ret_t script_allocations(duk_context *ctx) {
  duk_push_number(ctx, (double)allocation_count);
  return 1;
}

static duk_ret_t script_allocated_bytes(duk_context *ctx) {
  duk_push_number(ctx, (double)allocated_bytes);
  return 1;
}

static duk_ret_t script_heap_used(duk_context *ctx) {
  duk_push_number(ctx, (double)heap_used);
  return 1;
}

/* Read a whole file with malloc: the source text is no part of the measured heap. */
static char *read_file(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  char *text = NULL;
  long size;
  if (file == NULL) return NULL;
  if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 && fseek(file, 0, SEEK_SET) == 0) {
    text = malloc((size_t)size + 1);
    if (text != NULL && fread(text, 1, (size_t)size, file) != (size_t)size) {
      free(text);
      text = NULL;
    }
    *length = (size_t)size;
  }
  fclose(file);
  return text;
}

static int run_file(duk_context *ctx, const char *path) {
  size_t length = 0;
  char *text = read_file(path, &length);
  int failed, memory;
  if (text == NULL) {
    fprintf(stderr, "cannot read %s\n", path);
    return EXIT_USAGE;
  }
  duk_push_string(ctx, path);
  failed = duk_pcompile_lstring_filename(ctx, 0, text, length) != 0 || duk_pcall(ctx, 0) != 0;
  free(text);
  fflush(stdout);
  if (failed) {
    const char *message = duk_safe_to_stacktrace(ctx, -1);
    memory = out_of_memory(message);
    fprintf(stderr, "%s\n", memory ? "out of memory" : message);
    return memory ? EXIT_MEMORY : EXIT_UNCAUGHT;
  }
  duk_pop(ctx);
  return 0;
}

static void define(duk_context *ctx, const char *name, duk_c_function function, duk_idx_t arguments) {
  duk_push_c_function(ctx, function, arguments);
  duk_put_global_string(ctx, name);
}

int main(int argc, char **argv) {
  duk_context *ctx;
  char *end = NULL;
  size_t cap = 0;
  int i, code = 0;
  if (argc >= 3) cap = (size_t)strtoul(argv[1], &end, 10);
  if (end == NULL || end == argv[1] || *end != '\0') {
    fprintf(stderr, "usage: dukhost HEAP_BYTES FILE... (0 = no cap)\n");
    return EXIT_USAGE;
  }
  ctx = duk_create_heap(host_alloc, host_realloc, host_free, NULL, host_fatal);
  if (ctx == NULL || (cap != 0 && heap_used > cap)) {
    fprintf(stderr, "out of memory: the engine alone needs %lu bytes\n", (unsigned long)heap_used);
    return EXIT_MEMORY;
  }
  heap_cap = cap; /* only now: Duktape does not survive a refusal while it builds its own objects */
  define(ctx, "print", script_print, DUK_VARARGS);
  define(ctx, "allocations", script_allocations, 0);
  define(ctx, "allocatedBytes", script_allocated_bytes, 0);
  define(ctx, "heapUsed", script_heap_used, 0);
  for (i = 2; i < argc && code == 0; i++) code = run_file(ctx, argv[i]);
  duk_destroy_heap(ctx);
  return code;
}
