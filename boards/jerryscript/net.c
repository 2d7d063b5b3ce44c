/* TCP with the sockets of POSIX: see net.h. */
#define _POSIX_C_SOURCE 200809L
#include "net.h"

#include "codes.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A peer that takes nothing more must not hold a descriptor for ever. */
static const uint64_t LEAVE_MS = 2000;
static const uint64_t NOT_YET = UINT64_MAX;

/* Most reads of a round from a connection that was closed, whose bytes nobody wants. */
enum { THROWN_AWAY_MAX = 16 };

static void cut(mote_net_line_t *line) {
  if (line->fd >= 0) close(line->fd);
  line->fd = -1;
  line->count = 0;
}

void mote_net_init(mote_net_t *net, const mote_net_events_t *events) {
  memset(net, 0, sizeof *net);
  net->events = *events;
  net->line.fd = net->leaving.fd = -1;
}

/* Let go of the connection. After one that never stood the next address has its turn. */
static void drop(mote_net_t *net) {
  if (net->line.fd >= 0 && !net->is_open) net->turn++;
  cut(&net->line);
  net->is_open = net->has_failed = net->owes_drain = false;
}

void mote_net_end(mote_net_t *net) {
  drop(net);
  cut(&net->leaving);
}

/* A socket that never blocks and never keeps small packets back. Returns -1 when the system has none. */
static int make_socket(const struct addrinfo *to) {
  const int yes = 1;
  const int fd = socket(to->ai_family, to->ai_socktype, to->ai_protocol);
  int flags;
  if (fd < 0) return -1;
  flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
    close(fd);
    return -1;
  }
  /* Without it all still comes, only later. */
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return fd;
}

/* Start to connect. Returns the descriptor, or -1 when that failed at once. */
static int begin(const struct addrinfo *to) {
  const int fd = make_socket(to);
  if (fd < 0) return -1;
  if (connect(fd, to->ai_addr, to->ai_addrlen) == 0 || errno == EINPROGRESS || errno == EINTR) return fd;
  close(fd);
  return -1;
}

/* Returns an address of a list, counting round. */
static const struct addrinfo *nth(const struct addrinfo *all, unsigned at) {
  const struct addrinfo *to = all;
  for (; at > 0; at--) to = to->ai_next == NULL ? all : to->ai_next;
  return to;
}

int mote_net_open(mote_net_t *net, const char *host, uint16_t port) {
  struct addrinfo wanted, *found = NULL, *to;
  unsigned count = 0, left;
  char service[6];
  mote_net_end(net);
  memset(&wanted, 0, sizeof wanted);
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  (void)snprintf(service, sizeof service, "%u", (unsigned)port);
  if (getaddrinfo(host, service, &wanted, &found) != 0) return MOTE_NO_HOST;
  for (to = found; to != NULL; to = to->ai_next) count++;
  net->turn %= count;
  for (left = count; left > 0; left--) {
    net->line.fd = begin(nth(found, net->turn));
    if (net->line.fd >= 0) break;
    net->turn++;
  }
  freeaddrinfo(found);
  return net->line.fd < 0 ? MOTE_REFUSED : MOTE_OK;
}

/* Send what can be sent now. Returns false when the connection is broken. */
static bool flush(mote_net_line_t *line) {
  ssize_t sent;
  if (line->count == 0) return true;
  sent = send(line->fd, line->unsent, line->count, MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  line->count -= (size_t)sent;
  memmove(line->unsent, line->unsent + sent, line->count);
  return true;
}

int mote_net_send(mote_net_t *net, const uint8_t *bytes, size_t length) {
  mote_net_line_t *line = &net->line;
  if (line->fd < 0 || !net->is_open || net->has_failed) return MOTE_CLOSED;
  if (length > sizeof line->unsent - line->count) return MOTE_BUSY;
  if (length == 0) return MOTE_OK;
  memcpy(line->unsent + line->count, bytes, length);
  line->count += length;
  net->owes_drain = true;
  /* Whoever serves tells of it. */
  if (!flush(line)) net->has_failed = true;
  return MOTE_OK;
}

void mote_net_close(mote_net_t *net) {
  cut(&net->leaving);
  if (net->is_open && !net->has_failed) {
    net->leaving = net->line;
    net->leave_by_ms = NOT_YET;
    if (net->leaving.count == 0) (void)shutdown(net->leaving.fd, SHUT_WR);
    net->line.fd = -1;
    net->line.count = 0;
  }
  drop(net);
}

int mote_net_prepare(const mote_net_t *net, struct pollfd polls[MOTE_NET_POLLS], uint64_t now_ms) {
  const mote_net_line_t *line = &net->line, *leaving = &net->leaving;
  polls[0].fd = line->fd;
  polls[0].events = (short)((net->is_open ? POLLIN : 0) | (!net->is_open || line->count > 0 ? POLLOUT : 0));
  polls[0].revents = 0;
  polls[1].fd = leaving->fd;
  polls[1].events = (short)(POLLIN | (leaving->count > 0 ? POLLOUT : 0));
  polls[1].revents = 0;
  if (net->has_failed || (net->owes_drain && line->count == 0)) return 0;
  if (leaving->fd < 0) return -1;
  if (net->leave_by_ms == NOT_YET) return 0;
  return net->leave_by_ms <= now_ms ? 0 : (int)(net->leave_by_ms - now_ms);
}

/* Let go of the connection, and say so. */
static void lose(mote_net_t *net) {
  drop(net);
  net->events.closed(net->events.owner);
}

/* The descriptor can be written to, or is in error: the connection stands, or never will. */
static void finish_opening(mote_net_t *net) {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(net->line.fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 || error != 0) {
    lose(net);
    return;
  }
  net->is_open = true;
  net->events.opened(net->events.owner);
}

/* Take what has come, once. */
static void receive(mote_net_t *net) {
  uint8_t bytes[MOTE_NET_WINDOW];
  const ssize_t count = recv(net->line.fd, bytes, sizeof bytes, 0);
  if (count > 0) net->events.received(net->events.owner, bytes, (size_t)count);
  else if (count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) lose(net);
}

static void serve_line(mote_net_t *net, short what) {
  if (!net->is_open) {
    if ((what & (POLLOUT | POLLERR | POLLHUP | POLLNVAL)) != 0) finish_opening(net);
    return;
  }
  if ((what & POLLOUT) != 0 && !flush(&net->line)) net->has_failed = true;
  /* What came before the end is taken before it. */
  if ((what & (POLLIN | POLLERR | POLLHUP | POLLNVAL)) != 0) receive(net);
  /* Another connection that stands in its place is not open yet. */
  if (!net->is_open) return;
  if (net->has_failed) {
    if ((what & POLLIN) == 0) lose(net);
    return;
  }
  if (!net->owes_drain || net->line.count > 0) return;
  net->owes_drain = false;
  net->events.drained(net->events.owner);
}

/* Send the rest, wait for the other side's end, and close; or close when it takes too long. */
static void serve_leaving(mote_net_t *net, short what, uint64_t now_ms) {
  mote_net_line_t *leaving = &net->leaving;
  uint8_t nobody_wants[MOTE_NET_WINDOW];
  bool is_done;
  int i;
  if (leaving->fd < 0) return;
  if (net->leave_by_ms == NOT_YET) net->leave_by_ms = now_ms + LEAVE_MS;
  is_done = net->leave_by_ms <= now_ms;
  if (!is_done && (what & POLLOUT) != 0) {
    is_done = !flush(leaving);
    if (!is_done && leaving->count == 0) (void)shutdown(leaving->fd, SHUT_WR);
  }
  if (!is_done && (what & (POLLIN | POLLERR | POLLHUP | POLLNVAL)) != 0) {
    for (i = 0; i < THROWN_AWAY_MAX && !is_done; i++) {
      const ssize_t count = recv(leaving->fd, nobody_wants, sizeof nobody_wants, 0);
      if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) break;
      is_done = count <= 0;
    }
  }
  if (is_done) cut(leaving);
}

void mote_net_serve(mote_net_t *net, const struct pollfd polls[MOTE_NET_POLLS], uint64_t now_ms) {
  /* Events may put another descriptor in the place of one that was polled. */
  const bool is_same = net->line.fd >= 0 && net->line.fd == polls[0].fd;
  if (net->leaving.fd == polls[1].fd) serve_leaving(net, polls[1].revents, now_ms);
  if (is_same) serve_line(net, polls[0].revents);
}
