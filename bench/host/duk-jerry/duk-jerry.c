/* JerryScript's interface on Duktape: see jerryscript.h. A value is the number of a slot; what Duktape has to keep lies in its
 * stash under that number. */
#include "jerryscript.h"

#include <duktape.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 256, ARGUMENTS_MAX = 8, HEADER_SIZE = 24 };

typedef enum { FREE, UNDEFINED, NUMBER, KEPT } kind_t;

static struct {
  kind_t kind;
  bool is_exception;
  bool is_abort;
  int owners;
  double number;
} slots[SLOTS];

/* What is thrown on its way through Duktape, which knows of no aborts, is one. */
static bool is_aborting;

static duk_context *duk;

static void fatal(void *udata, const char *message) {
  (void)udata;
  fprintf(stderr, "fatal: %s\n", message == NULL ? "unknown" : message);
  abort();
}

void jerry_init(jerry_init_flag_t flags) {
  (void)flags;
  memset(slots, 0, sizeof slots);
  duk = duk_create_heap(NULL, NULL, NULL, NULL, fatal);
  if (duk == NULL) fatal(NULL, "no memory");
}

/* What is not freed by then is a mistake of the host, unless it is nothing to JerryScript either. */
void jerry_cleanup(void) {
  int i;
  duk_destroy_heap(duk);
  for (i = 0; i < SLOTS; i++) if (slots[i].kind == KEPT) fatal(NULL, "a value was not freed");
}

bool jerry_heap_stats(jerry_heap_stats_t *stats) {
  (void)stats;
  return false;
}

static jerry_value_t make(kind_t kind, double number) {
  jerry_value_t i;
  for (i = 0; i < SLOTS && slots[i].kind != FREE; i++) continue;
  if (i == SLOTS) fatal(NULL, "too many values: some are not freed");
  memset(&slots[i], 0, sizeof slots[i]);
  slots[i].kind = kind;
  slots[i].owners = 1;
  slots[i].number = number;
  return i;
}

/* Make a value of what is on top of Duktape's stack, and take it off. */
static jerry_value_t take_top(void) {
  jerry_value_t made;
  if (duk_is_number(duk, -1) || duk_is_undefined(duk, -1)) {
    made = duk_is_number(duk, -1) ? make(NUMBER, duk_get_number(duk, -1)) : make(UNDEFINED, 0);
    duk_pop(duk);
    return made;
  }
  made = make(KEPT, 0);
  duk_push_global_stash(duk);
  duk_dup(duk, -2);
  duk_put_prop_index(duk, -2, made);
  duk_pop_2(duk);
  return made;
}

static void push(jerry_value_t value) {
  if (value >= SLOTS || slots[value].kind == FREE) fatal(NULL, "a value that was freed is used");
  if (slots[value].kind == NUMBER) duk_push_number(duk, slots[value].number);
  else if (slots[value].kind == UNDEFINED) duk_push_undefined(duk);
  else {
    duk_push_global_stash(duk);
    duk_get_prop_index(duk, -1, value);
    duk_remove(duk, -2);
  }
}

jerry_value_t jerry_value_copy(jerry_value_t value) {
  slots[value].owners++;
  return value;
}

void jerry_value_free(jerry_value_t value) {
  if (value >= SLOTS || slots[value].kind == FREE) fatal(NULL, "a value is freed twice");
  if (--slots[value].owners > 0) return;
  if (slots[value].kind == KEPT) {
    duk_push_global_stash(duk);
    duk_del_prop_index(duk, -1, value);
    duk_pop(duk);
  }
  slots[value].kind = FREE;
}

jerry_value_t jerry_undefined(void) { return make(UNDEFINED, 0); }

jerry_value_t jerry_boolean(bool value) {
  duk_push_boolean(duk, value);
  return take_top();
}

jerry_value_t jerry_number(double value) { return make(NUMBER, value); }

jerry_value_t jerry_string_sz(const char *text) {
  duk_push_string(duk, text);
  return take_top();
}

jerry_value_t jerry_object(void) {
  duk_push_object(duk);
  return take_top();
}

jerry_value_t jerry_current_realm(void) {
  duk_push_global_object(duk);
  return take_top();
}

/* Give Duktape what a function of the host returned. */
static duk_ret_t hand_over(jerry_value_t result) {
  const bool is_exception = slots[result].is_exception;
  is_aborting = slots[result].is_abort;
  push(result);
  jerry_value_free(result);
  return is_exception ? duk_throw(duk) : 1;
}

static duk_ret_t trampoline(duk_context *ctx) {
  jerry_value_t values[ARGUMENTS_MAX], result;
  const jerry_call_info_t call = {0};
  jerry_length_t i, count = (jerry_length_t)duk_get_top(ctx);
  jerry_external_handler_t handler;
  void *address;
  if (count > ARGUMENTS_MAX) count = ARGUMENTS_MAX;
  for (i = 0; i < count; i++) {
    duk_dup(ctx, (duk_idx_t)i);
    values[i] = take_top();
  }
  duk_push_current_function(ctx);
  duk_get_prop_string(ctx, -1, "\xff" "handler");
  address = duk_get_buffer_data(ctx, -1, NULL);
  memcpy(&handler, address, sizeof handler);
  duk_pop_2(ctx);
  result = handler(&call, values, count);
  for (i = 0; i < count; i++) jerry_value_free(values[i]);
  return hand_over(result);
}

jerry_value_t jerry_function_external(jerry_external_handler_t handler) {
  duk_push_c_function(duk, trampoline, DUK_VARARGS);
  memcpy(duk_push_fixed_buffer(duk, sizeof handler), &handler, sizeof handler);
  duk_put_prop_string(duk, -2, "\xff" "handler");
  return take_top();
}

bool jerry_value_is_number(jerry_value_t value) { return slots[value].kind == NUMBER; }
bool jerry_value_is_exception(jerry_value_t value) { return slots[value].is_exception; }
bool jerry_value_is_abort(jerry_value_t value) { return slots[value].is_abort; }
double jerry_value_as_number(jerry_value_t value) { return slots[value].number; }

static bool is(jerry_value_t value, duk_bool_t (*test)(duk_context *, duk_idx_t)) {
  bool result;
  push(value);
  result = test(duk, -1) != 0;
  duk_pop(duk);
  return result;
}

bool jerry_value_is_function(jerry_value_t value) { return is(value, duk_is_function); }
bool jerry_value_is_array(jerry_value_t value) { return is(value, duk_is_array); }
bool jerry_value_is_object(jerry_value_t value) { return is(value, duk_is_object); }

jerry_value_t jerry_object_set_sz(jerry_value_t object, const char *name, jerry_value_t value) {
  push(object);
  push(value);
  duk_put_prop_string(duk, -2, name);
  duk_pop(duk);
  return jerry_boolean(true);
}

jerry_value_t jerry_object_get_sz(jerry_value_t object, const char *name) {
  push(object);
  duk_get_prop_string(duk, -1, name);
  duk_remove(duk, -2);
  return take_top();
}

jerry_value_t jerry_object_get_index(jerry_value_t object, uint32_t index) {
  push(object);
  duk_get_prop_index(duk, -1, index);
  duk_remove(duk, -2);
  return take_top();
}

jerry_length_t jerry_array_length(jerry_value_t array) {
  jerry_length_t length;
  push(array);
  length = (jerry_length_t)duk_get_length(duk, -1);
  duk_pop(duk);
  return length;
}

jerry_typedarray_type_t jerry_typedarray_type(jerry_value_t value) {
  bool result = false;
  push(value);
  if (duk_is_buffer_data(duk, -1) && duk_is_object(duk, -1)) {
    duk_get_global_string(duk, "Uint8Array");
    result = duk_instanceof(duk, -2, -1) != 0;
    duk_pop(duk);
  }
  duk_pop(duk);
  return result ? JERRY_TYPEDARRAY_UINT8 : JERRY_TYPEDARRAY_INVALID;
}

/* Where a view begins is a part of its address here. */
jerry_value_t jerry_typedarray_buffer(jerry_value_t value, jerry_length_t *offset, jerry_length_t *length) {
  duk_size_t size = 0;
  push(value);
  (void)duk_get_buffer_data(duk, -1, &size);
  duk_pop(duk);
  *offset = 0;
  *length = (jerry_length_t)size;
  return jerry_value_copy(value);
}

uint8_t *jerry_arraybuffer_data(jerry_value_t buffer) {
  uint8_t *data;
  push(buffer);
  data = duk_get_buffer_data(duk, -1, NULL);
  duk_pop(duk);
  return data;
}

jerry_value_t jerry_value_to_string(jerry_value_t value) {
  push(value);
  (void)duk_safe_to_string(duk, -1);
  return take_top();
}

jerry_size_t jerry_string_to_buffer(jerry_value_t string, jerry_encoding_t encoding, jerry_char_t *buffer, jerry_size_t size) {
  duk_size_t length = 0;
  const char *text;
  (void)encoding;
  push(string);
  text = duk_get_lstring(duk, -1, &length);
  if (length > size) length = 0;
  if (text != NULL) memcpy(buffer, text, length);
  duk_pop(duk);
  return (jerry_size_t)length;
}

/* Take the result of a protected call off the stack. */
static jerry_value_t result_of(duk_int_t failed) {
  const jerry_value_t result = take_top();
  slots[result].is_exception = failed != 0;
  slots[result].is_abort = failed != 0 && is_aborting;
  is_aborting = false;
  return result;
}

jerry_value_t jerry_call(jerry_value_t function, jerry_value_t self, const jerry_value_t values[], jerry_size_t count) {
  jerry_size_t i;
  push(function);
  push(self);
  for (i = 0; i < count; i++) push(values[i]);
  return result_of(duk_pcall_method(duk, (duk_idx_t)count));
}

/* A value that others own is not made an exception for them too. */
jerry_value_t jerry_throw_value(jerry_value_t value, bool take) {
  jerry_value_t thrown;
  push(value);
  thrown = take_top();
  slots[thrown].is_exception = true;
  if (take) jerry_value_free(value);
  return thrown;
}

jerry_value_t jerry_throw_abort(jerry_value_t value, bool take) {
  const jerry_value_t thrown = jerry_throw_value(value, take);
  slots[thrown].is_abort = true;
  return thrown;
}

jerry_value_t jerry_exception_value(jerry_value_t exception, bool take) {
  jerry_value_t value;
  push(exception);
  value = take_top();
  if (take) jerry_value_free(exception);
  return value;
}

jerry_value_t jerry_exec_snapshot(const uint32_t *snapshot, size_t size, size_t index, uint32_t options, const void *values) {
  const char *source = (const char *)snapshot + HEADER_SIZE;
  (void)index, (void)options, (void)values;
  duk_push_string(duk, "firmware.js");
  if (duk_pcompile_lstring_filename(duk, 0, source, size - HEADER_SIZE) != 0) return result_of(1);
  return result_of(duk_pcall(duk, 0));
}
