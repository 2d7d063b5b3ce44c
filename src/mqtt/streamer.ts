// A message that is read while it is sent, one at a time: larger than any buffer, and never stored. Over reconnects it starts
// anew from its first byte with the same identifier. No time, no I/O.

import type { Bytes } from '../bytes/bytes.ts';
import { V5 } from '../features.ts';
import { Code } from '../ports/codes.ts';
import { isAfter } from '../ports/outbox.ts';
import type { Topic } from '../ports/packet-writer.ts';
import { SEND_WINDOW } from '../ports/socket.ts';
import { idFrom, NO_ID, publishHeader, type Id } from './form.ts';
import { DUP, QOS0_LAST } from './packet.ts';

/** Where a streamed message comes from. It must give the same bytes again: a lost connection makes it start anew. */
export interface StreamSource {
  /** @returns bytes from `offset` on, 1 to `max` of them. */
  read(offset: number, max: number): Bytes;
  /**
   * It is over. 0: the broker has it (QoS 0: it left). Code.Closed: QoS 0, and the connection ended before. Code.BadPayload:
   * `read` threw, or gave nothing or too much. Code.Abandoned: the client was told to. Code.Rejected: the broker does not take it.
   */
  onEnd(code: number): void;
}

/** What it needs of the client. */
export interface StreamerPorts {
  /** Write bytes to a socket that has nothing unsent; after the last ones others may write again. */
  send(bytes: Bytes, isLast: boolean): void;
  /** Its acknowledgement is waited for. */
  expect(first: number, id: Id, sequence: number): number;
  /** QoS 2 whose PUBREC came on a former connection: send PUBREL and wait for PUBCOMP. */
  resume(id: Id, sequence: number): void;
  /** A packet was begun that cannot be finished: the connection has to end. */
  fail(): void;
  /** @returns how its PUBLISH begins, where it may be one of MQTT 5.0. */
  header(topic: Topic<Bytes>, total: number, id: Id, dup: number): Bytes;
  /** @returns whether the broker takes such a message; asked where it may be one of MQTT 5.0. */
  isTaken(topic: Topic<Bytes>, total: number): boolean;
}

const enum Phase {
  Idle,
  /** Waits for its turn on this connection. */
  Due,
  Sending,
  /** Sent, not acknowledged. */
  Sent,
}

export interface Streamer {
  /** Take a message. @param afterSequence the last record sent before it. @returns false while there is one. */
  start(topic: Topic<Bytes>, total: number, source: StreamSource, id: number, afterSequence: number): boolean;
  /** @returns whether it is its turn. @param next the record that would be sent otherwise, if `isEmpty` is false. */
  isDue(isEmpty: boolean, next: number): boolean;
  /** Send its beginning; the socket has nothing unsent. */
  begin(): void;
  isSending(): boolean;
  /** The socket drained: send more. */
  go(): void;
  /** PUBREC came. */
  receive(): void;
  /** It is over; does nothing when there is none. */
  finish(code: number): void;
  /** The connection ended. */
  interrupt(): void;
  /** The session is lost: what the broker knew of it too. */
  restart(): void;
}

export function createStreamer(ports: StreamerPorts): Streamer {
  let phase = Phase.Idle;
  let topic: Topic<Bytes> | null = null;
  let source: StreamSource | null = null;
  let total = 0;
  let offset = 0;
  let id = NO_ID;
  let behind = 0;
  let dup = 0;
  let received = false;

  function start(
    to: Topic<Bytes>,
    length: number,
    from: StreamSource,
    ownId: number,
    afterSequence: number,
  ): boolean {
    if (phase !== Phase.Idle) return false;
    topic = to;
    total = length;
    source = from;
    id = idFrom(ownId);
    behind = afterSequence;
    dup = 0;
    received = false;
    phase = Phase.Due;
    return true;
  }

  function isDue(isEmpty: boolean, next: number): boolean {
    return phase === Phase.Due && (isEmpty || behind === 0 || isAfter(next, behind));
  }

  function isSending(): boolean {
    return phase === Phase.Sending;
  }

  function finish(code: number): void {
    if (phase === Phase.Idle) return;
    const owner = source!;
    const isBroken = phase === Phase.Sending;
    phase = Phase.Idle;
    source = topic = null;
    // Its owner may connect again, so the connection ends first.
    if (isBroken) ports.fail();
    try {
      owner.onEnd(code);
    } catch {
      // It is over, whatever its owner does about it; the owner may have begun another one.
    }
  }

  /** All is with the socket. */
  function complete(): void {
    phase = Phase.Sent;
    if (topic!.first <= QOS0_LAST) finish(Code.Ok);
  }

  function begin(): void {
    const first = topic!.first;
    if (received) {
      phase = Phase.Sent;
      ports.resume(id, 0);
      return;
    }
    if (V5 && !ports.isTaken(topic!, total)) {
      finish(Code.Rejected);
      return;
    }
    offset = 0;
    phase = Phase.Sending;
    if (first > QOS0_LAST) ports.expect(first, id, 0);
    const header = V5 ? ports.header(topic!, total, id, dup) : publishHeader(topic!, total, id, dup);
    ports.send(header, total === 0);
    // From here on the broker may have seen it.
    if (first > QOS0_LAST) dup = DUP;
    if (total === 0) complete();
  }

  function read(most: number): Bytes | null {
    try {
      const chunk = source!.read(offset, most);
      return chunk.length > 0 && chunk.length <= most ? chunk : null;
    } catch {
      return null;
    }
  }

  function go(): void {
    const left = total - offset;
    const chunk = read(left < SEND_WINDOW ? left : SEND_WINDOW);
    if (phase !== Phase.Sending) return;
    if (chunk === null) {
      finish(Code.BadPayload);
      return;
    }
    offset += chunk.length;
    ports.send(chunk, offset === total);
    if (offset === total) complete();
  }

  function receive(): void {
    received = true;
  }

  function interrupt(): void {
    if (phase === Phase.Idle) return;
    const isLost = phase === Phase.Sending && topic!.first <= QOS0_LAST;
    phase = Phase.Due;
    if (isLost) finish(Code.Closed);
  }

  function restart(): void {
    dup = 0;
    received = false;
  }

  return { start, isDue, begin, isSending, go, receive, finish, interrupt, restart };
}
