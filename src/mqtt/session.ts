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

/** Return codes of CONNACK run from 1 to this (section 3.2.2.3). */
const CONNACK_CODE_MAX = 5;

/** @returns what a CONNACK with acknowledge flags and return code says to a CONNECT with a clean session (section 3.2.2). */
function judgeConnack(flags: number, code: number): Verdict {
  if (code > CONNACK_CODE_MAX || flags > 1) return Verdict.Violation;
  // A clean session cannot be present, and a refusal must not claim one [MQTT-3.2.2-1] [MQTT-3.2.2-4].
  if (flags === 1) return Verdict.Violation;
  return code === 0 ? Verdict.Accepted : Verdict.Refused;
}

/**
 * Judge a packet by its first byte, remaining length and the first bytes of its body.
 * QoS 1 and 2 messages need a subscription, which this client never makes, so they are violations.
 */
export function judge(state: State, first: number, length: number, body: Uint8Array): Verdict {
  if (state === State.Connecting) {
    return first === First.Connack && length === 2 ? judgeConnack(body[0], body[1]) : Verdict.Violation;
  }
  if (state !== State.Online) return Verdict.Violation;
  if (first === First.Pingresp && length === 0) return Verdict.Pong;
  // Bit 0 is RETAIN; DUP and QoS must be 0. A topic of at least one byte follows its length.
  if ((first & 0xfe) === First.Publish && length > 2) return Verdict.Unwanted;
  return Verdict.Violation;
}
