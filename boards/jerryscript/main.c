/* A board without a board: runs a firmware that `mote snapshot` made, on Linux. What it needs of the machine is in the other files;
 * this one reads the command line and goes round. Exit codes: 0 ended by a signal, or --check went through; 1 the firmware threw
 * when it started; 2 wrong usage; 3 something that was named cannot be had; 10 the engine's heap is full. */
#define _POSIX_C_SOURCE 200809L
#include "flash.h"
#include "host.h"
#include "snapshot.h"

#include <errno.h>
#include <jerryscript-snapshot.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef MOTE_BUILT_IN
#include "firmware.h"
#endif

enum { EXIT_THREW = 1, EXIT_WRONG_USE = 2, EXIT_UNAVAILABLE = 3 };

/* Longest wait: a signal that comes just before a wait ends the program so much later. */
enum { ROUND_MS = 1000 };

typedef struct {
  const char *snapshot_path;
  const char *flash_path;
  mote_flash_geometry_t geometry;
  bool is_synced;
  bool is_check;
  bool has_checksum;
  uint32_t checksum;
} settings_t;

static mote_host_t host;
static volatile sig_atomic_t has_ended;

static void end(int number) {
  (void)number;
  has_ended = 1;
}

static int refuse(int code, const char *what, const char *why) {
  fprintf(stderr, "mote-host: %s: %s\n", what, why);
  return code;
}

static int usage(void) {
  fprintf(stderr,
          "usage: mote-host [options] "
#ifndef MOTE_BUILT_IN
          "firmware.snapshot"
#endif
          "\n"
          "  --flash FILE         pages of the outbox; without them messages lie in RAM\n"
          "  --pages N            how many, of --page-bytes each; default 16 of 4096\n"
          "  --page-bytes N\n"
          "  --no-sync            do not wait for the disk: what was written survives this program, not the machine's power\n"
          "  --i2c N=DEVICE       I2C bus N of the firmware is DEVICE, /dev/i2c-1; or the simulated chip `bme280`\n"
          "  --serial TEXT        of this board; default: the machine's name\n"
          "  --checksum HEX       refuse a snapshot with another CRC-32\n"
          "  --check              let the firmware start, then end\n");
  return EXIT_WRONG_USE;
}

static bool parse_count(const char *text, int base, uint32_t most, uint32_t *out) {
  char *rest = NULL;
  unsigned long value;
  errno = 0;
  value = strtoul(text, &rest, base);
  if (errno != 0 || rest == text || *rest != '\0' || *text == '-' || value > most) return false;
  *out = (uint32_t)value;
  return true;
}

/* Open what `N=DEVICE` names. Returns 0 or an exit code. */
static int open_bus(const char *text) {
  const char *device = strchr(text, '=');
  const int number = text[0] - '0';
  if (device != text + 1 || number < 1 || number > MOTE_I2C_BUSES) return refuse(EXIT_WRONG_USE, "--i2c", "write N=DEVICE, N from 1 to 4");
  device++;
  if (strcmp(device, "bme280") == 0) mote_i2c_open_bme280(&host.i2c[number - 1]);
  else if (!mote_i2c_open_linux(&host.i2c[number - 1], device)) return refuse(EXIT_UNAVAILABLE, device, strerror(errno));
  return 0;
}

/* Take option number `at` of the command line and what belongs to it. Returns 0 or an exit code. */
static int take_option(settings_t *settings, char **argv, int *at) {
  const char *name = argv[*at], *value;
  if (strcmp(name, "--check") == 0) return settings->is_check = true, 0;
  if (strcmp(name, "--no-sync") == 0) return settings->is_synced = false, 0;
  value = argv[*at + 1];
  if (value == NULL) return usage();
  (*at)++;
  if (strcmp(name, "--flash") == 0) return settings->flash_path = value, 0;
  if (strcmp(name, "--serial") == 0) return host.serial = value, 0;
  if (strcmp(name, "--i2c") == 0) return open_bus(value);
  if (strcmp(name, "--pages") == 0 && parse_count(value, 10, 0x8000, &settings->geometry.pages)) return 0;
  if (strcmp(name, "--page-bytes") == 0 && parse_count(value, 10, 0x10000, &settings->geometry.page_size)) return 0;
  settings->has_checksum = strcmp(name, "--checksum") == 0;
  return settings->has_checksum && parse_count(value, 16, UINT32_MAX, &settings->checksum) ? 0 : usage();
}

static int take_options(settings_t *settings, int argc, char **argv) {
  int i, code = 0;
  for (i = 1; i < argc && code == 0; i++) {
    if (argv[i][0] == '-') code = take_option(settings, argv, &i);
    else if (settings->snapshot_path == NULL) settings->snapshot_path = argv[i];
    else code = usage();
  }
  return code;
}

/* Returns 0 or an exit code. */
static int load(const settings_t *settings, mote_snapshot_t *snapshot) {
  const char *name = "the built-in firmware", *why = NULL;
  bool has_checksum = settings->has_checksum;
  uint32_t checksum = settings->checksum;
#ifdef MOTE_BUILT_IN
  if (settings->snapshot_path != NULL) return usage();
  snapshot->bytes = (uint8_t *)mote_firmware;
  snapshot->size = MOTE_FIRMWARE_SIZE;
  has_checksum = true;
  checksum = MOTE_FIRMWARE_CRC32;
#else
  if (settings->snapshot_path == NULL) return usage();
  name = settings->snapshot_path;
  if (!mote_snapshot_read(name, snapshot, &why)) return refuse(EXIT_UNAVAILABLE, name, why);
#endif
  why = mote_snapshot_fault(snapshot);
  if (why != NULL) return refuse(EXIT_UNAVAILABLE, name, why);
  if (has_checksum && mote_crc32(snapshot->bytes, snapshot->size) != checksum) {
    return refuse(EXIT_UNAVAILABLE, name, "its checksum is another one: it was changed or damaged");
  }
  return 0;
}

/* Run the firmware's start, and go round until it or a signal ends that. Returns 0 or an exit code; `again`: from the start. */
static int live(const settings_t *settings, const mote_snapshot_t *snapshot, mote_flash_t *flash, bool *again) {
  /* Functions stay where they are in the snapshot, which is RAM that nobody else uses: a copy would take as much of the heap again. */
  jerry_value_t result;
  int code = 0;
  *again = false;
#ifdef MOTE_FIRMWARE_LITERALS
  jerry_register_magic_strings(mote_literals, MOTE_FIRMWARE_LITERALS, mote_literal_sizes);
#endif
  if (!mote_host_register(&host) || (flash->part != NULL && !mote_flash_register(flash))) {
    return refuse(EXIT_UNAVAILABLE, "the engine", "refuses host or flash: no memory");
  }
#if defined(MOTE_BUILT_IN) && defined(MOTE_FIRMWARE_STATIC)
  result = jerry_exec_snapshot((const uint32_t *)snapshot->bytes, snapshot->size, 0, JERRY_SNAPSHOT_EXEC_ALLOW_STATIC, NULL);
#else
  result = jerry_exec_snapshot((const uint32_t *)(const void *)snapshot->bytes, snapshot->size, 0, 0, NULL);
#endif
  if (jerry_value_is_exception(result) && !host.wants_restart) {
    mote_host_complain(result);
    code = EXIT_THREW;
  }
  jerry_value_free(result);
  while (code == 0 && !settings->is_check && !has_ended && !*again) *again = !mote_host_run_once(&host, ROUND_MS);
  mote_host_end(&host);
  return code;
}

static int run(const settings_t *settings, const mote_snapshot_t *snapshot, mote_flash_t *flash) {
  bool again = true;
  int code = 0;
  while (again && code == 0) {
    jerry_init(JERRY_INIT_EMPTY);
    code = live(settings, snapshot, flash, &again);
    jerry_cleanup();
  }
  return code;
}

static void catch_signals(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = end;
  sigemptyset(&action.sa_mask);
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  /* Whoever reads the console may go. */
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, NULL);
}

int main(int argc, char **argv) {
  static char name[256] = "linux";
  settings_t settings = {NULL, NULL, {0, 4096, 16, 4, false}, true, false, false, 0};
  mote_snapshot_t snapshot = {NULL, 0};
  mote_flash_t flash;
  int code;
  memset(&flash, 0, sizeof flash);
  (void)gethostname(name, sizeof name - 1);
  host.serial = name;
  code = take_options(&settings, argc, argv);
  if (code == 0) code = load(&settings, &snapshot);
  if (code == 0 && settings.flash_path != NULL) {
    if (!mote_flash_fits(&settings.geometry)) {
      code = refuse(EXIT_UNAVAILABLE, "--pages, --page-bytes", "scripts cannot have such a flash: 2 pages or more, of whole words, below 128 MB");
    } else if (!mote_flash_open_file(&flash, settings.flash_path, &settings.geometry)) {
      code = refuse(EXIT_UNAVAILABLE, settings.flash_path, strerror(errno));
    } else if (settings.is_synced) mote_flash_sync_file(&flash);
  }
  if (code == 0) {
    catch_signals();
    code = run(&settings, &snapshot, &flash);
  }
  if (flash.part != NULL) mote_flash_close_file(&flash);
#ifndef MOTE_BUILT_IN
  free(snapshot.bytes);
#endif
  return code;
}
