// What has happened to a mote so far, for whoever comes to look: the last of each kind, never more than so many, and everybody who
// looks is told what is new. It judges nothing.

import type { StageEvent } from './events.ts';

/** Of each type so many are kept; of all others the last. */
const KEPT: Partial<Record<StageEvent['type'], number>> = {
  reading: 3000,
  packet: 1000,
  state: 1000,
};
/** Faults whose outcome is kept. */
const OUTCOMES = 50;

export interface Journal {
  emit(event: StageEvent): void;
  /** @returns what is kept, in the order in which it happened. */
  events(): StageEvent[];
  /** @returns a function that ends this. */
  listen(onEvent: (event: StageEvent) => void): () => void;
  /** Somebody listens. */
  isWatched(): boolean;
}

interface Kept {
  readonly order: number;
  readonly event: StageEvent;
}

export function createJournal(): Journal {
  const lists = new Map<string, Kept[]>();
  const single = new Map<string, Kept>();
  const listeners = new Set<(event: StageEvent) => void>();
  let orders = 0;

  const keep = (event: StageEvent) => {
    const kept = { order: orders++, event };
    const most = KEPT[event.type];
    if (most === undefined) {
      const key = event.type === 'outcome' ? `outcome ${event.fault}` : event.type;
      if (event.type === 'outcome') single.delete(`outcome ${event.fault - OUTCOMES}`);
      single.set(key, kept);
      return;
    }
    const list = lists.get(event.type) ?? [];
    lists.set(event.type, list);
    list.push(kept);
    // A shift for each would move all of them each time.
    if (list.length >= 2 * most) list.splice(0, list.length - most);
  };

  return {
    emit(event) {
      keep(event);
      for (const onEvent of [...listeners]) onEvent(event);
    },
    events() {
      const some = [...lists].flatMap(([type, list]) => list.slice(-KEPT[type as StageEvent['type']]!));
      return [...some, ...single.values()].sort((a, b) => a.order - b.order).map(({ event }) => event);
    },
    listen(onEvent) {
      listeners.add(onEvent);
      return () => void listeners.delete(onEvent);
    },
    isWatched: () => listeners.size > 0,
  };
}
