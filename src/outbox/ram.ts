// The outbox without flash: a fixed number of places in RAM, which survives everything but the loss of power.

import { byteAt, copy, createBuffer, EMPTY, fits, release, type Bytes } from '../bytes/bytes.ts';
import { QOS2, REQUESTS, V5 } from '../features.ts';
import { after, elapsed } from '../ports/clock.ts';
import { Code } from '../ports/codes.ts';
import { isAfter, nextSequence, type Outbox, type OutboxRecord } from '../ports/outbox.ts';
import { PROPERTIES_MAX, type Topic } from '../ports/packet-writer.ts';

/** No sequence: equal to no number that anybody asks for. */
const FREE = null;
/** What properties with a message expiry interval begin with. */
const EXPIRY = 2;

/**
 * @param places records held at most.
 * @param payloadMax most bytes of a payload. A string is kept as it is, whatever its length, so this binds the array form only.
 * @param now as Clock.now: tells the age of messages that expire, if `idle` is called once a day. Left out: it is 0.
 */
export function createRamOutbox(places: number, payloadMax: number, now?: () => number): Outbox<Bytes> {
  let newest = 0;
  // A record lies at sequence modulo places; FREE marks a free place.
  const sequences: (number | null)[] = [];
  const topics: Topic<Bytes>[] = [];
  const payloads: Bytes[] = [];
  const received: boolean[] = [];
  /** When each was taken, by `upSec`: seconds since some moment. */
  const takenSec: number[] = [];
  /** Copies, where those of a topic may be others by the time that a message is sent. */
  const properties: Bytes[] = [];
  /** What a record says of a topic that has properties. */
  const shown = { first: 0, head: EMPTY, name: EMPTY, size: 0, properties: EMPTY };
  let upSec = 0;
  let lastMs = 0;
  for (let i = 0; i < places; i++) {
    sequences.push(FREE);
    payloads.push(createBuffer(payloadMax));
    if (QOS2) received.push(false);
    if (V5) {
      takenSec.push(0);
      if (REQUESTS) properties.push(createBuffer(PROPERTIES_MAX));
    }
  }

  /** Time has passed. @returns `upSec`. */
  function tick(): number {
    if (now === undefined) return 0;
    let passedMs = elapsed(lastMs, now());
    // Whole seconds: a fraction JerryScript allocates.
    passedMs -= passedMs % 1000;
    lastMs = after(lastMs, passedMs);
    upSec += passedMs / 1000;
    return upSec;
  }

  /** @apart */
  function keepProperties(place: number, of: Bytes): void {
    takenSec[place] = tick();
    if (REQUESTS) properties[place] = copy(properties[place], of);
  }

  /** Say in `out` what came with the message at `place`. @apart */
  function show(out: OutboxRecord<Bytes>, place: number, topic: Topic<Bytes>): void {
    if (REQUESTS) {
      const kept = properties[place];
      shown.first = topic.first;
      shown.head = topic.head;
      shown.name = topic.name;
      shown.size = topic.size;
      shown.properties = kept;
      out.topic = shown;
    }
    if (!REQUESTS || byteAt(properties[place], 0) === EXPIRY) out.ageSec = tick() - takenSec[place];
  }

  /** @hot */
  function append(topic: Topic<Bytes>, payload: Bytes): number {
    const sequence = nextSequence(newest);
    const place = sequence % places;
    if (sequences[place] !== FREE) return Code.Full;
    if (!fits(payload, payloadMax)) return Code.TooLong;
    sequences[place] = newest = sequence;
    topics[place] = topic;
    payloads[place] = copy(payloads[place], payload);
    if (V5 && (REQUESTS || topic.expires!)) keepProperties(place, topic.properties!);
    return sequence;
  }

  /** @hot */
  function acknowledge(sequence: number): number {
    const place = sequence % places;
    if (sequences[place] !== sequence) return Code.Unknown;
    sequences[place] = FREE;
    payloads[place] = release(payloads[place]);
    if (QOS2) received[place] = false;
    return Code.Ok;
  }

  /** @returns the oldest record after `sequence`, 0 when there is none. @apart */
  function search(sequence: number): number {
    let next = 0;
    for (let i = 0; i < places; i++) {
      const held = sequences[i];
      const isNext = held !== FREE && (sequence === 0 || isAfter(held, sequence));
      if (isNext && (next === 0 || isAfter(next, held))) next = held;
    }
    return next;
  }

  function peek(sequence: number, out: OutboxRecord<Bytes>): number {
    // Most often nothing follows, or the very next one.
    if (sequence === newest) return Code.Empty;
    let next = nextSequence(sequence);
    if (sequence === 0 || sequences[next % places] !== next) next = search(sequence);
    if (next === 0) return Code.Empty;
    const place = next % places;
    out.sequence = next;
    out.topic = topics[place];
    out.payload = payloads[place];
    out.received = QOS2 && received[place];
    if (V5) {
      out.ageSec = 0;
      if (REQUESTS || topics[place].expires!) show(out, place, topics[place]);
    }
    return Code.Ok;
  }

  function receive(sequence: number): number {
    if (!QOS2) return Code.Unknown;
    const place = sequence % places;
    if (sequences[place] !== sequence) return Code.Unknown;
    received[place] = true;
    return Code.Ok;
  }

  function restart(): number {
    let finished = 0;
    if (!QOS2) return finished;
    for (let i = 0; i < places; i++) {
      if (!received[i]) continue;
      acknowledge(sequences[i]!);
      finished++;
    }
    return finished;
  }

  function countHeld(): number {
    let count = 0;
    for (let i = 0; i < places; i++) if (sequences[i] !== FREE) count++;
    return count;
  }

  function findNewest(): number {
    return newest;
  }

  function recall(_key: number): Bytes {
    return EMPTY;
  }

  /** What would be asked for at the next start only, there would be nobody to ask for. */
  function remember(_key: number, _value: Bytes): number {
    return Code.Ok;
  }

  function idle(): boolean {
    if (V5) tick();
    return false;
  }

  return {
    append,
    peek,
    receive,
    restart,
    acknowledge,
    count: countHeld,
    newest: findNewest,
    recall,
    remember,
    idle,
  };
}
