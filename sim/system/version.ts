// Which version of MQTT the mote of a seed speaks, and what its broker announces.

import type { Limits } from '../broker/behaviour.ts';
import { createRandom } from '../network/random.ts';

/** Motes and brokers of greater seeds speak MQTT 5.0. */
const LAST_3 = 20_000;

/** @returns whether the mote of this seed speaks MQTT 5.0. */
export const speaks5 = (seed: number) => seed > LAST_3;

/** @returns what the broker of a seed announces to a mote that speaks 5.0: often less than that could use, and enough for its account. */
export function drawLimits(seed: number): Limits {
  // Not the numbers of the schedule.
  const random = createRandom(seed).fork().fork();
  return {
    topicAliasMaximum: random.integer(0, 4),
    receiveMaximum: random.chance(0.5) ? random.integer(1, 10) : 65535,
    maximumPacketSize: random.chance(0.5) ? random.integer(512, 900) : 1_000_000,
    ...(random.chance(0.3) && { serverKeepAliveSec: random.integer(5, 60) }),
  };
}
