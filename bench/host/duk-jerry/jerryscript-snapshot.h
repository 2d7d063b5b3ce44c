/* A "snapshot" here is JerryScript's header with ES5 source behind it. */
#ifndef DUK_JERRY_SNAPSHOT_H
#define DUK_JERRY_SNAPSHOT_H

#define JERRY_SNAPSHOT_VERSION 70u

#endif
