// What a comparison with a better instrument showed: value * scale + offset.

import { powerOfTen, rounded } from '../number.ts';
import type { CreateStage } from '../channel.ts';

/** @param offset in the channel's unit. @param scale default 1. */
export function createCalibration(offset: number, scale: number = 1): CreateStage {
  return function (channel) {
    const shift = offset * powerOfTen(channel.decimals);

    function take(value: number): number {
      return rounded(value * scale + shift);
    }

    return { channel, take };
  };
}
