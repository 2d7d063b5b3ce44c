// Messages of QoS 2 that somebody sends to the mote all the time, and what its handler sees of them: each once and in order, as long as
// the session lives. What may come otherwise is in docs/system-simulation.md.

import type { Scene } from './scene.ts';

const EVERY_MS = 15_000;
export const COMMANDS = 'mote/do';

/** What the handler saw of a command. */
interface Fate {
  seen: number;
  /** Its session ended before it was through, or the power went while it was handled. */
  isExcused: boolean;
}

export interface Commands {
  onConsole(line: string): void;
  onSessionEnd(): void;
  onPowerCut(torn: boolean): void;
  /** No more commands. */
  stop(): void;
  finish(): void;
  readonly violations: string[];
  readonly figures: { sent: number; twice: number; lost: number };
}

/** @param isFull whether the mote's outbox had no room for what it was given last. */
export function createCommands({ world, broker }: Scene, isFull: () => boolean): Commands {
  const violations: string[] = [];
  const figures = { sent: 0, twice: 0, lost: 0 };
  const fates = new Map<number, Fate>();
  let newest = 0;
  /** The last that was seen, and when. */
  let last: Fate | undefined;
  let lastAt = 0;
  /** Flash has identifiers of a session that is over, and the mote cannot know it: it takes what comes with one for a repetition. */
  let isStale = false;
  let isOver = false;

  const blame = (what: string) => violations.push(`${(world.now() / 1000).toFixed(3)} s: ${what}`);

  const send = () => {
    if (isOver) return;
    const number = figures.sent + 1;
    if (broker.publish({ topic: COMMANDS, payload: String(number), qos: 2, retain: false })) {
      figures.sent = number;
      fates.set(number, { seen: 0, isExcused: isStale });
    }
    world.setTimer(EVERY_MS, send);
  };
  world.setTimer(EVERY_MS, send);

  return {
    violations,
    figures,
    onConsole(line) {
      if (!line.startsWith('I ')) return;
      const number = Number(line.slice(2));
      const fate = fates.get(number);
      if (fate === undefined) return void blame(`the mote has command ${number}, which nobody sent`);
      if (++fate.seen === 1 && number < newest) blame(`the mote has command ${number} after ${newest}`);
      if (fate.seen > 1) {
        figures.twice++;
        if (!fate.isExcused) blame(`the mote has command ${number} twice`);
        fate.isExcused = false;
      }
      // Flash has no room for its identifier: it is known as long as there is power.
      if (isFull()) fate.isExcused = true;
      newest = Math.max(newest, number);
      last = fate;
      lastAt = world.now();
    },
    onSessionEnd() {
      isStale = false;
      for (const fate of fates.values()) if (fate.seen === 0) fate.isExcused = true;
    },
    onPowerCut(torn) {
      if (!broker.isTold('mote')) {
        isStale = true;
        for (const fate of fates.values()) if (fate.seen === 0) fate.isExcused = true;
      }
      if (torn && last !== undefined && lastAt === world.now()) last.isExcused = true;
    },
    stop: () => void (isOver = true),
    finish() {
      for (const [number, { seen, isExcused }] of fates) {
        if (seen > 0) continue;
        if (isExcused) figures.lost++;
        else blame(`the mote never had command ${number}`);
      }
      if (broker.waiting('mote') > 0) blame(`${broker.waiting('mote')} commands are not through`);
    },
  };
}
