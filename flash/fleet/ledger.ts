// What was accepted beside what an independent observer received, topic by topic. Holds what is on its way and the last few of each topic,
// so its memory does not grow with time. It never guesses: what it cannot pair stays open.

/** @returns what a message is known by. */
export const keyOf = (topic: string, payload: string) => `${topic}\0${payload}`;

/** Up to so many messages of a mote are in flight, so they may come again. */
const WINDOW = 8;

interface Topic {
  /** Accepted and not received, in order. */
  open: string[];
  /** Received before we were told that it was accepted. */
  early: string[];
  /** Received last; may come again. */
  last: string[];
}

export interface LedgerSums {
  readonly accepted: number;
  readonly received: number;
  /** Messages that came again. */
  readonly duplicates: number;
  /** Messages that overtook another of their topic. */
  readonly disordered: number;
}

export interface Ledger {
  accept(topic: string, payload: string): void;
  receive(topic: string, payload: string): void;
  sums(): LedgerSums;
  /** Accepted and not received. */
  openCount(): number;
  /** @returns how many of them are not among `kept`, which is what a mote still holds: they are lost. */
  lost(kept: Iterable<string>): number;
}

export function createLedger(): Ledger {
  const topics = new Map<string, Topic>();
  let accepted = 0;
  let received = 0;
  let duplicates = 0;
  let disordered = 0;

  const topicOf = (name: string): Topic => {
    let topic = topics.get(name);
    if (topic === undefined) topics.set(name, (topic = { open: [], early: [], last: [] }));
    return topic;
  };

  const done = (topic: Topic, payload: string) => {
    received++;
    topic.last.push(payload);
    if (topic.last.length > WINDOW) topic.last.shift();
  };

  return {
    accept(name, payload) {
      const topic = topicOf(name);
      accepted++;
      const at = topic.early.indexOf(payload);
      if (at < 0) return void topic.open.push(payload);
      topic.early.splice(at, 1);
      done(topic, payload);
    },
    receive(name, payload) {
      const topic = topicOf(name);
      const at = topic.open.indexOf(payload);
      if (at === 0 || (at > 0 && !topic.last.includes(payload))) {
        topic.open.splice(at, 1);
        if (at > 0) disordered++;
        return done(topic, payload);
      }
      if (topic.last.includes(payload)) return void duplicates++;
      topic.early.push(payload);
      if (topic.early.length > WINDOW) topic.early.shift();
    },
    sums: () => ({ accepted, received, duplicates, disordered }),
    openCount: () => accepted - received,
    lost(kept) {
      const held = new Set(kept);
      let lost = 0;
      for (const [name, { open }] of topics) for (const one of open) if (!held.has(keyOf(name, one))) lost++;
      return lost;
    },
  };
}
