/* Counts every allocation of JerryScript. The linker puts these functions in front of the engine's own: -Wl,--wrap=NAME for each
 * NAME of WRAPPED in ../host.ts. */
#include "heap-count.h"

#include <stddef.h>

unsigned long allocation_count;
unsigned long allocated_bytes;

/* Blocks of any size. */
void *__real_jmem_heap_alloc_block(size_t size);
void *__real_jmem_heap_alloc_block_null_on_error(size_t size);
void *__real_jmem_heap_realloc_block(void *block, size_t old_size, size_t size);
/* Blocks of 8 and 16 bytes: numbers, objects, properties. */
void *__real_jmem_pools_alloc(size_t size);

static void note(size_t size) {
  if (size == 0) return;
  allocation_count++;
  allocated_bytes += size;
}

void *__wrap_jmem_heap_alloc_block(size_t size) {
  note(size);
  return __real_jmem_heap_alloc_block(size);
}

void *__wrap_jmem_heap_alloc_block_null_on_error(size_t size) {
  note(size);
  return __real_jmem_heap_alloc_block_null_on_error(size);
}

void *__wrap_jmem_heap_realloc_block(void *block, size_t old_size, size_t size) {
  note(size);
  return __real_jmem_heap_realloc_block(block, old_size, size);
}

void *__wrap_jmem_pools_alloc(size_t size) {
  note(size);
  return __real_jmem_pools_alloc(size);
}
