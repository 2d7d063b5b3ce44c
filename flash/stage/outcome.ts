// Follows a fault to its end and says in sentences what became of it: what ended, when there was a session again, which readings waited
// meanwhile, and that none was lost, or how many were.

import { accountText } from '../sim/account.ts';
import type { AccountFigures, OutcomeEvent, StateEvent } from './events.ts';
import type { Hearing } from './hearing.ts';
import type { SessionView } from './timeline.ts';

/** What follows a fault is waited for so long after it, no longer. */
export const OUTCOME_MS = 180_000;
/** From one look at it to the next. */
const LOOK_MS = 500;
/** An acknowledgement that takes longer is told of. */
const SLOW_MS = 1000;
/** Values that are told. */
const VALUES_MAX = 6;

/** What a fault tells of itself. */
export interface Report {
  /** A sentence. */
  tell(sentence: string): void;
  /** The session ends with it: there is to be another one before it is over. */
  breaks(): void;
  /** Sensors fail with it: those that did are to answer again before it is over. */
  fails(): void;
  /** What is measured changes with it: that is told. */
  changes(): void;
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
  /** What the mote said since, and how its acknowledgements were. */
  readonly hearing: Hearing;
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
  const valuesBefore = host.hearing.values();
  let mustBreak = false;
  let mustAnswer = false;
  let mustChange = false;
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

  /** Sensors that were measured before and since. */
  const changed = () => {
    const now = host.hearing.values();
    return [...valuesBefore.keys()].filter((topic) => (now.get(topic)?.at ?? 0) > beganAt);
  };

  const isSettled = (account: AccountFigures) => {
    if (doneAt === undefined) return false;
    const { isOnline, isAsleep } = host.session();
    // What a mote holds that sleeps is for its next session.
    const isBack = isAsleep || (isOnline && account.held <= before.held);
    const isMended = !mustBreak || gap().onlineAt !== undefined;
    const isWhole = !mustAnswer || host.hearing.failing().length === 0;
    const isChanged = !mustChange || changed().length === valuesBefore.size;
    const isAll = isBack && isMended && isWhole && isChanged;
    return isAll || host.now() - doneAt > OUTCOME_MS;
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

  const heardSentences = (): string[] => {
    const slowest = host.hearing.slowestAck(beganAt);
    const values = host.hearing.values();
    const moved = mustChange ? changed().slice(0, VALUES_MAX) : [];
    return [
      ...host.hearing.said(beganAt).map((sentence) => `The mote said: ${sentence}.`),
      ...moved.map((topic) => {
        const { text, unit } = values.get(topic)!;
        return `${topic}: ${valuesBefore.get(topic)!.text} before, ${text} ${unit} now.`;
      }),
      ...(slowest > SLOW_MS ? [`The slowest acknowledgement took ${seconds(slowest)}.`] : []),
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
        ? [
            ...told,
            ...linkSentences(),
            ...heardSentences(),
            ...readingSentences(account),
            `Account: ${accountText(account)}.`,
          ]
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
    fails: () => void (mustAnswer = true),
    changes: () => void (mustChange = true),
    done() {
      if (doneAt !== undefined) return;
      doneAt = host.now();
      host.say('fault', 'over', label);
    },
  };
}
