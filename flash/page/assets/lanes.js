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

const GOOD = ['on', 'joined', 'open', 'online', 'up', 'plugged', 'well', 'over', 'back', 'asleep'];
const BAD = [
  'off',
  'lost',
  'closed',
  'offline',
  'down',
  'cut',
  'refused',
  'unplugged',
  'stopped',
  'broken',
  'began',
];

/** good: as it should be; bad: not; other: on the way, or neither. @param {string} state */
export const toneOf = (state) => (GOOD.includes(state) ? 'good' : BAD.includes(state) ? 'bad' : 'other');
