/* The global object `moteFlash`: `geometry`, and read(address, array, offset, length), write(...) and erase(page), which
 * give 0, or -6 (Code.Range) for what lies outside of the pages or of the array, or is not on a program unit. Nothing here
 * throws, and no call takes memory of the engine: it works on the bytes of the Uint8Array itself. */
#include "flash.h"

#include "codes.h"
#include "values.h"

static const mote_flash_t *region;

/* A piece of an array, and where it lies in the region. */
typedef struct {
  uint32_t address;
  mote_bytes_t piece;
} transfer_t;

static uint32_t region_size(void) { return region->geometry.page_size * region->geometry.pages; }

/* Take (address, array, offset, length). Where the array's bytes lie holds until scripts go on. */
static bool take_transfer(const jerry_value_t values[], jerry_length_t count, transfer_t *out) {
  if (count < 4 || !mote_take_bytes(values[1], values[2], values[3], &out->piece)) return false;
  if (!mote_take_number(values[0], MOTE_NUMBER_MAX, &out->address) || out->address < region->geometry.base) return false;
  if (out->piece.length > region_size()) return false;
  return out->address - region->geometry.base <= region_size() - out->piece.length;
}

static jerry_value_t script_read(const jerry_call_info_t *call, const jerry_value_t values[], jerry_length_t count) {
  transfer_t to;
  (void)call;
  if (!take_transfer(values, count, &to)) return jerry_number(MOTE_RANGE);
  if (to.piece.length > 0) region->read(region->part, to.address, to.piece.bytes, to.piece.length);
  return jerry_number(MOTE_OK);
}

static jerry_value_t script_write(const jerry_call_info_t *call, const jerry_value_t values[], jerry_length_t count) {
  const uint32_t unit = region->geometry.program_unit;
  transfer_t from;
  (void)call;
  if (!take_transfer(values, count, &from)) return jerry_number(MOTE_RANGE);
  if (from.address % unit != 0 || from.piece.length % unit != 0) return jerry_number(MOTE_RANGE);
  if (from.piece.length > 0) region->program(region->part, from.address, from.piece.bytes, from.piece.length);
  return jerry_number(MOTE_OK);
}

static jerry_value_t script_erase(const jerry_call_info_t *call, const jerry_value_t values[], jerry_length_t count) {
  const mote_flash_geometry_t *geometry = &region->geometry;
  uint32_t page;
  (void)call;
  if (count < 1 || !mote_take_number(values[0], geometry->pages - 1, &page)) return jerry_number(MOTE_RANGE);
  region->erase(region->part, geometry->base + page * geometry->page_size);
  return jerry_number(MOTE_OK);
}

bool mote_flash_register(const mote_flash_t *flash) {
  const mote_flash_geometry_t *geometry = &flash->geometry;
  jerry_value_t global, binding, shape;
  bool is_set;
  if (!mote_flash_fits(geometry)) return false;
  region = flash;
  shape = jerry_object();
  is_set = mote_put(shape, "base", jerry_number(geometry->base)) &&
           mote_put(shape, "pageSize", jerry_number(geometry->page_size)) &&
           mote_put(shape, "pages", jerry_number(geometry->pages)) &&
           mote_put(shape, "programUnit", jerry_number(geometry->program_unit)) &&
           mote_put(shape, "ecc", jerry_boolean(geometry->ecc));
  binding = jerry_object();
  is_set = mote_put(binding, "geometry", shape) && is_set;
  is_set = is_set && mote_put(binding, "read", jerry_function_external(script_read)) &&
           mote_put(binding, "write", jerry_function_external(script_write)) &&
           mote_put(binding, "erase", jerry_function_external(script_erase));
  global = jerry_current_realm();
  if (is_set) is_set = mote_put(global, "moteFlash", binding);
  else jerry_value_free(binding);
  jerry_value_free(global);
  return is_set;
}
