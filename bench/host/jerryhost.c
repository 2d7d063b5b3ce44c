/* Runs ES5 files in JerryScript and lets them see every allocation, also one that is freed at once.
 * Usage: jerryhost [--flash FILE PAGE_BYTES PAGES] FILE...      (the files share one global scope; what they define stays)
 * Scripts have print(...), allocations(), allocatedBytes(), heapUsed(), heapPeak(), and moteFlash over FILE, which is made where there is none.
 * Exit codes: 0 all ran, 1 uncaught error, 2 wrong usage or unreadable file, 3 a library that cannot be counted, 10 out of memory. */
#include "flash.h"
#include "heap-count.h"

#include <jerryscript.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_UNCAUGHT = 1, EXIT_USAGE = 2, EXIT_UNCOUNTED = 3 };

/* Print a value as text. @returns whether it has one. */
static int put(FILE *file, jerry_value_t value) {
  jerry_value_t text = jerry_value_to_string(value);
  int is_text = !jerry_value_is_exception(text);
  if (is_text) {
    jerry_size_t size = jerry_string_size(text, JERRY_ENCODING_UTF8);
    jerry_char_t *bytes = malloc((size_t)size + 1);
    if (bytes != NULL) {
      size = jerry_string_to_buffer(text, JERRY_ENCODING_UTF8, bytes, size);
      fwrite(bytes, 1, size, file);
      free(bytes);
    }
  }
  jerry_value_free(text);
  return is_text;
}

static jerry_value_t script_print(const jerry_call_info_t *call, const jerry_value_t values[], jerry_length_t count) {
  jerry_length_t i;
  (void)call;
  for (i = 0; i < count; i++) {
    if (i > 0) putchar(' ');
    if (!put(stdout, values[i])) return jerry_throw_sz(JERRY_ERROR_TYPE, "print: a value without text");
  }
  putchar('\n');
  return jerry_undefined();
}

static jerry_value_t script_allocations(const jerry_call_info_t *call, const jerry_value_t values[], jerry_length_t count) {
  (void)call, (void)values, (void)count;
  return jerry_number((double)allocation_count);
}

static jerry_value_t script_allocated_bytes(const jerry_call_info_t *call, const jerry_value_t values[],
                                            jerry_length_t count) {
  (void)call, (void)values, (void)count;
  return jerry_number((double)allocated_bytes);
}

/* Bytes that live, after a collection. */
static jerry_value_t script_heap_used(const jerry_call_info_t *call, const jerry_value_t values[], jerry_length_t count) {
  jerry_heap_stats_t stats = {0};
  (void)call, (void)values, (void)count;
  jerry_heap_gc(JERRY_GC_PRESSURE_HIGH);
  if (!jerry_heap_stats(&stats)) return jerry_throw_sz(JERRY_ERROR_COMMON, "heapUsed: a library without JERRY_MEM_STATS");
  return jerry_number((double)stats.allocated_bytes);
}

/* Most bytes that ever lived, garbage among them that was not collected yet. */
static jerry_value_t script_heap_peak(const jerry_call_info_t *call, const jerry_value_t values[], jerry_length_t count) {
  jerry_heap_stats_t stats = {0};
  (void)call, (void)values, (void)count;
  if (!jerry_heap_stats(&stats)) return jerry_throw_sz(JERRY_ERROR_COMMON, "heapPeak: a library without JERRY_MEM_STATS");
  return jerry_number((double)stats.peak_allocated_bytes);
}

static void define(const char *name, jerry_external_handler_t handler) {
  jerry_value_t global = jerry_current_realm();
  jerry_value_t function = jerry_function_external(handler);
  jerry_value_free(jerry_object_set_sz(global, name, function));
  jerry_value_free(function);
  jerry_value_free(global);
}

/* The source text is no part of the measured heap. */
static jerry_char_t *read_file(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  jerry_char_t *text = NULL;
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

/* Tell what was thrown, and where. */
static void complain(jerry_value_t exception) {
  jerry_value_t error = jerry_exception_value(exception, false);
  fflush(stdout);
  if (!put(stderr, error)) fprintf(stderr, "an error without text");
  if (jerry_value_is_object(error)) {
    jerry_value_t stack = jerry_object_get_sz(error, "stack");
    jerry_length_t i, lines = jerry_value_is_array(stack) ? jerry_array_length(stack) : 0;
    for (i = 0; i < lines; i++) {
      jerry_value_t line = jerry_object_get_index(stack, i);
      fprintf(stderr, "\n    at ");
      put(stderr, line);
      jerry_value_free(line);
    }
    jerry_value_free(stack);
  }
  fputc('\n', stderr);
  jerry_value_free(error);
}

static int run_file(const char *path) {
  size_t length = 0;
  jerry_char_t *text = read_file(path, &length);
  jerry_parse_options_t options = {0};
  jerry_value_t script, result;
  int failed;
  if (text == NULL) {
    fprintf(stderr, "cannot read %s\n", path);
    return EXIT_USAGE;
  }
  options.options = JERRY_PARSE_HAS_SOURCE_NAME;
  options.source_name = jerry_string_sz(path);
  script = jerry_parse(text, length, &options);
  jerry_value_free(options.source_name);
  free(text);
  result = jerry_value_is_exception(script) ? jerry_value_copy(script) : jerry_run(script);
  failed = jerry_value_is_exception(result);
  if (failed) complain(result);
  jerry_value_free(result);
  jerry_value_free(script);
  return failed ? EXIT_UNCAUGHT : 0;
}

/* Parameters of --flash, itself included. */
enum { FLASH_PARAMETERS = 4 };

/* Give scripts the flash that the parameters of --flash name. */
static int open_flash(mote_flash_t *flash, char **parameters) {
  mote_flash_geometry_t geometry = {0};
  geometry.page_size = (uint32_t)strtoul(parameters[2], NULL, 10);
  geometry.pages = (uint32_t)strtoul(parameters[3], NULL, 10);
  geometry.program_unit = 4;
  if (mote_flash_open_file(flash, parameters[1], &geometry) && mote_flash_register(flash)) return 0;
  fprintf(stderr, "no flash in %s\n", parameters[1]);
  return EXIT_USAGE;
}

int main(int argc, char **argv) {
  mote_flash_t flash = {0};
  int has_flash = argc > FLASH_PARAMETERS && strcmp(argv[1], "--flash") == 0;
  int i, code = 0, first = has_flash ? 1 + FLASH_PARAMETERS : 1;
  if (argc <= first) {
    fprintf(stderr, "usage: jerryhost [--flash FILE PAGE_BYTES PAGES] FILE...\n");
    return EXIT_USAGE;
  }
  jerry_init(JERRY_INIT_EMPTY);
  if (allocation_count == 0) {
    fprintf(stderr, "the engine allocates past us: its library must not be linked into one file before (LTO, amalgam)\n");
    return EXIT_UNCOUNTED;
  }
  define("print", script_print);
  define("allocations", script_allocations);
  define("allocatedBytes", script_allocated_bytes);
  define("heapUsed", script_heap_used);
  define("heapPeak", script_heap_peak);
  if (has_flash) code = open_flash(&flash, argv + 1);
  for (i = first; i < argc && code == 0; i++) code = run_file(argv[i]);
  fflush(stdout);
  jerry_cleanup();
  if (flash.part != NULL) mote_flash_close_file(&flash);
  return code;
}
