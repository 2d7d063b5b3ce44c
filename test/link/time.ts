// Time of a link in a test's hands. It must never wait for real.

import type { ManualClock } from '../../sim/manual.ts';
import type { Link } from '../../src/link/link.ts';

/** Tick as the owner's timer would, until `ms` have passed. @param ticksMax more of them are a link that asks without end. */
export function passTime(link: Link, clock: ManualClock, ms: number, ticksMax: number): void {
  let left = ms;
  for (let ticks = 0; ticks < ticksMax; ticks++) {
    const wait = link.tick(clock.now());
    clock.advance(Math.min(wait, left));
    if (wait > left) return;
    left -= wait;
  }
  throw new Error('the link asks for ticks without end');
}
