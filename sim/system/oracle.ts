// Holds what the mote says it accepted against what the broker took. What it asks for is in docs/system-simulation.md.
// It knows numbers of readings, sessions and power cuts; no packet and no time but to say when.

import type { Message, Taken } from '../broker/broker.ts';
import { createAccountOracle } from './account.ts';

/** Topics of the two counters, QoS 1 and 2. */
const TOPICS = ['mote/one/n', 'mote/two/n'];
const EXACTLY_ONCE = 1;
/** Messages that the client has in flight at most: of so many it may not have seen the acknowledgement when its power went. */
const IN_FLIGHT_MAX = 8;
const FULL = -40;
const ACCOUNT = 'mote/account';

/** What became of one number of a counter. */
interface Fate {
  /** What the mote said: 0: accepted; undefined: nothing. */
  code: number | undefined;
  /** The power went in the middle of accepting it. */
  isUnsure: boolean;
  /** How often the broker took it, in which session first, and when last. */
  taken: number;
  session: number;
  takenAt: number;
}

export interface Oracle {
  onConsole(line: string): void;
  onMessage(message: Taken): void;
  /** The broker has let the mote in. */
  onLogin(): void;
  /** And has heard from it since. */
  onOnline(): void;
  /** And has a message from it that it says it may have sent before. */
  onDuplicate(): void;
  onSessionEnd(clientId: string, session: number, open: readonly Message[]): void;
  onPowerCut(torn: boolean): void;
  /** All is mended and had its time: nothing that was accepted may be missing. */
  finish(): void;
  readonly violations: string[];
  readonly figures: Figures;
  /** @returns whether the outbox had no room for the last reading. */
  isFull(): boolean;
  /** Messages in the outbox when the mote said it last. */
  held(): number;
}

export interface Figures {
  accepted: number;
  refused: number;
  /** Of QoS 1 and 2 that the broker took again. */
  repeated: number;
  repeatedExactlyOnce: number;
  /** Readings under way at a cut in the middle of a flash operation; of those, taken by the outbox. */
  unsure: number;
  unsureTaken: number;
  /** Most messages that the outbox held, as it says itself. */
  heldMost: number;
}

/** @param last gives the last number that each counter has given. @param now for what is said. */
export function createOracle(last: readonly (() => number)[], now: () => number): Oracle {
  const violations: string[] = [];
  const fates: Map<number, Fate>[] = TOPICS.map(() => new Map());
  const newest = TOPICS.map(() => 0);
  /** Numbers of QoS 2 whose exchange was open when their session ended: they may come again. */
  const excused = new Set<number>();
  const figures: Figures = {
    accepted: 0,
    refused: 0,
    repeated: 0,
    repeatedExactlyOnce: 0,
    unsure: 0,
    unsureTaken: 0,
    heldMost: 0,
  };
  let missing = 0;
  let heldLast = 0;
  let isFull = false;
  /** Messages that the outbox had ever taken, and that it held, when this boot began; accepted since. */
  let storedAtStart = 0;
  let heldAtStart = 0;
  /**
   * Of those, so many may be phantoms, whose mark was torn: it reads as none at first, and later as a whole one, in this boot or in any after
   * it, since flash has no way to make a mark that reads as none stay so. And so many have been found in this boot, which are not held any more,
   * and nobody has acknowledged them; what is found is made whole, so that it stays so.
   */
  let phantomsMost = 0;
  let phantoms = 0;
  let acceptedSince = 0;
  /** Cuts in the middle of a flash operation since. */
  let tornSince = 0;
  /** Readings that the outbox has taken in the middle of a cut, as it says itself. */
  let unsureKept = 0;

  const blame = (what: string) => void violations.push(`${(now() / 1000).toFixed(3)} s: ${what}`);
  const account = createAccountOracle(IN_FLIGHT_MAX, now, blame);

  const fateOf = (counter: number, number: number): Fate => {
    let fate = fates[counter]!.get(number);
    if (fate === undefined) {
      fate = { code: undefined, isUnsure: false, taken: 0, session: 0, takenAt: 0 };
      fates[counter]!.set(number, fate);
    }
    return fate;
  };

  const accept = (counter: number, number: number, code: number) => {
    const fate = fateOf(counter, number);
    if (fate.code !== undefined) blame(`the mote has told twice of ${TOPICS[counter]} ${number}`);
    fate.code = code;
    isFull = code === FULL;
    if (isFull) account.noteFull();
    account.note('sampled');
    if (code !== 0) {
      figures.refused++;
      account.note('refused');
      if (code !== FULL) blame(`the mote refused ${TOPICS[counter]} ${number} with code ${code}`);
      return;
    }
    figures.accepted++;
    acceptedSince++;
    if (fate.taken === 0) missing++;
  };

  /** What flash has after a start. */
  const start = (stored: number, held: number) => {
    const more = stored - (storedAtStart + acceptedSince);
    if (more < 0 || more > tornSince) {
      blame(
        `${stored} messages were ever taken, ${storedAtStart + acceptedSince} before ${tornSince} torn writes`,
      );
    }
    unsureKept += more;
    const most = missing + unsureKept - figures.unsureTaken + IN_FLIGHT_MAX;
    if (held < missing) {
      blame(`${held} messages in flash, and the broker lacks ${missing} that were accepted`);
    }
    if (held > most) blame(`${held} messages in flash, and ${most} at most were not acknowledged`);
    storedAtStart = stored;
    heldAtStart = held;
    // A phantom is one that the broker has: those that were not found yet, and one for each torn write since that was not of a reading.
    phantomsMost = Math.min(phantomsMost - phantoms + tornSince - more, held - missing);
    account.noteMoved(Math.max(0, held - missing));
    phantoms = 0;
    acceptedSince = tornSince = 0;
  };

  const count = ([delivered, finished, stored, held]: number[]) => {
    figures.heldMost = Math.max(figures.heldMost, held!);
    heldLast = held!;
    const sum = delivered! + finished! + held!;
    const expected = heldAtStart + acceptedSince;
    const gone = expected - sum;
    if (gone < phantoms || gone > phantomsMost) {
      const parts = `delivered ${delivered} + finished ${finished} + held ${held}`;
      const less = phantoms > 0 ? ` - phantoms ${phantoms}` : '';
      blame(
        `${parts} = ${sum}, but ${heldAtStart} at the start + accepted ${acceptedSince}${less} = ${expected - phantoms}`,
      );
    } else {
      phantoms = gone;
      // What was not found is held still, and not among what the broker lacks.
      phantomsMost = Math.min(phantomsMost, phantoms + Math.max(0, held! - missing));
    }
    if (stored !== storedAtStart + acceptedSince) {
      blame(
        `${stored} messages were ever taken, but ${storedAtStart} before the start and ${acceptedSince} since`,
      );
    }
  };

  const takeAgain = (counter: number, number: number, fate: Fate, session: number) => {
    figures.repeated++;
    account.noteSeen('repeated', fate.takenAt);
    if (counter !== EXACTLY_ONCE) return;
    figures.repeatedExactlyOnce++;
    if (session === fate.session) blame(`${TOPICS[counter]} ${number} twice in a session, with QoS 2`);
    else if (!excused.delete(number)) {
      blame(
        `${TOPICS[counter]} ${number} again in the next session, with QoS 2, though its exchange was over`,
      );
    }
    fate.session = session;
  };

  const takeFirst = (counter: number, number: number, fate: Fate, session: number) => {
    const what = `${TOPICS[counter]} ${number}`;
    if (fate.code === 0) missing--;
    else if (fate.isUnsure && figures.unsureTaken < unsureKept) figures.unsureTaken++;
    else if (fate.code === undefined) blame(`${what} is published, and nobody accepted it`);
    else blame(`${what} is published, though it was refused with code ${fate.code}`);
    if (number > last[counter]!()) blame(`${what} is published, and no sensor gave it`);
    if (number < newest[counter]!) blame(`${what} comes after ${newest[counter]}`);
    newest[counter] = number;
    fate.session = session;
    account.note('taken');
  };

  return {
    violations,
    figures,
    isFull: () => isFull,
    held: () => heldLast,
    onConsole(line) {
      const [kind, ...numbers] = line.split(' ');
      const values = numbers.map(Number);
      if (kind === 'R') accept(values[0]!, values[1]!, values[2]!);
      else if (kind === 'B') start(values[0]!, values[1]!);
      else if (kind === 'C') count(values);
    },
    onMessage({ topic, payload, session }) {
      if (topic === ACCOUNT) account.take(payload);
      const counter = TOPICS.indexOf(topic);
      if (counter < 0) return;
      const number = Number(/^\{"value":(\d+)/.exec(payload)?.[1] ?? -1);
      const fate = fateOf(counter, number);
      if (fate.taken++ > 0) takeAgain(counter, number, fate, session);
      else takeFirst(counter, number, fate, session);
      fate.takenAt = now();
    },
    onLogin: account.noteLogin,
    onOnline: () => account.noteSeen('connects', now()),
    onDuplicate: () => account.noteMoved(1),
    onSessionEnd(_, __, open) {
      for (const { payload } of open) excused.add(Number(/\d+/.exec(payload)?.[0]));
    },
    onPowerCut(torn) {
      account.onPowerCut();
      if (!torn) return;
      tornSince++;
      // Between a number and what the mote says of it lies nothing but its way into the outbox.
      for (const counter of TOPICS.keys()) {
        const number = last[counter]!();
        if (number === 0) continue;
        const fate = fateOf(counter, number);
        if (fate.code !== undefined || fate.isUnsure) continue;
        fate.isUnsure = true;
        figures.unsure++;
      }
    },
    finish() {
      account.finish(storedAtStart + acceptedSince, figures.unsure);
      for (const [counter, all] of fates.entries()) {
        for (const [number, { code, taken }] of all) {
          if (code === 0 && taken === 0) {
            blame(`${TOPICS[counter]} ${number} was accepted, and the broker never got it`);
          }
        }
      }
    },
  };
}
