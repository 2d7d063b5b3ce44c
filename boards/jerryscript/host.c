/* The global object `moteHost`: see host.h. Each function checks what it is given; what cannot be is answered with a code of
 * codes.h and changes nothing. */
#define _POSIX_C_SOURCE 200809L
#include "host.h"

#include "codes.h"
#include "values.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* Longest name of a host (RFC 1035), and its end. */
enum { NAME_SIZE = 254 };

/* Whom the host calls: functions of scripts, and the array that received bytes are put into. */
typedef enum { ON_TIMER, ON_OPEN, ON_DATA, ON_DRAIN, ON_CLOSE, ON_WIFI, RECEIVED, KEPT } kept_t;

static mote_host_t *host;
static jerry_value_t kept[KEPT];
/* Of the moment that `day` told, for `dayMs`. */
static int32_t wall_ms;

#define SCRIPT(name) \
  static jerry_value_t name(const jerry_call_info_t *call, const jerry_value_t values[], jerry_length_t count)
#define UNUSED (void)call, (void)values, (void)count

/* Keep a value of scripts in the place of a former one. */
static void keep(kept_t at, jerry_value_t value) {
  jerry_value_free(kept[at]);
  kept[at] = jerry_value_copy(value);
}

/* Call a function of scripts, if there is one, with one number; none once they asked for a restart. */
static void tell(kept_t at, int32_t number) {
  jerry_value_t argument, result;
  if (host->wants_restart || !jerry_value_is_function(kept[at])) return;
  argument = jerry_number(number);
  result = jerry_call(kept[at], jerry_undefined(), &argument, 1);
  if (jerry_value_is_exception(result) && !jerry_value_is_abort(result)) mote_host_complain(result);
  jerry_value_free(result);
}

/* Time. */

SCRIPT(script_on_timer) {
  (void)call;
  if (count < 1 || !jerry_value_is_function(values[0])) return jerry_number(MOTE_BAD_OPTIONS);
  keep(ON_TIMER, values[0]);
  return jerry_number(MOTE_OK);
}

SCRIPT(script_timer) {
  int32_t delay;
  (void)call;
  if (count < 1 || !mote_take_integer(values[0], &delay)) return jerry_number(MOTE_RANGE);
  mote_timer_set(&host->timer, delay, mote_clock_ms());
  return jerry_number(MOTE_OK);
}

SCRIPT(script_now) {
  UNUSED;
  return jerry_number(mote_clock_wrapped(mote_clock_ms()));
}

SCRIPT(script_day) {
  int32_t day;
  UNUSED;
  mote_clock_wall(&day, &wall_ms);
  return jerry_number(day);
}

SCRIPT(script_day_ms) {
  UNUSED;
  return jerry_number(wall_ms);
}

/* The board. */

SCRIPT(script_random) {
  uint8_t bytes[2] = {0, 0};
  UNUSED;
  if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
    /* A system without: better what differs from start to start than what does not. */
    const uint64_t now = mote_clock_ms();
    bytes[0] = (uint8_t)now;
    bytes[1] = (uint8_t)((now >> 8) ^ (uint64_t)getpid());
  }
  return jerry_number(bytes[0] | bytes[1] << 8);
}

SCRIPT(script_log) {
  int32_t event, detail;
  (void)call;
  if (count < 2 || !mote_take_integer(values[0], &event) || !mote_take_integer(values[1], &detail)) {
    return jerry_number(MOTE_RANGE);
  }
  /* As Espruino prints it, for whoever reads consoles. Out at once: the next thing may be a power cut. */
  printf("#%d %d\n", (int)event, (int)detail);
  fflush(stdout);
  return jerry_number(MOTE_OK);
}

SCRIPT(script_free_memory) {
  jerry_heap_stats_t stats;
  UNUSED;
  memset(&stats, 0, sizeof stats);
  if (!jerry_heap_stats(&stats) || stats.size > MOTE_NUMBER_MAX) return jerry_number(-1);
  return jerry_number((double)(stats.size - stats.allocated_bytes));
}

SCRIPT(script_watch) {
  uint32_t seconds;
  (void)call;
  if (count < 1 || !mote_take_number(values[0], MOTE_NUMBER_MAX, &seconds)) return jerry_number(MOTE_RANGE);
  /* SIGALRM ends the program; what starts it again is the system's business. */
  (void)alarm(seconds);
  return jerry_number(MOTE_OK);
}

SCRIPT(script_restart) {
  UNUSED;
  host->wants_restart = true;
  /* No script can catch it. */
  return jerry_throw_abort(jerry_undefined(), true);
}

/* The connection. */

SCRIPT(script_on_socket) {
  mote_bytes_t received;
  jerry_length_t i;
  (void)call;
  if (count < 5 || !mote_take_array(values[0], &received) || received.length < MOTE_NET_WINDOW) {
    return jerry_number(MOTE_BAD_OPTIONS);
  }
  for (i = 1; i < 5; i++) if (!jerry_value_is_function(values[i])) return jerry_number(MOTE_BAD_OPTIONS);
  keep(RECEIVED, values[0]);
  keep(ON_OPEN, values[1]);
  keep(ON_DATA, values[2]);
  keep(ON_DRAIN, values[3]);
  keep(ON_CLOSE, values[4]);
  return jerry_number(MOTE_OK);
}

SCRIPT(script_open) {
  char name[NAME_SIZE];
  mote_bytes_t from;
  uint32_t length, port;
  (void)call;
  if (count < 3 || !mote_take_array(values[0], &from) || !mote_take_number(values[1], from.length, &length) ||
      length >= sizeof name || memchr(from.bytes, '\0', length) != NULL) {
    return jerry_number(MOTE_NO_HOST);
  }
  if (!mote_take_number(values[2], UINT16_MAX, &port)) return jerry_number(MOTE_REFUSED);
  memcpy(name, from.bytes, length);
  name[length] = '\0';
  return jerry_number(mote_net_open(&host->net, name, (uint16_t)port));
}

SCRIPT(script_send) {
  mote_bytes_t from;
  int code;
  (void)call;
  code = count < 3 || !mote_take_bytes(values[0], values[1], values[2], &from)
             ? MOTE_RANGE
             : mote_net_send(&host->net, from.bytes, from.length);
  /* The one function that throws: so do sockets of other engines, and the client counts on it. */
  return code < 0 ? jerry_throw_value(jerry_number(code), true) : jerry_number(code);
}

SCRIPT(script_close) {
  UNUSED;
  mote_net_close(&host->net);
  return jerry_number(MOTE_OK);
}

static void on_opened(void *owner) {
  (void)owner;
  tell(ON_OPEN, 0);
}

static void on_received(void *owner, const uint8_t *bytes, size_t length) {
  mote_bytes_t into;
  (void)owner;
  if (!mote_take_array(kept[RECEIVED], &into) || into.length < length) return;
  memcpy(into.bytes, bytes, length);
  tell(ON_DATA, (int32_t)length);
}

static void on_drained(void *owner) {
  (void)owner;
  tell(ON_DRAIN, 0);
}

static void on_closed(void *owner) {
  (void)owner;
  tell(ON_CLOSE, 0);
}

/* The network is the machine's: who asks to join is up, in the next round. */

SCRIPT(script_on_wifi) {
  (void)call;
  if (count < 1 || !jerry_value_is_function(values[0])) return jerry_number(MOTE_BAD_OPTIONS);
  keep(ON_WIFI, values[0]);
  return jerry_number(MOTE_OK);
}

SCRIPT(script_join) {
  UNUSED;
  host->has_wifi_news = true;
  return jerry_number(MOTE_OK);
}

SCRIPT(script_leave) {
  UNUSED;
  host->has_wifi_news = false;
  return jerry_number(MOTE_OK);
}

SCRIPT(script_rssi) {
  UNUSED;
  return jerry_number(0);
}

/* I2C. */

/* Returns the bus that a script names, NULL when there is none. */
static mote_i2c_t *bus_of(jerry_value_t value) {
  uint32_t number;
  if (!mote_take_number(value, MOTE_I2C_BUSES, &number) || number == 0) return NULL;
  return host->i2c[number - 1].open == NULL ? NULL : &host->i2c[number - 1];
}

SCRIPT(script_i2c_open) {
  int32_t data, clock, hz;
  mote_i2c_t *bus;
  (void)call;
  if (count < 4 || !mote_take_integer(values[1], &data) || !mote_take_integer(values[2], &clock) ||
      !mote_take_integer(values[3], &hz)) {
    return jerry_number(MOTE_BAD_OPTIONS);
  }
  bus = bus_of(values[0]);
  if (bus == NULL) {
    fprintf(stderr, "mote-host: the firmware asks for an I2C bus that was not given: --i2c NUMBER=/dev/i2c-N\n");
    return jerry_number(MOTE_ABSENT);
  }
  return jerry_number(bus->open(bus->part, data, clock, hz));
}

SCRIPT(script_i2c_write) {
  mote_bytes_t from;
  uint32_t address;
  mote_i2c_t *bus;
  (void)call;
  if (count < 3 || !mote_take_number(values[1], 127, &address) || !mote_take_array(values[2], &from)) {
    return jerry_number(MOTE_RANGE);
  }
  bus = bus_of(values[0]);
  if (bus == NULL) return jerry_number(MOTE_ABSENT);
  return jerry_number(bus->write(bus->part, (uint8_t)address, from.bytes, from.length));
}

SCRIPT(script_i2c_read) {
  mote_bytes_t into;
  uint32_t address;
  int32_t reg;
  mote_i2c_t *bus;
  (void)call;
  if (count < 4 || !mote_take_number(values[1], 127, &address) || !mote_take_integer(values[2], &reg) || reg < -1 ||
      reg > 255 || !mote_take_array(values[3], &into)) {
    return jerry_number(MOTE_RANGE);
  }
  bus = bus_of(values[0]);
  if (bus == NULL) return jerry_number(MOTE_ABSENT);
  return jerry_number(bus->read(bus->part, (uint8_t)address, reg, into.bytes, into.length));
}

static const struct {
  const char *name;
  jerry_external_handler_t handler;
} functions[] = {{"onTimer", script_on_timer},
                 {"timer", script_timer},
                 {"now", script_now},
                 {"day", script_day},
                 {"dayMs", script_day_ms},
                 {"random", script_random},
                 {"log", script_log},
                 {"freeMemory", script_free_memory},
                 {"watch", script_watch},
                 {"restart", script_restart},
                 {"onSocket", script_on_socket},
                 {"open", script_open},
                 {"send", script_send},
                 {"close", script_close},
                 {"onWifi", script_on_wifi},
                 {"join", script_join},
                 {"leave", script_leave},
                 {"rssi", script_rssi},
                 {"i2cOpen", script_i2c_open},
                 {"i2cWrite", script_i2c_write},
                 {"i2cRead", script_i2c_read}};

bool mote_host_register(mote_host_t *given) {
  const mote_net_events_t events = {on_opened, on_received, on_drained, on_closed, NULL};
  jerry_value_t binding = jerry_object(), global;
  bool is_set;
  size_t i;
  host = given;
  host->has_wifi_news = host->wants_restart = false;
  mote_net_init(&host->net, &events);
  mote_timer_set(&host->timer, -1, 0);
  for (i = 0; i < KEPT; i++) kept[i] = jerry_undefined();
  is_set = mote_put(binding, "serial", jerry_string_sz(host->serial));
  for (i = 0; i < sizeof functions / sizeof *functions && is_set; i++) {
    is_set = mote_put(binding, functions[i].name, jerry_function_external(functions[i].handler));
  }
  global = jerry_current_realm();
  if (is_set) is_set = mote_put(global, "moteHost", binding);
  else jerry_value_free(binding);
  jerry_value_free(global);
  return is_set;
}

bool mote_host_run_once(mote_host_t *of, int longest_ms) {
  struct pollfd polls[MOTE_NET_POLLS];
  uint64_t now = mote_clock_ms();
  int wait = mote_timer_wait(&of->timer, mote_net_prepare(&of->net, polls, now), now);
  if (of->has_wifi_news) wait = 0;
  if (longest_ms >= 0 && (wait < 0 || wait > longest_ms)) wait = longest_ms;
  if (poll(polls, MOTE_NET_POLLS, wait) < 0) {
    /* A signal: nothing is known of the descriptors. */
    polls[0].revents = polls[1].revents = 0;
  }
  now = mote_clock_ms();
  if (!of->wants_restart) mote_net_serve(&of->net, polls, now);
  if (!of->wants_restart && of->has_wifi_news) {
    of->has_wifi_news = false;
    tell(ON_WIFI, 0);
  }
  if (!of->wants_restart && mote_timer_take(&of->timer, now)) tell(ON_TIMER, 0);
  return !of->wants_restart;
}

/* Print a value as text, where it has one. */
static void print_value(jerry_value_t value) {
  jerry_char_t text[256];
  jerry_value_t string = jerry_value_to_string(value);
  jerry_size_t size = 0;
  if (!jerry_value_is_exception(string)) {
    size = jerry_string_to_buffer(string, JERRY_ENCODING_UTF8, text, sizeof text);
  }
  fprintf(stderr, "%.*s", (int)size, (const char *)text);
  jerry_value_free(string);
}

void mote_host_complain(jerry_value_t exception) {
  jerry_value_t error = jerry_exception_value(exception, false);
  fprintf(stderr, "mote-host: the firmware threw ");
  print_value(error);
  if (jerry_value_is_object(error)) {
    jerry_value_t stack = jerry_object_get_sz(error, "stack");
    const jerry_length_t lines = jerry_value_is_array(stack) ? jerry_array_length(stack) : 0;
    jerry_length_t i;
    for (i = 0; i < lines; i++) {
      jerry_value_t line = jerry_object_get_index(stack, i);
      fprintf(stderr, "\n    at ");
      print_value(line);
      jerry_value_free(line);
    }
    jerry_value_free(stack);
  }
  fputc('\n', stderr);
  jerry_value_free(error);
}

void mote_host_end(mote_host_t *of) {
  size_t i;
  mote_net_end(&of->net);
  for (i = 0; i < KEPT; i++) {
    jerry_value_free(kept[i]);
    kept[i] = jerry_undefined();
  }
}
