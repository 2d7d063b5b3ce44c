// The transitions of a mote's link (src/parts/history.ts) in sentences: from what it publishes, or from what its flash keeps.

import { closeText } from './codes.ts';
import type { Transition } from './outbox/state.ts';

/** What a link does, by the number of its stage. */
export const STAGES: readonly string[] = [
  'waits for the next try',
  'joins Wi-Fi',
  'opens a connection to the broker',
  'logs in',
  'there is a session',
  'sends what is left before it leaves',
  'asleep',
  'stopped for good',
];
/** In the place of a cause: how long that is after the one before nobody knows, for the board was off. */
export const STARTED = 31;
export const STARTED_TEXT = 'the board was started';

/** How a time in seconds is said: by the first row with a greater `below`; `#` is the seconds through `per`, rounded, through `of`. */
export const AGES: readonly {
  readonly below: number;
  readonly per: number;
  readonly of: number;
  readonly text: string;
}[] = [
  { below: 1, per: 1, of: 1, text: 'at once' },
  { below: 120, per: 1, of: 1, text: 'after # s' },
  { below: 7200, per: 60, of: 1, text: 'after # min' },
  { below: Number.MAX_SAFE_INTEGER, per: 360, of: 10, text: 'after # h' },
];

const isNumber = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;

function ageText(seconds: number): string {
  const { per, of, text } = AGES.find(({ below }) => seconds < below) ?? AGES[AGES.length - 1]!;
  return text.replace('#', String(Math.round(seconds / per) / of));
}

/** @returns the sentence for a transition. */
export function transitionText([stage, cause, seconds]: Transition): string {
  if (cause === STARTED) return STARTED_TEXT;
  const what = STAGES[stage] ?? `unknown stage ${stage}`;
  return `${ageText(seconds)}: ${what}${cause === 0 ? '' : `: ${closeText(cause)}`}`;
}

/** @param payload what came on `<id>/history`. @returns one sentence for each transition; none when it is something else. */
export function historyText(payload: string): string[] {
  let list: unknown;
  try {
    list = JSON.parse(payload);
  } catch {
    return [];
  }
  if (!Array.isArray(list)) return [];
  const isTransition = (one: unknown): one is Transition =>
    Array.isArray(one) && one.length === 3 && one.every(isNumber);
  return list.filter(isTransition).map(transitionText);
}
