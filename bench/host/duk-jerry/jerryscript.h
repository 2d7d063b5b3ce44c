/* As much of JerryScript's interface as boards/jerryscript/ uses, on Duktape: so that those very files run where JerryScript is not
 * to be had. No measure of anything, and no engine for a product. Names and meanings are those of JerryScript 3.0. */
#ifndef DUK_JERRY_H
#define DUK_JERRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t jerry_value_t;
typedef uint32_t jerry_length_t;
typedef uint32_t jerry_size_t;
typedef uint8_t jerry_char_t;

typedef struct {
  jerry_value_t function;
} jerry_call_info_t;

typedef jerry_value_t (*jerry_external_handler_t)(const jerry_call_info_t *call, const jerry_value_t values[],
                                                  const jerry_length_t count);

typedef struct {
  size_t version;
  size_t size;
  size_t allocated_bytes;
  size_t peak_allocated_bytes;
} jerry_heap_stats_t;

typedef enum { JERRY_INIT_EMPTY } jerry_init_flag_t;
typedef enum { JERRY_ENCODING_UTF8 } jerry_encoding_t;
typedef enum { JERRY_TYPEDARRAY_INVALID, JERRY_TYPEDARRAY_UINT8 } jerry_typedarray_type_t;
enum { JERRY_SNAPSHOT_EXEC_ALLOW_STATIC = 2 };

void jerry_init(jerry_init_flag_t flags);
void jerry_cleanup(void);
bool jerry_heap_stats(jerry_heap_stats_t *stats);

jerry_value_t jerry_value_copy(jerry_value_t value);
void jerry_value_free(jerry_value_t value);

jerry_value_t jerry_undefined(void);
jerry_value_t jerry_boolean(bool value);
jerry_value_t jerry_number(double value);
jerry_value_t jerry_string_sz(const char *text);
jerry_value_t jerry_object(void);
jerry_value_t jerry_function_external(jerry_external_handler_t handler);
jerry_value_t jerry_current_realm(void);

bool jerry_value_is_number(jerry_value_t value);
bool jerry_value_is_function(jerry_value_t value);
bool jerry_value_is_object(jerry_value_t value);
bool jerry_value_is_array(jerry_value_t value);
bool jerry_value_is_exception(jerry_value_t value);
bool jerry_value_is_abort(jerry_value_t value);
double jerry_value_as_number(jerry_value_t value);

jerry_value_t jerry_object_set_sz(jerry_value_t object, const char *name, jerry_value_t value);
jerry_value_t jerry_object_get_sz(jerry_value_t object, const char *name);
jerry_value_t jerry_object_get_index(jerry_value_t object, uint32_t index);
jerry_length_t jerry_array_length(jerry_value_t array);

jerry_typedarray_type_t jerry_typedarray_type(jerry_value_t value);
jerry_value_t jerry_typedarray_buffer(jerry_value_t value, jerry_length_t *offset, jerry_length_t *length);
uint8_t *jerry_arraybuffer_data(jerry_value_t buffer);

jerry_value_t jerry_value_to_string(jerry_value_t value);
jerry_size_t jerry_string_to_buffer(jerry_value_t string, jerry_encoding_t encoding, jerry_char_t *buffer, jerry_size_t size);

jerry_value_t jerry_call(jerry_value_t function, jerry_value_t self, const jerry_value_t values[], jerry_size_t count);
/* Both take the value. */
jerry_value_t jerry_throw_value(jerry_value_t value, bool take);
jerry_value_t jerry_throw_abort(jerry_value_t value, bool take);
jerry_value_t jerry_exception_value(jerry_value_t exception, bool take);

jerry_value_t jerry_exec_snapshot(const uint32_t *snapshot, size_t size, size_t index, uint32_t options, const void *values);

#endif
