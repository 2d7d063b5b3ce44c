// @ts-check
// What states mean for the eye: which lane they stand in, and whether a state is as it should be.

/** @import { StateEvent } from '../../stage/events.ts' */

/** @type {readonly (readonly [StateEvent['of'], string])[]} */
export const LANES = [
  ['power', 'power'],
  ['wifi', 'Wi-Fi'],
  ['link', 'link'],
  ['session', 'session'],
  ['broker', 'broker'],
  ['sensor', 'sensors'],
  ['fault', 'faults'],
];

const GOOD = ['on', 'asleep', 'joined', 'open', 'online', 'up', 'plugged in', 'checksums right', 'over'];
const BAD = ['off', 'lost', 'failed', 'closed', 'offline', 'refused', 'down', 'unplugged', 'checksums wrong'];

/**
 * good: as it should be; bad: not; other: on the way, or neither. A fault is one until it is over.
 * @param {{ of: string, state: string }} event
 * @returns {'good' | 'bad' | 'other'}
 */
export function toneOf({ of, state }) {
  if (state === 'asleep' && of !== 'power') return 'other';
  if (GOOD.includes(state)) return 'good';
  return of === 'fault' || BAD.includes(state) ? 'bad' : 'other';
}

/**
 * What a change says of other lanes as well: who sleeps needs neither Wi-Fi nor a session, and nothing is wrong.
 * @param {StateEvent} event
 * @returns {StateEvent[]}
 */
export function withImplied(event) {
  if (event.of !== 'power' || event.state !== 'asleep') return [event];
  const others = /** @type {const} */ (['wifi', 'link', 'session']);
  return [event, ...others.map((of) => ({ ...event, of }))];
}
