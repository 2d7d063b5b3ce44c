/* The results of src/ports/codes.ts that a host gives. */
#ifndef MOTE_CODES_H
#define MOTE_CODES_H

enum {
  MOTE_OK = 0,
  MOTE_ABSENT = -1,
  MOTE_TIMEOUT = -2,
  MOTE_RANGE = -6,
  MOTE_BAD_OPTIONS = -9,
  MOTE_REFUSED = -20,
  MOTE_BUSY = -21,
  MOTE_CLOSED = -22,
  MOTE_NO_HOST = -28
};

#endif
