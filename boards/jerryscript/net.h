/* One TCP connection for device code, without a thread and without blocking: the main loop polls, then serves. Events come from
 * mote_net_serve alone, never from inside another function here. Knows nothing of the engine, and nothing of MQTT.
 * C99 and POSIX. Results are the codes of codes.h. */
#ifndef MOTE_NET_H
#define MOTE_NET_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Most bytes that may be unsent, and most that come at once: SEND_WINDOW of src/ports/socket.ts. */
enum { MOTE_NET_WINDOW = 536 };

/* File descriptors that the main loop has to look at. */
enum { MOTE_NET_POLLS = 2 };

/* What happened to a connection. Every function of this file may be called from inside of these. */
typedef struct {
  void (*opened)(void *owner);
  void (*received)(void *owner, const uint8_t *bytes, size_t length);
  /* All that was handed over has left; only after mote_net_send. */
  void (*drained)(void *owner);
  /* It is gone or did not come about: once, and never after mote_net_close. */
  void (*closed)(void *owner);
  void *owner;
} mote_net_events_t;

/* Bytes on their way out of one descriptor. */
typedef struct {
  int fd; /* -1: none. */
  uint8_t unsent[MOTE_NET_WINDOW];
  size_t count;
} mote_net_line_t;

typedef struct {
  mote_net_events_t events;
  mote_net_line_t line;    /* The connection whose events count. */
  mote_net_line_t leaving; /* The one before, which was told to close and may still be sending. */
  uint64_t leave_by_ms;
  unsigned turn;           /* Which address of a name is asked. */
  bool is_open;
  bool has_failed;
  bool owes_drain;
} mote_net_t;

void mote_net_init(mote_net_t *net, const mote_net_events_t *events);

/* Start a connection; a former one is cut off without an event. Looking a name up may take as long as the system's resolver does.
 * Of a name with several addresses one is asked; after one that did not answer, the next open asks the next.
 * Returns 0, MOTE_NO_HOST, or MOTE_REFUSED when it failed at once: no event follows then. */
int mote_net_open(mote_net_t *net, const char *host, uint16_t port);

/* Hand bytes over, all of them or none. Returns 0, MOTE_CLOSED without a connection, MOTE_BUSY when more than MOTE_NET_WINDOW
 * would be unsent. */
int mote_net_send(mote_net_t *net, const uint8_t *bytes, size_t length);

/* Let what was handed over leave, for two seconds at most, then close. No event follows. */
void mote_net_close(mote_net_t *net);

/* Fill what to poll. Returns the longest time to wait in milliseconds, -1: for ever. */
int mote_net_prepare(const mote_net_t *net, struct pollfd polls[MOTE_NET_POLLS], uint64_t now_ms);

/* Do what the polls say, and tell of it: at most one event of each kind. */
void mote_net_serve(mote_net_t *net, const struct pollfd polls[MOTE_NET_POLLS], uint64_t now_ms);

/* Cut off whatever there is, without an event. */
void mote_net_end(mote_net_t *net);

#endif
