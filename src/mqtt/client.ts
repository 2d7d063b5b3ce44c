// One MQTT 3.1.1 connection: joins packets, session, subscriptions, outbox and socket, and alone knows time. It is also the
// PacketWriter that telemetry writes to. Nothing here throws, and nothing grows: what waits is bounded.
// It does not reconnect: that is the link's business.

import {
  byteAt,
  copy,
  createBuffer,
  createView,
  cut,
  drop,
  EMPTY,
  fromText,
  isBytes,
  join,
  joinText,
  standsAt,
  type Bytes,
} from '../bytes/bytes.ts';
import { AUTH, INBOUND, QOS2, STREAM } from '../features.ts';
import type { Clock } from '../ports/clock.ts';
import { after, elapsed, NEVER_MS, remaining, sooner } from '../ports/clock.ts';
import { Close, Code, Event } from '../ports/codes.ts';
import { isAfter, type Outbox, type OutboxRecord } from '../ports/outbox.ts';
import type { PacketWriter, Topic } from '../ports/packet-writer.ts';
import { SEND_WINDOW, type Socket, type SocketEvents } from '../ports/socket.ts';
import { joinFixed, joinInteger } from './decimal.ts';
import { createDecoder } from './decoder.ts';
import {
  DISCONNECT,
  idOf,
  idValue,
  keyOf,
  keyPacket,
  NO_ID,
  NO_KEY,
  PINGREQ,
  prepareTopic,
  publishHeader,
  readId,
  readKey,
  SHORT_MAX,
  shortPublish,
  shortPublishId,
  type Id,
} from './form.ts';
import { DUP, encodeConnect, First, QOS0_LAST, qosOf, REMAINING_LENGTH_MAX, RETAIN, type Connect } from './packet.ts';
import { awaitedFor, clear, createInFlight, isLegalConnack, judgeStray, mayCome, State, Verdict } from './session.ts';
import { createStreamer, type StreamSource } from './streamer.ts';
import { createSubscriptions, noRoute, type OnChunk, type OnMessage, type Subscription } from './subscriptions.ts';
import { isText, isTopicName, STRING_MAX } from './topic.ts';

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
/** Largest packet sent whole, header included. */
export const PACKET_MAX = 1024;
/** Bytes of acknowledgements that may wait behind a packet of that size. */
const ACKS_MAX = 256;
/** Messages of QoS 1 and 2 that may be in flight. */
export const IN_FLIGHT_MAX = 8;
/** Identifiers of inbound QoS 2 messages that may be open; further ones are left to the next connection. */
const RECEIVED_MAX = 32;
/** Identifiers from here on belong to SUBSCRIBE, UNSUBSCRIBE and streamed messages, lower ones to the outbox. */
const FIRST_OWN_ID = 32768;

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
  /** Something worth a line: Oversize, StrayAck, HandlerFailed, Subscribed, SubscriptionRefused, Unsubscribed. */
  onReport(event: Event, detail: number): void;
}

/** What happened since the client was made. */
export interface ClientCounters {
  /** QoS 0 messages handed to the socket. */
  published: number;
  /** Publishes that were not accepted. */
  refused: number;
  /** Messages of QoS 1 and 2 that the broker has acknowledged, streamed ones included. */
  delivered: number;
  /** Messages given to a handler, streamed ones included. */
  received: number;
  /** Messages that nobody subscribed to. */
  unwanted: number;
  /** Messages of QoS 2 that came again and were not given to a handler again. */
  repeated: number;
  /** Messages over the limit that nobody takes in pieces. */
  oversize: number;
  /** Messages left to the next connection: the handler threw, or there was no room for their acknowledgement. */
  postponed: number;
  /** Acknowledgements of nothing that was sent on this connection. */
  strays: number;
  /** Connections closed because of bytes that MQTT forbids. */
  violations: number;
  /** The last publish that was too long: its packet's bytes, and how many there may be. */
  needed: number;
  available: number;
}

export interface Client extends PacketWriter<Bytes> {
  /** Start a connection. @returns 0, Code.Refused when nothing answers there, Code.BadPayload for options that cannot be sent. */
  connect(host: string, port: number): number;
  /** Say DISCONNECT when online, and close; no event follows. */
  disconnect(): void;
  isOnline(): boolean;
  /**
   * Publish a ready payload.
   * @returns 0 when accepted: handed to the socket with QoS 0, taken by the outbox with QoS 1 and 2. Else nothing was sent or
   * kept: Code.Closed (QoS 0 without session), Code.Busy (QoS 0, until the socket drained), Code.Full, Code.TooLong (see the
   * counters), Code.BadTopic (not a prepared topic), Code.BadPayload (not bytes).
   */
  publish(topic: Topic<Bytes> | null, payload: Bytes): number;
  /**
   * Publish a payload of `total` bytes that is read while it is sent, one at a time. It is not stored: a reboot forgets it.
   * @returns Code.InFlight, and `source.onEnd` tells its end. Else Code.Closed, Code.Busy, Code.TooLong, Code.BadTopic.
   */
  stream(topic: Topic<Bytes> | null, total: number, source: StreamSource): number;
  /** Give up the streamed message that is under way, if there is one; a packet that was begun ends with its connection. */
  abandon(): void;
  /**
   * Want messages. Start-up only. It is subscribed as soon as there is a session, and again when one was lost. A message goes
   * to the first filter without wildcard that matches, else to the first of the others.
   * @param onChunk takes messages over `receiveMax` in pieces; without it they are passed over and acknowledged.
   * @returns null when filter or QoS are not valid.
   */
  subscription(filter: string, qos: number, onMessage: OnMessage, onChunk?: OnChunk): Subscription | null;
  /** Want it again. @returns 0, or Code.Busy while the broker's answer to it is under way. */
  subscribe(subscription: Subscription): number;
  /** Want it no more. @returns 0, or Code.Busy while the broker's answer to it is under way. */
  unsubscribe(subscription: Subscription): number;
  /** @returns the counters as they are now; the same object each time. */
  counters(): ClientCounters;
  /** Round-trip time of the last PINGREQ in ms, -1 before the first. */
  rttMs(): number;
  /** Do what is due. @returns ms until the next call is needed; after connect, each publish and each event it is needed at once. */
  tick(now: number): number;
}

/** @returns whether a CONNECT can carry these options (sections 3.1.2 and 3.1.3). */
function isSendable(options: Connect): boolean {
  const clientId = fromText(options.clientId);
  if (!isText(clientId) || (clientId.length === 0 && !options.cleanSession)) return false;
  if (!(options.keepAliveSec >= 0 && options.keepAliveSec <= 65535)) return false;
  if (!AUTH) return true;
  const will = options.will;
  if (will !== undefined) {
    const valid = isTopicName(fromText(will.topic)) && will.payload.length <= STRING_MAX;
    if (!valid || !(will.qos >= 0 && will.qos <= 2)) return false;
  }
  const password = options.password;
  if (options.username === undefined) return password === undefined;
  return isText(fromText(options.username)) && (password === undefined || password.length <= STRING_MAX);
}

/** Make a client for one connection at a time. */
export function createClient(ports: ClientPorts, options: ClientOptions, owner: ClientEvents): Client {
  const socket = ports.socket;
  const clock = ports.clock;
  const outbox = ports.outbox;
  const counters: ClientCounters = {
    published: 0,
    refused: 0,
    delivered: 0,
    received: 0,
    unwanted: 0,
    repeated: 0,
    oversize: 0,
    postponed: 0,
    strays: 0,
    violations: 0,
    needed: 0,
    available: PACKET_MAX,
  };
  // Three quarters of the keep alive: the broker hears from us in time even if the loop is late.
  const pingIntervalMs = options.keepAliveSec * 750;
  let state = State.Offline;
  /** Bytes that may be handed over now; 0 without a session, and while something waits that has to go first. */
  let room = 0;
  /** Bytes that wait for the socket to drain: the rest of a long packet, and acknowledgements behind it. */
  let waiting = createBuffer(PACKET_MAX + ACKS_MAX);
  const pieceView = createView();
  let published = 0;
  let received = 0;
  let delivered = 0;

  // Time, known to `tick` only: these say what happened since its last call.
  let spoke = false;
  let heard = false;
  let seenPublished = 0;
  let spokeAt = 0;
  let heardAt = 0;
  /** End of the present stage: open, CONNACK. */
  let deadline = 0;
  let pingAt = 0;
  let pongDeadline = -1;
  let sendDeadline = -1;
  let rtt = -1;
  let onlineAt = 0;
  let shortSessions = 0;
  /** CONNECT has left. */
  let drained = false;

  const record: OutboxRecord<Bytes> = { sequence: 0, topic: prepareTopic('', 0), payload: EMPTY, received: false };
  const table = createInFlight(IN_FLIGHT_MAX);
  const awaited = table.awaited;
  const sequences = table.sequences;
  let inFlight = 0;
  /** The last record that was sent on this connection, and ever in this session. */
  let cursor = 0;
  let lastSent = 0;
  /** Nothing in the outbox waits to be sent. */
  let caughtUp = false;
  let draftTopic: Topic<Bytes> | null = null;
  let draft = createBuffer(PACKET_MAX);

  /** Where the last message went; most often the next one goes there too. */
  let hot = noRoute();
  /** Identifiers of inbound QoS 2 messages whose PUBREL has not come. */
  const open: Id[] = [];
  let ownId = FIRST_OWN_ID;

  // The message over the limit that is coming in.
  let largeFirst = 0;
  let largeId = NO_ID;
  let largeTotal = 0;
  let largeOffset = 0;
  let largeTo: Subscription | null = null;
  let largeTopic = createBuffer(STREAM ? options.receiveMax : 0);

  function nextOwnId(): number {
    ownId = ownId === 65535 ? FIRST_OWN_ID : ownId + 1;
    return ownId;
  }

  function refuse(code: number): number {
    counters.refused++;
    return code;
  }

  function refuseLength(needed: number): number {
    counters.needed = needed;
    return refuse(Code.TooLong);
  }

  /** The connection is over: nothing of it remains but what the session keeps. */
  function end(): void {
    state = State.Offline;
    room = 0;
    waiting = drop(waiting, waiting.length);
    pongDeadline = sendDeadline = -1;
    decoder.stop();
    clear(table);
    inFlight = cursor = 0;
    caughtUp = false;
    if (STREAM) streamer.interrupt();
  }

  /** Drop the connection and say why. */
  function fail(why: Close, detail: number): void {
    if (why !== Close.Peer && why !== Close.TakenOver) socket.close();
    end();
    owner.onOffline(why, detail);
  }

  function violate(): void {
    counters.violations++;
    fail(Close.ProtocolError, 0);
  }

  /** The socket has sent everything: hand over the next of what waits. */
  function flush(): void {
    const count = waiting.length > SEND_WINDOW ? SEND_WINDOW : waiting.length;
    socket.write(cut(pieceView, waiting, 0, count));
    waiting = drop(waiting, count);
    room = waiting.length > 0 ? 0 : SEND_WINDOW - count;
  }

  /** Send a packet whole, now or as soon as the socket drains. Callers see to it that not too much waits. */
  function put(packet: Bytes): void {
    spoke = true;
    if (packet.length <= room) {
      room -= packet.length;
      socket.write(packet);
      return;
    }
    const isIdle = room === SEND_WINDOW;
    waiting = join(waiting, packet);
    room = 0;
    if (isIdle) flush();
  }

  /** Note that a message waits for its acknowledgement. @param sequence 0 for a streamed one. */
  function expect(first: number, id: Id, sequence: number): void {
    const place = awaited.indexOf(NO_KEY);
    awaited[place] = awaitedFor(first, id);
    sequences[place] = sequence;
    inFlight++;
  }

  /** Send what `record` holds, as far as it is its turn. @returns false while the socket has to drain first. */
  function transmit(): boolean {
    const topic = record.topic;
    const sequence = record.sequence;
    const id = idOf(sequence);
    const again = lastSent > 0 && !isAfter(sequence, lastSent);
    if (QOS2 && record.received) {
      if (room < 4) return false;
      expect(topic.first, id, sequence);
      awaited[awaited.indexOf(keyOf(First.Pubrec, id))] = keyOf(First.Pubcomp, id);
      put(keyPacket(keyOf(First.Pubrel, id)));
    } else {
      const header = publishHeader(topic, record.payload.length, id, again ? DUP : 0);
      if (header.length + record.payload.length > room && room < SEND_WINDOW) return false;
      expect(topic.first, id, sequence);
      put(join(header, record.payload));
    }
    cursor = sequence;
    if (!again) lastSent = sequence;
    return true;
  }

  /** Send what waits for its turn: subscriptions, records, a streamed message. Bounded by the window and the socket's room. */
  function pump(): void {
    if (INBOUND && room > 0) {
      const text = subscriptions.next(nextOwnId());
      if (text.length > 0) put(fromText(text));
    }
    while (room > 0 && inFlight < IN_FLIGHT_MAX) {
      const isEmpty = outbox.peek(cursor, record) !== Code.Ok;
      if (STREAM && streamer.isDue(isEmpty, record.sequence)) {
        // Whole packets only: nothing may come between its pieces.
        if (room === SEND_WINDOW) streamer.begin();
        return;
      }
      if (isEmpty) {
        caughtUp = true;
        return;
      }
      if (!transmit()) return;
    }
  }

  /** @returns whether one more acknowledgement can wait; if not, its message has to come again. */
  function canAnswer(): boolean {
    return waiting.length <= PACKET_MAX + ACKS_MAX - 4;
  }

  function answer(first: number, id: Id): void {
    if (state === State.Online) put(keyPacket(keyOf(first, id)));
  }

  function failHandler(subscription: Subscription): void {
    counters.postponed++;
    owner.onReport(Event.HandlerFailed, subscription.number);
  }

  /** Give the message on route `hot` to its handler. @returns false when that threw. */
  function deliver(first: number, bytes: Bytes, from: number, end: number): boolean {
    const to = hot.to;
    if (to === null) {
      counters.unwanted++;
      return true;
    }
    received++;
    try {
      to.onMessage(cut(pieceView, bytes, from, end - from), hot.name, first);
    } catch {
      failHandler(to);
      return false;
    }
    return true;
  }

  /** A message of QoS 1 or 2 is taken: say so. */
  function confirm(first: number, id: Id): void {
    if (QOS2 && qosOf(first) === 2) {
      if (open.indexOf(id) < 0) open.push(id);
      answer(First.Pubrec, id);
    } else {
      answer(First.Puback, id);
    }
  }

  /** @returns whether a message with these flags and `id` may be given to a handler; it is passed over, or the end, if not. */
  function admit(first: number, id: Id): boolean {
    const exactlyOnce = QOS2 && qosOf(first) === 2;
    if (exactlyOnce && open.indexOf(id) >= 0) {
      counters.repeated++;
      confirm(first, id);
      return false;
    }
    if (canAnswer() && !(exactlyOnce && open.length >= RECEIVED_MAX)) return true;
    counters.postponed++;
    return false;
  }

  /** PUBLISH of QoS 1 or 2 on route `hot`; its identifier stands at `at`. */
  function onReliable(first: number, bytes: Bytes, at: number, end: number): void {
    const isLegal = mayCome(state, first, 5) && (QOS2 || qosOf(first) === 1) && at + 2 <= end;
    const id = readId(bytes, at);
    if (!isLegal || id === NO_ID) violate();
    else if (admit(first, id) && deliver(first, bytes, at + 2, end)) confirm(first, id);
  }

  function onConnack(flags: number, code: number): void {
    if (!isLegalConnack(flags, code, options.cleanSession)) {
      violate();
      return;
    }
    if (code > 0) {
      fail(Close.Refused, code);
      return;
    }
    const now = clock.now();
    const present = flags === 1;
    state = State.Online;
    spokeAt = heardAt = onlineAt = now;
    if (drained) room = SEND_WINDOW;
    if (!present) {
      lastSent = 0;
      outbox.restart();
      open.splice(0, open.length);
      if (STREAM) streamer.restart();
    }
    if (INBOUND) subscriptions.begin(present);
    owner.onOnline(present);
    pump();
  }

  /** An acknowledgement that nothing waits for in this form. */
  function onStray(first: number, id: Id): void {
    const verdict = judgeStray(table, first, id);
    if (verdict === Verdict.Violation || id === NO_ID) {
      violate();
      return;
    }
    if (verdict === Verdict.Repeated) answer(First.Pubrel, id);
    counters.strays++;
    owner.onReport(Event.StrayAck, idValue(id));
  }

  /** PUBACK, PUBREC or PUBCOMP: the next step of an exchange, or its end. */
  function onAck(first: number, bytes: Bytes, at: number): void {
    const place = awaited.indexOf(readKey(bytes, at));
    if (place < 0) {
      onStray(first, readId(bytes, at));
      return;
    }
    const sequence = sequences[place];
    if (QOS2 && first === First.Pubrec) {
      const id = readId(bytes, at);
      if (STREAM && sequence === 0) streamer.receive();
      else outbox.receive(sequence);
      awaited[place] = keyOf(First.Pubcomp, id);
      answer(First.Pubrel, id);
      return;
    }
    awaited[place] = NO_KEY;
    inFlight--;
    delivered++;
    if (STREAM && sequence === 0) streamer.finish(Code.Ok);
    else outbox.acknowledge(sequence);
    if (!caughtUp) pump();
  }

  /** PUBREL: the broker knows that we have the message [MQTT-4.3.3-2]; one we do not know is answered too. */
  function onPubrel(id: Id): void {
    const index = open.indexOf(id);
    if (index >= 0) open.splice(index, 1);
    else counters.strays++;
    if (canAnswer()) answer(First.Pubcomp, id);
  }

  /** Anything but a PUBLISH while online. */
  function onControl(first: number, bytes: Bytes, at: number, end: number): void {
    if (!mayCome(state, first, end - at)) {
      violate();
    } else if (first === First.Connack) {
      onConnack(byteAt(bytes, at), byteAt(bytes, at + 1));
    } else if (first === First.Pingresp) {
      if (pongDeadline >= 0) rtt = elapsed(pingAt, clock.now());
      pongDeadline = -1;
    } else if (!INBOUND && first < First.Puback) {
      counters.unwanted++;
    } else if (QOS2 && INBOUND && first === First.Pubrel) {
      onPubrel(readId(bytes, at));
    } else if (INBOUND && (first === First.Suback || first === First.Unsuback)) {
      const verdict = subscriptions.answer(first, bytes, at, end);
      if (verdict === Verdict.Violation) violate();
      else if (verdict === Verdict.Stray) counters.strays++;
      else pump();
    } else {
      onAck(first, bytes, at);
    }
  }

  function onPacket(first: number, bytes: Bytes, at: number, end: number): void {
    heard = true;
    if (!INBOUND || first > 0x3f || first < First.Publish || state !== State.Online) {
      onControl(first, bytes, at, end);
      return;
    }
    if (!standsAt(bytes, hot.key, at)) {
      const route = subscriptions.find(bytes, at, end);
      if (route === null) {
        violate();
        return;
      }
      hot = route;
    }
    const from = at + hot.size;
    if (from > end) violate();
    else if (first > QOS0_LAST) onReliable(first, bytes, from, end);
    else deliver(first, bytes, from, end);
  }

  function onHeader(first: number, length: number): void {
    if (!mayCome(state, first, length)) violate();
  }

  /** The beginning of a message over the limit. @returns bytes before its payload; 0 to wait for them. */
  function onLarge(first: number, bytes: Bytes, at: number, end: number): number {
    heard = true;
    const there = bytes.length - at;
    const needed = 2 + (there < 2 ? 0 : (byteAt(bytes, at) << 8) | byteAt(bytes, at + 1)) + (first > QOS0_LAST ? 2 : 0);
    largeFirst = First.Publish;
    largeTo = null;
    if (first > 0x3f || at + needed > end) {
      violate();
      return 0;
    }
    if (there < needed) {
      if (needed < options.receiveMax) return 0;
      // Its topic alone is over the limit: not even its identifier can be kept.
      counters.postponed++;
      return there;
    }
    const route = subscriptions.find(bytes, at, end);
    largeId = first > QOS0_LAST ? readId(bytes, at + needed - 2) : PINGREQ;
    if (route === null || largeId === NO_ID) {
      violate();
      return 0;
    }
    if (first > QOS0_LAST && !admit(first, largeId)) return needed;
    largeFirst = first;
    if (STREAM && route.to !== null && route.to.onChunk !== undefined) {
      largeTo = route.to;
      largeTopic = copy(largeTopic, route.name);
      largeTotal = end - at - needed;
      largeOffset = 0;
      received++;
    } else {
      counters.oversize++;
      owner.onReport(Event.Oversize, end - at);
    }
    return needed;
  }

  function onPiece(bytes: Bytes, at: number, count: number): void {
    heard = true;
    if (!STREAM || largeTo === null) return;
    const to = largeTo;
    try {
      to.onChunk!(cut(pieceView, bytes, at, count), largeOffset, largeTotal, largeTopic, largeFirst);
    } catch {
      failHandler(to);
      largeTo = null;
      largeFirst = First.Publish;
    }
    largeOffset += count;
  }

  function onLargeEnd(): void {
    if (largeFirst > QOS0_LAST && canAnswer()) confirm(largeFirst, largeId);
  }

  const decoder = createDecoder(
    { onHeader, onPacket, onLarge, onPiece, onLargeEnd, onMalformed: violate },
    options.receiveMax,
    SEND_WINDOW,
  );

  const events: SocketEvents<Bytes> = {
    onOpen(): void {
      state = State.Connecting;
      drained = false;
      decoder.start();
      deadline = after(clock.now(), CONNACK_TIMEOUT_MS);
      room = SEND_WINDOW;
      put(fromText(encodeConnect(options)));
      room = 0;
      owner.onOpen();
    },
    onData: decoder.feed,
    onDrain(): void {
      sendDeadline = -1;
      if (waiting.length > 0 && !(STREAM && streamer.isSending())) {
        flush();
        if (state === State.Connecting) room = 0;
      } else if (state === State.Connecting) {
        drained = true;
      } else {
        room = SEND_WINDOW;
        if (STREAM && streamer.isSending()) streamer.go();
        if (!caughtUp) pump();
      }
    },
    onClose(): void {
      const isShort = state === State.Online && elapsed(onlineAt, clock.now()) < TAKEOVER_MS;
      if (state === State.Online) shortSessions = isShort ? shortSessions + 1 : 0;
      fail(isShort && shortSessions >= TAKEOVERS ? Close.TakenOver : Close.Peer, 0);
    },
  };

  const subscriptions = createSubscriptions(PACKET_MAX, function (subscription) {
    hot = noRoute();
    const granted = subscription.granted;
    if (granted < 0) owner.onReport(Event.Unsubscribed, subscription.number);
    else if (granted > 2) owner.onReport(Event.SubscriptionRefused, subscription.number);
    else owner.onReport(Event.Subscribed, subscription.number * 4 + granted);
  });

  const streamer = createStreamer({
    send(bytes: Bytes, isLast: boolean): void {
      spoke = true;
      socket.write(bytes);
      // Acknowledgements that came up meanwhile wait for the socket to drain.
      room = isLast && waiting.length === 0 ? SEND_WINDOW - bytes.length : 0;
    },
    expect,
    resume(id: Id): void {
      expect(0x34, id, 0);
      awaited[awaited.indexOf(keyOf(First.Pubrec, id))] = keyOf(First.Pubcomp, id);
      put(keyPacket(keyOf(First.Pubrel, id)));
    },
    fail(): void {
      fail(Close.Local, 0);
    },
  });

  function connect(host: string, port: number): number {
    disconnect();
    if (!isSendable(options) || encodeConnect(options).length > PACKET_MAX) return Code.BadPayload;
    const result = socket.open(host, port, events);
    if (result === Code.Ok) {
      state = State.Opening;
      deadline = after(clock.now(), OPEN_TIMEOUT_MS);
    }
    return result;
  }

  function disconnect(): void {
    // In the middle of a packet DISCONNECT would be taken for a part of it.
    if (room >= DISCONNECT.length) socket.write(DISCONNECT);
    if (state !== State.Offline) socket.close();
    end();
  }

  function isOnline(): boolean {
    return state === State.Online;
  }

  /** Publish with QoS 0 what does not fit now, or not in a short packet. */
  function publishLong(topic: Topic<Bytes>, payload: Bytes, size: number): number {
    const needed = size > SHORT_MAX ? size + 1 : size;
    if (needed > PACKET_MAX) return refuseLength(needed);
    if (state !== State.Online) return refuse(Code.Closed);
    if (needed > room && room < SEND_WINDOW) return refuse(Code.Busy);
    published++;
    put(join(publishHeader(topic, payload.length, NO_ID, 0), payload));
    return Code.Ok;
  }

  /** Publish with QoS 1 or 2: first into the outbox, then, if it is its turn, to the broker. */
  function store(topic: Topic<Bytes>, payload: Bytes, size: number): number {
    if (size >= PACKET_MAX) return refuseLength(size + 1);
    const sequence = outbox.append(topic, payload);
    if (sequence < 0) return refuse(sequence);
    if (caughtUp && inFlight < IN_FLIGHT_MAX && size <= room && size <= SHORT_MAX) {
      const id = idOf(sequence);
      expect(topic.first, id, sequence);
      cursor = lastSent = sequence;
      room -= size;
      spoke = true;
      socket.write(shortPublishId(topic, payload, size, id));
    } else {
      caughtUp = false;
      pump();
    }
    return Code.Ok;
  }

  function publish(topic: Topic<Bytes> | null, payload: Bytes): number {
    if (!topic || !isBytes(payload)) return refuse(topic ? Code.BadPayload : Code.BadTopic);
    const size = topic.size + payload.length;
    if (topic.first > QOS0_LAST) return store(topic, payload, size);
    if (size > room || size > SHORT_MAX) return publishLong(topic, payload, size);
    room -= size;
    published++;
    return socket.write(shortPublish(topic, payload, size));
  }

  function stream(topic: Topic<Bytes> | null, total: number, source: StreamSource): number {
    if (!topic) return refuse(Code.BadTopic);
    if (state !== State.Online) return refuse(Code.Closed);
    // Topic and header go out in one piece.
    if (topic.size + 3 > SEND_WINDOW || topic.size + total - 2 > REMAINING_LENGTH_MAX) {
      return refuseLength(topic.size + 3 + total);
    }
    if (!streamer.start(topic, total, source, nextOwnId(), lastSent)) return refuse(Code.Busy);
    caughtUp = false;
    pump();
    return Code.InFlight;
  }

  function abandon(): void {
    if (streamer.isSending()) fail(Close.Local, 0);
    streamer.finish(Code.Abandoned);
  }

  function want(subscription: Subscription, wanted: boolean): number {
    if (!subscriptions.want(subscription, wanted)) return Code.Busy;
    hot = noRoute();
    caughtUp = false;
    pump();
    return Code.Ok;
  }

  function subscribe(subscription: Subscription): number {
    return want(subscription, true);
  }

  function unsubscribe(subscription: Subscription): number {
    return want(subscription, false);
  }

  /** The present stage of a connection that is not online is over. */
  function expire(): void {
    fail(state === State.Opening ? Close.OpenTimeout : Close.ConnackTimeout, 0);
  }

  /** PINGREQ when nothing was sent, or nothing came, for so long. */
  function ping(now: number): void {
    const quiet = elapsed(spokeAt, now) >= pingIntervalMs || elapsed(heardAt, now) >= pingIntervalMs;
    // Where not even two bytes fit, something waits that has a deadline of its own.
    if (!quiet || pongDeadline >= 0 || room < PINGREQ.length) return;
    put(PINGREQ);
    spoke = false;
    spokeAt = heardAt = pingAt = now;
    pongDeadline = after(now, PINGRESP_TIMEOUT_MS);
  }

  function untilNext(now: number): number {
    if (state === State.Offline) return NEVER_MS;
    if (state !== State.Online) return remaining(now, deadline);
    let wait = NEVER_MS;
    if (pingIntervalMs > 0) {
      wait = sooner(remaining(now, after(spokeAt, pingIntervalMs)), remaining(now, after(heardAt, pingIntervalMs)));
    }
    if (pongDeadline >= 0) wait = remaining(now, pongDeadline);
    return sendDeadline >= 0 ? sooner(wait, remaining(now, sendDeadline)) : wait;
  }

  function tick(now: number): number {
    if (spoke || seenPublished !== published) spokeAt = now;
    if (heard) heardAt = now;
    spoke = heard = false;
    seenPublished = published;
    if (state === State.Online) {
      if (room < SEND_WINDOW && sendDeadline < 0) sendDeadline = after(now, SEND_TIMEOUT_MS);
      if (pingIntervalMs > 0) ping(now);
      if (pongDeadline >= 0 && remaining(now, pongDeadline) === 0) fail(Close.PingTimeout, 0);
      else if (sendDeadline >= 0 && remaining(now, sendDeadline) === 0) fail(Close.SendTimeout, 0);
    } else if (state !== State.Offline && remaining(now, deadline) === 0) {
      expire();
    }
    return untilNext(now);
  }

  function topic(name: string, qos?: number, retain?: boolean): Topic<Bytes> | null {
    const level = qos === undefined ? 0 : qos;
    const valid = level === 0 || level === 1 || (QOS2 && level === 2);
    if (!valid || !isTopicName(fromText(name))) return null;
    return prepareTopic(name, First.Publish | (level << 1) | (retain ? RETAIN : 0));
  }

  function subscription(filter: string, qos: number, onMessage: OnMessage, onChunk?: OnChunk): Subscription | null {
    return subscriptions.add(filter, qos, onMessage, onChunk);
  }

  function begin(to: Topic<Bytes>): void {
    draftTopic = to;
    draft = drop(draft, draft.length);
  }

  function text(bytes: string): void {
    draft = joinText(draft, bytes);
  }

  function integer(value: number): void {
    draft = joinInteger(draft, value);
  }

  function fixed(value: number, decimals: number): void {
    draft = joinFixed(draft, value, decimals);
  }

  function bytes(more: Bytes): void {
    draft = join(draft, more);
  }

  function endMessage(): number {
    const to = draftTopic;
    draftTopic = null;
    return publish(to, draft);
  }

  function readCounters(): ClientCounters {
    counters.published = published;
    counters.delivered = delivered;
    counters.received = received;
    return counters;
  }

  function rttMs(): number {
    return rtt;
  }

  return {
    connect,
    disconnect,
    isOnline,
    publish,
    stream,
    abandon,
    subscription,
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
    bytes,
    end: endMessage,
  };
}
