/* Runs one ES5 file in JerryScript and lets it see the engine's allocations: print(text), allocations().
 * The linker puts the functions below in front of the engine's own (--wrap), so each allocation counts, also one that is
 * freed at once.
 * Exit codes: 0 ran, 1 uncaught error, 2 unreadable file. */
#include <jerryscript.h>
#include <stdio.h>
#include <stdlib.h>

static unsigned long allocation_count;

#define COUNTED(name)                    \
  void *__real_##name(size_t size);      \
  void *__wrap_##name(size_t size);      \
  void *__wrap_##name(size_t size) {     \
    allocation_count++;                  \
    return __real_##name(size);          \
  }

COUNTED(jmem_pools_alloc)
COUNTED(jmem_heap_alloc_block)
COUNTED(jmem_heap_alloc_block_null_on_error)

void *__real_jmem_heap_realloc_block(void *block, size_t old_size, size_t size);
void *__wrap_jmem_heap_realloc_block(void *block, size_t old_size, size_t size);
void *__wrap_jmem_heap_realloc_block(void *block, size_t old_size, size_t size) {
  allocation_count++;
  return __real_jmem_heap_realloc_block(block, old_size, size);
}

static void print_value(FILE *stream, jerry_value_t value) {
  jerry_char_t text[1024];
  jerry_value_t string = jerry_value_to_string(value);
  jerry_size_t size = jerry_string_to_buffer(string, JERRY_ENCODING_UTF8, text, sizeof text);
  jerry_value_free(string);
  fprintf(stream, "%.*s\n", (int)size, (const char *)text);
}

static jerry_value_t js_print(const jerry_call_info_t *call, const jerry_value_t *arguments, jerry_length_t count) {
  (void)call;
  if (count > 0) print_value(stdout, arguments[0]);
  return jerry_undefined();
}

static jerry_value_t js_allocations(const jerry_call_info_t *call, const jerry_value_t *arguments, jerry_length_t count) {
  (void)call;
  (void)arguments;
  (void)count;
  return jerry_number((double)allocation_count);
}

static void add_function(const char *name, jerry_external_handler_t handler) {
  jerry_value_t global = jerry_current_realm();
  jerry_value_t function = jerry_function_external(handler);
  jerry_value_free(jerry_object_set_sz(global, name, function));
  jerry_value_free(function);
  jerry_value_free(global);
}

int main(int argc, char **argv) {
  static jerry_char_t source[1 << 16];
  FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
  size_t size;
  jerry_value_t result;
  if (file == NULL) {
    fprintf(stderr, "usage: jerryhost FILE\n");
    return 2;
  }
  size = fread(source, 1, sizeof source, file);
  fclose(file);
  jerry_init(JERRY_INIT_EMPTY);
  add_function("print", js_print);
  add_function("allocations", js_allocations);
  result = jerry_eval(source, size, JERRY_PARSE_NO_OPTS);
  if (jerry_value_is_exception(result)) {
    result = jerry_exception_value(result, true);
    print_value(stderr, result);
    return 1;
  }
  jerry_value_free(result);
  jerry_cleanup();
  return 0;
}
