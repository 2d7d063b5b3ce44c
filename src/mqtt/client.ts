// One MQTT 3.1.1 connection: joins packets, session and socket, and alone knows time. It is also the PacketWriter that
// telemetry writes to. It holds at most one packet that does not fit the socket's window, and never throws.
// It does not reconnect: that is the link's business.

import { AUTH } from '../features.ts';
import type { Clock } from '../ports/clock.ts';
import { after, NEVER_MS, remaining, sooner } from '../ports/clock.ts';
import { Close, Code } from '../ports/codes.ts';
import type { PacketWriter, Topic } from '../ports/packet-writer.ts';
import type { Socket, SocketEvents } from '../ports/socket.ts';
import { decimalText } from './decimal.ts';
import {
  createDecoder,
  DISCONNECT,
  encodeConnect,
  encodePublish,
  encodeString,
  PINGREQ,
  type Connect,
} from './packet.ts';
import { judge, mayCome, State, Verdict } from './session.ts';
import { isText, isTopicName, STRING_MAX } from './topic.ts';

/** From `connect` to an open connection. */
const OPEN_TIMEOUT_MS = 30000;
/** From CONNECT to CONNACK. */
const CONNACK_TIMEOUT_MS = 10000;
/** From PINGREQ to PINGRESP; independent of the keep alive, so that a dead link is noticed in seconds. */
const PINGRESP_TIMEOUT_MS = 10000;
/** For bytes handed over to leave. */
const SEND_TIMEOUT_MS = 20000;
/** Largest packet sent, header included. */
export const PACKET_MAX = 1024;

/** What a client tells its owner. */
export interface ClientEvents {
  /** The connection stands and CONNECT is out; `tick` has an earlier deadline now. */
  onOpen(): void;
  /** The broker took the session. */
  onOnline(): void;
  /** The connection ended. @param detail the CONNACK return code when `why` is Close.Refused, else 0. */
  onOffline(why: Close, detail: number): void;
}

/** What happened since the client was made. */
export interface ClientCounters {
  /** PUBLISH packets handed to the socket. */
  published: number;
  /** Publishes that were not accepted. */
  refused: number;
  /** Messages that nobody subscribed to. */
  unwanted: number;
  /** Connections closed because of bytes that MQTT forbids. */
  violations: number;
}

export interface Client extends PacketWriter {
  readonly counters: ClientCounters;
  /** Start to connect. @returns 0, Code.Refused when nothing answers there, Code.BadPayload for options that cannot be sent. */
  connect(host: string, port: number): number;
  /** Say DISCONNECT when online, and close; no event follows. */
  disconnect(): void;
  isOnline(): boolean;
  /** Publish a ready payload with QoS 0. @returns 0 when accepted, Code.Closed, Code.Busy (after onDrain), or Code.TooLong. */
  publish(topic: Topic, payload: string, retain: boolean): number;
  /** Do what is due. @returns milliseconds until the next call is needed; after `connect` and each event it is needed at once. */
  tick(now: number): number;
}

/** @returns whether a CONNECT can carry these options (sections 3.1.2 and 3.1.3). */
function isSendable(options: Connect): boolean {
  if (!isText(options.clientId)) return false;
  if (!AUTH) return true;
  if (options.username === undefined) return options.password === undefined;
  return (
    isText(options.username) && (options.password === undefined || options.password.length <= STRING_MAX)
  );
}

/** Make a client for one connection at a time. */
export function createClient(socket: Socket, clock: Clock, options: Connect, owner: ClientEvents): Client {
  const counters: ClientCounters = { published: 0, refused: 0, unwanted: 0, violations: 0 };
  // Three quarters of the keep alive: the broker hears from us in time even if the loop is late.
  const pingIntervalMs = options.keepAliveSec * 750;
  let state = State.Offline;
  /** End of the present stage: open, CONNACK, or the next PINGREQ. */
  let deadline = 0;
  let pongDeadline = -1;
  let sendDeadline = -1;
  /** What is left of a packet larger than the window. */
  let unsent = '';
  let draftTopic: Topic | null = null;
  let draft = '';

  function end(): void {
    state = State.Offline;
    pongDeadline = sendDeadline = -1;
    unsent = draft = '';
    draftTopic = null;
  }

  /** Drop the connection and say why. */
  function fail(why: Close, detail: number): void {
    if (why !== Close.Peer) socket.close();
    end();
    owner.onOffline(why, detail);
  }

  /** Hand over as much of `unsent` as the window takes. */
  function flush(): void {
    const room = socket.room();
    socket.write(unsent.length > room ? unsent.substr(0, room) : unsent);
    unsent = unsent.substr(room);
  }

  /** Send a whole packet, or nothing. @returns 0 or Code.Busy. */
  function send(packet: string): number {
    const room = socket.room();
    if (unsent.length > 0 || (packet.length > room && sendDeadline >= 0)) return Code.Busy;
    if (packet.length > room) {
      unsent = packet;
      flush();
    } else {
      socket.write(packet);
    }
    if (sendDeadline < 0) sendDeadline = after(clock.now(), SEND_TIMEOUT_MS);
    return Code.Ok;
  }

  function violate(): boolean {
    counters.violations++;
    fail(Close.ProtocolError, 0);
    return false;
  }

  function onHeader(first: number, length: number): boolean {
    return mayCome(state, first, length) || violate();
  }

  function onPacket(first: number, body: Uint8Array): boolean {
    const verdict = judge(first, body);
    if (verdict === Verdict.Violation) return violate();
    if (verdict === Verdict.Pong) {
      pongDeadline = -1;
    } else if (verdict === Verdict.Unwanted) {
      counters.unwanted++;
    } else if (verdict === Verdict.Accepted) {
      state = State.Online;
      deadline = after(clock.now(), pingIntervalMs);
      owner.onOnline();
    } else {
      fail(Close.Refused, body[1]);
    }
    return state === State.Online;
  }

  const decoder = createDecoder({ onHeader, onPacket });

  const events: SocketEvents = {
    onOpen(): void {
      state = State.Connecting;
      decoder.reset();
      deadline = after(clock.now(), CONNACK_TIMEOUT_MS);
      send(encodeConnect(options));
      owner.onOpen();
    },
    onData(bytes: string): void {
      if (!decoder.feed(bytes)) violate();
    },
    onDrain(): void {
      sendDeadline = -1;
      if (unsent.length > 0) {
        sendDeadline = after(clock.now(), SEND_TIMEOUT_MS);
        flush();
      }
    },
    onClose(): void {
      fail(Close.Peer, 0);
    },
  };

  function connect(host: string, port: number): number {
    disconnect();
    if (!isSendable(options)) return Code.BadPayload;
    const result = socket.open(host, port, events);
    if (result === Code.Ok) {
      state = State.Opening;
      deadline = after(clock.now(), OPEN_TIMEOUT_MS);
    }
    return result;
  }

  function disconnect(): void {
    if (state === State.Online) send(DISCONNECT);
    if (state !== State.Offline) socket.close();
    end();
  }

  function isOnline(): boolean {
    return state === State.Online;
  }

  function refuse(code: number): number {
    counters.refused++;
    return code;
  }

  function publish(topic: Topic, payload: string, retain: boolean): number {
    if (state !== State.Online) return refuse(Code.Closed);
    const packet = encodePublish(topic.encoded, payload, retain);
    if (packet.length > PACKET_MAX) return refuse(Code.TooLong);
    if (send(packet) !== Code.Ok) return refuse(Code.Busy);
    counters.published++;
    return Code.Ok;
  }

  /** The present stage is over. */
  function expire(): void {
    if (state === State.Opening) {
      fail(Close.OpenTimeout, 0);
    } else if (state === State.Connecting) {
      fail(Close.ConnackTimeout, 0);
    } else {
      deadline = after(clock.now(), pingIntervalMs);
      // A PINGREQ that does not fit waits behind bytes that have a deadline of their own.
      const sent = send(PINGREQ) === Code.Ok;
      if (sent && pongDeadline < 0) pongDeadline = after(clock.now(), PINGRESP_TIMEOUT_MS);
    }
  }

  function untilNext(now: number): number {
    let wait = NEVER_MS;
    if (state === State.Offline) return wait;
    if (state !== State.Online || pingIntervalMs > 0) wait = remaining(now, deadline);
    if (pongDeadline >= 0) wait = sooner(wait, remaining(now, pongDeadline));
    if (sendDeadline >= 0) wait = sooner(wait, remaining(now, sendDeadline));
    return wait;
  }

  function tick(now: number): number {
    if (state === State.Offline) return NEVER_MS;
    // Without keep alive an online connection has no stage that ends.
    const timed = state !== State.Online || pingIntervalMs > 0;
    if (timed && remaining(now, deadline) === 0) expire();
    else if (pongDeadline >= 0 && remaining(now, pongDeadline) === 0) fail(Close.PingTimeout, 0);
    else if (sendDeadline >= 0 && remaining(now, sendDeadline) === 0) fail(Close.SendTimeout, 0);
    return untilNext(now);
  }

  function prepareTopic(name: string): Topic {
    return { encoded: encodeString(name) };
  }

  function topic(name: string): Topic | null {
    return isTopicName(name) ? prepareTopic(name) : null;
  }

  function begin(to: Topic): void {
    draftTopic = to;
    draft = '';
  }

  function text(bytes: string): void {
    draft += bytes;
  }

  function integer(value: number): void {
    draft += value;
  }

  function fixed(value: number, decimals: number): void {
    draft += decimalText(value, decimals);
  }

  function endMessage(): number {
    const to = draftTopic;
    draftTopic = null;
    return to === null ? refuse(Code.BadTopic) : publish(to, draft, false);
  }

  return {
    counters,
    connect,
    disconnect,
    isOnline,
    publish,
    tick,
    topic,
    begin,
    text,
    integer,
    fixed,
    end: endMessage,
  };
}
