// One MQTT 3.1.1 connection: joins packets, session, subscriptions, outbox and socket, and alone knows time. It is also the
// PacketWriter that telemetry writes to. Nothing here throws, and nothing grows: what waits is bounded.
// It does not reconnect: that is the link's business.

import {
  byteAt,
  constant,
  copy,
  createBuffer,
  createView,
  cut,
  drop,
  EMPTY,
  emptied,
  fromText,
  isByte,
  isBytes,
  join,
  joinFixed,
  joinInteger,
  joinText,
  joinWord,
  standsAt,
  tail,
  toText,
  wordAt,
  type Bytes,
} from '../bytes/bytes.ts';
import { joinSeconds } from '../bytes/seconds.ts';
import { AUTH, BATCH, INBOUND, LAZY, QOS2, STATE, STREAM, TIME, V5 } from '../features.ts';
import type { Clock } from '../ports/clock.ts';
import {
  after,
  elapsed,
  NEVER_MS,
  remaining,
  sooner,
  wallRest,
  wallUnits,
  type WallTime,
} from '../ports/clock.ts';
import { Close, Code, Event } from '../ports/codes.ts';
import {
  isAfter,
  STATE_MAX,
  StateKey,
  TIME_AT_MAX,
  TIME_NOWHERE,
  type Outbox,
  type OutboxRecord,
} from '../ports/outbox.ts';
import { PROPERTIES_MAX, type PacketWriter, type TextSink, type Topic } from '../ports/packet-writer.ts';
import { PropertyId } from '../ports/properties.ts';
import { SEND_WINDOW, type Connection, type Socket, type SocketEvents } from '../ports/socket.ts';
import { createDecoder } from './decoder.ts';
import {
  BLOCKED,
  DISCONNECT,
  idFrom,
  idValue,
  keyAt,
  keyId,
  keyOf,
  PUBACK,
  PUBCOMP,
  PUBREC,
  PUBREL,
  type KeyHead,
  keyPacket,
  NO_ID,
  NO_KEY,
  PINGREQ,
  prepareTopic,
  PUBLISH_0,
  PUBLISH_1,
  publishHeader,
  publishHeader5,
  readId,
  packetKey,
  readKey,
  RELIABLE,
  SHORT_MAX,
  shortPublish,
  shortPublishId,
  type Id,
  type Key,
} from './form.ts';
import {
  DUP,
  encodeConnect,
  encodePacket,
  First,
  PACKET_MAX,
  packetSize,
  QOS0_LAST,
  qosOf,
  REMAINING_LENGTH_MAX,
  RETAIN,
  word,
  type Connect,
} from './packet.ts';
import {
  awaitedFor,
  isInFlight,
  isLegalConnack,
  judgeStray,
  mayCome,
  mayCome5,
  State,
  Verdict,
} from './session.ts';
import { createStreamer, type StreamSource } from './streamer.ts';
import {
  createSubscriptions,
  createRoute,
  FIRST_ID,
  type OnChunk,
  type OnMessage,
  type Route,
  type Subscription,
  type SubscriptionOptions,
} from './subscriptions.ts';
import { isText, isTopic, STRING_MAX } from './topic.ts';
// What 5.0 adds stands last, so that a build without it is what it was.
import { createIncoming, type MessageProperties } from './incoming.ts';
import { createPropertyReader, IN_ACK, IN_CONNACK, IN_DISCONNECT, wideAt } from './properties.ts';
import { FAILURE, isAmong, OF_CONNACK, OF_DISCONNECT, OF_PUBLISH, OF_RELEASE, Reason } from './reason.ts';
import { createShapes, expiryOf, propertiesOf } from './shapes.ts';

/** Bytes of PUBACK, PUBREC, PUBREL and PUBCOMP. */
const ACK_SIZE = 4;
/** From `connect` to an open connection. */
const OPEN_TIMEOUT_MS = 30000;
/** From CONNECT to CONNACK. */
const CONNACK_TIMEOUT_MS = 10000;
/** From PINGREQ to PINGRESP; independent of the keep alive, so that a dead link is noticed in seconds. */
const PINGRESP_TIMEOUT_MS = 10000;
/** For bytes handed over to leave. */
const SEND_TIMEOUT_MS = 20000;
/** A session that the other side closes sooner than this was taken over, when it happens TAKEOVERS times in a row. */
const TAKEOVER_MS = 5000;
const TAKEOVERS = 3;
export { PACKET_MAX };

/** Bytes of acknowledgements that may wait behind a packet of that size. */
const ACKS_MAX = 256;
/** Messages of QoS 1 and 2 that may be in flight. */
export const IN_FLIGHT_MAX = 8;
/** Identifiers of inbound QoS 2 messages that may be open; further ones are left to the next connection. */
const RECEIVED_MAX = 32;
/** Of those, so many are kept under one key. */
const KEPT_TOGETHER = STATE_MAX / 2;
/** Longest time as text. */
const TIME_SIZE = 10;
/** Stands for the sequence of a streamed message that was given up. */
const GIVEN_UP = -1;
/**
 * What CONNECT of 5.0 says of our own limits, as properties: Receive Maximum RECEIVED_MAX, Topic Alias Maximum ALIASES_MAX.
 */
const LIMITS_5 = INBOUND ? '\x21\0\x20\x22\0\x04' : '';
/** What a PUBLISH of 5.0 has besides, at most: the length of its properties, and an alias. */
const EXTRA_5 = 5;
/** Identifiers from here on belong to streamed messages, the last two to SUBSCRIBE and UNSUBSCRIBE, lower ones to the outbox. */
const FIRST_OWN_ID = 32768;
/** Of the acknowledgements that may wait, those for PUBREC: one for each message in flight. */
const PUBRELS_MAX = 4 * IN_FLIGHT_MAX;

/** Who we are to the broker, and how much is taken in. */
export interface ClientOptions extends Connect {
  /** Largest packet from the broker that is taken in whole, header included; larger messages come in pieces or not at all. */
  readonly receiveMax: number;
}

export interface ClientPorts {
  readonly socket: Socket<Bytes>;
  readonly clock: Clock;
  /** Holds messages of QoS 1 and 2 until the broker has them. */
  readonly outbox: Outbox<Bytes>;
}

/** What a client tells its owner. After each of these `tick` may have an earlier deadline. */
export interface ClientEvents {
  /** The connection stands and CONNECT is out. */
  onOpen(): void;
  /** The broker took the session. @param present it knows us from before: what was under way goes on. */
  onOnline(present: boolean): void;
  /** The connection ended. @param detail the CONNACK return code when `why` is Close.Refused, else 0. */
  onOffline(why: Close, detail: number): void;
  /** Something worth a line: Oversize, StrayAck, HandlerFailed, Subscribed, MessageRejected, MessageExpired. */
  onReport(event: Event, detail: number): void;
  /**
   * MQTT 5.0: what the broker says in words, of CONNACK, DISCONNECT, acknowledgements and messages: reason string, user property (name and
   * value, each behind two bytes of its length), server reference, response information, assigned identifier.
   * @param first first byte of the packet. @param value valid until this returns.
   */
  onProperty?(first: number, id: PropertyId, value: Bytes): void;
}

/** What happened since the client was made. */
export interface ClientCounters {
  /** Publishes that were not accepted. */
  refused: number;
  /** Messages of QoS 1 and 2 that the broker has acknowledged, streamed ones included. */
  delivered: number;
  /** Messages of QoS 2 that the broker had taken when the session was lost: its own from then on, and not sent again. */
  finished: number;
  /** Messages given to a handler, streamed ones included. */
  received: number;
  /** Messages that nobody subscribed to. */
  unwanted: number;
  /** Messages of QoS 2 that came again and were not given to a handler again. */
  repeated: number;
  /** Messages over the limit that nobody takes in pieces. */
  oversize: number;
  /**
   * Messages not acknowledged, to come again on the next connection: the handler threw, or no room was left for what they need. And
   * ends of exchanges of QoS 2 that flash had no room for: those are acknowledged as soon as it has.
   */
  postponed: number;
  /** Acknowledgements of nothing that was sent on this connection. */
  strays: number;
  /** Connections closed because of bytes that MQTT forbids. */
  violations: number;
  /** The last publish that was too long: its packet's bytes, and how many there may be. */
  needed: number;
  available: number;
  /** PUBLISHes of QoS 1 and 2 that were sent, each time, streamed ones included. */
  sent: number;
  /** Of those, whose acknowledgement had not come when their connection ended: they go out again, so the broker may have them twice. */
  unanswered: number;
  /** MQTT 5.0: messages that the broker refused for good, or that are over its limits; and those that expired unsent. Each is reported. */
  rejected?: number;
  expired?: number;
}

export interface Client extends PacketWriter<Bytes> {
  /** Start a connection. @returns 0, Code.Refused when nothing answers there, Code.BadPayload for options that cannot be sent. */
  connect(host: string, port: number): number;
  /**
   * Close; no event follows. DISCONNECT is said first when online and nothing waits for the socket to drain; else it would be
   * taken for a part of that, and the broker publishes the will.
   */
  disconnect(): void;
  /**
   * Send no more of what waits for its turn, so that DISCONNECT finds room; false: go on. The next connection begins anew.
   * @returns whether there is no session, or `disconnect` would say DISCONNECT.
   */
  quiet(isQuiet: boolean): boolean;
  isOnline(): boolean;
  /**
   * Publish a ready payload.
   * @returns 0 when accepted: handed to the socket with QoS 0, taken by the outbox with QoS 1 and 2. Else nothing was sent or
   * kept: Code.Closed (QoS 0 without session), Code.Busy (QoS 0, until the socket drained), Code.Full, Code.TooLong (the
   * packet, see the counters; or the outbox takes less), Code.BadTopic (not a prepared topic), Code.BadPayload (not bytes).
   * With QoS 1 after `hold`: Code.Held.
   */
  publish(topic: Topic<Bytes> | null, payload: Bytes): number;
  /**
   * Publish a payload of `total` bytes that is read while it is sent, one at a time. It is not stored: a reboot forgets it.
   * @returns Code.InFlight, and `source.onEnd` tells its end. Else Code.Closed, Code.Busy, Code.TooLong, Code.BadTopic.
   */
  stream(topic: Topic<Bytes> | null, total: number, source: StreamSource): number;
  /**
   * From now on messages of QoS 1 are put together in RAM, and taken by the flash outbox with one program each time that there
   * are as many as go into one, or `release` is called: until then they are not accepted. An outbox in RAM takes each at once.
   */
  hold(): void;
  /**
   * Take what was put together, and each message by itself again.
   * @returns 0, or a code of `publish`: then they stay together, for another try.
   */
  release(): number;
  /** MQTT 5.0: from the next connection on speak it, or 3.1.1. */
  speak?(level: number): void;
  /** MQTT 5.0, in a handler: what its message came with, the same object each time; null: nothing. */
  message?(): MessageProperties | null;
  /** Give up the streamed message that is under way, if there is one; a packet that was begun ends with its connection. */
  abandon(): void;
  /**
   * Want messages. Start-up only. It is subscribed as soon as there is a session, and again when one was lost. A message goes
   * to the first filter without wildcard that matches, else to the first of the others.
   * @param onChunk takes messages over `receiveMax` in pieces; without it they are passed over and acknowledged.
   * @returns null when filter or QoS are not valid.
   */
  subscription(
    filter: string,
    qos: number,
    onMessage: OnMessage,
    onChunk?: OnChunk,
    options?: SubscriptionOptions,
  ): Subscription | null;
  /**
   * Before the first connection, where a former start subscribed to the same: not again, if the broker still has our session.
   * Needs `cleanSession` false.
   */
  assumeSubscribed(): void;
  /** Write down what will be subscribed to, for who has to know whether it was the same before. */
  describe(sink: TextSink): void;
  /** Want it again. @returns 0, Code.Busy while the broker's answer to it is under way, Code.BadTopic for null. */
  subscribe(subscription: Subscription | null): number;
  /** Want it no more. @returns 0, Code.Busy while the broker's answer to it is under way, Code.BadTopic for null. */
  unsubscribe(subscription: Subscription | null): number;
  /** @returns the counters as they are now; the same object each time. */
  counters(): ClientCounters;
  /** Round-trip time of the last PINGREQ in ms, -1 before the first. */
  rttMs(): number;
  /**
   * Do what is due. @returns ms until the next call is needed. After connect and each event it is needed at once; after a
   * publish it saves a PINGREQ.
   */
  tick(now: number): number;
}

/** @returns whether a CONNECT can carry these options (sections 3.1.2 and 3.1.3). @param isNamed a broker that speaks 5.0 finds a name for who has none. */
function isSendable(options: Connect, isNamed: boolean): boolean {
  const id = options.clientId;
  let valid = isText(fromText(id)) && (id.length > 0 || options.cleanSession || isNamed);
  if (AUTH) {
    const username = options.username;
    const password = options.password;
    const will = options.will;
    if (username === undefined) valid = valid && password === undefined;
    else {
      valid =
        valid && isText(fromText(username)) && (password === undefined || password.length <= STRING_MAX);
    }
    if (will !== undefined) {
      valid = valid && isTopic(fromText(will.topic), false) && will.qos >= 0 && will.qos <= 2;
    }
  }
  return valid && options.keepAliveSec >= 0 && options.keepAliveSec <= 65535;
}

/** Make a client for one connection at a time. */
export function createClient(ports: ClientPorts, options: ClientOptions, owner: ClientEvents): Client {
  // What every message touches stands first: Espruino finds a name sooner the earlier it stands in its scope.
  /** Bytes that may be handed over now; 0 without a session, and while something waits that has to go first. */
  let room = 0;
  let wire: Connection<Bytes> | null = null;
  let draft = createBuffer(PACKET_MAX);
  let draftTopic: Topic<Bytes> | null = null;
  /** Where in the draft the outbox is to put the time. */
  let draftTimeAt = TIME_NOWHERE;
  /** Messages of QoS 1 are put together. */
  let isHolding = false;
  /** The socket has drained since the last `tick`. */
  let hasDrained = false;
  const nowhere = createRoute(onNoTopic);
  /** Where the last message went: most often the next one goes there too. */
  let hot = nowhere;
  let received = 0;
  const pieceView = createView();
  /** The acknowledgements that messages in flight wait for, NO_KEY in free places, and the outbox's sequences; 0: streamed. */
  const awaited: Key[] = [];
  const sequences: number[] = [];
  for (let i = 0; i < IN_FLIGHT_MAX; i++) awaited.push(NO_KEY);
  const outbox = ports.outbox;
  /** Nothing in the outbox waits to be sent. */
  let caughtUp = false;
  /** What waits stays. */
  let isQuiet = false;
  let delivered = 0;
  /** The last record that was sent on this connection, and on former ones of this session: after a reboot any may have been. */
  let cursor = 0;
  let lastSent = outbox.newest();
  let state = State.Offline;

  const wall: WallTime = { day: -1, ms: 0 };
  const socket = ports.socket;
  const clock = ports.clock;
  const counters: ClientCounters = {
    refused: 0,
    delivered: 0,
    finished: 0,
    received: 0,
    unwanted: 0,
    repeated: 0,
    oversize: 0,
    postponed: 0,
    strays: 0,
    violations: 0,
    needed: 0,
    available: PACKET_MAX,
    sent: 0,
    unanswered: 0,
  };
  /** Messages of QoS 2 whose PUBREC came on a connection that ended, and whose PUBREL has not been sent again. */
  let halfway = 0;
  // Three quarters of the keep alive: the broker hears from us in time even if the loop is late.
  const pingIntervalMs = options.keepAliveSec * 750;
  /** Bytes that wait for the socket to drain: the rest of a long packet, and acknowledgements behind it. */
  let waiting = createBuffer(PACKET_MAX + ACKS_MAX);
  const flushView = createView();
  const restView = createView();
  /** Chunks up to here may be one whole packet with a remaining length of one byte. */
  const wholeMax = options.receiveMax < SHORT_MAX ? options.receiveMax : SHORT_MAX;

  // Time is known to `tick` only: these say what happened since its last call.
  let heard = false;
  let seenRoom = 0;
  let seenCount = 0;
  let seenDelivered = 0;
  /** Messages that waited then: an acknowledgement may be for one of those. */
  let seenHeld = 0;
  let seenReceived = 0;
  let spokeAt = 0;
  let heardAt = 0;
  let tickedAt = 0;
  let promisedMs = 0;
  let pingAt = 0;
  let onlineAt = 0;
  let rtt = -1;
  /** Deadlines of the stage before the session, of PINGRESP and of bytes to leave, with what is said when they pass; -1: none. */
  const ends = [-1, -1, -1];
  const whys = [Close.OpenTimeout, Close.PingTimeout, Close.SendTimeout];
  let shortSessions = 0;
  /** CONNECTs that no CONNACK came for since the last session: each may have begun another one. */
  let unanswered = 0;
  /** CONNECT has left. */
  let drained = false;

  const record: OutboxRecord<Bytes> = {
    sequence: 0,
    topic: prepareTopic('', 0),
    payload: EMPTY,
    received: false,
  };
  /** Identifiers of inbound QoS 2 messages whose PUBREL has not come; NO_ID in places that are free again. */
  const open: Id[] = [];
  let openBytes = createBuffer(STATE && QOS2 ? STATE_MAX : 0);
  /** So many places of those hold identifiers that may be of a session which is lost without our knowing. */
  let doubted = 0;
  /** What was kept of them is not so any more, and could not be changed. */
  let isStale = false;
  /** Those, in the same places, whose PUBREL has come on this connection while there was no room to note that; whether there are any. */
  const released: Id[] = [];
  let isOwing = false;
  let ownId = FIRST_OWN_ID;

  // The message over the limit that is coming in.
  let largeFirst = 0;
  let largeId = NO_ID;
  let largeTotal = 0;
  let largeOffset = 0;
  let largeTo: Subscription | null = null;
  /** Bytes of an over-long topic before the identifier; its first byte, once that is there, else -1. */
  let largeSkip = 0;
  let largeHigh = -1;
  let largeTopic = createBuffer(STREAM ? options.receiveMax + SEND_WINDOW : 0);

  /** The connection speaks MQTT 5.0; the next one is to. */
  let is5 = V5;
  let next5 = V5;
  /** First byte of the packet whose properties are read. */
  let told = 0;
  const toldView = createView();
  const reader = V5 ? createPropertyReader(onText) : null!;
  const incoming = V5 && INBOUND ? createIncoming(reader) : null!;
  const shapes = V5 ? createShapes() : null!;
  /** What the broker takes. */
  const limits = {
    is5: V5,
    packetMax: 0,
    qosMax: 2,
    retains: true,
    hasWildcards: true,
    hasShared: true,
    hasIds: true,
  };
  let clientId = options.clientId;
  /** There is something of a session here that a broker may have the other half of. */
  let hasSession = false;
  let pingMs = pingIntervalMs;
  /** Messages of QoS 1 and 2 that came on this connection and have not had their last answer. */
  let unansweredIn = 0;
  /** Messages that the broker refused for good. */
  let denied = 0;
  /** A handler is called with a message that has properties. */
  let isDressed = false;
  /** Bytes of no properties: their length, in 5.0. */
  let bareSize = 0;

  /** @hot 9 */
  function publish(topic: Topic<Bytes> | null, payload: Bytes): number {
    let size: number | undefined;
    try {
      // The sizes of topics of QoS 1 and 2 are beyond every room; what is no topic throws, or has none.
      size = topic!.size + payload.length;
      if (size <= room && size <= SHORT_MAX && isBytes(payload)) {
        room -= size;
        wire!.write(shortPublish(topic!, payload, size));
        return Code.Ok;
      }
    } catch {
      // The slow way finds out why.
    }
    return publishMore(topic, payload, size);
  }

  /**
   * Publish with QoS 1 or 2: first into the outbox, then, if it is its turn, to the broker.
   * @param sized topic and payload; undefined when they are none. @hot @apart
   */
  function publishMore(topic: Topic<Bytes> | null, payload: Bytes, sized: number | undefined): number {
    const size = sized! - RELIABLE;
    // In 5.0 an alias makes topics short on this connection, and on no other: what is not short anyway is looked at by its name.
    if (size > 0 && size < (V5 ? SHORT_MAX : PACKET_MAX) && isBytes(payload)) {
      if (BATCH && isHolding) return publishHeld(topic!, payload);
      const sequence = outbox.append(topic!, payload);
      if (sequence < 0) return refuse(sequence);
      // The place that it most often has; where that is taken, the slow way finds another.
      const place = sequence % IN_FLIGHT_MAX;
      if (caughtUp && size <= room && size <= SHORT_MAX && awaited[place] === NO_KEY) {
        const id = idFrom(sequence);
        awaited[place] = awaitedFor(topic!.first, id);
        sequences[place] = cursor = sequence;
        room -= size;
        try {
          wire!.write(shortPublishId(topic!, payload, size, id));
        } catch {
          // The connection is closing; it goes out on the next one.
        }
      } else {
        caughtUp = false;
        pump();
      }
      return Code.Ok;
    }
    return publishSlow(topic, payload);
  }

  /** What was put together is accepted. @returns 0, or a code of `append`. */
  function takeHeld(): number {
    const code = outbox.appendGathered!();
    if (code < 0) return code === Code.Empty ? Code.Ok : refuse(code);
    caughtUp = false;
    pump();
    return Code.Ok;
  }

  /** Put a message with others, or accept it behind them. @returns Code.Held, or as `publish`. */
  function publishHeld(to: Topic<Bytes>, payload: Bytes, timeAt?: number): number {
    let code = outbox.gather!(to, payload, timeAt);
    if (code < 0) {
      // As many as go together, or one of QoS 2, which goes alone.
      const taken = takeHeld();
      if (taken < 0) return taken;
      if (code === Code.BadTopic) return publishAlone(to, payload, timeAt);
      code = outbox.gather!(to, payload, timeAt);
    }
    return code < 0 ? refuse(code) : Code.Held;
  }

  function publishAlone(to: Topic<Bytes>, payload: Bytes, timeAt?: number): number {
    const sequence = outbox.append(to, payload, timeAt);
    if (sequence < 0) return refuse(sequence);
    caughtUp = false;
    pump();
    return Code.Ok;
  }

  function hold(): void {
    isHolding = BATCH && outbox.gather !== undefined;
  }

  function release(): number {
    const code = BATCH && isHolding ? takeHeld() : Code.Ok;
    if (code === Code.Ok) isHolding = false;
    return code;
  }

  /** @returns 0, or Code.Closed when the peer has closed; what has to be said is said again on the next connection then. */
  function write(bytes: Bytes): number {
    try {
      wire!.write(bytes);
    } catch {
      return Code.Closed;
    }
    return Code.Ok;
  }

  /** Take a chunk. Most often it is one acknowledgement; others go their own way, so that none reads over the other. @hot 5 */
  function onData(chunk: Bytes): void {
    const size = chunk.length;
    if (!decoder.isBetween() || size > wholeMax) {
      decoder.feed(chunk);
    } else if (size === ACK_SIZE) {
      const place = awaited.indexOf(packetKey(chunk));
      if (place >= 0 && isLast(place, chunk, 0)) settle(place);
      else decoder.feed(chunk);
    } else {
      onMessage(chunk, size);
    }
  }

  /** @returns whether what stands at `at` is a message without properties. @hot */
  function isBare(bytes: Bytes, at: number): boolean {
    return !is5 || byteAt(bytes, at) === 0;
  }

  /** Take a chunk that is most often one message on the topic of the last one; the decoder makes sense of all else. @hot 5 @apart */
  function onMessage(chunk: Bytes, size: number): void {
    if (INBOUND && byteAt(chunk, 1) === size - 2 && (standsAt(chunk, hot.key, 2) || seek(chunk, 2))) {
      if (isByte(chunk, 0, PUBLISH_0) && (!V5 || isBare(chunk, hot.end))) {
        received++;
        try {
          hot.take(tail(pieceView, chunk, hot.end + (V5 ? bareSize : 0)), hot.name, First.Publish);
        } catch {
          failHandler(hot.to);
        }
        return;
      }
      const id = readId(chunk, hot.end);
      const isFit = !V5 || (size > hot.end + 1 + bareSize && isBare(chunk, hot.end + 2));
      if (isByte(chunk, 0, PUBLISH_1) && room > 3 && size > hot.end + 1 && id !== NO_ID && isFit) {
        received++;
        try {
          hot.take(tail(pieceView, chunk, hot.end + 2 + (V5 ? bareSize : 0)), hot.name, First.Publish + 2);
        } catch {
          failHandler(hot.to);
          return;
        }
        // What `answer` does; the call would cost Espruino 30 thousand instructions.
        if (room > 3) {
          room -= 4;
          try {
            wire!.write(keyPacket(keyOf(PUBACK, id)));
          } catch {
            // The connection is closing: the message comes again on the next one.
          }
        } else {
          // Its handler has taken the room.
          answer(PUBACK, id);
        }
        return;
      }
    }
    if (size % ACK_SIZE === 0) onAcks(chunk, size);
    else decoder.feed(chunk);
  }

  /** Take a chunk that is most often several acknowledgements. @hot @apart */
  function onAcks(chunk: Bytes, size: number): void {
    let at = 0;
    while (at < size) {
      const place = awaited.indexOf(keyAt(chunk, at));
      if (place < 0 || !isLast(place, chunk, at)) break;
      settle(place);
      at += ACK_SIZE;
    }
    if (at < size) decoder.feed(tail(restView, chunk, at));
  }

  /** @returns whether the acknowledgement of a message that has left is the last that it needs. @inline */
  function isLast(place: number, bytes: Bytes, at: number): boolean {
    return (!QOS2 || byteAt(bytes, at) !== First.Pubrec) && (!STREAM || !isUnsent(place));
  }

  /** A whole packet, wherever it was. @hot @apart */
  function onPacket(first: number, bytes: Bytes, at: number, end: number): void {
    if (first === First.Puback && end === at + 2) {
      // Several may come in one chunk. What is not waited for goes the slow way.
      const place = awaited.indexOf(readKey(bytes, at));
      if (place >= 0 && (!STREAM || !isUnsent(place))) {
        settle(place);
        return;
      }
    }
    // Of QoS 2, or one that comes again, or whose acknowledgement has to wait: the slow way.
    if (!INBOUND || V5 || (first & 0xfc) !== First.Publish || (first > QOS0_LAST && room < 4)) {
      onOther(first, bytes, at, end);
      return;
    }
    const route = standsAt(bytes, hot.key, at) ? hot : turn(bytes, at, end);
    const extra = first > QOS0_LAST ? 0 : 2;
    const from = at + route.end - extra;
    if (from > end || (extra === 0 && readId(bytes, from - 2) === NO_ID)) {
      violate();
    } else {
      received++;
      try {
        route.take(cut(pieceView, bytes, from, end - from), route.name, first);
        if (extra === 0) answer(PUBACK, readId(bytes, from - 2));
      } catch {
        failHandler(route.to);
      }
    }
  }

  /** Make the topic at `at` the route `hot`, if it is one of those that came lately. @hot @apart */
  function seek(bytes: Bytes, at: number): boolean {
    if (state !== State.Online) return false;
    const found = subscriptions.known(bytes, at);
    if (found) hot = found;
    return !!found;
  }

  /** @returns where a topic leads that is not the last one; beyond every packet when it is none, or none may come. @apart */
  function turn(bytes: Bytes, at: number, end: number): Route {
    if (seek(bytes, at)) return hot;
    const found = INBOUND && state === State.Online ? subscriptions.find(bytes, at, end) : null;
    if (found === null) return nowhere;
    hot = found;
    return found;
  }

  /** Send an acknowledgement. @hot */
  function answer(head: KeyHead, id: Id): void {
    if (V5 && unansweredIn > 0 && (head === PUBACK || head === PUBCOMP)) unansweredIn--;
    if (room > 3) {
      room -= 4;
      try {
        wire!.write(keyPacket(keyOf(head, id)));
      } catch {
        // The connection is closing: the message comes again on the next one.
      }
    } else if (state === State.Online && canAnswer()) {
      put(keyPacket(keyOf(head, id)));
    }
  }

  /** @returns whether the message at `place` has not left whole, so that nothing can acknowledge it. */
  function isUnsent(place: number): boolean {
    return sequences[place] === 0 && streamer.isSending();
  }

  /** The exchange at `place` is over. @hot */
  function settle(place: number): void {
    awaited[place] = NO_KEY;
    delivered++;
    if (!STREAM || sequences[place] > 0) outbox.acknowledge(sequences[place]);
    else if (sequences[place] === 0) streamer.finish(Code.Ok);
    if (!caughtUp) pump();
  }

  function refuse(code: number): number {
    counters.refused++;
    return code;
  }

  function refuseLength(needed: number): number {
    counters.needed = needed;
    return refuse(Code.TooLong);
  }

  /** @returns whether the broker has what is in flight at `place`: PUBREC has come for it. */
  function isHalfway(place: number): boolean {
    return QOS2 && awaited[place] === keyOf(PUBCOMP, keyId(awaited[place]));
  }

  /** @returns whether something is in flight at `place`. @inline */
  function isTaken(place: number): boolean {
    return awaited[place] !== NO_KEY && (!V5 || awaited[place] !== BLOCKED);
  }

  /** What is in flight is so no more. */
  function leaveInFlight(): void {
    for (let i = 0; i < IN_FLIGHT_MAX; i++) {
      if (isHalfway(i)) halfway++;
      else if (isTaken(i)) counters.unanswered++;
      awaited[i] = NO_KEY;
    }
  }

  /** The connection is over: nothing of it remains but what the session keeps. */
  function end(): void {
    state = State.Offline;
    // The engine frees a connection that nobody holds.
    wire = null;
    if (cursor > 0 && (lastSent === 0 || isAfter(cursor, lastSent))) lastSent = cursor;
    room = cursor = 0;
    hot = nowhere;
    waiting = emptied(waiting);
    ends[0] = ends[1] = ends[2] = -1;
    decoder.reset(false);
    leaveInFlight();
    if (STATE && QOS2 && INBOUND) isOwing = false;
    caughtUp = isQuiet = false;
  }

  /** Drop the connection and say why. */
  function fail(why: Close, detail: number): void {
    if (why !== Close.Peer && why !== Close.TakenOver) {
      shortSessions = 0;
      socket.close();
    }
    end();
    owner.onOffline(why, detail);
    if (STREAM) streamer.interrupt();
  }

  /** @param reason told to a broker that speaks 5.0. */
  function violate(reason?: number): void {
    counters.violations++;
    if (V5) leaveWith(reason === undefined ? Reason.MalformedPacket : reason);
    fail(Close.ProtocolError, 0);
  }

  /** Say why we go, where that can be said. */
  function leaveWith(reason: number): void {
    if (is5 && room > 2) write(fromText('\xe0\x01' + String.fromCharCode(reason)));
  }

  /** The socket has sent everything: hand over the next of what waits. */
  function flush(): number {
    const count = waiting.length > SEND_WINDOW ? SEND_WINDOW : waiting.length;
    const code = write(cut(flushView, waiting, 0, count));
    waiting = drop(waiting, count);
    room = waiting.length > 0 ? 0 : SEND_WINDOW - count;
    return code;
  }

  /** Send a packet whole, now or as soon as the socket drains. Callers see to it that not too much waits. */
  function put(packet: Bytes): number {
    if (packet.length <= room) {
      room -= packet.length;
      return write(packet);
    }
    const isIdle = room === SEND_WINDOW;
    waiting = join(waiting, packet);
    room = 0;
    caughtUp = false;
    return isIdle ? flush() : Code.Ok;
  }

  /** Note that a message waits for its acknowledgement. @param sequence 0 for a streamed one. @returns its place. */
  function expect(first: number, id: Id, sequence: number): number {
    const own = sequence % IN_FLIGHT_MAX;
    const place = awaited[own] === NO_KEY ? own : awaited.indexOf(NO_KEY);
    awaited[place] = awaitedFor(first, id);
    sequences[place] = sequence;
    return place;
  }

  /** Write a piece of a streamed message. */
  function send(bytes: Bytes, isLast: boolean): void {
    write(bytes);
    // Acknowledgements that came up meanwhile wait for the socket to drain.
    room = isLast && waiting.length === 0 ? SEND_WINDOW - bytes.length : 0;
  }

  /** QoS 2 whose PUBREC came on a former connection: PUBREL is next. @param sequence 0 for a streamed message. */
  function resume(id: Id, sequence: number): void {
    const place = expect(First.Publish, id, sequence);
    awaited[place] = keyOf(PUBCOMP, id);
    halfway--;
    put(keyPacket(keyOf(PUBREL, id)));
  }

  /** A streamed message cannot be finished: neither can its packet. */
  function abort(): void {
    fail(Close.Local, 0);
  }

  /** The message of `sequence` will not be sent, for good. */
  function giveUp(sequence: number, event: Event, reason: number): void {
    if (event === Event.MessageExpired) counters.expired = counters.expired! + 1;
    else counters.rejected = counters.rejected! + 1;
    outbox.acknowledge(sequence);
    owner.onReport(event, sequence * 256 + reason);
  }

  /** Whether PUBLISHes of such a first byte need no look at what the broker takes. */
  function isUsual(first: number): boolean {
    const isKept = (first & RETAIN) > 0 && !limits.retains;
    return limits.packetMax > SHORT_MAX && qosOf(first) <= limits.qosMax && !isKept;
  }

  /** @returns what of a first byte the broker takes [MQTT-3.2.2-14]. */
  function allowedOf(first: number): number {
    return limits.retains ? first : first & ~RETAIN;
  }

  /** Send what `record` holds with all that 5.0 asks for. @returns false while the socket has to drain first, or it cannot be sent. */
  function transmit5(to: Topic<Bytes>, sequence: number, id: Id, again: boolean): boolean {
    const payload = record.payload;
    const ageSec = record.ageSec!;
    const expirySec = is5 ? expiryOf(propertiesOf(to)) : -1;
    if (qosOf(to.first) > limits.qosMax) {
      // It stays: another broker may take it, or this one when it is set up for it.
      leaveWith(Reason.Unspecified);
      fail(Reason.QosNotSupported as number, 0);
      return false;
    }
    // What may have been sent has to be acknowledged [MQTT-4.3.2-3] [MQTT-4.3.3-7].
    const isExpired = !again && expirySec >= 0 && ageSec >= expirySec;
    const shape = shapes.look(to, ageSec, limits.packetMax - payload.length);
    const needed = packetSize(shape.wire.length + shape.tail.length + payload.length + 4);
    if (isExpired) {
      giveUp(sequence, Event.MessageExpired, 0);
    } else if (needed > limits.packetMax) {
      giveUp(sequence, Event.MessageRejected, Reason.PacketTooLarge);
    } else {
      if (room < SEND_WINDOW && needed > room) return false;
      expect(to.first, id, sequence);
      const first = allowedOf(to.first) | (again ? DUP : 0);
      put(join(publishHeader5(first, shape.wire, shape.tail, payload.length, id), payload));
      shapes.commit();
    }
    return true;
  }

  /** Send what `record` holds, as far as it is its turn. @returns false while the socket has to drain first. */
  function transmit(): boolean {
    const topic = record.topic;
    const sequence = record.sequence;
    const id = idFrom(sequence);
    const again = lastSent > 0 && !isAfter(sequence, lastSent);
    if (QOS2 && record.received) {
      if (room < 4) return false;
      resume(id, sequence);
    } else if (V5) {
      if (!transmit5(topic, sequence, id, again)) return false;
    } else {
      // First byte, remaining length and identifier.
      const size = topic.name.length + record.payload.length + 4;
      if (room < SEND_WINDOW && packetSize(size) > room) return false;
      expect(topic.first, id, sequence);
      if (again || size > SHORT_MAX || topic.size === 0) {
        put(join(publishHeader(topic, record.payload.length, id, again ? DUP : 0), record.payload));
      } else {
        room -= size;
        write(shortPublishId(topic, record.payload, size, id));
      }
    }
    cursor = sequence;
    return true;
  }

  /** Send what waits for its turn: subscriptions, records, a streamed message. Bounded by the window and the socket's room. */
  function pump(): void {
    if (isQuiet) return;
    if (INBOUND && room > 0) {
      const text = V5 ? subscriptions.next(limits) : subscriptions.next();
      if (text.length > 0) put(fromText(text));
    }
    while (room > 0 && awaited.indexOf(NO_KEY) >= 0) {
      const isEmpty = outbox.peek(cursor, record) !== Code.Ok;
      if (STREAM && streamer.isDue(isEmpty, record.sequence)) {
        // Whole packets only: nothing may come between its pieces.
        if (room === SEND_WINDOW) streamer.begin();
        // What the broker does not take is over, and the next one may go.
        if (!V5 || room < SEND_WINDOW) return;
        continue;
      }
      if (isEmpty) {
        caughtUp = true;
        return;
      }
      if (!transmit()) return;
    }
  }

  /** Nothing is in flight, but something waits: a mark that was torn reads otherwise than before. Look from the oldest on. */
  function lookAgain(): void {
    for (let i = 0; i < IN_FLIGHT_MAX; i++) if (isTaken(i)) return;
    cursor = 0;
    caughtUp = false;
    pump();
  }

  /** @returns whether one more acknowledgement can wait; if not, its message has to come again. */
  function canAnswer(): boolean {
    return waiting.length <= PACKET_MAX + ACKS_MAX - PUBRELS_MAX - 4;
  }

  /** A handler threw. Where it changed what is wanted before, nobody knows whose it was. */
  function failHandler(to: Subscription | null): void {
    counters.postponed++;
    owner.onReport(Event.HandlerFailed, to === null ? -1 : to.number);
  }

  /** Keep the open identifiers around `index` over the loss of power. @returns whether they are kept, or need not be. */
  function keepOpen(index: number): boolean {
    if (!STATE || options.cleanSession) return true;
    const part = (index / KEPT_TOGETHER) | 0;
    const from = part * KEPT_TOGETHER;
    let end = from + KEPT_TOGETHER < open.length ? from + KEPT_TOGETHER : open.length;
    while (end > from && open[end - 1] === NO_ID) end--;
    openBytes = emptied(openBytes);
    for (let i = from; i < end; i++) openBytes = joinWord(openBytes, idValue(open[i]));
    return outbox.remember(StateKey.Open + part, openBytes) !== Code.Full;
  }

  /** The session is lost, and with it what was open. */
  function forgetOpen(): void {
    for (let i = 0; i < open.length; i++) open[i] = NO_ID;
    isStale = !keepOpen(0) || !keepOpen(KEPT_TOGETHER);
  }

  /** A message of QoS 1 or 2 is taken: say so. */
  function confirm(first: number, id: Id): void {
    if (QOS2 && qosOf(first) === 2) {
      if (open.indexOf(id) < 0) {
        let place = open.indexOf(NO_ID);
        if (place < 0) place = open.length;
        if (place === RECEIVED_MAX) return;
        open[place] = id;
        // What flash has no room for is known as long as there is power.
        keepOpen(place);
      }
      answer(PUBREC, id);
    } else {
      answer(PUBACK, id);
    }
  }

  /** @returns whether a message with these flags and `id` may be given to a handler; it is passed over, or the end, if not. */
  function admit(first: number, id: Id): boolean {
    const exactlyOnce = QOS2 && qosOf(first) === 2;
    const place = exactlyOnce ? open.indexOf(id) : -1;
    // What a session sends for the first time has no DUP [MQTT-3.3.1-1]: then the identifier is of a former one.
    if (place >= 0 && place < doubted && (first & DUP) === 0) return canAnswer();
    if (place >= 0) {
      counters.repeated++;
      confirm(first, id);
      return false;
    }
    const isFull = exactlyOnce && open.length === RECEIVED_MAX && open.indexOf(NO_ID) < 0;
    if (canAnswer() && !isFull) return true;
    counters.postponed++;
    return false;
  }

  /** PUBLISH of QoS 1 or 2 that comes again, or whose acknowledgement has to wait, and all of QoS 2. */
  function onReliable(first: number, bytes: Bytes, at: number, end: number): void {
    const route = standsAt(bytes, hot.key, at) ? hot : turn(bytes, at, end);
    const from = at + route.end;
    const id = readId(bytes, from - 2);
    if (from > end || id === NO_ID) {
      violate();
    } else if (admit(first, id)) {
      received++;
      try {
        route.take(cut(pieceView, bytes, from, end - from), route.name, first);
        confirm(first, id);
      } catch {
        failHandler(route.to);
      }
    }
  }

  /** A session has begun, with what the broker said of itself in CONNACK. */
  function begin5(): void {
    hasSession = !options.cleanSession;
    // Written once in the life of the flash.
    if (STATE && hasSession) outbox.remember(StateKey.Session, fromText('\x01'));
    unansweredIn = 0;
    pingMs = saidOf(PropertyId.ServerKeepAlive, options.keepAliveSec) * 750;
    limits.is5 = is5;
    limits.packetMax = saidOf(PropertyId.MaximumPacketSize, REMAINING_LENGTH_MAX);
    limits.qosMax = saidOf(PropertyId.MaximumQos, 2);
    limits.retains = saidOf(PropertyId.RetainAvailable, 1) > 0;
    limits.hasWildcards = saidOf(PropertyId.WildcardAvailable, 1) > 0;
    limits.hasShared = saidOf(PropertyId.SharedAvailable, 1) > 0;
    limits.hasIds = saidOf(PropertyId.SubscriptionIdAvailable, 1) > 0;
    for (let i = saidOf(PropertyId.ReceiveMaximum, IN_FLIGHT_MAX); i < IN_FLIGHT_MAX; i++)
      awaited[i] = BLOCKED;
    shapes.begin(is5, saidOf(PropertyId.TopicAliasMaximum, 0), isUsual);
    if (INBOUND) incoming.reset();
  }

  function onConnack5(flags: number, code: number): void {
    // A refusal comes without a session, and none that was not asked for can be there [MQTT-3.2.2-4].
    if (flags > 1 || (flags > 0 && (code > 0 || isFresh()))) violate(Reason.ProtocolError);
    else onConnack(flags, code);
  }

  /** @returns a number of what the broker said of itself. */
  function saidOf(id: PropertyId, otherwise: number): number {
    return reader.numberOf(id, otherwise);
  }

  function onConnack(flags: number, code: number): void {
    if (!(V5 && is5) && !isLegalConnack(flags, code, options.cleanSession)) {
      violate();
      return;
    }
    unanswered--;
    if (code > 0) {
      fail(Close.Refused, code);
      return;
    }
    const now = clock.now();
    const present = flags === 1;
    state = State.Online;
    spokeAt = heardAt = onlineAt = tickedAt = now;
    ends[0] = -1;
    if (drained) room = SEND_WINDOW;
    if (!present) {
      lastSent = 0;
      counters.finished += outbox.restart();
      if (QOS2 && INBOUND) forgetOpen();
      doubted = 0;
      if (STREAM) streamer.restart();
    }
    // A CONNECT whose CONNACK never came may have begun another session.
    if (present && unanswered > 0) doubted = open.length;
    if (INBOUND) subscriptions.begin(present, present && unanswered === 0);
    unanswered = 0;
    if (V5) begin5();
    owner.onOnline(present);
    pump();
  }

  /** Say of an identifier that nothing here has it (sections 3.6.2.1 and 3.7.2.1). */
  function answerUnknown(first: First, id: Id): void {
    const reason = String.fromCharCode(Reason.PacketIdNotFound);
    if (canAnswer()) put(fromText(encodePacket(first, word(idValue(id)) + reason)));
  }

  /** An acknowledgement that nothing waits for in this form. @param reason in 5.0. */
  function onStray(first: number, id: Id, reason?: number): void {
    const verdict = judgeStray(awaited, first, id);
    if (verdict === Verdict.Violation) {
      violate(Reason.ProtocolError);
      return;
    }
    if (verdict === Verdict.Repeated) answer(PUBREL, id);
    else if (V5 && is5 && first === First.Pubrec && reason! < FAILURE) answerUnknown(First.Pubrel, id);
    counters.strays++;
    owner.onReport(Event.StrayAck, idValue(id));
  }

  /** PUBACK, PUBREC or PUBCOMP: the next step of an exchange, or its end. @param place where it is awaited, -1: nowhere. */
  function onAck(first: number, place: number, id: Id, reason?: number): void {
    if (place < 0) {
      onStray(first, id, reason);
    } else if (STREAM && isUnsent(place)) {
      violate();
    } else if (QOS2 && first === First.Pubrec) {
      const sequence = sequences[place];
      if (!STREAM || sequence > 0) outbox.receive(sequence);
      else if (sequence === 0) streamer.receive();
      awaited[place] = keyOf(PUBCOMP, id);
      put(keyPacket(keyOf(PUBREL, id)));
    } else {
      settle(place);
    }
  }

  /** The exchange at `index` is over. @returns false while there is no room to note it: its PUBCOMP has to wait. */
  function close(index: number, id: Id): boolean {
    open[index] = NO_ID;
    if (keepOpen(index)) return true;
    // The identifier will come with another message, which must not be taken for this one after a reboot.
    open[index] = id;
    return false;
  }

  /** Send each PUBCOMP that had to wait, as far as there is room now: the broker does not ask again on this connection. */
  function answerReleased(): void {
    isOwing = false;
    for (let i = 0; i < released.length; i++) {
      const id = released[i];
      if (id === NO_ID) continue;
      if (room < ACK_SIZE || !close(i, id)) {
        isOwing = true;
        return;
      }
      released[i] = NO_ID;
      answer(PUBCOMP, id);
    }
  }

  /** PUBREL: the broker knows that we have the message [MQTT-4.3.3-2]; one we do not know is answered too. */
  function onPubrel(id: Id): void {
    if (id === NO_ID) {
      violate();
      return;
    }
    const index = open.indexOf(id);
    if (index < 0) {
      counters.strays++;
    } else if (!close(index, id)) {
      // Those of a former connection come again themselves.
      if (!isOwing) for (let i = 0; i < released.length; i++) released[i] = NO_ID;
      while (released.length <= index) released.push(NO_ID);
      released[index] = id;
      isOwing = true;
      counters.postponed++;
      return;
    }
    if (V5 && is5 && index < 0) answerUnknown(First.Pubcomp, id);
    else answer(PUBCOMP, id);
  }

  /** The broker has answered: what waited behind that may be asked for, as soon as there is room. */
  function askNext(): void {
    caughtUp = false;
    pump();
  }

  /** SUBACK or UNSUBACK, whose codes begin at `from`. */
  function onList(first: number, bytes: Bytes, at: number, from: number, end: number): void {
    const verdict = subscriptions.answer(first, bytes, at, from, end);
    if (verdict === Verdict.Violation) violate(Reason.ProtocolError);
    else if (verdict === Verdict.Stray) counters.strays++;
    else askNext();
  }

  /** A string among properties: it is of the message that comes, or the owner's business. */
  function onText(id: PropertyId, bytes: Bytes, from: number, to: number): void {
    if (INBOUND && told >> 4 === 3 && incoming.take(id, bytes, from, to)) return;
    if (id === PropertyId.AssignedClientId) assign(toText(bytes, from, to - from));
    if (owner.onProperty !== undefined) owner.onProperty(told, id, cut(toldView, bytes, from, to - from));
  }

  /** The broker has found a name for us; it names the session from now on [MQTT-3.1.3-2]. */
  function assign(id: string): void {
    clientId = id;
    if (STATE) outbox.remember(StateKey.ClientId, fromText(id));
  }

  /** The broker does not take the message at `place`, and never will: that is an acknowledgement too [MQTT-4.4.0-2]. */
  function reject(place: number, reason: number): void {
    const sequence = sequences[place];
    awaited[place] = NO_KEY;
    denied++;
    if (!STREAM || sequence > 0) {
      giveUp(sequence, Event.MessageRejected, reason);
    } else if (sequence === 0) {
      counters.rejected = counters.rejected! + 1;
      streamer.finish(Code.Rejected);
    }
    if (!caughtUp) pump();
  }

  /** PUBACK, PUBREC, PUBREL or PUBCOMP, of a legal reason code. */
  function onAck5(first: number, id: Id, reason: number): void {
    const head = first === First.Puback ? PUBACK : first === First.Pubrec ? PUBREC : PUBCOMP;
    const place = awaited.indexOf(keyOf(head, id));
    if (QOS2 && INBOUND && first === First.Pubrel) onPubrel(id);
    else if (reason < FAILURE || first === First.Pubcomp || place < 0) onAck(first, place, id, reason);
    else if (STREAM && isUnsent(place)) violate(Reason.ProtocolError);
    else reject(place, reason);
  }

  /** DISCONNECT: the broker goes, and says why. */
  function onBye(reason: number): void {
    const isTakenOver = reason === Reason.SessionTakenOver;
    socket.close();
    fail(isTakenOver ? Close.TakenOver : reason > 0 ? reason : Close.Disconnected, reason);
  }

  /** A packet of MQTT 5.0 other than PUBLISH and PINGRESP. */
  function onPacket5(first: number, bytes: Bytes, at: number, end: number): void {
    told = first;
    const isConnack = first === First.Connack;
    const isBye = first === First.Disconnect;
    const isList = first === First.Suback || first === First.Unsuback;
    // Behind flags or identifier, where there are any, stands a reason code, where there is only one.
    let from = isBye ? at : isConnack ? at + 1 : at + 2;
    const reason = isList || from >= end ? Reason.Success : byteAt(bytes, from++);
    // A broker that knows 3.1.1 only refuses as that does.
    const isOld = isConnack && end === at + 2 && reason === 1;
    const codes = isBye
      ? OF_DISCONNECT
      : isConnack
        ? OF_CONNACK
        : first < First.Pubrel
          ? OF_PUBLISH
          : OF_RELEASE;
    const allowed = isBye ? IN_DISCONNECT : isConnack ? IN_CONNACK : IN_ACK;
    reader.clear();
    if (from < end || isList || (isConnack && !isOld)) from = reader.read(bytes, from, end, allowed);
    if (from < 0) violate(-from);
    else if (isList) onList(first, bytes, at, from, end);
    else if (from !== end) violate();
    else if (!isOld && !isAmong(codes, reason)) violate(Reason.ProtocolError);
    else if (isBye) onBye(reason);
    else if (isConnack) onConnack5(byteAt(bytes, at), reason);
    else onAck5(first, readId(bytes, at), reason);
  }

  /** A PUBLISH, of either version, that the fast way does not take. */
  function onPublish5(first: number, bytes: Bytes, at: number, end: number): void {
    told = first;
    const from = incoming.read(first, bytes, at, end, is5);
    const id = first > QOS0_LAST ? readId(bytes, at + 2 + wideAt(bytes, at)) : idFrom(1);
    const topic = incoming.topic;
    const route = from < 0 ? nowhere : turn(topic.bytes, topic.at, topic.end);
    if (route === nowhere || id === NO_ID) violate(from < 0 ? -from : undefined);
    else if (first <= QOS0_LAST || mayTake(first, id)) {
      received++;
      isDressed = true;
      try {
        route.take(cut(pieceView, bytes, from, end - from), route.name, first);
        if (first > QOS0_LAST) confirm(first, id);
      } catch {
        failHandler(route.to);
      }
      isDressed = false;
    }
  }

  /** @returns whether a message of QoS 1 or 2 may be given to a handler. */
  function mayTake(first: number, id: Id): boolean {
    const isMuch = is5 && ++unansweredIn > RECEIVED_MAX;
    if (isMuch) violate(Reason.ReceiveMaximumExceeded);
    return !isMuch && admit(first, id);
  }

  /** What is not taken at once. */
  function onOther(first: number, bytes: Bytes, at: number, end: number): void {
    heard = true;
    if (!(V5 ? mayCome5(state, first, end - at, is5) : mayCome(state, first, end - at))) {
      violate();
    } else if (!INBOUND && first >> 4 === 3) {
      counters.unwanted++;
    } else if (V5 && first >> 4 === 3) {
      onPublish5(first, bytes, at, end);
    } else if (V5 && is5 && first !== First.Pingresp) {
      onPacket5(first, bytes, at, end);
    } else if (first >> 4 === 3) {
      onReliable(first, bytes, at, end);
    } else if (first === First.Connack) {
      onConnack(byteAt(bytes, at), byteAt(bytes, at + 1));
    } else if (first === First.Pingresp) {
      if (ends[1] >= 0) rtt = elapsed(pingAt, clock.now());
      ends[1] = -1;
    } else if (QOS2 && INBOUND && first === First.Pubrel) {
      onPubrel(readId(bytes, at));
    } else if (INBOUND && (first === First.Suback || first === First.Unsuback)) {
      onList(first, bytes, at, at + 2, end);
    } else {
      onAck(first, awaited.indexOf(readKey(bytes, at)), readId(bytes, at));
    }
  }

  function onHeader(first: number, length: number): void {
    if (!(V5 ? mayCome5(state, first, length, is5) : mayCome(state, first, length))) violate();
  }

  function countOversize(length: number): void {
    counters.oversize++;
    owner.onReport(Event.Oversize, length);
  }

  /** Look for the identifier of a message whose topic is over the limit. */
  function readLargeId(bytes: Bytes, at: number, count: number): void {
    for (let i = largeSkip; i < count && largeId === NO_ID; i++) {
      const byte = byteAt(bytes, at + i);
      if (largeHigh < 0) {
        largeHigh = byte;
        continue;
      }
      const value = (largeHigh << 8) | byte;
      largeId = idFrom(value);
      if (largeId === NO_ID) {
        largeFirst = First.Publish;
        violate();
        return;
      }
    }
    largeSkip = largeSkip > count ? largeSkip - count : 0;
  }

  /**
   * Look behind the properties of a message over the limit, which begin `needed` bytes behind `at`.
   * @returns where its payload begins, 0: they are not all there; -1: they are over the limit by themselves; -2: it was a violation.
   */
  function behindLarge(first: number, bytes: Bytes, at: number, end: number, needed: number): number {
    const size = bytes.length < end ? bytes.length : end;
    const behind = !is5 ? 0 : at + needed < size ? reader.behind(bytes, at + needed) : at + needed + 1;
    if (behind > size && behind <= end) return behind - at < options.receiveMax ? 0 : -1;
    told = first;
    const from = incoming.read(first, bytes, at, end, is5);
    if (from < 0) violate(-from);
    return from < 0 ? -2 : from - at;
  }

  /** @returns where a message over the limit goes; one whose properties are, too, goes nowhere. */
  function turnLarge(payloadAt: number): Route {
    const topic = incoming.topic;
    return payloadAt < 0 ? nowhere : turn(topic.bytes, topic.at, topic.end);
  }

  /** The beginning of a message over the limit. @returns bytes before its payload; 0 to wait for them. */
  function onLarge(first: number, bytes: Bytes, at: number, end: number): number {
    heard = true;
    const there = (bytes.length < end ? bytes.length : end) - at;
    const needed =
      2 + (there < 2 ? 0 : (byteAt(bytes, at) << 8) | byteAt(bytes, at + 1)) + (first > QOS0_LAST ? 2 : 0);
    largeFirst = First.Publish;
    largeTo = null;
    if (first > 0x3f || at + needed > end) {
      violate();
      return 0;
    }
    if (there < needed) {
      if (needed < options.receiveMax) return 0;
      // Its topic alone is over the limit: all that is needed of it is the identifier behind.
      largeFirst = first;
      largeId = NO_ID;
      largeHigh = -1;
      // With QoS 0 there is none, and nobody looks.
      const used = there < needed - 2 ? there : needed - 2;
      largeSkip = needed - 2 - used;
      countOversize(end - at);
      return used;
    }
    const payloadAt = V5 && INBOUND ? behindLarge(first, bytes, at, end, needed) : needed;
    if (V5 && (payloadAt === 0 || payloadAt === -2)) return 0;
    const route = INBOUND ? (V5 ? turnLarge(payloadAt) : turn(bytes, at, end)) : hot;
    largeId = first > QOS0_LAST ? readId(bytes, at + needed - 2) : idFrom(1);
    if ((INBOUND && route === nowhere && !(V5 && payloadAt < 0)) || largeId === NO_ID) {
      violate();
      return 0;
    }
    if (first > QOS0_LAST && !(V5 ? mayTake(first, largeId) : admit(first, largeId))) return needed;
    largeFirst = first;
    const to = route.to;
    if (STREAM && to !== null && to.onChunk !== undefined) {
      largeTo = to;
      largeTopic = copy(largeTopic, route.name);
      largeTotal = end - at - (V5 ? payloadAt : needed);
      largeOffset = 0;
      received++;
    } else {
      countOversize(end - at);
    }
    return V5 && payloadAt > 0 ? payloadAt : needed;
  }

  function onPiece(bytes: Bytes, at: number, count: number, left: number): void {
    heard = true;
    const to = largeTo;
    if (STREAM && to !== null) {
      try {
        to.onChunk!(cut(pieceView, bytes, at, count), largeOffset, largeTotal, largeTopic, largeFirst);
      } catch {
        largeTo = null;
        failHandler(to);
        largeFirst = First.Publish;
      }
      largeOffset += count;
    }
    if (largeFirst > QOS0_LAST && largeId === NO_ID) readLargeId(bytes, at, count);
    if (left === 0 && largeFirst > QOS0_LAST) confirm(largeFirst, largeId);
  }

  /** @returns our CONNECT, of the version that is spoken. */
  function encodeOurs(): string {
    return encodeConnect(options, is5 ? { clientId, cleanStart: isFresh(), limits: LIMITS_5 } : undefined);
  }

  /** @returns whether nothing of a former session is to be taken up [MQTT-3.2.2-4]. */
  function isFresh(): boolean {
    return options.cleanSession || !hasSession;
  }

  const decoder = createDecoder({ onPacket, onHeader, onLarge, onPiece }, options.receiveMax, SEND_WINDOW);

  /** The socket has sent everything, and something waits, or there is no session yet. */
  function drainSlow(): void {
    hasDrained = true;
    if (STREAM && streamer.isSending()) {
      // Until it has written, nothing else may: its source may publish too.
      streamer.go();
    } else if (waiting.length > 0) {
      flush();
      if (state === State.Connecting) room = 0;
      return;
    } else if (state === State.Connecting) {
      drained = true;
    } else {
      room = SEND_WINDOW;
    }
    pump();
  }

  /** @hot */
  function onDrain(): void {
    if (caughtUp) {
      hasDrained = true;
      room = SEND_WINDOW;
    } else {
      drainSlow();
    }
  }

  const events: SocketEvents<Bytes> = {
    onOpen(connection: Connection<Bytes>): void {
      wire = connection;
      state = State.Connecting;
      drained = false;
      decoder.reset(true);
      ends[0] = after(clock.now(), CONNACK_TIMEOUT_MS);
      whys[0] = Close.ConnackTimeout;
      room = SEND_WINDOW;
      put(fromText(V5 ? encodeOurs() : encodeConnect(options)));
      unanswered++;
      room = 0;
      owner.onOpen();
    },
    onData,
    onDrain,
    onClose(): void {
      const isShort = state === State.Online && elapsed(onlineAt, clock.now()) < TAKEOVER_MS;
      if (state === State.Online) shortSessions = isShort ? shortSessions + 1 : 0;
      fail(isShort && shortSessions >= TAKEOVERS ? Close.TakenOver : Close.Peer, 0);
    },
  };

  function onAnswer(subscription: Subscription): void {
    hot = nowhere;
    owner.onReport(Event.Subscribed, subscription.number * 256 + (subscription.granted & 255));
  }

  /** A topic that cannot be there. */
  function onNoTopic(): void {
    received--;
    violate();
  }

  function onUnwanted(): void {
    heard = true;
    received--;
    counters.unwanted++;
  }

  const subscriptions = INBOUND ? createSubscriptions(PACKET_MAX, onAnswer, onUnwanted, onNoTopic) : null!;

  /** Messages that are read while they are sent; not in a build without them. */
  const streamer = STREAM
    ? createStreamer({ send, expect, resume, fail: abort, header: header5, isTaken: isTaken5 })
    : null!;

  function connect(host: string, port: number): number {
    disconnect();
    if (V5) {
      is5 = next5;
      bareSize = is5 ? 1 : 0;
      reader.clear();
    }
    if (!isSendable(options, V5 && is5) || (V5 ? encodeOurs() : encodeConnect(options)).length > PACKET_MAX) {
      return Code.BadPayload;
    }
    const result = socket.open(host, port, events);
    if (result === Code.Ok) {
      state = State.Opening;
      ends[0] = after(clock.now(), OPEN_TIMEOUT_MS);
      whys[0] = Close.OpenTimeout;
    }
    return result;
  }

  function disconnect(): void {
    // Most often this is what goes before a sleep, or the end of power.
    if (LAZY && outbox.settle !== undefined) outbox.settle();
    // In the middle of a packet DISCONNECT would be taken for a part of it.
    if (room >= DISCONNECT.length) write(DISCONNECT);
    if (state !== State.Offline) {
      shortSessions = 0;
      socket.close();
    }
    end();
    if (STREAM) streamer.interrupt();
  }

  function quiet(on: boolean): boolean {
    const isBack = isQuiet && !on;
    isQuiet = on && state === State.Online;
    if (isBack) pump();
    return state !== State.Online || room >= DISCONNECT.length;
  }

  function isOnline(): boolean {
    return state === State.Online;
  }

  /** @returns whether a caller gave a topic of ours: one that was not used on this connection has a size that is no number. */
  function isTopic5(topic: Topic<Bytes> | null): boolean {
    return !!topic && (topic.size > 0 || topic.size !== topic.size);
  }

  /** @returns bytes of the longest PUBLISH that a payload of `length` bytes may come in. */
  function longest5(topic: Topic<Bytes>, length: number): number {
    // Whatever is spoken now: what is kept may be for a connection that speaks 5.0.
    const extra = (topic.first > QOS0_LAST ? 4 : 2) + propertiesOf(topic).length + EXTRA_5;
    return packetSize(topic.name.length + length + extra);
  }

  /** What `publishSlow` does, and messages of QoS 1 and 2 of a topic that was not used on this connection. */
  function publish5(topic: Topic<Bytes> | null, payload: Bytes): number {
    if (!isTopic5(topic)) return refuse(Code.BadTopic);
    if (!isBytes(payload)) return refuse(Code.BadPayload);
    const to = topic!;
    const most = longest5(to, payload.length);
    if (most > PACKET_MAX) return refuseLength(most);
    if (to.first > QOS0_LAST) {
      return BATCH && isHolding ? publishHeld(to, payload) : publishAlone(to, payload);
    }
    if (state !== State.Online) return refuse(Code.Closed);
    const shape = shapes.look(to, 0, limits.packetMax - payload.length);
    const needed = packetSize(shape.wire.length + shape.tail.length + payload.length + 2);
    counters.available = limits.packetMax < PACKET_MAX ? limits.packetMax : PACKET_MAX;
    if (needed > limits.packetMax) return refuseLength(needed);
    if (needed > room && room < SEND_WINDOW) return refuse(Code.Busy);
    const header = publishHeader5(allowedOf(to.first), shape.wire, shape.tail, payload.length, NO_ID);
    const code = put(join(header, payload));
    shapes.commit();
    return code < 0 ? refuse(code) : code;
  }

  /** Publish with QoS 0 what does not fit now or not in a short packet, or refuse. */
  function publishSlow(topic: Topic<Bytes> | null, payload: Bytes): number {
    if (V5) return publish5(topic, payload);
    if (!topic || !(topic.size > 0)) return refuse(Code.BadTopic);
    if (!isBytes(payload)) return refuse(Code.BadPayload);
    const size = topic.size - (topic.first > QOS0_LAST ? RELIABLE : 0) + payload.length;
    const needed = packetSize(size);
    if (needed > PACKET_MAX) return refuseLength(needed);
    if (state !== State.Online) return refuse(Code.Closed);
    if (needed > room && room < SEND_WINDOW) return refuse(Code.Busy);
    const code = put(join(publishHeader(topic, payload.length, NO_ID, 0), payload));
    return code < 0 ? refuse(code) : code;
  }

  /** @returns whether the broker takes a streamed message; else it is one more that was rejected. */
  function isTaken5(to: Topic<Bytes>, total: number): boolean {
    const isFit = qosOf(to.first) <= limits.qosMax && longest5(to, total) <= limits.packetMax;
    if (!isFit) counters.rejected = counters.rejected! + 1;
    return isFit;
  }

  /** @returns how a streamed message begins. */
  function header5(to: Topic<Bytes>, total: number, id: Id, dup: number): Bytes {
    const shape = shapes.look(to, 0, limits.packetMax - total);
    shapes.commit();
    return publishHeader5(allowedOf(to.first) | dup, shape.wire, shape.tail, total, id);
  }

  function stream(topic: Topic<Bytes> | null, total: number, source: StreamSource): number {
    if (!STREAM || !topic || !(V5 ? isTopic5(topic) : topic.size > 0)) return refuse(Code.BadTopic);
    if (!(total >= 0) || total !== (total | 0)) return refuse(Code.BadPayload);
    if (state !== State.Online) return refuse(Code.Closed);
    // Topic and header go out in one piece.
    if (topic.name.length + 7 > SEND_WINDOW || topic.name.length + total + 2 > REMAINING_LENGTH_MAX) {
      return refuseLength(topic.name.length + 7 + total);
    }
    if (V5) {
      if (qosOf(topic.first) > limits.qosMax) return refuse(Code.Rejected);
      const most = longest5(topic, total);
      // A remaining length takes two bytes more than it would with an empty payload.
      if (longest5(topic, 0) + 3 > SEND_WINDOW || most > limits.packetMax) return refuseLength(most);
    }
    do ownId = ownId === FIRST_ID - 1 ? FIRST_OWN_ID : ownId + 1;
    while (isInFlight(awaited, idFrom(ownId)));
    if (!streamer.start(topic, total, source, ownId, cursor)) return refuse(Code.Busy);
    caughtUp = false;
    pump();
    return Code.InFlight;
  }

  function abandon(): void {
    if (!STREAM) return;
    // Its acknowledgement may still come: it is nobody's then.
    const place = sequences.indexOf(0);
    if (place >= 0) sequences[place] = GIVEN_UP;
    streamer.finish(Code.Abandoned);
  }

  function want(subscription: Subscription | null, wanted: boolean): number {
    if (!subscription) return Code.BadTopic;
    if (!INBOUND || !subscriptions.want(subscription, wanted)) return Code.Busy;
    hot = nowhere;
    caughtUp = false;
    pump();
    return Code.Ok;
  }

  function assumeSubscribed(): void {
    if (INBOUND) subscriptions.assume();
  }

  function describe(sink: TextSink): void {
    if (INBOUND) subscriptions.describe(sink);
  }

  function subscribe(subscription: Subscription | null): number {
    return want(subscription, true);
  }

  function unsubscribe(subscription: Subscription | null): number {
    return want(subscription, false);
  }

  function hasten(now: number): void {
    if (ends[2] >= 0 && remaining(now, ends[2]) <= PINGRESP_TIMEOUT_MS) return;
    ends[2] = after(now, PINGRESP_TIMEOUT_MS);
  }

  /** PINGREQ when nothing was sent, or nothing came, for so long. @returns ms until that may be. */
  function ping(now: number): number {
    if ((V5 ? pingMs : pingIntervalMs) === 0) return NEVER_MS;
    // Nobody is told of the answer, and the next one is due so long after it.
    if (ends[1] >= 0) return V5 ? pingMs : pingIntervalMs;
    const sent = elapsed(spokeAt, now);
    const come = elapsed(heardAt, now);
    const quiet = sent > come ? sent : come;
    if (quiet < (V5 ? pingMs : pingIntervalMs)) return (V5 ? pingMs : pingIntervalMs) - quiet;
    if (room >= PINGREQ.length) {
      put(PINGREQ);
      pingAt = spokeAt = now;
      ends[1] = after(now, PINGRESP_TIMEOUT_MS);
    } else if (!STREAM || !streamer.isSending()) {
      // Not even two bytes fit: what is before them has the time of an answer to leave. Each piece of a streamed message has its own.
      hasten(now);
    }
    return V5 ? pingMs : pingIntervalMs;
  }

  /** Do what flash had no room for when a session was lost, or an exchange ended. */
  function tendOpen(): void {
    if (isStale) isStale = !keepOpen(0) || !keepOpen(KEPT_TOGETHER);
    if (isOwing) answerReleased();
  }

  /** @returns the latest moment that is sure to be no later than that in which something was sent since the last `tick`. */
  function whenSpoken(now: number): number {
    // Called no earlier than it asked for, it may have been long ago; and so may an answer, which went out when that came.
    const isEarly = elapsed(tickedAt, now) < promisedMs;
    return isEarly && !heard && received === seenReceived ? now : tickedAt;
  }

  function tick(now: number): number {
    let wait = NEVER_MS;
    outbox.idle();
    if (STATE && QOS2 && INBOUND) tendOpen();
    if (state === State.Online) {
      // Where what was there has drained and nothing is there now, nobody knows whether there was more: a PINGREQ too many then.
      const isNew = hasDrained ? room < SEND_WINDOW || seenRoom === SEND_WINDOW : room !== seenRoom;
      if (isNew) spokeAt = whenSpoken(now);
      if (hasDrained) ends[2] = -1;
      if (delivered - seenDelivered > seenHeld) {
        // One of these is younger than the last tick, and so is what was sent before it.
        heardAt = spokeAt;
      } else if (heard || seenCount !== received + delivered) {
        // That may have been long ago: better a PINGREQ too many than a dead link that looks alive.
        heardAt = tickedAt;
      }
      wait = ping(now);
      heard = hasDrained = false;
      seenRoom = room;
      seenCount = received + delivered;
      seenDelivered = delivered;
      seenHeld = outbox.count();
      if (caughtUp && seenHeld > 0) lookAgain();
      seenReceived = received;
      if (room < SEND_WINDOW && ends[2] < 0) ends[2] = after(now, SEND_TIMEOUT_MS);
    }
    for (let i = 0; i < 3; i++) {
      if (ends[i] < 0) continue;
      const left = remaining(now, ends[i]);
      if (left === 0) {
        fail(whys[i], 0);
        return state === State.Offline ? NEVER_MS : 0;
      }
      wait = sooner(wait, left);
    }
    tickedAt = now;
    promisedMs = wait;
    return wait;
  }

  function speak(level: number): void {
    next5 = level > 4;
    if (state === State.Offline) is5 = next5;
  }

  function topic(name: string, qos?: number, retain?: boolean): Topic<Bytes> | null {
    const level = qos === undefined ? 0 : qos;
    const valid = level === 0 || level === 1 || (QOS2 && level === 2);
    if (!valid || !isTopic(fromText(name), false)) return null;
    return prepareTopic(name, First.Publish | (level << 1) | (retain ? RETAIN : 0));
  }

  /** @returns a topic with properties; null when they are not possible. */
  function topic5(
    name: string,
    qos?: number,
    retain?: boolean,
    properties?: string | null,
  ): Topic<Bytes> | null {
    const to = topic(name, qos, retain);
    if (to === null || properties === null) return null;
    if (properties !== undefined) {
      if (properties.length > PROPERTIES_MAX) return null;
      (to as { properties?: Bytes }).properties = constant(properties);
    }
    shapes.add(to);
    return to;
  }

  function subscription(
    filter: string,
    qos: number,
    onMessage: OnMessage,
    onChunk?: OnChunk,
  ): Subscription | null {
    return INBOUND ? subscriptions.prepare(filter, qos, onMessage, onChunk) : null;
  }

  function subscription5(
    filter: string,
    qos: number,
    onMessage: OnMessage,
    onChunk?: OnChunk,
    more?: SubscriptionOptions,
  ): Subscription | null {
    return INBOUND ? subscriptions.prepare(filter, qos, onMessage, onChunk, more) : null;
  }

  /** @hot */
  function begin(to: Topic<Bytes>): void {
    draftTopic = to;
    draft = emptied(draft);
    if (TIME) draftTimeAt = TIME_NOWHERE;
  }

  /** @hot */
  function text(bytes: string): void {
    draft = joinText(draft, bytes);
  }

  /** @hot */
  function integer(value: number): void {
    draft = joinInteger(draft, value);
  }

  /** @hot */
  function fixed(value: number, decimals: number): void {
    draft = joinFixed(draft, value, decimals);
  }

  function time(): void {
    const at = draft.length;
    const isKept = TIME && outbox.keepsTime && draftTopic !== null && draftTopic.first > QOS0_LAST;
    if (isKept && draftTimeAt < 0 && at <= TIME_AT_MAX) {
      draftTimeAt = at;
      return;
    }
    clock.wall(wall);
    draft = wall.day < 0 ? joinText(draft, 'null') : joinSeconds(draft, wallUnits(wall), wallRest(wall));
  }

  function bytes(more: Bytes): void {
    if (isBytes(more)) draft = join(draft, more);
    else draftTopic = null;
  }

  /** What `publish` would do; the call and its type check would cost Espruino 50 thousand instructions. @hot */
  function endMessage(): number {
    try {
      const size = draftTopic!.size + draft.length;
      if (size <= room && size <= SHORT_MAX) {
        room -= size;
        wire!.write(shortPublish(draftTopic!, draft, size));
        draftTopic = null;
        return Code.Ok;
      }
    } catch {
      // The slow way finds out why.
    }
    return endSlow();
  }

  function endSlow(): number {
    const to = draftTopic;
    draftTopic = null;
    return TIME && to !== null && draftTimeAt >= 0 ? publishTimed(to) : publish(to, draft);
  }

  /** Publish the draft with QoS 1 or 2; it is the outbox that puts in the time, when it is sent. */
  function publishTimed(to: Topic<Bytes>): number {
    const needed = V5
      ? longest5(to, draft.length + TIME_SIZE)
      : packetSize(to.size - RELIABLE + draft.length + TIME_SIZE);
    if (needed > PACKET_MAX) return refuseLength(needed);
    return BATCH && isHolding ? publishHeld(to, draft, draftTimeAt) : publishAlone(to, draft, draftTimeAt);
  }

  function readCounters(): ClientCounters {
    counters.delivered = delivered;
    counters.received = received;
    // What was sent was acknowledged, is in flight, or was so when its connection ended: nothing is counted as it is sent.
    let inFlight = 0;
    for (let i = 0; i < awaited.length; i++) if (isTaken(i)) inFlight++;
    counters.sent = delivered + inFlight + counters.unanswered + halfway;
    if (V5) counters.sent += denied;
    return counters;
  }

  function rttMs(): number {
    return rtt;
  }

  for (let part = 0; STATE && QOS2 && INBOUND && part * KEPT_TOGETHER < RECEIVED_MAX; part++) {
    const kept = outbox.recall(StateKey.Open + part);
    for (let i = 0; i + 1 < kept.length; i += 2) {
      while (open.length < part * KEPT_TOGETHER) open.push(NO_ID);
      const value = wordAt(kept, i);
      open.push(idFrom(value));
    }
    // The power may have gone before flash had forgotten those of a session that was lost.
    doubted = open.length;
  }
  if (V5) {
    counters.rejected = counters.expired = 0;
    limits.packetMax = REMAINING_LENGTH_MAX;
    const name = outbox.recall(StateKey.ClientId);
    if (clientId.length === 0) clientId = toText(name, 0, name.length);
    hasSession = outbox.newest() > 0 || open.length > 0 || outbox.recall(StateKey.Session).length > 0;
  }

  const client: Client = {
    connect,
    disconnect,
    quiet,
    isOnline,
    publish,
    stream,
    hold,
    release,
    abandon,
    subscription,
    assumeSubscribed,
    describe,
    subscribe,
    unsubscribe,
    counters: readCounters,
    rttMs,
    tick,
    topic,
    begin,
    text,
    integer,
    fixed,
    time,
    bytes,
    end: endMessage,
  };
  if (V5) {
    client.topic = topic5;
    client.subscription = subscription5;
    client.speak = speak;
    client.message = () => (isDressed ? incoming.message : null);
  }
  return client;
}
