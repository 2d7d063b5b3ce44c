// The outbox without flash: a fixed number of places in RAM, which survives everything but the loss of power.

import { copy, createBuffer, EMPTY, fits, release, type Bytes } from '../bytes/bytes.ts';
import { QOS2 } from '../features.ts';
import { Code } from '../ports/codes.ts';
import { isAfter, nextSequence, type Outbox, type OutboxRecord } from '../ports/outbox.ts';
import type { Topic } from '../ports/packet-writer.ts';

/** No sequence: equal to no number that anybody asks for. */
const FREE = null;

/**
 * @param places records held at most.
 * @param payloadMax most bytes of a payload. A string is kept as it is, whatever its length, so this binds the array form only.
 */
export function createRamOutbox(places: number, payloadMax: number): Outbox<Bytes> {
  let newest = 0;
  // A record lies at sequence modulo places; FREE marks a free place.
  const sequences: (number | null)[] = [];
  const topics: Topic<Bytes>[] = [];
  const payloads: Bytes[] = [];
  const received: boolean[] = [];
  for (let i = 0; i < places; i++) {
    sequences.push(FREE);
    payloads.push(createBuffer(payloadMax));
    if (QOS2) received.push(false);
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
