// The transitions of a mote's link (src/parts/history.ts) in sentences: from what it publishes, or from what its flash keeps.

import { closeText } from './codes.ts';
import type { Transition } from './outbox/state.ts';

const STAGES = [
  'waits for the next try',
  'joins Wi-Fi',
  'opens a connection to the broker',
  'logs in',
  'there is a session',
  'sends what is left before it leaves',
  'asleep',
  'stopped for good',
];
/** In the place of a cause. */
const STARTED = 31;

const isNumber = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;

function ageText(seconds: number): string {
  if (seconds === 0) return 'at once';
  if (seconds < 120) return `after ${seconds} s`;
  if (seconds < 7200) return `after ${Math.round(seconds / 60)} min`;
  return `after ${Math.round(seconds / 360) / 10} h`;
}

/** @returns the sentence for a transition. */
export function transitionText([stage, cause, seconds]: Transition): string {
  // How long that is after the one before nobody knows: the board was off.
  if (cause === STARTED) return 'the board was started';
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
