/* Checked values of scripts: see values.h. */
#include "values.h"

#include <stddef.h>

bool mote_take_number(jerry_value_t value, uint32_t most, uint32_t *out) {
  double number;
  if (!jerry_value_is_number(value)) return false;
  number = jerry_value_as_number(value);
  if (!(number >= 0 && number <= most)) return false;
  *out = (uint32_t)number;
  return *out == number;
}

bool mote_take_integer(jerry_value_t value, int32_t *out) {
  double number;
  if (!jerry_value_is_number(value)) return false;
  number = jerry_value_as_number(value);
  if (!(number >= -(double)MOTE_NUMBER_MAX && number <= MOTE_NUMBER_MAX)) return false;
  *out = (int32_t)number;
  return *out == number;
}

bool mote_take_array(jerry_value_t array, mote_bytes_t *out) {
  jerry_length_t start = 0, size = 0;
  jerry_value_t buffer;
  uint8_t *data;
  if (jerry_typedarray_type(array) != JERRY_TYPEDARRAY_UINT8) return false;
  buffer = jerry_typedarray_buffer(array, &start, &size);
  data = jerry_arraybuffer_data(buffer);
  jerry_value_free(buffer);
  /* An array that was taken away from scripts has no bytes. */
  if (data == NULL && size > 0) return false;
  out->bytes = data == NULL ? NULL : data + start;
  out->length = size;
  return true;
}

bool mote_take_bytes(jerry_value_t array, jerry_value_t offset, jerry_value_t length, mote_bytes_t *out) {
  mote_bytes_t all;
  uint32_t from, count;
  if (!mote_take_array(array, &all)) return false;
  if (!mote_take_number(offset, all.length, &from) || !mote_take_number(length, all.length - from, &count)) return false;
  out->bytes = all.bytes == NULL ? NULL : all.bytes + from;
  out->length = count;
  return true;
}

bool mote_put(jerry_value_t object, const char *name, jerry_value_t value) {
  jerry_value_t result = jerry_object_set_sz(object, name, value);
  bool is_set = !jerry_value_is_exception(result);
  jerry_value_free(result);
  jerry_value_free(value);
  return is_set;
}
