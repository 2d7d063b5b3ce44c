/* The global object `moteFlash`: `geometry`, and read(address, array, offset, length), write(...) and erase(page), which
 * give 0, or -6 (Code.Range) for what lies outside of the pages or of the array, or is not on a program unit. Nothing here
 * throws, and no call takes memory of the engine: it works on the bytes of the Uint8Array itself. */
#include "flash.h"

#include <jerryscript.h>
#include <stddef.h>

/* src/ports/codes.ts */
enum { CODE_OK = 0, CODE_RANGE = -6 };

/* Greater numbers are blocks on the engine's heap. */
static const uint32_t NUMBER_MAX = 0x7ffffff;

static const mote_flash_t *region;

/* A piece of the region, and of an array. */
typedef struct {
  uint32_t address;
  uint8_t *bytes;
  uint32_t length;
} transfer_t;

static uint32_t region_size(void) { return region->geometry.page_size * region->geometry.pages; }

/* Take a whole number from 0 to `most`. */
static bool take_number(jerry_value_t value, uint32_t most, uint32_t *out) {
  double number;
  if (!jerry_value_is_number(value)) return false;
  number = jerry_value_as_number(value);
  if (!(number >= 0 && number <= most)) return false;
  *out = (uint32_t)number;
  return *out == number;
}

/* Take (address, array, offset, length). Where the array's bytes lie holds until scripts go on. */
static bool take_transfer(const jerry_value_t values[], jerry_length_t count, transfer_t *out) {
  jerry_length_t start = 0, size = 0;
  uint32_t offset;
  jerry_value_t buffer;
  if (count < 4 || jerry_typedarray_type(values[1]) != JERRY_TYPEDARRAY_UINT8) return false;
  if (!take_number(values[0], NUMBER_MAX, &out->address) || out->address < region->geometry.base) return false;
  if (!take_number(values[3], region_size(), &out->length)) return false;
  if (out->address - region->geometry.base > region_size() - out->length) return false;
  buffer = jerry_typedarray_buffer(values[1], &start, &size);
  out->bytes = jerry_arraybuffer_data(buffer);
  jerry_value_free(buffer);
  if (!take_number(values[2], size, &offset) || out->length > size - offset) return false;
  /* An array that was taken away from scripts has no bytes. */
  if (out->bytes == NULL) return out->length == 0;
  out->bytes += start + offset;
  return true;
}

static jerry_value_t script_read(const jerry_call_info_t *call, const jerry_value_t values[], jerry_length_t count) {
  transfer_t to;
  (void)call;
  if (!take_transfer(values, count, &to)) return jerry_number(CODE_RANGE);
  if (to.length > 0) region->read(region->part, to.address, to.bytes, to.length);
  return jerry_number(CODE_OK);
}

static jerry_value_t script_write(const jerry_call_info_t *call, const jerry_value_t values[], jerry_length_t count) {
  const uint32_t unit = region->geometry.program_unit;
  transfer_t from;
  (void)call;
  if (!take_transfer(values, count, &from)) return jerry_number(CODE_RANGE);
  if (from.address % unit != 0 || from.length % unit != 0) return jerry_number(CODE_RANGE);
  if (from.length > 0) region->program(region->part, from.address, from.bytes, from.length);
  return jerry_number(CODE_OK);
}

static jerry_value_t script_erase(const jerry_call_info_t *call, const jerry_value_t values[], jerry_length_t count) {
  const mote_flash_geometry_t *geometry = &region->geometry;
  uint32_t page;
  (void)call;
  if (count < 1 || !take_number(values[0], geometry->pages - 1, &page)) return jerry_number(CODE_RANGE);
  region->erase(region->part, geometry->base + page * geometry->page_size);
  return jerry_number(CODE_OK);
}

/* Set a property to a value, which is freed. */
static bool put(jerry_value_t object, const char *name, jerry_value_t value) {
  jerry_value_t result = jerry_object_set_sz(object, name, value);
  bool is_set = !jerry_value_is_exception(result);
  jerry_value_free(result);
  jerry_value_free(value);
  return is_set;
}

static bool is_fit(const mote_flash_geometry_t *geometry) {
  const uint32_t unit = geometry->program_unit, size = geometry->page_size;
  if (unit == 0 || size == 0 || size % unit != 0 || geometry->base % size != 0) return false;
  return geometry->base <= NUMBER_MAX && geometry->pages > 0 && geometry->pages <= (NUMBER_MAX - geometry->base) / size;
}

bool mote_flash_register(const mote_flash_t *flash) {
  const mote_flash_geometry_t *geometry = &flash->geometry;
  jerry_value_t global, binding, shape;
  bool is_set;
  if (!is_fit(geometry)) return false;
  region = flash;
  shape = jerry_object();
  is_set = put(shape, "base", jerry_number(geometry->base)) &&
           put(shape, "pageSize", jerry_number(geometry->page_size)) &&
           put(shape, "pages", jerry_number(geometry->pages)) &&
           put(shape, "programUnit", jerry_number(geometry->program_unit)) &&
           put(shape, "ecc", jerry_boolean(geometry->ecc));
  binding = jerry_object();
  is_set = put(binding, "geometry", shape) && is_set;
  is_set = is_set && put(binding, "read", jerry_function_external(script_read)) &&
           put(binding, "write", jerry_function_external(script_write)) &&
           put(binding, "erase", jerry_function_external(script_erase));
  global = jerry_current_realm();
  if (is_set) is_set = put(global, "moteFlash", binding);
  else jerry_value_free(binding);
  jerry_value_free(global);
  return is_set;
}
