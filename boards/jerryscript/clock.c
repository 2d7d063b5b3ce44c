/* Time from the clocks of POSIX: see clock.h. */
#define _POSIX_C_SOURCE 200809L
#include "clock.h"

#include <limits.h>
#include <time.h>

/* 2026-01-01: a machine that claims an earlier day has never been told the time. */
static const int64_t FIRST_DAY = 20454;
static const int64_t DAY_SEC = 86400;

uint64_t mote_clock_ms(void) {
  struct timespec now = {0, 0};
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

int32_t mote_clock_wrapped(uint64_t now_ms) { return (int32_t)(now_ms & 0x7ffffffu); }

void mote_clock_wall(int32_t *day, int32_t *ms) {
  struct timespec now = {0, 0};
  const bool is_told = clock_gettime(CLOCK_REALTIME, &now) == 0 && (int64_t)now.tv_sec >= FIRST_DAY * DAY_SEC;
  *day = is_told ? (int32_t)((int64_t)now.tv_sec / DAY_SEC) : -1;
  *ms = is_told ? (int32_t)((int64_t)now.tv_sec % DAY_SEC * 1000 + now.tv_nsec / 1000000) : 0;
}

void mote_timer_set(mote_timer_t *timer, int32_t delay_ms, uint64_t now_ms) {
  timer->is_set = delay_ms >= 0;
  timer->at_ms = timer->is_set ? now_ms + (uint64_t)delay_ms : 0;
}

int mote_timer_wait(const mote_timer_t *timer, int other_ms, uint64_t now_ms) {
  uint64_t left;
  if (!timer->is_set) return other_ms;
  left = timer->at_ms <= now_ms ? 0 : timer->at_ms - now_ms;
  if (left > INT_MAX) left = INT_MAX;
  return other_ms >= 0 && (uint64_t)other_ms < left ? other_ms : (int)left;
}

bool mote_timer_take(mote_timer_t *timer, uint64_t now_ms) {
  if (!timer->is_set || timer->at_ms > now_ms) return false;
  timer->is_set = false;
  return true;
}
