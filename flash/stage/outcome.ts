// Follows a fault to its end and says in sentences what became of it: what ended, when there was a session again, which readings waited
// meanwhile, and that none was lost, or how many were.

import { accountText } from '../sim/account.ts';
import type { AccountFigures, OutcomeEvent, StateEvent } from './events.ts';
import type { SessionView } from './timeline.ts';

/** What follows a fault is waited for so long after it, no longer. */
export const OUTCOME_MS = 180_000;
/** From one look at it to the next. */
const LOOK_MS = 500;

/** What a fault tells of itself. */
export interface Report {
  /** A sentence. */
  tell(sentence: string): void;
  /** The session ends with it: there is to be another one before it is over. */
  breaks(): void;
  /** All is as before, from here on. */
  done(): void;
}

export interface OutcomeHost {
  now(): number;
  setTimer(ms: number, run: () => void): unknown;
  session(): SessionView;
  account(): AccountFigures;
  /** Readings that came late so far. */
  late(): number;
  emit(event: OutcomeEvent): void;
  say(of: StateEvent['of'], state: string, cause: string): void;
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const count = (number: number, one: string, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

/** Begin to follow a fault. @param args for the timeline. */
export function followFault(
  host: OutcomeHost,
  { fault, name, label, args }: { fault: number; name: string; label: string; args: string },
): Report {
  const beganAt = host.now();
  const before = host.account();
  const endedBefore = host.session().ended;
  const lateBefore = host.late();
  const told: string[] = [];
  let mustBreak = false;
  let doneAt: number | undefined;
  let heldMost = before.held;
  let isOver = false;

  /** @returns when the session ended since, and when there was one again. */
  const gap = () => {
    const { isOnline, brokenAt, onlineAt } = host.session();
    const isBroken = brokenAt >= beganAt;
    return {
      brokenAt: isBroken ? brokenAt : undefined,
      onlineAt: isBroken && isOnline && onlineAt >= brokenAt ? onlineAt : undefined,
    };
  };

  const isSettled = (account: AccountFigures) => {
    if (doneAt === undefined) return false;
    const isBack = host.session().isOnline && (!mustBreak || gap().onlineAt !== undefined);
    return (isBack && account.held <= before.held) || host.now() - doneAt > OUTCOME_MS;
  };

  const linkSentences = (): string[] => {
    const ended = host.session().ended - endedBefore;
    const { brokenAt, onlineAt } = gap();
    return [
      ...(ended > 0 ? [`${count(ended, 'connection')} ended.`] : []),
      ...(onlineAt === undefined
        ? []
        : [
            `There was a session again ${seconds(onlineAt - beganAt)} after this began, ${seconds(onlineAt - brokenAt!)} after the one before.`,
          ]),
      ...(mustBreak && onlineAt === undefined ? ['There is no session again yet.'] : []),
    ];
  };

  const readingSentences = (account: AccountFigures): string[] => {
    const late = host.late() - lateBefore;
    const lost = account.lost - before.lost;
    const again = account.duplicates - before.duplicates;
    const waited = Math.max(0, heldMost - before.held);
    return [
      ...(waited > 1 ? [`Up to ${waited} messages waited in the outbox at a time.`] : []),
      ...(late > 0 ? [`${count(late, 'reading')} arrived late.`] : []),
      ...(again > 0 ? [`${count(again, 'message')} came again, as QoS 1 allows.`] : []),
      ...(account.held > before.held
        ? [`${count(account.held - before.held, 'more message')} still wait.`]
        : []),
      lost > 0
        ? `${count(lost, 'message')} accepted by the mote did not arrive.`
        : 'Nothing that the mote accepted was lost.',
    ];
  };

  const emit = () => {
    const account = host.account();
    host.emit({
      type: 'outcome',
      t: host.now(),
      fault,
      name,
      label,
      beganAt,
      isOver,
      what: isOver
        ? [...told, ...linkSentences(), ...readingSentences(account), `Account: ${accountText(account)}.`]
        : [...told],
      account,
    });
  };

  const look = () => {
    const account = host.account();
    heldMost = Math.max(heldMost, account.held);
    if (isSettled(account)) {
      isOver = true;
      return emit();
    }
    host.setTimer(LOOK_MS, look);
  };

  host.say('fault', name, args);
  host.setTimer(LOOK_MS, look);
  return {
    tell(sentence) {
      told.push(sentence);
      if (!isOver) emit();
    },
    breaks: () => void (mustBreak = true),
    done() {
      if (doneAt !== undefined) return;
      doneAt = host.now();
      host.say('fault', 'over', label);
    },
  };
}
