/* Time of a host: a steady clock, the wall clock, and one timer. Knows nothing of the engine. C99 and POSIX. */
#ifndef MOTE_CLOCK_H
#define MOTE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Milliseconds of a clock that never runs backwards and does not wrap. */
uint64_t mote_clock_ms(void);

/* The same as device code counts it: modulo 2^27. */
int32_t mote_clock_wrapped(uint64_t now_ms);

/* Days since 1970-01-01 and milliseconds of that day, UTC. The day is -1 as long as nobody has told the machine the time. */
void mote_clock_wall(int32_t *day, int32_t *ms);

/* One deadline. */
typedef struct {
  uint64_t at_ms;
  bool is_set;
} mote_timer_t;

/* Set the deadline in the place of a former one; a negative delay forgets it. */
void mote_timer_set(mote_timer_t *timer, int32_t delay_ms, uint64_t now_ms);

/* Returns how long a poll may wait: -1 for ever. `other_ms` is how long it may wait otherwise. */
int mote_timer_wait(const mote_timer_t *timer, int other_ms, uint64_t now_ms);

/* Returns whether the deadline has passed, once: then it is forgotten. */
bool mote_timer_take(mote_timer_t *timer, uint64_t now_ms);

#endif
