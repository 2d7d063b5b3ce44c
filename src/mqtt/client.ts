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
import { AUTH, BATCH, INBOUND, LAZY, QOS2, REQUESTS, STATE, STREAM, TIME, V5, V5_AUTH } from '../features.ts';
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
  isAwaited,
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
  prepareShaped,
  prepareTopic,
  PUBLISH_0,
  PUBLISH_1,
  publishHeader,
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
  chr,
  DUP,
  encodeConnect,
  encodePacket,
  encodeString,
  First,
  PACKET_MAX,
  packetSize,
  QOS0_LAST,
  qosOf,
  REMAINING_LENGTH_MAX,
  RETAIN,
  withLength,
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
} from './subscriptions.ts';
import { isText, isTopic, STRING_MAX } from './topic.ts';
// What 5.0 adds stands last, so that a build without it is what it was.
import type { Authentication } from './authentication.ts';
import { createIncoming, type MessageProperties } from './incoming.ts';
import { numberAt } from './numbers.ts';
import {
  createPropertyReader,
  type PropertyReader,
  type Said,
  IN_ACK,
  IN_AUTH,
  IN_CONNACK,
  IN_DISCONNECT,
} from './properties.ts';
import {
  FAILURE,
  isAmong,
  OF_AUTH,
  OF_CONNACK,
  OF_DISCONNECT,
  OF_OLD_CONNACK,
  OF_PUBLISH,
  OF_RELEASE,
  OUT_OF_PLACE,
  Reason,
} from './reason.ts';
import { createShapes, longestOf } from './shapes.ts';

/** Bytes of first byte and remaining length, at most. */
const LONGEST_HEADER = 5;
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
/** And that response information is of use, see `Client.responses`. */
const SAID_5 = REQUESTS ? LIMITS_5 + '\x19\x01' : LIMITS_5;
/** Identifiers from here on belong to streamed messages, the last two to SUBSCRIBE and UNSUBSCRIBE, lower ones to the outbox. */
const FIRST_OWN_ID = 32768;
/** Of the acknowledgements that may wait, those for PUBREC: one for each message in flight. */
const PUBRELS_MAX = 4 * IN_FLIGHT_MAX;

/** Who we are to the broker, and how much is taken in. */
export interface ClientOptions extends Connect {
  /** Largest packet from the broker that is taken in whole, header included; larger messages come in pieces or not at all. */
  readonly receiveMax: number;
  /** MQTT 5.0 with V5_AUTH: log in by a conversation. 3.1.1, which has none, is never spoken then. */
  readonly authentication?: Authentication | undefined;
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
  readonly onProperty?: ((first: number, id: PropertyId, value: Bytes) => void) | undefined;
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
  /**
   * MQTT 5.0: messages from the outbox that the broker refused for good, or that are over its limits; and those that expired unsent. Each is
   * reported. Of a streamed one its source is told.
   */
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
   * @returns Code.InFlight, and `source.onEnd` tells its end. Else Code.Closed, Code.Busy, Code.TooLong, Code.BadTopic,
   * Code.BadPayload (not a size), Code.Rejected (MQTT 5.0: above the QoS that the broker takes).
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
  /**
   * MQTT 5.0 with V5_AUTH: authenticate again, within CONNACK_TIMEOUT_MS; what fails ends the connection.
   * @returns 0, Code.Closed without session or method, Code.Busy while that is under way, Code.BadPayload for what cannot be sent.
   */
  reauthenticate?(): number;
  /**
   * MQTT 5.0 with REQUESTS. @returns what topics of responses to us have to begin with, as the broker said (section 3.2.2.3.15); empty: as we
   * like; null: the connection speaks 3.1.1.
   */
  responses?(): string | null;
  /** MQTT 5.0 with REQUESTS: see Subscriptions.redirect. */
  redirect?(subscription: Subscription, filter: string): Subscription;
  /** Give up the streamed message that is under way, if there is one; a packet that was begun ends with its connection. */
  abandon(): void;
  /**
   * Want messages. Start-up only. It is subscribed as soon as there is a session, and again when one was lost. A message goes
   * to the first filter without wildcard that matches, else to the first of the others.
   * @param onChunk takes messages over `receiveMax` in pieces; without it they are passed over and acknowledged.
   * @param options MQTT 5.0: of SubscriptionOption, added up.
   * @returns null when filter or QoS are not valid.
   */
  subscription(
    filter: string,
    qos: number,
    onMessage: OnMessage,
    onChunk?: OnChunk,
    options?: number,
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

/** @returns a place for a record of the outbox. */
function createRecord(): OutboxRecord<Bytes> {
  return V5
    ? { sequence: 0, topic: null!, payload: EMPTY, received: false, ageSec: 0 }
    : { sequence: 0, topic: prepareTopic('', 0), payload: EMPTY, received: false };
}

/** @returns how to log in by a conversation, where that is built in. */
function authenticationOf(options: ClientOptions): Authentication | undefined {
  return V5_AUTH ? options.authentication : undefined;
}

/** @returns the name of a method of authentication, empty without one. */
function methodOf(authentication: Authentication | undefined): string {
  return authentication === undefined ? '' : authentication.method;
}

/** @returns what a broker has said of itself, where 5.0 is built in. */
function saidIn(reader: PropertyReader): Said {
  return V5 ? reader.said : null!;
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

  const record = createRecord();
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

  /** The next connection is to speak MQTT 5.0. */
  let next5 = V5;
  /** Who we are: a broker may have found a name for us. */
  let clientId = options.clientId;
  /** First byte of the packet that is read. */
  let told = 0;
  const toldView = createView();
  const reader = V5 ? createPropertyReader(onText) : null!;
  const said = saidIn(reader);
  const incoming = V5 && INBOUND ? createIncoming(reader, turn, nowhere) : null!;
  const shapes = V5 ? createShapes(said) : null!;
  const authentication = authenticationOf(options);
  /** Our method of authentication; empty: none. What a packet of the broker says of it. */
  const method = methodOf(authentication);
  let named = '';
  let proof: Bytes = EMPTY;
  const proofView = createView();
  /** The broker is not content yet; the AUTH that is to be sent. */
  let isTalking = false;
  let due = '';
  /** What responses to us begin with. */
  let responseBase = '';
  /** What CONNECT says in properties, beside what the firmware gives. */
  let opening = SAID_5;
  /** There is something of a session here that a broker may have the other half of. */
  let hasSession = lastSent > 0;
  let pingMs = pingIntervalMs;
  /** Messages of QoS 1 and 2 that came on this connection and have not had their last answer. */
  let unansweredIn = 0;
  /** Messages that the broker refused for good; those that it did or that are over its limits, and those that expired. */
  let denied = 0;
  let rejected = 0;
  let expired = 0;
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
    if (size > 0 && size < (V5 ? SHORT_MAX + 1 : PACKET_MAX) && isBytes(payload)) {
      if (BATCH && isHolding) return publishHeld(topic!, payload);
      const sequence = outbox.append(topic!, payload);
      if (sequence < 0) return refuse(sequence);
      // The place that it most often has; where that is taken, the slow way finds another.
      const place = sequence % IN_FLIGHT_MAX;
      if (caughtUp && size <= room && (V5 || size <= SHORT_MAX) && awaited[place] === NO_KEY) {
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
    } else if (V5) {
      onMessage5(chunk, size);
    } else {
      onMessage(chunk, size);
    }
  }

  /** Take a chunk that is most often one message on the topic of the last one; the decoder makes sense of all else. @hot 5 @apart */
  function onMessage(chunk: Bytes, size: number): void {
    if (INBOUND && byteAt(chunk, 1) === size - 2 && (standsAt(chunk, hot.key, 2) || seek(chunk, 2))) {
      if (isByte(chunk, 0, PUBLISH_0)) {
        received++;
        try {
          hot.take(tail(pieceView, chunk, hot.end), hot.name, First.Publish);
        } catch {
          failHandler(hot.to);
        }
        return;
      }
      const id = readId(chunk, hot.end);
      if (isByte(chunk, 0, PUBLISH_1) && room > 3 && size > hot.end + 1 && id !== NO_ID) {
        received++;
        try {
          hot.take(tail(pieceView, chunk, hot.end + 2), hot.name, First.Publish + 2);
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

  /** As `onMessage`, of either version, without properties. @hot 5 @apart */
  function onMessage5(chunk: Bytes, size: number): void {
    if (INBOUND && byteAt(chunk, 1) === size - 2 && (standsAt(chunk, hot.key, 2) || seek(chunk, 2))) {
      const isReliable = isByte(chunk, 0, PUBLISH_1);
      const at = isReliable ? hot.end + 2 : hot.end;
      const id = readId(chunk, hot.end);
      const isFit = isReliable ? room > 3 && size >= at && id !== NO_ID : isByte(chunk, 0, PUBLISH_0);
      if (isFit && (bareSize === 0 || byteAt(chunk, at) === 0)) {
        received++;
        try {
          hot.take(tail(pieceView, chunk, at + bareSize), hot.name, byteAt(chunk, 0));
          if (isReliable) answer(PUBACK, id);
        } catch {
          failHandler(hot.to);
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
      violate(Reason.MalformedPacket);
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
    // Of a former connection there may be more than came on this one.
    if (V5 && QOS2 && head === PUBCOMP && unansweredIn > 0) unansweredIn--;
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
    if (V5) {
      // Only streamed messages are held against the broker's bound here.
      const isOurs = !STREAM || needed > PACKET_MAX || said.packetMax > PACKET_MAX;
      counters.available = isOurs ? PACKET_MAX : said.packetMax;
    }
    return refuse(Code.TooLong);
  }

  /** @returns whether the broker has what is in flight at `place`: PUBREC has come for it. */
  function isHalfway(place: number): boolean {
    return QOS2 && awaited[place] === keyOf(PUBCOMP, keyId(awaited[place]));
  }

  /** @returns whether something is in flight at `place`. @inline */
  function isTaken(place: number): boolean {
    return V5 ? isAwaited(awaited[place]) : awaited[place] !== NO_KEY;
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
  function violate(reason: number): void {
    counters.violations++;
    if (V5) leaveWith(reason);
    fail(Close.ProtocolError, 0);
  }

  /** Go, for a reason that brokers only say. */
  function leave(reason: number): void {
    // What the standard has a client say of it (table 3-10).
    leaveWith(Reason.Unspecified);
    fail(reason, 0);
  }

  /** Say why we go, where that can be said. */
  function leaveWith(reason: number): void {
    // Where there may be a conversation before CONNACK, and CONNECT has left, DISCONNECT may follow.
    if (V5_AUTH && (method !== '' || told === First.Auth) && state === State.Connecting && drained) {
      room = SEND_WINDOW;
    }
    if (said.is5 && room > 2) write(fromText(encodePacket(First.Disconnect, chr(reason))));
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

  /** The message of `sequence`, whose place is there, will not be sent, for good: it expired, or is too long. */
  function giveUp(sequence: number, place: number, isExpired: boolean): void {
    if (isExpired) expired++;
    else rejected++;
    // It leaves as what was acknowledged does: a second place that has the outbox forget would cost each acknowledgement a call.
    caughtUp = true;
    settle(place);
    caughtUp = false;
    delivered--;
    if (isExpired) owner.onReport(Event.MessageExpired, sequence * 256);
    else owner.onReport(Event.MessageRejected, sequence * 256 + Reason.PacketTooLarge);
  }

  /** @returns whether the broker takes the QoS of a topic [MQTT-3.2.2-11]. */
  function mayBeSent(to: Topic<Bytes>): boolean {
    return !(qosOf(to.first) > said.values[PropertyId.MaximumQos]!);
  }

  /** As `mayBeSent`, of what is in the outbox: its QoS is 1 at least. @inline */
  function mayWait(to: Topic<Bytes>): boolean {
    return QOS2 ? mayBeSent(to) : said.values[PropertyId.MaximumQos] !== 0;
  }

  /**
   * Send a message, if there is room for its longest form and the broker takes such long ones.
   * @returns 0, Code.Busy, Code.TooLong, Code.Closed.
   */
  function emit(to: Topic<Bytes>, payload: Bytes, id: Id, dup: number, ageSec: number): number {
    if (room < SEND_WINDOW && longestOf(to, payload.length) > room) return Code.Busy;
    const header = shapes.header(to, payload.length, id, dup, ageSec);
    const needed = header.length + payload.length;
    const most = said.packetMax;
    if (needed > most) {
      counters.needed = needed;
      counters.available = most;
      return Code.TooLong;
    }
    return put(join(header, payload));
  }

  /** Send what `record` holds with all that 5.0 asks for. The cursor stays while the socket has to drain first, or it cannot be sent. */
  function transmit5(to: Topic<Bytes>, sequence: number, id: Id, again: boolean): void {
    const ageSec = record.ageSec!;
    // It stays: another broker may take it, or this one when it is set up for it.
    if (!mayWait(to)) {
      leave(Reason.QosNotSupported);
      return;
    }
    const place = expect(to.first, id, sequence);
    // What may have been sent has to be acknowledged [MQTT-4.3.2-3] [MQTT-4.3.3-7].
    const isExpired = said.is5 && !again && ageSec > 0 && ageSec >= numberAt(to.properties!, 1, 4);
    const code = isExpired ? Code.TooLong : emit(to, record.payload, id, again ? DUP : 0, ageSec);
    if (code === Code.Busy) {
      awaited[place] = NO_KEY;
    } else {
      cursor = sequence;
      if (code === Code.TooLong) giveUp(sequence, place, isExpired);
    }
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
      transmit5(topic, sequence, id, again);
      return cursor === sequence;
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

  /** Send the AUTH that is due, before CONNACK as soon as what was said has left. @returns whether there was room for it. */
  function sayDue(): boolean {
    const isNew = state === State.Connecting;
    if (isNew && drained) room = SEND_WINDOW;
    if (due.length > room && room < SEND_WINDOW) return false;
    put(fromText(due));
    due = '';
    if (isNew) {
      drained = false;
      room = 0;
    }
    return true;
  }

  /** Send what waits for its turn: subscriptions, records, a streamed message. Bounded by the window and the socket's room. */
  function pump(): void {
    if (isQuiet) return;
    if (V5 && V5_AUTH && due.length > 0 && !sayDue()) return;
    if (INBOUND && room > 0) {
      const text = subscriptions.next(said);
      if (text.length > 0) put(fromText(text));
    }
    while (room > 0 && awaited.indexOf(NO_KEY) >= 0) {
      const isEmpty = outbox.peek(cursor, record) !== Code.Ok;
      if (STREAM && streamer.isDue(isEmpty, record.sequence)) {
        // Whole packets only: nothing may come between its pieces.
        if (room === SEND_WINDOW) streamer.begin();
        // The broker may not take it; then something else is next.
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
      if (V5) unansweredIn--;
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
      violate(Reason.MalformedPacket);
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
    const keepAliveSec = said.values[PropertyId.ServerKeepAlive]!;
    pingMs = keepAliveSec >= 0 ? keepAliveSec * 750 : pingIntervalMs;
    for (let i = said.values[PropertyId.ReceiveMaximum]!; i < IN_FLIGHT_MAX; i++) {
      awaited[i] = BLOCKED;
    }
    shapes.begin();
    if (INBOUND) incoming.start();
  }

  /** @returns whether CONNACK may have these flags and this code, of which each by itself is legal [MQTT-3.2.2-4]. */
  function isLegalConnack5(flags: number, code: number): boolean {
    // Who takes no five bytes cannot be answered.
    if (said.packetMax < 5) return false;
    // A refusal comes without a session, and none that was not asked for can be there.
    return flags === 0 || (flags === 1 && code === 0 && !(said.is5 ? isFresh() : options.cleanSession));
  }

  /** @returns properties that a conversation goes on with. */
  function tell(data: string): string {
    return '\x15' + encodeString(method) + '\x16' + encodeString(data);
  }

  /** Have an AUTH sent. @returns whether it may be that long. */
  function sayAuth(reason: Reason, data: string): boolean {
    const packet = encodePacket(First.Auth, chr(reason) + withLength(tell(data)));
    if (packet.length > PACKET_MAX || packet.length > said.packetMax) return false;
    isTalking = true;
    due = packet;
    askNext();
    return true;
  }

  /** The broker has said its part of the conversation. @param isLast it is content. @returns whether the connection goes on. */
  function hear(isLast: boolean): boolean {
    // Nobody asked, it is our turn, it is about another method [MQTT-4.12.0-5], or for CONNACK to say.
    const isEarly = isLast && state === State.Connecting && told === First.Auth;
    if (!isTalking || named !== method || due.length > 0 || isEarly) {
      violate(Reason.ProtocolError);
      return false;
    }
    let answer: Bytes | null = null;
    try {
      answer = authentication!.authenticate(proof, isLast);
    } catch {
      // A method that does not work trusts nobody.
    }
    isTalking = false;
    const isFit =
      answer !== null && (isLast || sayAuth(Reason.ContinueAuthentication, toText(answer, 0, answer.length)));
    if (!isFit) leave(Reason.NotAuthorized);
    return isFit;
  }

  /** AUTH, of a legal reason code. */
  function onAuth(reason: number): void {
    if (hear(reason === 0) && reason === 0) ends[0] = -1;
  }

  function reauthenticate(): number {
    if (!V5_AUTH || state !== State.Online || authentication === undefined) return Code.Closed;
    if (isTalking) return Code.Busy;
    if (!sayAuth(Reason.ReAuthenticate, authentication.first())) return Code.BadPayload;
    ends[0] = after(clock.now(), CONNACK_TIMEOUT_MS);
    whys[0] = Close.ConnackTimeout;
    return Code.Ok;
  }

  function onConnack(flags: number, code: number): void {
    if (!(V5 ? isLegalConnack5(flags, code) : isLegalConnack(flags, code, options.cleanSession))) {
      violate(Reason.ProtocolError);
      return;
    }
    if (V5_AUTH && code === 0 && named + method !== '' && !hear(true)) return;
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
    if (canAnswer()) put(fromText(encodePacket(first, word(idValue(id)) + chr(Reason.PacketIdNotFound))));
  }

  /** An acknowledgement that nothing waits for in this form. @param reason in 5.0. */
  function onStray(first: number, id: Id, reason?: number): void {
    const verdict = judgeStray(awaited, first, id);
    if (V5 && !QOS2 ? id === NO_ID : verdict === Verdict.Violation) {
      violate(Reason.ProtocolError);
      return;
    }
    if ((!V5 || QOS2) && verdict === Verdict.Repeated) answer(PUBREL, id);
    else if (V5 && QOS2 && said.is5 && first === First.Pubrec && reason! < FAILURE) {
      answerUnknown(First.Pubrel, id);
    }
    counters.strays++;
    owner.onReport(Event.StrayAck, idValue(id));
  }

  /** PUBACK, PUBREC or PUBCOMP: the next step of an exchange, or its end. @param place where it is awaited, -1: nowhere. */
  function onAck(first: number, place: number, id: Id): void {
    if (!V5 && place < 0) {
      onStray(first, id);
    } else if (STREAM && isUnsent(place)) {
      violate(Reason.MalformedPacket);
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
      violate(Reason.MalformedPacket);
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
    if (V5 && said.is5 && index < 0) answerUnknown(First.Pubcomp, id);
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
  function onText(id: PropertyId, bytes: Bytes, from: number, size: number): void {
    if (V5_AUTH && id === PropertyId.AuthMethod) named = toText(bytes, from, size);
    if (V5_AUTH && id === PropertyId.AuthData) proof = cut(proofView, bytes, from, size);
    if (REQUESTS && id === PropertyId.ResponseInformation) responseBase = toText(bytes, from, size);
    if (id === PropertyId.AssignedClientId) {
      // It names the session from now on [MQTT-3.1.3-2].
      clientId = toText(bytes, from, size);
      if (STATE) outbox.remember(StateKey.ClientId, fromText(clientId));
    }
    if (id > PropertyId.CorrelationData && owner.onProperty !== undefined) {
      owner.onProperty(told, id, cut(toldView, bytes, from, size));
    }
  }

  /** The broker does not take the message at `place`, and never will: that is an acknowledgement too [MQTT-4.4.0-2]. */
  function reject(place: number, reason: number): void {
    const sequence = sequences[place];
    denied++;
    delivered--;
    if (STREAM && sequence === 0) sequences[place] = GIVEN_UP;
    settle(place);
    if (!STREAM || sequence > 0) {
      rejected++;
      owner.onReport(Event.MessageRejected, sequence * 256 + reason);
    } else if (sequence === 0) streamer.finish(Code.Rejected);
  }

  /** PUBACK, PUBREC, PUBREL or PUBCOMP, of a legal reason code. */
  function onAck5(first: number, id: Id, reason: number): void {
    const head = !QOS2 || first === First.Puback ? PUBACK : first === First.Pubrec ? PUBREC : PUBCOMP;
    const place = awaited.indexOf(keyOf(head, id));
    if (QOS2 && INBOUND && first === First.Pubrel) onPubrel(id);
    else if (place < 0) onStray(first, id, reason);
    else if (reason < FAILURE || (QOS2 && first === First.Pubcomp)) onAck(first, place, id);
    else if (STREAM && isUnsent(place)) violate(Reason.ProtocolError);
    else reject(place, reason);
  }

  /** DISCONNECT: the broker goes, and says why. */
  function onBye(reason: number): void {
    socket.close();
    const other = reason > 0 ? reason : Close.Disconnected;
    fail(reason === Reason.SessionTakenOver ? Close.TakenOver : other, reason);
  }

  function onPingresp(): void {
    if (ends[1] >= 0) rtt = elapsed(pingAt, clock.now());
    ends[1] = -1;
  }

  /** @returns whether a packet answers a SUBSCRIBE or UNSUBSCRIBE. @inline */
  function isAnswer(first: number): boolean {
    return INBOUND && (first === First.Suback || first === First.Unsuback);
  }

  /** @returns where a reason code stands: behind flags or identifier, if there are any. @inline */
  function reasonAt(at: number, isConnack: boolean, isBye: boolean, isAuth: boolean): number {
    return isBye || isAuth ? at : isConnack ? at + 1 : at + 2;
  }

  /** @returns the reason codes of an acknowledgement of 5.0. @inline */
  function codesOfAck(first: number): string {
    return !QOS2 || first < First.Pubrel ? OF_PUBLISH : OF_RELEASE;
  }

  /** @returns the reason codes of a packet of 5.0. @inline */
  function codesOf(first: number, isConnack: boolean, isBye: boolean, isAuth: boolean): string {
    return isBye ? OF_DISCONNECT : isConnack ? OF_CONNACK : isAuth ? OF_AUTH : codesOfAck(first);
  }

  /** @returns which properties a packet may have. @inline */
  function propertiesOf(isConnack: boolean, isBye: boolean, isAuth: boolean): number {
    return isBye ? IN_DISCONNECT : isConnack ? IN_CONNACK : isAuth ? IN_AUTH : IN_ACK;
  }

  /** @returns whether CONNACK is one of 3.1.1: a broker that knows nothing else refuses 5.0 as that does. @inline */
  function isOldConnack(isConnack: boolean, isWhole: boolean, reason: number): boolean {
    return isConnack && (!said.is5 || (isWhole && reason === 1));
  }

  /** @returns what is wrong with a packet that was read up to `from`; 0: nothing. @inline */
  function wrongOf(from: number, isWhole: boolean, codes: string, reason: number): number {
    return from < 0
      ? -from
      : !isWhole
        ? Reason.MalformedPacket
        : isAmong(codes, reason)
          ? 0
          : Reason.ProtocolError;
  }

  /** A packet other than PUBLISH, of either version. */
  function onPacket5(first: number, bytes: Bytes, at: number, end: number): void {
    const isConnack = first === First.Connack;
    const isBye = first === First.Disconnect;
    const isAuth = V5_AUTH && first === First.Auth;
    const isList = isAnswer(first);
    let from = reasonAt(at, isConnack, isBye, isAuth);
    const reason = isList || from >= end ? Reason.Success : byteAt(bytes, from++);
    const isOld = isOldConnack(isConnack, from === end, reason);
    const codes = isOld ? OF_OLD_CONNACK : codesOf(first, isConnack, isBye, isAuth);
    if (V5_AUTH) {
      named = '';
      proof = EMPTY;
    }
    if (said.is5 && (from < end || isList || isConnack) && !isOld) {
      from = reader.read(bytes, from, end, propertiesOf(isConnack, isBye, isAuth));
    }
    // Who was told of properties may have closed the connection.
    if (state < State.Connecting) return;
    const wrong = wrongOf(from, isList || from === end, codes, reason);
    if (wrong > 0) violate(wrong);
    else if (isList) onList(first, bytes, at, from, end);
    else if (isBye) onBye(reason);
    else if (isConnack) onConnack(byteAt(bytes, at), reason);
    else if (isAuth) onAuth(reason);
    else onAck5(first, readId(bytes, at), reason);
  }

  /** Read up to the payload of a PUBLISH of either version. @returns as `incoming.read`; negative: the connection is over. */
  function readCome(first: number, bytes: Bytes, at: number, end: number): number {
    const from = incoming.read(first, bytes, at, end);
    if (state < State.Connecting) return -1;
    if (from < 0) violate(-from);
    return from;
  }

  /** A PUBLISH, of either version, that the fast way does not take. */
  function onPublish5(first: number, bytes: Bytes, at: number, end: number): void {
    const from = readCome(first, bytes, at, end);
    // A handler may have its own client connect again.
    const route = incoming.come.route;
    const id = incoming.come.id;
    if (from < 0 || !mayTake(first, id)) return;
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

  /** @returns whether a message may be given to a handler. */
  function mayTake(first: number, id: Id): boolean {
    if (first <= QOS0_LAST) return true;
    if (++unansweredIn > RECEIVED_MAX && said.is5) {
      violate(Reason.ReceiveMaximumExceeded);
      return false;
    }
    return admit(first, id);
  }

  /** @returns whether a packet with this fixed header, of either version, may come now; it is the end, if not. */
  function isExpected(first: number, length: number): boolean {
    told = first;
    const isFit = mayCome5(state, first, length, said.is5);
    // One more: no code is none.
    if (!isFit) violate(isAmong(OUT_OF_PLACE, first + 1) ? Reason.ProtocolError : Reason.MalformedPacket);
    return isFit;
  }

  /** What is not taken at once. */
  function onOther(first: number, bytes: Bytes, at: number, end: number): void {
    heard = true;
    if (!(V5 ? isExpected(first, end - at) : mayCome(state, first, end - at))) {
      if (!V5) violate(Reason.MalformedPacket);
    } else if (!INBOUND && first >> 4 === 3) {
      counters.unwanted++;
    } else if ((INBOUND || !V5) && first >> 4 === 3) {
      if (V5) onPublish5(first, bytes, at, end);
      else onReliable(first, bytes, at, end);
    } else if (V5) {
      if (first === First.Pingresp) onPingresp();
      else onPacket5(first, bytes, at, end);
    } else if (first === First.Connack) {
      onConnack(byteAt(bytes, at), byteAt(bytes, at + 1));
    } else if (first === First.Pingresp) {
      onPingresp();
    } else if (QOS2 && INBOUND && first === First.Pubrel) {
      onPubrel(readId(bytes, at));
    } else if (INBOUND && (first === First.Suback || first === First.Unsuback)) {
      onList(first, bytes, at, at + 2, end);
    } else {
      onAck(first, awaited.indexOf(readKey(bytes, at)), readId(bytes, at));
    }
  }

  function onHeader(first: number, length: number): void {
    if (V5) isExpected(first, length);
    else if (!mayCome(state, first, length)) violate(Reason.MalformedPacket);
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
        violate(Reason.MalformedPacket);
        return;
      }
    }
    largeSkip = largeSkip > count ? largeSkip - count : 0;
  }

  /** A message over the limit comes, of `size` bytes, the first `used` of which stand before its payload. */
  function takeLarge(first: number, route: Route, size: number, used: number): void {
    largeFirst = first;
    const to = route.to;
    if (STREAM && to !== null && to.onChunk !== undefined) {
      largeTo = to;
      largeTopic = copy(largeTopic, route.name);
      largeTotal = size - used;
      largeOffset = 0;
      received++;
    } else {
      countOversize(size);
    }
  }

  /** As `onLarge`, of either version, behind topic and identifier. One whose properties are over the limit, too, goes nowhere. */
  function onLarge5(first: number, bytes: Bytes, at: number, end: number, needed: number): number {
    // By then all that is looked at is there.
    if (bytes.length - at < options.receiveMax - LONGEST_HEADER) return 0;
    const from = readCome(first, bytes, at, end);
    if (from < 0) return 0;
    largeId = incoming.come.id;
    const used = from > 0 ? from - at : needed;
    if (mayTake(first, largeId)) takeLarge(first, incoming.come.route, end - at, used);
    return used;
  }

  /** @returns bytes of the topic whose length stands at `at`. @inline */
  function topicSizeAt(bytes: Bytes, at: number): number {
    return V5 ? numberAt(bytes, at, 2) : (byteAt(bytes, at) << 8) | byteAt(bytes, at + 1);
  }

  /** @returns whether a packet that may come is no PUBLISH. @inline */
  function isOther(first: number): boolean {
    return V5 ? first >> 4 !== 3 : first > 0x3f;
  }

  /** The beginning of a message over the limit. @returns bytes before its payload; 0 to wait for them. */
  function onLarge(first: number, bytes: Bytes, at: number, end: number): number {
    heard = true;
    const there = (bytes.length < end ? bytes.length : end) - at;
    const needed = 2 + (there < 2 ? 0 : topicSizeAt(bytes, at)) + (first > QOS0_LAST ? 2 : 0);
    largeFirst = First.Publish;
    largeTo = null;
    if (isOther(first) || at + needed > end) {
      violate(isOther(first) ? Reason.PacketTooLarge : Reason.MalformedPacket);
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
    if (V5 && INBOUND) return onLarge5(first, bytes, at, end, needed);
    const route = INBOUND ? turn(bytes, at, end) : hot;
    largeId = first > QOS0_LAST ? readId(bytes, at + needed - 2) : idFrom(1);
    if ((INBOUND && route === nowhere) || largeId === NO_ID) {
      violate(Reason.MalformedPacket);
      return 0;
    }
    if (first > QOS0_LAST && !admit(first, largeId)) return needed;
    takeLarge(first, route, end - at, needed);
    return needed;
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
    return encodeConnect(options, said.is5, clientId, isFresh(), V5_AUTH ? opening : SAID_5);
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
    violate(Reason.MalformedPacket);
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
      said.is5 = next5;
      bareSize = next5 ? 1 : 0;
      reader.start();
      if (REQUESTS) responseBase = '';
      if (V5_AUTH && authentication !== undefined) {
        if (method === '' || !isText(fromText(method))) return Code.BadPayload;
        opening = SAID_5 + tell(authentication.first());
        isTalking = true;
        due = '';
      }
    }
    if (
      !isSendable(options, V5 && said.is5) ||
      (V5 ? encodeOurs() : encodeConnect(options)).length > PACKET_MAX
    ) {
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

  /** What `publishSlow` does, and messages of QoS 1 and 2 of a topic that was not used on this connection. */
  function publish5(topic: Topic<Bytes> | null, payload: Bytes): number {
    if (!shapes.has(topic)) return refuse(Code.BadTopic);
    if (!isBytes(payload)) return refuse(Code.BadPayload);
    const most = longestOf(topic!, payload.length);
    if (most > PACKET_MAX) return refuseLength(most);
    if (topic!.first > QOS0_LAST) {
      // It does not go the fast way, short as it seems.
      caughtUp = false;
      return publishMore(topic, payload, RELIABLE + 1);
    }
    if (state !== State.Online) return refuse(Code.Closed);
    const code = emit(topic!, payload, NO_ID, 0, 0);
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

  /** @returns whether the broker takes a streamed message. */
  function isTaken5(to: Topic<Bytes>, total: number): boolean {
    return mayBeSent(to) && longestOf(to, total) <= said.packetMax;
  }

  /** @returns how a streamed message begins. */
  function header5(to: Topic<Bytes>, total: number, id: Id, dup: number): Bytes {
    return shapes.header(to, total, id, dup, 0);
  }

  function stream(topic: Topic<Bytes> | null, total: number, source: StreamSource): number {
    if (!STREAM || !topic || !(V5 ? shapes.has(topic) : topic.size > 0)) return refuse(Code.BadTopic);
    if (!(total >= 0) || total !== (total | 0)) return refuse(Code.BadPayload);
    if (state !== State.Online) return refuse(Code.Closed);
    // Topic and header go out in one piece.
    if (
      !V5 &&
      (topic.name.length + 7 > SEND_WINDOW || topic.name.length + total + 2 > REMAINING_LENGTH_MAX)
    ) {
      return refuseLength(topic.name.length + 7 + total);
    }
    if (V5) {
      if (!mayBeSent(topic)) return refuse(Code.Rejected);
      const most = longestOf(topic, total);
      const isLong = topic.name.length + total + 2 > REMAINING_LENGTH_MAX;
      // A remaining length takes two bytes more than it would with an empty payload.
      if (isLong || longestOf(topic, 0) + 3 > SEND_WINDOW || most > said.packetMax) {
        return refuseLength(most);
      }
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
    // Who wants to be sure of the broker must not be talked out of that.
    next5 = (V5_AUTH && method.length > 0) || level > 4;
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
    const level = qos === undefined ? 0 : qos;
    const valid = level === 0 || level === 1 || (QOS2 && level === 2);
    const own = properties || '';
    const isImpossible = properties === null || own.length > PROPERTIES_MAX;
    if (!valid || isImpossible || !isTopic(fromText(name), false)) return null;
    const first = First.Publish | (level << 1) | (retain ? RETAIN : 0);
    const to = prepareShaped(first, constant(encodeString(name)), own);
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
    options?: number,
  ): Subscription | null {
    return INBOUND ? subscriptions.prepare(filter, qos, onMessage, onChunk, options) : null;
  }

  function message(): MessageProperties | null {
    return INBOUND && isDressed ? incoming.message() : null;
  }

  function responses(): string | null {
    return said.is5 ? responseBase : null;
  }

  function redirect(to: Subscription, filter: string): Subscription {
    return INBOUND && REQUESTS ? subscriptions.redirect(to, filter) : to;
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
      ? longestOf(to, draft.length + TIME_SIZE)
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
    if (V5) {
      counters.sent += denied;
      counters.rejected = rejected;
      counters.expired = expired;
    }
    return counters;
  }

  function rttMs(): number {
    return rtt;
  }

  /** What was kept of a former start. */
  function recallSession(): void {
    if (!STATE) return;
    const name = outbox.recall(StateKey.ClientId);
    if (clientId.length === 0) clientId = toText(name, 0, name.length);
    hasSession = hasSession || open.length > 0 || outbox.recall(StateKey.Session).length > 0;
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
  if (V5) recallSession();
  // Written out twice, since the build takes apart what is one literal.
  return V5
    ? {
        connect,
        disconnect,
        quiet,
        isOnline,
        publish,
        stream,
        hold,
        release,
        abandon,
        subscription: subscription5,
        assumeSubscribed,
        describe,
        subscribe,
        unsubscribe,
        counters: readCounters,
        rttMs,
        tick,
        topic: topic5,
        begin,
        text,
        integer,
        fixed,
        time,
        bytes,
        end: endMessage,
        speak,
        message,
        reauthenticate,
        responses,
        redirect,
      }
    : {
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
}
