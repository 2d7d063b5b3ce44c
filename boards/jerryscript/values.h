/* What scripts hand to the functions of a host, checked: whole numbers, and pieces of Uint8Arrays. None of these functions takes
 * memory of the engine. C99; needs nothing but the engine. */
#ifndef MOTE_VALUES_H
#define MOTE_VALUES_H

#include <jerryscript.h>
#include <stdbool.h>
#include <stdint.h>

/* Numbers from 2^27 on, and below its negative, are blocks on the engine's heap. */
#define MOTE_NUMBER_MAX 0x7ffffffu

/* A piece of an array. Where its bytes lie holds until scripts go on. */
typedef struct {
  uint8_t *bytes;
  uint32_t length;
} mote_bytes_t;

/* Take a whole number from 0 to `most`. */
bool mote_take_number(jerry_value_t value, uint32_t most, uint32_t *out);

/* Take a whole number from -2^27 + 1 to 2^27 - 1. */
bool mote_take_integer(jerry_value_t value, int32_t *out);

/* Take all of a Uint8Array. */
bool mote_take_array(jerry_value_t array, mote_bytes_t *out);

/* Take `length` bytes of a Uint8Array, from `offset` on. */
bool mote_take_bytes(jerry_value_t array, jerry_value_t offset, jerry_value_t length, mote_bytes_t *out);

/* Set a property to a value, which is freed. Start-up only. */
bool mote_put(jerry_value_t object, const char *name, jerry_value_t value);

#endif
