// What a mote was heard to say and do of late: its words on the console, which sensors it says fail, its last values, and how long
// acknowledgements took. For the sentences about a fault.

import type { ReadingEvent } from './events.ts';
import type { Passed } from './tap.ts';

export interface Hearing {
  onSentence(sentence: string): void;
  onPacket(passed: Passed): void;
  onReading(reading: ReadingEvent): void;
  /** @returns what it said since, each once, without what it says at each start and each try. */
  said(since: number): string[];
  /** @returns sensors that failed and did not answer again. */
  failing(): string[];
  /** @returns the last number of each topic. */
  values(): Map<string, ReadingEvent>;
  /** @returns the longest time from a PUBLISH to its acknowledgement, of those that came since; 0: none did. */
  slowestAck(since: number): number;
}

const KEPT = 100;
const SAID_MAX = 5;
const TOPICS_MAX = 500;
const USUAL = /^(next try|firmware started|Wi-Fi joined|online:|asleep|subscription \d+ granted)/;
const FAILED = /^(sensor \d+) failed/;
const ANSWERS = /^(sensor \d+) answers again/;
const ACKNOWLEDGEMENTS = ['puback', 'pubrec'];

export function createHearing(now: () => number): Hearing {
  const sentences: { readonly t: number; readonly sentence: string }[] = [];
  const failing = new Set<string>();
  const values = new Map<string, ReadingEvent>();
  /** When a PUBLISH went out, by its identifier. */
  let published = new Map<number, number>();
  const acks: { readonly t: number; readonly ms: number }[] = [];

  const keep = <Item>(list: Item[], item: Item) => {
    list.push(item);
    if (list.length > 2 * KEPT) list.splice(0, KEPT);
  };

  return {
    onSentence(sentence) {
      keep(sentences, { t: now(), sentence });
      const failed = FAILED.exec(sentence)?.[1];
      const answers = ANSWERS.exec(sentence)?.[1];
      if (failed !== undefined) failing.add(failed);
      if (answers !== undefined) failing.delete(answers);
      // Who starts anew has not tried its sensors yet.
      if (sentence === 'firmware started') failing.clear();
    },
    onPacket({ packet }) {
      if (packet?.cmd === 'connect') published = new Map();
      if (packet?.messageId === undefined) return;
      if (packet.cmd === 'publish') published.set(packet.messageId, now());
      if (!ACKNOWLEDGEMENTS.includes(packet.cmd)) return;
      const sentAt = published.get(packet.messageId);
      published.delete(packet.messageId);
      if (sentAt === undefined) return;
      const ms = now() - sentAt;
      const last = acks.at(-1);
      // One a second is enough: the slowest.
      if (last !== undefined && now() - last.t < 1000 && ms <= last.ms) return;
      keep(acks, { t: now(), ms });
    },
    onReading(reading) {
      if (reading.value !== undefined && (values.has(reading.topic) || values.size < TOPICS_MAX)) {
        values.set(reading.topic, reading);
      }
    },
    said(since) {
      const told = sentences.filter(({ t, sentence }) => t >= since && !USUAL.test(sentence));
      return [...new Set(told.map(({ sentence }) => sentence))].slice(0, SAID_MAX);
    },
    failing: () => [...failing],
    values: () => new Map(values),
    slowestAck: (since) => acks.reduce((most, { t, ms }) => (t >= since ? Math.max(most, ms) : most), 0),
  };
}
