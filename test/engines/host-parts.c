/* The parts of the C host that need no engine, in one program: sockets against a server of its own, timers, flash in a file, the
 * simulated chip, snapshots. Prints a line for what is wrong, and `end` at last. */
#define _POSIX_C_SOURCE 200809L
#include "clock.h"
#include "codes.h"
#include "flash.h"
#include "i2c.h"
#include "net.h"
#include "snapshot.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The linker puts it in the place of getaddrinfo: the name `two` has an address that refuses, and behind it the server's. */
int __real_getaddrinfo(const char *name, const char *service, const struct addrinfo *wanted, struct addrinfo **found);
int __wrap_getaddrinfo(const char *name, const char *service, const struct addrinfo *wanted, struct addrinfo **found);

int __wrap_getaddrinfo(const char *name, const char *service, const struct addrinfo *wanted, struct addrinfo **found) {
  if (strcmp(name, "two") != 0) return __real_getaddrinfo(name, service, wanted, found);
  (void)__real_getaddrinfo("127.0.0.2", service, wanted, found);
  return __real_getaddrinfo("127.0.0.1", service, wanted, &(*found)->ai_next);
}

static void check(const char *what, long got, long wanted) {
  if (got != wanted) printf("FAIL %s: %ld, not %ld\n", what, got, wanted);
}

/* The other side, and what the connection told. */
static int listener, peer;
static mote_net_t net;
static struct {
  int opened, drained, closed;
  size_t received, longest;
  uint8_t last;
  bool is_in_order;
} told;
static enum { DO_NOTHING, CLOSE, OPEN_AGAIN } when_opened;
static uint16_t port;

static void on_opened(void *owner) {
  (void)owner;
  told.opened++;
  if (when_opened == CLOSE) mote_net_close(&net);
  if (when_opened == OPEN_AGAIN) {
    when_opened = DO_NOTHING;
    check("open from inside an event", mote_net_open(&net, "127.0.0.1", port), 0);
  }
}

static void on_received(void *owner, const uint8_t *bytes, size_t length) {
  size_t i;
  (void)owner;
  if (length > told.longest) told.longest = length;
  for (i = 0; i < length; i++) {
    if (bytes[i] != (uint8_t)(told.last + 1)) told.is_in_order = false;
    told.last = bytes[i];
  }
  told.received += length;
}

static void on_drained(void *owner) {
  (void)owner;
  told.drained++;
}

static void on_closed(void *owner) {
  (void)owner;
  told.closed++;
}

static void begin(void) {
  const mote_net_events_t events = {on_opened, on_received, on_drained, on_closed, NULL};
  memset(&told, 0, sizeof told);
  told.is_in_order = true;
  told.last = 255;
  when_opened = DO_NOTHING;
  mote_net_init(&net, &events);
  peer = -1;
}

static void finish(void) {
  mote_net_end(&net);
  if (peer >= 0) close(peer);
}

/* A round of the host's loop. Returns false when nothing happened for `ms`. */
static bool round_of(int ms, uint64_t now_ms) {
  struct pollfd polls[MOTE_NET_POLLS];
  int wait = mote_net_prepare(&net, polls, now_ms);
  int count;
  if (wait < 0 || wait > ms) wait = ms;
  count = poll(polls, MOTE_NET_POLLS, wait);
  mote_net_serve(&net, polls, now_ms);
  return count > 0 || wait == 0;
}

/* Rounds until a count is there, or a second has gone. */
static void until(const int *count, int wanted) {
  int rounds;
  for (rounds = 0; rounds < 1000 && *count < wanted; rounds++) (void)round_of(1, 0);
}

static void accept_peer(void) {
  struct pollfd polls = {listener, POLLIN, 0};
  if (poll(&polls, 1, 1000) == 1) peer = accept(listener, NULL, NULL);
  check("the server is connected to", peer >= 0, 1);
  fcntl(peer, F_SETFL, O_NONBLOCK);
}

static void connect_peer(void) {
  begin();
  check("open", mote_net_open(&net, "127.0.0.1", port), 0);
  check("nothing is told before the loop", told.opened, 0);
  check("send before it stands", mote_net_send(&net, (const uint8_t *)"x", 1), MOTE_CLOSED);
  until(&told.opened, 1);
  check("opened", told.opened, 1);
  accept_peer();
}

static void make_server(void) {
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  int small = 4096;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  listener = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 8) != 0 ||
      getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
    printf("FAIL no server: %s\n", strerror(errno));
    exit(1);
  }
  port = ntohs(address.sin_port);
}

static void test_traffic(void) {
  uint8_t bytes[2000];
  char got[16];
  size_t i;
  connect_peer();
  check("send", mote_net_send(&net, (const uint8_t *)"hello", 5), 0);
  check("drained is not told from inside", told.drained, 0);
  until(&told.drained, 1);
  check("an empty send", mote_net_send(&net, (const uint8_t *)"", 0), 0);
  (void)round_of(20, 0);
  check("drained once", told.drained, 1);
  check("the server has it", recv(peer, got, sizeof got, 0), 5);
  for (i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)i;
  check("the server sends", send(peer, bytes, sizeof bytes, MSG_NOSIGNAL), sizeof bytes);
  shutdown(peer, SHUT_WR);
  until(&told.closed, 1);
  check("all of it came before the end", (long)told.received, sizeof bytes);
  check("in order", told.is_in_order, 1);
  check("no more at once than the window", told.longest <= MOTE_NET_WINDOW, 1);
  check("closed once", told.closed, 1);
  (void)round_of(5, 0);
  check("and never again", told.closed, 1);
  check("send after it", mote_net_send(&net, bytes, 1), MOTE_CLOSED);
  finish();
}

/* Hand over windows until one does not fit any more. Returns bytes that were taken. */
static size_t fill(void) {
  uint8_t bytes[MOTE_NET_WINDOW];
  size_t taken = 0, i;
  int code = 0, times;
  for (times = 0; times < 100000 && code == 0; times++) {
    for (i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(taken + i);
    code = mote_net_send(&net, bytes, sizeof bytes);
    if (code == 0) taken += sizeof bytes;
  }
  check("too much is refused", code, MOTE_BUSY);
  return taken;
}

/* Read what the server got, with rounds of the loop in between. Returns how much came, in order, until the end or nothing more. */
static size_t drain(uint64_t now_ms, bool *ended) {
  uint8_t bytes[4096];
  size_t total = 0;
  int quiet = 0;
  *ended = false;
  while (quiet < 200 && !*ended) {
    const ssize_t count = recv(peer, bytes, sizeof bytes, 0);
    ssize_t i;
    for (i = 0; i < count; i++) if (bytes[i] != (uint8_t)(total + (size_t)i)) return 0;
    if (count > 0) total += (size_t)count;
    *ended = count == 0;
    quiet = count > 0 ? 0 : quiet + 1;
    (void)round_of(1, now_ms);
  }
  return total;
}

static void test_full(void) {
  bool ended;
  size_t taken;
  connect_peer();
  taken = fill();
  (void)round_of(5, 0);
  check("not drained as long as something waits", told.drained, 0);
  check("the server gets all", (long)drain(0, &ended), (long)taken);
  check("drained", told.drained, 1);
  finish();

  connect_peer();
  taken = fill();
  mote_net_close(&net);
  check("after close", mote_net_send(&net, (const uint8_t *)"x", 1), MOTE_CLOSED);
  check("what was taken leaves", (long)drain(0, &ended), (long)taken);
  check("then it closes", ended, 1);
  check("and nobody hears of it", told.closed + told.drained, 0);
  close(peer);
  peer = -1;
  until(&told.closed, 1);
  check("the descriptor is free", net.leaving.fd, -1);
  finish();

  /* A peer that never reads. */
  connect_peer();
  (void)fill();
  mote_net_close(&net);
  (void)round_of(1, 1000);
  check("it still leaves", net.leaving.fd >= 0, 1);
  (void)round_of(1, 2900);
  check("and still", net.leaving.fd >= 0, 1);
  (void)round_of(1, 3100);
  check("but no longer than two seconds", net.leaving.fd, -1);
  finish();
}

static void test_ends(void) {
  struct linger now = {1, 0};
  int closed_port, code;
  begin();
  check("no name", mote_net_open(&net, "", port), MOTE_NO_HOST);
  closed_port = listener;
  close(closed_port);
  code = mote_net_open(&net, "127.0.0.1", port);
  if (code == MOTE_OK) until(&told.closed, 1);
  check("refused: at once, or told once", (code == MOTE_REFUSED) + told.closed, 1);
  check("and not opened", told.opened, 0);
  finish();
  make_server();

  connect_peer();
  setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(peer);
  peer = -1;
  until(&told.closed, 1);
  check("a reset is an end", told.closed, 1);
  finish();

  begin();
  when_opened = CLOSE;
  check("open", mote_net_open(&net, "127.0.0.1", port), 0);
  until(&told.opened, 1);
  accept_peer();
  (void)round_of(5, 0);
  (void)round_of(5, 0);
  check("closed from inside: nothing follows", told.closed, 0);
  finish();

  begin();
  when_opened = OPEN_AGAIN;
  check("open", mote_net_open(&net, "127.0.0.1", port), 0);
  until(&told.opened, 2);
  check("opened again from inside", told.opened, 2);
  check("without an end of the first", told.closed, 0);
  mote_net_close(&net);
  mote_net_close(&net);
  finish();
}

static void test_addresses(void) {
  begin();
  check("the first address", mote_net_open(&net, "two", port), 0);
  until(&told.closed, 1);
  check("refuses", told.closed, 1);
  check("the second", mote_net_open(&net, "two", port), 0);
  until(&told.opened, 1);
  check("is there", told.opened, 1);
  accept_peer();
  mote_net_close(&net);
  check("again", mote_net_open(&net, "two", port), 0);
  until(&told.opened, 2);
  check("what was there is asked first", told.opened, 2);
  check("and nothing refused in between", told.closed, 1);
  finish();

  begin();
  check("the first address again", mote_net_open(&net, "two", port), 0);
  mote_net_close(&net);
  check("one that was given up is not waited for again", mote_net_open(&net, "two", port), 0);
  until(&told.opened, 1);
  check("the second is there", told.opened, 1);
  finish();
}

static void test_time(void) {
  uint64_t earlier, later;
  mote_timer_t timer = {0, false};
  int32_t day, ms;
  check("no deadline", mote_timer_wait(&timer, -1, 5), -1);
  check("nothing due", mote_timer_take(&timer, 5), 0);
  mote_timer_set(&timer, 10, 100);
  check("wait", mote_timer_wait(&timer, -1, 103), 7);
  check("sooner", mote_timer_wait(&timer, 2, 103), 2);
  check("not later", mote_timer_wait(&timer, 50, 103), 7);
  check("not yet", mote_timer_take(&timer, 109), 0);
  check("due", mote_timer_take(&timer, 110), 1);
  check("once", mote_timer_take(&timer, 111), 0);
  mote_timer_set(&timer, 0, 200);
  check("at once", mote_timer_wait(&timer, -1, 250), 0);
  mote_timer_set(&timer, -1, 200);
  check("forgotten", mote_timer_take(&timer, 300), 0);
  check("27 bits", mote_clock_wrapped(0x8000005u), 5);
  earlier = mote_clock_ms();
  later = mote_clock_ms();
  check("forwards", earlier <= later, 1);
  mote_clock_wall(&day, &ms);
  check("a day", day >= 20454 && ms >= 0 && ms < 86400000, 1);
}

static void test_flash(const char *path) {
  const mote_flash_geometry_t geometry = {4096, 1024, 2, 4, false};
  mote_flash_t flash;
  uint8_t bytes[8] = {0xf0, 1, 2, 3, 4, 5, 6, 7}, back[8];
  int i;
  check("made", mote_flash_open_file(&flash, path, &geometry), 1);
  mote_flash_sync_file(&flash);
  flash.read(flash.part, 4096 + 2040, back, 8);
  for (i = 0; i < 8; i++) check("erased at first", back[i], 0xff);
  flash.program(flash.part, 4096, bytes, 8);
  bytes[0] = 0x3f;
  flash.program(flash.part, 4096, bytes, 4);
  mote_flash_close_file(&flash);
  check("again", mote_flash_open_file(&flash, path, &geometry), 1);
  flash.read(flash.part, 4096, back, 8);
  check("a program clears bits only", back[0], 0x30);
  check("and is kept", back[7], 7);
  flash.erase(flash.part, 4096);
  flash.read(flash.part, 4096, back, 8);
  check("an erase sets a page", back[0] & back[7], 0xff);
  mote_flash_close_file(&flash);
  check("no such folder", mote_flash_open_file(&flash, "/nowhere/flash", &geometry), 0);
  check("no room", mote_flash_open_file(&flash, "/dev/full", &geometry), 0);
  check("and it says why", errno, ENOSPC);
}

static void test_geometry(void) {
  const struct {
    mote_flash_geometry_t geometry;
    bool fits;
  } cases[] = {{{0, 4096, 16, 4, false}, true},         {{0, 4096, 2, 4, false}, true},
               {{0, 4096, 1, 4, false}, false},         {{0, 4096, 0, 4, false}, false},
               {{0, 1001, 16, 4, false}, false},        {{0, 4096, 16, 0, false}, false},
               {{0, 0x10000, 0x8000, 4, false}, false}, {{0, 0x10000, 0x7ff, 4, false}, true},
               {{0, 0x10000, 0x800, 4, false}, false},  {{0xfffff000u, 4096, 2, 4, false}, false}};
  size_t i;
  for (i = 0; i < sizeof cases / sizeof *cases; i++) {
    check("pages that there can be", mote_flash_fits(&cases[i].geometry), cases[i].fits);
  }
}

static void test_chip(void) {
  const uint8_t forced[] = {0xf2, 1, 0xf4, 0x25}, at[] = {0xd0}, reset[] = {0xe0, 0xb6};
  uint8_t into[13];
  mote_i2c_t bus;
  mote_i2c_open_bme280(&bus);
  check("nobody", bus.write(bus.part, 0x77, at, 1), MOTE_ABSENT);
  check("nobody to read from", bus.read(bus.part, 0x77, 0xd0, into, 1), MOTE_ABSENT);
  check("register", bus.read(bus.part, 0x76, 0xd0, into, 1), 0);
  check("identity", into[0], 0x60);
  check("no value yet", (bus.read(bus.part, 0x76, 0xf7, into, 1), into[0]), 0x80);
  check("measure", bus.write(bus.part, 0x76, forced, sizeof forced), 0);
  check("asleep again, settings kept", (bus.read(bus.part, 0x76, 0xf2, into, 13), into[0] << 8 | into[2]), 0x124);
  check("a value", into[5], 0x65);
  check("pointer", (bus.write(bus.part, 0x76, at, 1), bus.read(bus.part, 0x76, -1, into, 1), into[0]), 0x60);
  (void)bus.write(bus.part, 0x76, reset, 2);
  check("reset", (bus.read(bus.part, 0x76, 0xf4, into, 1), into[0]), 0);
  check("no such device", mote_i2c_open_linux(&bus, "/dev/i2c-77"), 0);
}

static void test_buses(void) {
  static uint8_t many[UINT16_MAX + 1];
  mote_i2c_t bus;
  int i;
  for (i = 0; i < MOTE_I2C_BUSES; i++) check("a bus", mote_i2c_open_linux(&bus, "/dev/null"), 1);
  check("what is no bus", bus.write(bus.part, 0x76, many, 1), MOTE_TIMEOUT);
  check("more than a message holds", bus.write(bus.part, 0x76, many, sizeof many), MOTE_RANGE);
  check("more than an answer holds", bus.read(bus.part, 0x76, -1, many, sizeof many), MOTE_RANGE);
  errno = 0;
  check("one too many", mote_i2c_open_linux(&bus, "/dev/null"), 0);
  check("and it says why", errno, EMFILE);
}

static void test_snapshot(const char *folder) {
  static uint64_t words[8];
  uint8_t *bytes = (uint8_t *)words;
  mote_snapshot_t snapshot = {bytes, 32};
  const char *why = NULL;
  uint32_t version = 70, end_at = 32;
  check("CRC-32", mote_crc32((const uint8_t *)"123456789", 9) == 0xcbf43926u, 1);
  memcpy(bytes, "JRRY", 4);
  memcpy(bytes + 4, &version, 4);
  check("a snapshot", mote_snapshot_fault(&snapshot) == NULL, 1);
  snapshot.size = 23;
  check("not a whole header", mote_snapshot_fault(&snapshot) != NULL, 1);
  snapshot.size = 32;
  memcpy(bytes + 12, &end_at, 4);
  check("whole", mote_snapshot_fault(&snapshot) == NULL, 1);
  snapshot.size = 31;
  check("cut off", mote_snapshot_fault(&snapshot) != NULL, 1);
  snapshot.size = 32;
  snapshot.bytes = bytes + 4;
  check("not aligned", mote_snapshot_fault(&snapshot) != NULL, 1);
  snapshot.bytes = bytes;
  version = 69;
  memcpy(bytes + 4, &version, 4);
  check("another version", strstr(mote_snapshot_fault(&snapshot), "another version") != NULL, 1);
  snapshot.size = 12;
  check("too short", mote_snapshot_fault(&snapshot) != NULL, 1);
  memcpy(bytes, "YRRJ", 4);
  snapshot.size = 32;
  check("no snapshot", mote_snapshot_fault(&snapshot) != NULL, 1);
  check("a folder is no file", mote_snapshot_read(folder, &snapshot, &why), 0);
  check("and it says why", why != NULL, 1);
}

int main(int argc, char **argv) {
  char path[512];
  if (argc != 2) return 2;
  (void)snprintf(path, sizeof path, "%s/flash", argv[1]);
  make_server();
  test_traffic();
  test_full();
  test_ends();
  test_addresses();
  test_time();
  test_flash(path);
  test_geometry();
  test_chip();
  test_buses();
  test_snapshot(argv[1]);
  close(listener);
  printf("end\n");
  return 0;
}
