// Publish what has changed enough; and now and then in any case, so that silence means something.

import { NEVER_MS, elapsed } from '../../ports/clock.ts';
import { NO_VALUE } from '../../ports/reading.ts';
import { powerOfTen, slackOf } from '../number.ts';
import type { CreateStage } from '../channel.ts';

export interface DeadbandOptions {
  /** Change from the last published value that is worth a message, in the channel's unit. Default: any change. */
  readonly absolute?: number;
  /** The same as a share of the last published value, in percent; where both are given, either will do. */
  readonly percent?: number;
  /** Time between two messages at least. Default: none. */
  readonly minIntervalMs?: number;
  /** A message comes after so long even if nothing changed; at most NEVER_MS, 18 hours, which is the default. */
  readonly maxIntervalMs?: number;
}

export function createDeadband(options: DeadbandOptions): CreateStage {
  const shortest = options.minIntervalMs === undefined ? 0 : options.minIntervalMs;
  const minMs = shortest < NEVER_MS ? shortest : NEVER_MS;
  const longest = options.maxIntervalMs === undefined ? NEVER_MS : options.maxIntervalMs;
  const maxMs = longest < NEVER_MS ? longest : NEVER_MS;
  const percent = options.percent === undefined ? 0 : options.percent;

  return function (channel) {
    const absolute = options.absolute === undefined ? 0 : options.absolute * powerOfTen(channel.decimals);
    const hasBand = absolute > 0 || percent > 0;
    let last = NO_VALUE;
    let lastAt = 0;
    let sampledAt = 0;

    function hasChanged(value: number): boolean {
      const change = value < last ? last - value : value - last;
      if (!hasBand) return change > 0;
      if (absolute > 0 && change >= absolute) return true;
      return percent > 0 && change > 0 && change * 100 >= percent * (last < 0 ? -last : last);
    }

    function take(value: number, now: number): number {
      const step = elapsed(sampledAt, now);
      sampledAt = now;
      if (last !== NO_VALUE) {
        const since = elapsed(lastAt, now);
        if (since + slackOf(step, minMs) < minMs) return NO_VALUE;
        if (since + slackOf(step, maxMs) < maxMs && !hasChanged(value)) return NO_VALUE;
      }
      last = value;
      lastAt = now;
      return value;
    }

    function refuse(): void {
      last = NO_VALUE;
    }

    return { channel, take, refuse };
  };
}
