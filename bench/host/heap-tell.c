/* Linked to a host that knows nothing of it, with heap-count.c: SIGUSR1 prints what was counted so far, on stderr, as
 * `@@heap ALLOCATIONS BYTES USED PEAK`. */
#define _POSIX_C_SOURCE 200809L
#include "heap-count.h"

#include <jerryscript.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Put a number and a blank into `text`; no function of stdio may be called here. */
static size_t put(char *text, unsigned long value) {
  char digits[24];
  size_t count = 0, i;
  do digits[count++] = (char)('0' + value % 10);
  while ((value /= 10) > 0);
  for (i = 0; i < count; i++) text[i] = digits[count - 1 - i];
  text[count] = ' ';
  return count + 1;
}

static void tell(int number) {
  char line[128] = "@@heap ";
  size_t at = strlen(line);
  jerry_heap_stats_t stats;
  (void)number;
  memset(&stats, 0, sizeof stats);
  (void)jerry_heap_stats(&stats);
  at += put(line + at, allocation_count);
  at += put(line + at, allocated_bytes);
  at += put(line + at, (unsigned long)stats.allocated_bytes);
  at += put(line + at, (unsigned long)stats.peak_allocated_bytes);
  line[at - 1] = '\n';
  if (write(STDERR_FILENO, line, at) < 0) return;
}

__attribute__((constructor)) static void listen_to_signal(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = tell;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGUSR1, &action, NULL);
}
