// What accelerometers have in common: their channels, in mm/s^2, and what a g is. No state.

import type { ChannelMeta } from '../ports/reading.ts';

/** Standard gravity, mm/s^2. */
export const GRAVITY = 9806.65;

/** 16 g, the widest range of all chips here. Home Assistant has no class for an acceleration. */
const END = 156907;
const UNIT = 'm/s\xC2\xB2';

export const ACCELERATION: readonly ChannelMeta[] = [
  { key: 'acceleration-x', unit: UNIT, deviceClass: '', decimals: 3, precision: 2, min: -END, max: END },
  { key: 'acceleration-y', unit: UNIT, deviceClass: '', decimals: 3, precision: 2, min: -END, max: END },
  { key: 'acceleration-z', unit: UNIT, deviceClass: '', decimals: 3, precision: 2, min: -END, max: END },
];
