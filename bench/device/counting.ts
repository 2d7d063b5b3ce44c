// A mote that counts: reading n is the number n. What is measured about the link runs this, on a real Espruino. Whoever starts
// the engine says where the broker is and how fast it counts, and is told what became of every number.

import { startMote } from '../../src/espruino.ts';
import type { CreatePart, Mote, MotePart } from '../../src/part.ts';
import { NO_VALUE } from '../../src/ports/reading.ts';
import { createCounter } from './counter.ts';

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
/** @param code 0 when the number was accepted, else why it was not. */
declare function counted(value: number, code: number): void;
/** @param waiting messages in the outbox, seen whenever the link is in another stage. */
declare function staged(stage: number, why: number, waiting: number): void;

/** Tells of every number, and of every stage of the link. */
function createWitness(mote: Mote): MotePart {
  return {
    onReading(_index, reading, code): void {
      if (reading.values[0] !== NO_VALUE) counted(reading.values[0], code);
    },
    onStage(stage, why): void {
      staged(stage, why, mote.ports.outbox.count());
    },
    run: () => 0x3fffffff,
  };
}

/** @param more parts besides. */
export function startCounting(more: readonly CreatePart[]): void {
  const first: readonly CreatePart[] = [createWitness];
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
    parts: first.concat(more),
  });
}
