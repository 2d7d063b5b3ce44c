// Watches one client from outside, byte by byte: what it may write, in which order, and how often. Says nothing about what a
// broker makes of it.

import { fail, numberOf, type Message } from './messages.ts';
import { createReader, readFilters, readPublish, wordAt, type Packet, type Publish } from './wire.ts';

/** Messages in flight at most, and the identifiers of stored ones. */
const IN_FLIGHT = 8;
const STORED_ID_MAX = 32640;
const ACKS = [0x40, 0x50, 0x70];
/** Bytes of the bodies that have a fixed size. */
const SIZES = new Map([
  [0x40, 2],
  [0x50, 2],
  [0x62, 2],
  [0x70, 2],
  [0xc0, 0],
  [0xe0, 0],
]);

export interface Observer {
  /** A connection opens; CONNECT is to be these bytes. */
  open(connect: string): void;
  /** The client is about to be given these bytes; they are not a broker's if `hostile`. */
  fed(bytes: string, hostile: boolean): void;
  /** The client wrote these bytes. */
  written(bytes: string): void;
  /** The client took the session. */
  online(): void;
  /** The client forgot the session. */
  lost(): void;
  /** The client holds the message no more: there has to be a reason. */
  settled(message: Message): void;
  /** The message that is streamed now. */
  streaming: Message | undefined;
  /** Bytes that no broker sends came on this connection, or in this session. */
  readonly tainted: boolean;
  readonly doubtful: boolean;
}

/** @returns whether topic and identifier of a PUBLISH are there. */
function hasTopic({ first, body }: Packet): boolean {
  return first >> 4 === 3 && body.length >= 2 + wordAt(body, 0) + (first > 0x31 ? 2 : 0);
}

export function createObserver(messages: ReadonlyMap<number, Message>): Observer {
  let reader = createReader();
  let feed = createReader();
  let expected = '';
  let connected = false;
  let online = false;
  let tainted = false;
  let begun = false;
  let feedBegun = false;
  let lastPlain = 0;
  let lastStored = 0;
  let asked = 0;
  let pings = 0;
  let sent = new Set<number>();
  let released = new Map<number, number>();
  /** Identifiers that came, by the acknowledgement that may follow: in that order. */
  let due = new Map<number, number[]>();
  /** Streamed messages whose PUBREC came in this session; whether the client got as far as to take it is not known. */
  let pubrecs = new Set<number>();
  /** What came on a former connection of this session is not known. */
  let doubtful = false;
  /** Acknowledgements that came, as `first:id`. */
  let acks = new Set<string>();

  function identify(seen: Publish): Message | undefined {
    if (seen.topic.startsWith('s/')) return observer.streaming ?? fail('nothing is streamed');
    const n = numberOf(seen.payload);
    return n === undefined ? undefined : (messages.get(n) ?? fail(`message ${n} was never accepted`));
  }

  function inFlight(): number {
    let count = 0;
    for (const n of sent) {
      const message = messages.get(n);
      if (message !== undefined && message.qos > 0 && !message.done) count++;
    }
    return count;
  }

  function checkId(message: Message, id: number): void {
    const stored = id >= 1 && id <= STORED_ID_MAX;
    if (stored !== (message.kind === 'stored') || id < 1 || id > 65535) {
      fail(`identifier ${id} for ${message.kind}`);
    }
    if (message.id !== 0 && message.id !== id && message.handed) {
      fail(`${message.n} has identifier ${message.id}, then ${id}`);
    }
    for (const n of sent) {
      const other = messages.get(n)!;
      if (other.qos > 0 && !other.done && other !== message && other.id === id) {
        fail(`identifier ${id} for ${n} and ${message.n}`);
      }
    }
    message.id = id;
  }

  function checkReliable(message: Message, seen: Publish): void {
    checkId(message, seen.id);
    if (seen.dup !== message.handed) fail(`${message.n}: DUP ${seen.dup}, sent before ${message.handed}`);
    if (message.received) fail(`PUBLISH of ${message.n} after PUBREC`);
    if (message.done) fail(`PUBLISH of ${message.n}, which is done`);
    if (message.kind === 'stored') {
      if (message.n <= lastStored) fail(`${message.n} after ${lastStored}`);
      lastStored = message.n;
    }
    message.handed = true;
  }

  /** The beginning of a PUBLISH is there. */
  function onPublish(message: Message, seen: Publish): void {
    if (!online) fail('PUBLISH before CONNACK');
    if (seen.topic !== message.topic || seen.qos !== message.qos || seen.retain !== message.retain) {
      fail(`${message.n} is not what was published`);
    }
    if (sent.has(message.n)) fail(`${message.n} twice on one connection`);
    if (message.qos > 0) {
      checkReliable(message, seen);
    } else {
      if (seen.dup) fail(`DUP with QoS 0`);
      if (message.kind === 'plain' && message.n <= lastPlain) fail(`QoS 0: ${message.n} after ${lastPlain}`);
      if (message.kind === 'plain') lastPlain = message.n;
    }
    sent.add(message.n);
    if (message.qos > 0 && inFlight() > IN_FLIGHT) fail(`${inFlight()} in flight`);
  }

  function onPubrel(id: number): void {
    const answers = due.get(0x62) ?? [];
    const at = answers.indexOf(id);
    released.set(id, (released.get(id) ?? 0) + 1);
    if (at >= 0) {
      answers.splice(at, 1);
      if (observer.streaming?.id === id) observer.streaming.received = true;
      return;
    }
    if (tainted) return;
    // Nobody asked: it goes on from a former connection.
    if (released.get(id)! > 1) fail(`PUBREL ${id} twice`);
    const resumed = [...messages.values()].find((m) => m.id === id && m.qos === 2 && !m.done && m.handed);
    if (resumed === undefined || !(resumed.received || pubrecs.has(id) || doubtful)) {
      fail(`PUBREL ${id} for nothing`);
    }
    if (resumed.kind !== 'stored') return;
    if (resumed.n <= lastStored) fail(`PUBREL of ${resumed.n} after ${lastStored}`);
    lastStored = resumed.n;
    sent.add(resumed.n);
  }

  /** An acknowledgement of ours: one for each packet that came, in their order, though not for all [MQTT-4.6.0-2]. */
  function onOurAck(first: number, id: number): void {
    if (tainted) return;
    const answers = due.get(first) ?? [];
    const at = answers.indexOf(id);
    if (at < 0) fail(`${first.toString(16)} ${id} for nothing, or out of order`);
    answers.splice(0, at + 1);
  }

  function onSubscribe(packet: Packet): void {
    const id = wordAt(packet.body, 0);
    if (id <= STORED_ID_MAX) fail(`identifier ${id} for SUBSCRIBE`);
    if (asked > 0 && !tainted) fail('two SUBSCRIBE or UNSUBSCRIBE under way');
    if (readFilters(packet).length === 0) fail('no filter');
    asked = id;
  }

  function onWhole(packet: Packet): void {
    const seen = readPublish(packet);
    const message = identify(seen) ?? fail('PUBLISH of nothing');
    if (!begun) onPublish(message, seen);
    begun = false;
    if (seen.payload !== message.payload) fail(`payload of ${message.n} is not what was published`);
  }

  function onPacket(packet: Packet): void {
    const { first, body } = packet;
    const size = SIZES.get(first);
    if (size !== undefined && body.length !== size) fail(`${first.toString(16)} with ${body.length} bytes`);
    if (first >> 4 === 3) onWhole(packet);
    else if (first === 0x82 || first === 0xa2) onSubscribe(packet);
    else if (first === 0x62) onPubrel(wordAt(body, 0));
    else if (ACKS.includes(first)) onOurAck(first, wordAt(body, 0));
    else if (size !== 0) fail(`a client sends no ${first.toString(16)}`);
    if (first === 0xc0 && ++pings > 1 && !tainted) fail('PINGREQ while one is under way');
  }

  /** Behind a PUBLISH of the broker one acknowledgement may follow, and so on. */
  function expect(first: number, id: number): void {
    due.set(first, [...(due.get(first) ?? []), id]);
  }

  /** As soon as its identifier is there: what came before is acknowledged at once. */
  function onFedPublish(packet: Packet): void {
    const { qos, id } = readPublish(packet);
    if (qos > 0) expect(qos === 1 ? 0x40 : 0x50, id);
  }

  function onFed(packet: Packet): void {
    const { first, body } = packet;
    if (first >> 4 === 3) {
      if (!feedBegun) onFedPublish(packet);
      feedBegun = false;
    } else if (first === 0xd0) {
      pings = 0;
    } else if (first === 0x90 || first === 0xb0) {
      if (wordAt(body, 0) === asked) asked = 0;
    } else {
      const id = wordAt(body, 0);
      if (first === 0x62) expect(0x70, id);
      if (first === 0x50) expect(0x62, id);
      if (first === 0x50 && id > STORED_ID_MAX) pubrecs.add(id);
      acks.add(`${first}:${id}`);
    }
  }

  const observer: Observer = {
    streaming: undefined,
    get tainted() {
      return tainted;
    },
    get doubtful() {
      return doubtful;
    },
    open(connect) {
      reader = createReader();
      feed = createReader();
      expected = connect;
      connected = online = tainted = begun = feedBegun = false;
      lastPlain = lastStored = asked = pings = 0;
      sent = new Set();
      released = new Map();
      due = new Map();
      acks = new Set();
    },
    fed(bytes, hostile) {
      tainted ||= hostile;
      doubtful ||= hostile;
      if (tainted) return;
      feed.feed(bytes).forEach(onFed);
      const partial = feed.begun();
      if (feedBegun || partial === undefined || !hasTopic(partial)) return;
      onFedPublish(partial);
      feedBegun = true;
    },
    written(bytes) {
      let rest = bytes;
      if (!connected) {
        const most = expected.length;
        if (!expected.startsWith(rest.slice(0, most))) fail('CONNECT comes first');
        rest = rest.slice(most);
        expected = expected.slice(bytes.length);
        connected = expected.length === 0;
      }
      if (rest.length > 0 && !online) fail('nothing but CONNECT before CONNACK');
      reader.feed(rest).forEach(onPacket);
      const partial = reader.begun();
      if (begun || partial === undefined || !hasTopic(partial)) return;
      const seen = readPublish(partial);
      const message = identify(seen);
      if (message === undefined) return;
      onPublish(message, seen);
      begun = true;
    },
    online() {
      online = true;
    },
    lost() {
      pubrecs = new Set();
      doubtful = tainted;
      for (const message of messages.values()) {
        // The broker has it: it is not the outbox's any more.
        if (message.received && message.kind !== 'streamed') message.done = true;
        message.handed = message.received = false;
        if (message.kind === 'streamed') message.id = 0;
      }
    },
    settled(message) {
      if (message.done) fail(`${message.n} is done twice`);
      message.done = true;
      if (tainted) message.excused = true;
      else if (!acks.has(`${message.qos === 1 ? 0x40 : 0x70}:${message.id}`)) {
        fail(`${message.n} is done without acknowledgement`);
      } else if (!sent.has(message.n) && !released.has(message.id)) {
        fail(`${message.n} is done, and was not sent on this connection`);
      }
    },
  };
  return observer;
}
