// When a mote tells of itself: at each session, and when Home Assistant has started; then each mote at its own time, so that a
// fleet does not answer at once.

import { NEVER_MS, after, remaining } from '../../ports/clock.ts';
import { Code } from '../../ports/codes.ts';
import type { TextSink } from '../../ports/packet-writer.ts';
import { phaseOf } from '../phase.ts';
import type { Discovery, DiscoveryPorts } from './discovery.ts';

/** Until the next try to say something that found no room. */
const SAY_AGAIN_MS = 100;
/** Motes answer Home Assistant's birth message within this. */
const BIRTH_SPREAD_MS = 10000;

export interface Announcer extends Discovery {
  /** Say everything again with the next `send`. */
  again(): void;
}

/**
 * @param birth topic of Home Assistant's birth message.
 * @param say publish number `index` of what there is to say. @returns a code of `PacketWriter.end`.
 * @param count how many there are; it may grow.
 * @param describe write all of it down.
 */
export function createAnnouncer(
  ports: DiscoveryPorts,
  serial: string,
  birth: string,
  say: (index: number) => number,
  count: () => number,
  describe: (sink: TextSink) => void,
): Announcer {
  let next = 0;
  let dueAt = -1;
  let isBorn = false;

  ports.listen(birth, function (payload, _topic, isRetained) {
    // What the broker kept comes with each session, which begins with all that is to be said.
    if (isRetained || payload !== 'online') return;
    isBorn = true;
    ports.wake();
  });

  function begin(at: number): void {
    next = 0;
    dueAt = at;
  }

  function again(): void {
    next = 0;
  }

  function refresh(now: number): void {
    isBorn = false;
    begin(now);
  }

  function send(now: number): number {
    if (isBorn) {
      isBorn = false;
      begin(after(now, phaseOf(serial, BIRTH_SPREAD_MS)));
    }
    if (dueAt < 0) return NEVER_MS;
    const wait = remaining(now, dueAt);
    if (wait > 0) return wait;
    while (next < count()) {
      const code = say(next);
      if (code === Code.Busy) return SAY_AGAIN_MS;
      if (code === Code.Closed) {
        // The next session begins with everything.
        dueAt = -1;
        return NEVER_MS;
      }
      // What is too long will not get shorter: the others are said.
      if (code < 0) ports.refuse(code);
      next++;
    }
    // Not yet over: what is found out later is said, too.
    return NEVER_MS;
  }

  return { refresh, send, again, describe };
}
