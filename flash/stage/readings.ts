// What an independent client received, as readings: when the mote took each, and whether it came late. The account of the flash knows when.

import type { Observation } from '../sim/observer.ts';
import type { Receipt } from '../sim/account.ts';
import { LATE_MS } from './events.ts';
import type { ReadingEvent } from './events.ts';

const TEXT_MAX = 500;

/**
 * @param t when it arrived. @param receipt undefined: it never stood in the outbox.
 * @param brokenAt when a session or the power ended last.
 */
export function readingOf(
  { topic, value, unit }: Observation,
  t: number,
  receipt: Receipt | undefined,
  brokenAt: number,
): ReadingEvent {
  const at = receipt?.at ?? t;
  const text = String(value);
  return {
    type: 'reading',
    at,
    t,
    topic,
    ...(typeof value === 'number' && { value }),
    text: text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX - 1)}…` : text,
    unit,
    isLate: t - at > LATE_MS || at < brokenAt,
    ...(receipt?.isAgain === true && { isAgain: true }),
  };
}
