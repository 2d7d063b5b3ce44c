/* What a program gives to device code in JerryScript 3.0 besides flash: the global object `moteHost`, which
 * src/ports/jerryscript/ is written for. Its functions take integers below 2^27 and Uint8Arrays and give integers, so that no call
 * takes memory of the engine. docs/jerryscript.md is the contract; this is how Linux fills it. C99 and POSIX. */
#ifndef MOTE_HOST_H
#define MOTE_HOST_H

#include "clock.h"
#include "i2c.h"
#include "net.h"

#include <jerryscript.h>

typedef struct {
  /* Different for each board. */
  const char *serial;
  /* Buses by their numbers less 1; without `open`: none. */
  mote_i2c_t i2c[MOTE_I2C_BUSES];
  mote_net_t net;
  mote_timer_t timer;
  bool has_wifi_news;
  /* Scripts asked for a restart. */
  bool wants_restart;
} mote_host_t;

/* Give `host` to scripts, after jerry_init and before they run; there is one. Returns false when the engine has no memory left. */
bool mote_host_register(mote_host_t *host);

/* Wait for what happens next, for `longest_ms` at most (-1: for ever), and tell scripts of it. Returns false when scripts asked for
 * a restart. A signal ends the wait. */
bool mote_host_run_once(mote_host_t *host, int longest_ms);

/* Print what a script threw, and where. */
void mote_host_complain(jerry_value_t exception);

/* Let go of what the engine has to free; before jerry_cleanup. */
void mote_host_end(mote_host_t *host);

#endif
