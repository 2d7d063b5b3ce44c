// A mote that counts: reading n is the number n. What is measured about the link runs this, on a real Espruino. Whoever starts
// the engine says where the broker is and how fast it counts, and is told what became of every number.

import { startMote } from '../../src/espruino.ts';
import type { MotePart } from '../../src/part.ts';
import type { Reading } from '../../src/ports/reading.ts';
import { NO_VALUE } from '../../src/ports/reading.ts';
import type { Driver } from '../../src/sensors/driver.ts';

declare const host: string;
declare const port: number;
declare const keepAliveSec: number;
/** -1: what a firmware has that says nothing. */
declare const windowMs: number;
declare const longestMs: number;
declare const intervalMs: number;
declare const qos: number;
/** Empty: no Wi-Fi. */
declare const ssid: string;
/** The last number that it may take; the host moves it on. */
declare const last: number;
/** The number before the first. */
declare const before: number;
/** @param code 0 when the number was accepted, else why it was not. */
declare function counted(value: number, code: number): void;
/** @param waiting messages in the outbox, seen whenever the link is in another stage. */
declare function staged(stage: number, why: number, waiting: number): void;

/** A sensor whose value is one more each time. */
function createCounter(): Driver {
  let value = before;
  return {
    channels: [
      {
        key: 'count',
        unit: '',
        deviceClass: '',
        kind: 'total',
        decimals: 0,
        precision: 0,
        min: 0,
        max: 0x7ffffff,
      },
    ],
    warmUpMs: 0,
    minIntervalMs: 1,
    discard: 0,
    configure: () => 0,
    start: () => 0,
    poll(now: number, out: Reading): number {
      out.values[0] = value < last ? ++value : NO_VALUE;
      out.time = now;
      return 0;
    },
    close() {},
  };
}

startMote({
  id: 'link',
  broker: {
    host,
    port,
    keepAliveSec,
    backoff: windowMs < 0 ? {} : { windowMs, maxMs: longestMs },
  },
  wifi: { ssid, password: 'secret' },
  sensors: [{ name: 'n', driver: createCounter(), intervalMs, qos }],
  spread: false,
  parts: [
    (mote): MotePart => ({
      onReading(_index, reading, code): void {
        if (reading.values[0] !== NO_VALUE) counted(reading.values[0], code);
      },
      onStage(stage, why): void {
        staged(stage, why, mote.ports.outbox.count());
      },
      run: () => 0x3fffffff,
    }),
  ],
});
