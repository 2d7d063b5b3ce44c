/* How often JerryScript took memory, and how much: also what is freed at once. */
#ifndef HEAP_COUNT_H
#define HEAP_COUNT_H

extern unsigned long allocation_count;
extern unsigned long allocated_bytes;

#endif
