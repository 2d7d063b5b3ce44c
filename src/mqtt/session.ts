// What may come in which state, and which acknowledgement follows which: pure tables over first bytes.
// No time, no I/O, no bytes beyond an identifier.

import { INBOUND, QOS2, V5_AUTH } from '../features.ts';
import { keyId, keyOf, NO_ID, PUBACK, PUBCOMP, PUBREC, type Id, type Key } from './form.ts';
import { First, QOS0_LAST, QOS1_LAST, qosOf, RETAIN } from './packet.ts';

export const enum State {
  /** No connection. */
  Offline,
  /** Waiting for the connection to open. */
  Opening,
  /** CONNECT is out, nothing else is allowed until CONNACK [MQTT-3.2.0-1]. */
  Connecting,
  Online,
}

/** Highest QoS that a message may come with. */
const QOS_MAX = INBOUND ? (QOS2 ? 2 : 1) : 0;

/**
 * @returns whether a packet with this fixed header may come [MQTT-2.2.2-2]; asked as soon as the header is there, before
 * its body comes, however long that claims to be. -1 is a length of more than four bytes.
 */
export function mayCome(state: State, first: number, length: number): boolean {
  if (state !== State.Online) return state === State.Connecting && first === First.Connack && length === 2;
  if (first >> 4 === 3) {
    // No DUP with QoS 0 [MQTT-3.3.1-2], no QoS 3 [MQTT-3.3.1-4], none that was not subscribed to; a topic of one byte at
    // least, and an identifier.
    return (
      first !== 0x38 && first !== 0x39 && qosOf(first) <= QOS_MAX && length > (first > QOS0_LAST ? 4 : 2)
    );
  }
  if (first === First.Pingresp) return length === 0;
  if (INBOUND && first === First.Suback) return length > 2;
  return (
    length === 2 &&
    (first === First.Puback ||
      (INBOUND && first === First.Unsuback) ||
      (QOS2 && (first === First.Pubrec || first === First.Pubcomp || (INBOUND && first === First.Pubrel))))
  );
}

function mayBePublish(first: number, length: number): boolean {
  return (first | RETAIN) !== 0x39 && qosOf(first) <= QOS_MAX && length > (first > QOS0_LAST ? 4 : 2);
}

/** @returns whether a packet is an acknowledgement. @inline */
function mayBeAck(first: number): boolean {
  return (
    (QOS2 && (first === First.Pubrec || first === First.Pubcomp || (INBOUND && first === First.Pubrel))) ||
    (INBOUND && first === First.Unsuback) ||
    first === First.Puback
  );
}

/** The same for either version: in 5.0 packets may be longer, and DISCONNECT and AUTH may come. */
export function mayCome5(state: State, first: number, length: number, is5: boolean): boolean {
  if (V5_AUTH && is5 && first === First.Auth) return state >= State.Connecting && length >= 0;
  const isAcked = is5 ? length > 1 : length === 2;
  // What speaks 3.1.1 refuses 5.0 as 3.1.1 does.
  if (state !== State.Online) return state === State.Connecting && first === First.Connack && isAcked;
  if (first >> 4 === 3) return mayBePublish(first, length);
  if (first === First.Pingresp) return length === 0;
  if (first === First.Disconnect) return is5 && length >= 0;
  if (INBOUND && first === First.Suback) return length > 2;
  return isAcked && mayBeAck(first);
}

/** Return codes of CONNACK run from 1 to this (section 3.2.2.3). */
const CONNACK_CODE_MAX = 5;

/** @returns whether CONNACK may have these acknowledge flags and return code (section 3.2.2). */
export function isLegalConnack(flags: number, code: number, cleanSession: boolean): boolean {
  // Neither a clean session nor a refusal comes with a session [MQTT-3.2.2-1] [MQTT-3.2.2-4].
  return code <= CONNACK_CODE_MAX && (flags === 0 || (flags === 1 && code === 0 && !cleanSession));
}

/** @returns the acknowledgement that PUBLISH of first byte `first` waits for. @inline */
export function awaitedFor(first: number, id: Id): Key {
  return keyOf(QOS2 && first > QOS1_LAST ? PUBREC : PUBACK, id);
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

/** @returns whether an exchange with `id` is in flight. */
export function isInFlight(awaited: readonly Key[], id: Id): boolean {
  for (let i = 0; i < awaited.length; i++) if (keyId(awaited[i]) === id) return true;
  return false;
}

/** Judge an acknowledgement that is not among those that are awaited. */
export function judgeStray(awaited: readonly Key[], first: number, id: Id): Verdict {
  if (id === NO_ID) return Verdict.Violation;
  if (!QOS2) return Verdict.Stray;
  if (first === First.Pubrec && awaited.indexOf(keyOf(PUBCOMP, id)) >= 0) return Verdict.Repeated;
  return isInFlight(awaited, id) ? Verdict.Violation : Verdict.Stray;
}
