// What may come in which state, and which acknowledgement follows which: pure tables over first bytes, and the exchanges
// that are in flight. No time, no I/O, no bytes beyond an identifier.

import { INBOUND, QOS2 } from '../features.ts';
import { keyId, keyOf, NO_KEY, type Id, type Key } from './form.ts';
import { First, QOS0_LAST } from './packet.ts';

export const enum State {
  /** No connection. */
  Offline,
  /** Waiting for the connection to open. */
  Opening,
  /** CONNECT is out, nothing else is allowed until CONNACK [MQTT-3.2.0-1]. */
  Connecting,
  Online,
}

/** PUBLISH whose flags MQTT allows: no DUP with QoS 0 [MQTT-3.3.1-2], no QoS 3 [MQTT-3.3.1-4], and room for topic and identifier. */
function isLegalPublish(first: number, length: number): boolean {
  if (first > 0x3d || (first & 6) === 6 || (first & 0xe) === 8) return false;
  return length > (first > QOS0_LAST ? 4 : 2);
}

/**
 * @returns whether a packet with this fixed header may come [MQTT-2.2.2-2]; asked as soon as the header is there, before
 * its body comes, however long that claims to be.
 */
export function mayCome(state: State, first: number, length: number): boolean {
  if (state !== State.Online) return state === State.Connecting && first === First.Connack && length === 2;
  if (first >> 4 === 3) return isLegalPublish(first, length);
  if (first === First.Pingresp) return length === 0;
  if (first === First.Puback || (INBOUND && first === First.Unsuback)) return length === 2;
  if (QOS2 && (first === First.Pubrec || first === First.Pubcomp)) return length === 2;
  if (QOS2 && INBOUND && first === First.Pubrel) return length === 2;
  return INBOUND && first === First.Suback && length > 2;
}

/** Return codes of CONNACK run from 1 to this (section 3.2.2.3). */
const CONNACK_CODE_MAX = 5;

/** @returns whether CONNACK may have these acknowledge flags and return code (section 3.2.2). */
export function isLegalConnack(flags: number, code: number, cleanSession: boolean): boolean {
  if (code > CONNACK_CODE_MAX || flags > 1) return false;
  // Neither a clean session nor a refusal comes with a session [MQTT-3.2.2-1] [MQTT-3.2.2-4].
  return flags === 0 || (code === 0 && !cleanSession);
}

/** Exchanges in flight on this connection, at most as many as there are places. */
export interface InFlight {
  /** The acknowledgement that each place waits for; NO_KEY where it is free. */
  readonly awaited: Key[];
  /** The outbox's sequence of each; 0 for a streamed message. */
  readonly sequences: number[];
}

export function createInFlight(places: number): InFlight {
  const awaited: Key[] = [];
  const sequences: number[] = [];
  for (let i = 0; i < places; i++) {
    awaited.push(NO_KEY);
    sequences.push(0);
  }
  return { awaited, sequences };
}

/** Forget all: a connection ended. */
export function clear(table: InFlight): void {
  for (let i = 0; i < table.awaited.length; i++) table.awaited[i] = NO_KEY;
}

/** @returns the place that waits for any acknowledgement of `id`, or -1. */
export function findId(table: InFlight, id: Id): number {
  for (let i = 0; i < table.awaited.length; i++) if (keyId(table.awaited[i]) === id) return i;
  return -1;
}

/** @returns the acknowledgement that PUBLISH of first byte `first` waits for. */
export function awaitedFor(first: number, id: Id): Key {
  return keyOf(QOS2 && first > 0x33 ? First.Pubrec : First.Puback, id);
}

/** What an acknowledgement means. */
export const enum Verdict {
  /** Nothing with this identifier is in flight on this connection: counted and passed over. */
  Stray,
  /** PUBREC again, while PUBCOMP is awaited: PUBREL again. */
  Repeated,
  /** The exchange with this identifier is at another step, or of another QoS: MQTT forbids it [MQTT-4.8.0-1]. */
  Violation,
  /** What was waited for. */
  Settled,
}

export function judgeStray(table: InFlight, first: number, id: Id): Verdict {
  const place = findId(table, id);
  if (place < 0) return Verdict.Stray;
  return QOS2 && first === First.Pubrec && table.awaited[place] === keyOf(First.Pubcomp, id)
    ? Verdict.Repeated
    : Verdict.Violation;
}
