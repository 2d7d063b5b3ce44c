// What a packet from the broker means in the state we are in: a pure table over states and first bytes.
// No time, no I/O. Identifiers and in-flight exchanges of QoS 1 and 2 have their place here.

import { First } from './packet.ts';

export const enum State {
  /** No connection. */
  Offline,
  /** Waiting for the connection to open. */
  Opening,
  /** CONNECT is out, nothing else is allowed until CONNACK [MQTT-3.2.0-1]. */
  Connecting,
  Online,
}

export const enum Verdict {
  /** MQTT 3.1.1 forbids it here: close [MQTT-4.8.0-1]. */
  Violation,
  /** The session begins. */
  Accepted,
  /** The broker said no; its return code is the second body byte. */
  Refused,
  /** A PINGREQ is answered. */
  Pong,
  /** A message nobody asked for: counted and passed over. */
  Unwanted,
}

/**
 * Judge a fixed header as soon as it is complete: a wrong one is noticed before its body comes, however long it claims to be.
 * QoS 1 and 2 messages need a subscription, which this client never makes, so they are refused.
 */
export function mayCome(state: State, first: number, length: number): boolean {
  if (state === State.Connecting) return first === First.Connack && length === 2;
  if (state !== State.Online) return false;
  // Bit 0 of a PUBLISH is RETAIN; DUP and QoS must be 0. A topic of at least one byte follows its length.
  return (first === First.Pingresp && length === 0) || ((first & 0xfe) === First.Publish && length > 2);
}

/** Return codes of CONNACK run from 1 to this (section 3.2.2.3). */
const CONNACK_CODE_MAX = 5;

/** @returns what a CONNACK with acknowledge flags and return code says to a CONNECT with a clean session (section 3.2.2). */
function judgeConnack(flags: number, code: number): Verdict {
  // A clean session cannot be present, and a refusal must not claim one [MQTT-3.2.2-1] [MQTT-3.2.2-4].
  if (code > CONNACK_CODE_MAX || flags !== 0) return Verdict.Violation;
  return code === 0 ? Verdict.Accepted : Verdict.Refused;
}

/** Judge a whole packet whose header `mayCome`. @param body its first bytes. */
export function judge(first: number, body: Uint8Array): Verdict {
  if (first === First.Connack) return judgeConnack(body[0], body[1]);
  return first === First.Pingresp ? Verdict.Pong : Verdict.Unwanted;
}
