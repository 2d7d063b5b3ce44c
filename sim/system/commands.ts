// Messages of QoS 2 that somebody sends to the mote all the time, and what its handler sees of them: each once and in order, as long as
// the session lives. What may come otherwise is in docs/system-simulation.md.

import type { Message } from '../broker/broker.ts';
import type { Scene } from './scene.ts';
import { MOTE_ID } from './scene.ts';

const EVERY_MS = 15_000;
/** Packet identifiers that the mote's client notes at most (src/mqtt/client.ts: RECEIVED_MAX). */
const NOTED_MAX = 32;
export const COMMANDS = 'mote/do';

/** What the handler saw of a command. */
interface Fate {
  seen: number;
  /** Its session ended before the mote had acknowledged it. */
  mayBeLost: boolean;
  /** Flash had no room for its packet identifier, so the mote knows it as long as there is power. */
  isUnkept: boolean;
  /** The power went before flash had its packet identifier. It may come again once. */
  mayRepeat: boolean;
  /** Its PUBLISH went out with DUP: the first one may have been lost on the way. */
  isAgain: boolean;
  readonly session: SessionLosses;
}

/** Of a session that began unheard. */
interface SessionLosses {
  /** Of its commands that come with DUP so many may be taken for repetitions of what came in a former session. */
  left: number;
}

export interface Commands {
  onConsole(line: string): void;
  /** @param messages that the mote had not acknowledged. */
  onSessionEnd(messages: readonly Message[]): void;
  /** A PUBLISH to the mote goes out with DUP. */
  onAgain(message: Message): void;
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
  let session: SessionLosses = { left: 0 };
  let isOver = false;

  const blame = (what: string) => violations.push(`${(world.now() / 1000).toFixed(3)} s: ${what}`);

  const send = () => {
    if (isOver) return;
    const number = figures.sent + 1;
    if (broker.publish({ topic: COMMANDS, payload: String(number), qos: 2, retain: false })) {
      figures.sent = number;
      fates.set(number, {
        seen: 0,
        mayBeLost: false,
        isUnkept: false,
        mayRepeat: false,
        isAgain: false,
        session,
      });
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
        if (!fate.mayRepeat) blame(`the mote has command ${number} twice`);
        fate.mayRepeat = false;
      }
      fate.isUnkept = isFull();
      newest = Math.max(newest, number);
      last = fate;
      lastAt = world.now();
    },
    onSessionEnd(messages) {
      for (const { topic, payload } of messages) {
        if (topic === COMMANDS) fates.get(Number(payload))!.mayBeLost = true;
      }
      session = { left: 0 };
    },
    onAgain({ topic, payload }) {
      if (topic === COMMANDS) fates.get(Number(payload))!.isAgain = true;
    },
    onPowerCut(torn) {
      // Flash has identifiers of a session that is over, and the mote cannot know it any more: it takes what comes with one and
      // with DUP for a repetition, once for each.
      session.left = Math.max(session.left, Math.min(broker.stale(MOTE_ID), NOTED_MAX));
      for (const fate of fates.values()) {
        if (fate.isUnkept) fate.mayRepeat = true;
        fate.isUnkept = false;
      }
      if (torn && last !== undefined && lastAt === world.now()) last.mayRepeat = true;
    },
    stop: () => void (isOver = true),
    finish() {
      for (const [number, { seen, mayBeLost, isAgain, session: from }] of fates) {
        if (seen > 0) continue;
        if (mayBeLost || (isAgain && from.left-- > 0)) figures.lost++;
        else blame(`the mote never had command ${number}`);
      }
      if (broker.waiting(MOTE_ID) > 0) blame(`${broker.waiting(MOTE_ID)} commands are not through`);
    },
  };
}
